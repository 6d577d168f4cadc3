/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cib_date: the calendar, the spellings of a time, and date expressions at a given moment. */
#include "unit.h"

#include <string.h>

#include "pure/cib_date.h"

/* 2024-02-29 12:34:56 UTC, a Thursday; local time is an hour ahead. */
static const struct cib_now now = {.utc = 1709210096, .offset = 3600};

static void calendar(void **state)
{
	struct cib_day d;

	(void)state;
	assert_int_equal(cib_days_from_civil(1970, 1, 1), 0);
	assert_int_equal(cib_days_from_civil(2000, 3, 1), 11017);
	assert_int_equal(cib_days_from_civil(2023, 14, 29), cib_days_from_civil(2024, 2, 29));
	for (int64_t days = -200000; days < 200000; days += 7) {
		cib_day_from_days(days, &d);
		assert_int_equal(cib_days_from_civil(d.year, d.month, d.day), days);
		assert_int_equal(cib_days_from_civil(d.year, 1, d.yearday), days);
	}
}

static void weeks(void **state)
{
	static const struct {
		int y, m, d, weekyear, week, weekday;
	} known[] = {
		{2005, 1, 1, 2004, 53, 6},   {2005, 1, 2, 2004, 53, 7},
		{2005, 12, 31, 2005, 52, 6}, {2007, 1, 1, 2007, 1, 1},
		{2008, 12, 29, 2009, 1, 1},  {2010, 1, 3, 2009, 53, 7},
		{2020, 12, 31, 2020, 53, 4}, {2024, 2, 29, 2024, 9, 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct cib_day d;

		cib_day_from_days(cib_days_from_civil(known[i].y, known[i].m, known[i].d), &d);
		assert_int_equal(d.weekyear, known[i].weekyear);
		assert_int_equal(d.week, known[i].week);
		assert_int_equal(d.weekday, known[i].weekday);
	}
}

static void spellings(void **state)
{
	static const struct {
		const char *text;
		int64_t utc;
	} good[] = {
		{"2024-02-29", 1709164800},
		{"20240229", 1709164800},
		{"2024-060", 1709164800},
		{"2024-W09-4", 1709164800},
		{"2024-02-29 12:34:56Z", 1709210096},
		{"2024-02-29 12:34:56 Z", 1709210096},
		{"2024-02-29T13:34:56", 1709210096},
		{"2024-02-29 14:34:56 +02:00", 1709210096},
		{"2024-02-29 07:04:56 -05:30", 1709210096},
		{"2024-02-29 24:00Z", 1709251200},
		{"2024-02-29 12Z", 1709208000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t utc = 0;

		if (!cib_date_parse(good[i].text, &now, &utc))
			fail_msg("%s is not understood", good[i].text);
		assert_int_equal(utc, good[i].utc);
	}
}

static void not_spellings(void **state)
{
	static const char *const bad[] = {
		"",
		"now",
		"epoch",
		"2024",
		"2024-02",
		"2024-02-30",
		"2023-02-29",
		"2023-366",
		"2024-000",
		"2024-13-01",
		"2024-W54-1",
		"2023-W53-1",
		"2024-W09-8",
		"2024-02-29x",
		"2024-02-29 ",
		"2024-02-29 25:00",
		"2024-02-29 24:00:01",
		"2024-02-29 12:60",
		"2024-02-29 12:00:60",
		"2024-02-29 12:00:00+01:00",
		"2024-02-29T12:00:00+01:00",
		"2024-02-29 12:00:00 CET",
		"2024-02-29 12:00:00.5",
		"T12:00",
		"24-02-29",
		"-024-02-29",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t utc = 42;

		if (cib_date_parse(bad[i], &now, &utc))
			fail_msg("%s is understood", bad[i]);
		assert_int_equal(utc, 42);
	}
}

/* 1, 0, or -1: not judged. */
static int judge(struct cib_date_expr e)
{
	bool holds = false;

	return cib_date_holds(&e, &now, &holds) ? holds : -1;
}

static void ranges(void **state)
{
	(void)state;
	assert_int_equal(judge((struct cib_date_expr){.start = "2024-02-29 12:34:56Z"}), 1);
	assert_int_equal(judge((struct cib_date_expr){.start = "2024-02-29 12:34:57Z"}), 0);
	assert_int_equal(judge((struct cib_date_expr){.end = "2024-02-29 12:34:56Z"}), 1);
	assert_int_equal(judge((struct cib_date_expr){.end = "2024-02-29 12:34:55Z"}), 0);
	assert_int_equal(judge((struct cib_date_expr){.operation = "in_range"}), 0);
	assert_int_equal(judge((struct cib_date_expr){.operation = "IN_RANGE", .end = "soon"}), -1);
	assert_int_equal(
		judge((struct cib_date_expr){.operation = "gt", .start = "2024-02-29 12:34:56Z"}),
		0);
	assert_int_equal(
		judge((struct cib_date_expr){.operation = "gt", .start = "2024-02-29 12:34:55Z"}),
		1);
	assert_int_equal(
		judge((struct cib_date_expr){.operation = "lt", .end = "2024-02-29 12:34:56Z"}), 0);
	assert_int_equal(
		judge((struct cib_date_expr){.operation = "lt", .end = "2024-02-29 12:34:57Z"}), 1);
	assert_int_equal(judge((struct cib_date_expr){.operation = "gt"}), -1);
	assert_int_equal(judge((struct cib_date_expr){.operation = "lt"}), -1);
	assert_int_equal(judge((struct cib_date_expr){.operation = "eq", .start = "2024-01-01"}),
			 -1);
}

static int lasts(const char *start, enum cib_duration_field field, const char *amount)
{
	struct cib_date_expr e = {.start = start, .has_duration = true};

	e.duration[field] = amount;
	return judge(e);
}

static void durations(void **state)
{
	(void)state;
	assert_int_equal(lasts("2024-02-28", CIB_DUR_DAYS, "2"), 1);
	assert_int_equal(lasts("2024-02-28", CIB_DUR_DAYS, "1"), 0);
	assert_int_equal(lasts("2024-02-29", CIB_DUR_HOURS, "13"), 1);
	assert_int_equal(lasts("2024-02-29", CIB_DUR_HOURS, "12"), 0);
	assert_int_equal(lasts("2024-02-22 12:34:56Z", CIB_DUR_WEEKS, "1"), 1);
	assert_int_equal(lasts("2024-01-28", CIB_DUR_MONTHS, "1"), 0);
	assert_int_equal(lasts("2023-12-28", CIB_DUR_MONTHS, "3"), 1);
	assert_int_equal(lasts("2023-02-01", CIB_DUR_YEARS, "1"), 0);
	assert_int_equal(lasts("2023-02-28", CIB_DUR_YEARS, "2"), 1);
	/* Where versions of Pacemaker differ, or nobody knows. */
	assert_int_equal(lasts("2024-01-31", CIB_DUR_MONTHS, "1"), -1);
	assert_int_equal(lasts("2023-03-01", CIB_DUR_YEARS, "1"), -1);
	assert_int_equal(lasts("2024-01-01", CIB_DUR_DAYS, "many"), -1);
	assert_int_equal(lasts("2024-01-01", CIB_DUR_DAYS, "-1"), -1);
}

static int spec(enum cib_spec_field field, const char *range)
{
	struct cib_date_expr e = {.operation = "date_spec", .has_spec = true};

	e.spec[field] = range;
	return judge(e);
}

static void specs(void **state)
{
	(void)state;
	assert_int_equal(spec(CIB_SPEC_YEARS, "2024"), 1);
	assert_int_equal(spec(CIB_SPEC_YEARS, "2025-"), 0);
	assert_int_equal(spec(CIB_SPEC_MONTHS, "-2"), 1);
	assert_int_equal(spec(CIB_SPEC_MONTHDAYS, "1-28"), 0);
	assert_int_equal(spec(CIB_SPEC_HOURS, "13"), 1); /* local */
	assert_int_equal(spec(CIB_SPEC_HOURS, "12"), 0);
	assert_int_equal(spec(CIB_SPEC_MINUTES, "34-34"), 1);
	assert_int_equal(spec(CIB_SPEC_SECONDS, "57-"), 0);
	assert_int_equal(spec(CIB_SPEC_YEARDAYS, "60"), 1);
	assert_int_equal(spec(CIB_SPEC_WEEKS, "9"), 1);
	assert_int_equal(spec(CIB_SPEC_WEEKDAYS, "1-3"), 0);
	assert_int_equal(spec(CIB_SPEC_WEEKYEARS, "2024"), 1);
	assert_int_equal(spec(CIB_SPEC_HOURS, ""), -1);
	assert_int_equal(spec(CIB_SPEC_HOURS, "9-17,20"), -1);
	assert_int_equal(spec(CIB_SPEC_HOURS, "nine"), -1);
	assert_int_equal(judge((struct cib_date_expr){.operation = "date_spec"}), -1);
	assert_int_equal(judge((struct cib_date_expr){
				 .operation = "date_spec", .has_spec = true, .moon = "0"}),
			 -1);
}

/* Pacemaker takes such an offset wrong, so nothing with a clock can be told. */
static void odd_offset(void **state)
{
	static const struct cib_now newfoundland = {.utc = 1709210096, .offset = -12600};
	struct cib_date_expr e = {.start = "2000-01-01"};
	bool holds;

	(void)state;
	assert_false(cib_date_holds(&e, &newfoundland, &holds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calendar),  cmocka_unit_test(weeks),
		cmocka_unit_test(spellings), cmocka_unit_test(not_spellings),
		cmocka_unit_test(ranges),    cmocka_unit_test(durations),
		cmocka_unit_test(specs),     cmocka_unit_test(odd_offset),
	};

	return cmocka_run_group_tests_name("cib_date", tests, NULL, NULL);
}
