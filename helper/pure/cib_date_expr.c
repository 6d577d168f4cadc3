/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_date_expr.c guarantees Pacemaker's answer to a date expression, or none. It reads no clock
 * and no time zone: "now" is handed in.
 */
#include "pure/cib_date.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const cib_duration_names[CIB_DUR_FIELDS] = {
	"years", "months", "weeks", "days", "hours", "minutes", "seconds",
};

const char *const cib_spec_names[CIB_SPEC_FIELDS] = {
	"years",   "months",   "monthdays", "hours", "minutes",
	"seconds", "yeardays", "weekyears", "weeks", "weekdays",
};

static bool amount(const char *s, int *ret_amount)
{
	char *end;
	long n;

	*ret_amount = 0;
	if (s == NULL)
		return true;
	errno = 0;
	n = strtol(s, &end, 10);
	if (end == s || *end != '\0' || errno != 0 || n < 0 || n > 1000000000)
		return false;
	*ret_amount = (int)n;
	return true;
}

/* Pacemaker's versions differ on the last days of a month, and on whole years across a leap day. */
static bool add_months(int64_t local, int years, int months, int64_t *ret_local)
{
	int64_t days = cib_floor_div(local, CIB_DAY_SECONDS);
	struct cib_day d;

	cib_day_from_days(days, &d);
	if (d.day > 28 || years > 10000 || months > 10000)
		return false;
	if (years != 0 && d.yearday > 59 &&
	    cib_is_leap(d.year) != cib_is_leap((int64_t)d.year + years))
		return false;
	days = cib_days_from_civil((int64_t)d.year + years, (int64_t)d.month + months, d.day) -
	       days;
	*ret_local = local + days * CIB_DAY_SECONDS;
	return true;
}

static bool add_duration(const struct cib_date_expr *e, int64_t start, int offset, int64_t *ret_end)
{
	static const int unit[CIB_DUR_FIELDS] = {0,  0, 7 * CIB_DAY_SECONDS, CIB_DAY_SECONDS, 3600,
						 60, 1};
	int n[CIB_DUR_FIELDS];
	int64_t end = start + offset;

	for (int i = 0; i < CIB_DUR_FIELDS; i++)
		if (!amount(e->duration[i], &n[i]))
			return false;
	if (n[CIB_DUR_YEARS] != 0 || n[CIB_DUR_MONTHS] != 0)
		if (!add_months(end, n[CIB_DUR_YEARS], n[CIB_DUR_MONTHS], &end))
			return false;
	for (int i = CIB_DUR_WEEKS; i < CIB_DUR_FIELDS; i++)
		end += (int64_t)n[i] * unit[i];
	*ret_end = end - offset;
	return true;
}

static bool in_range(const struct cib_date_expr *e, const struct cib_now *now, bool *ret_holds)
{
	int64_t start = INT64_MIN, end = INT64_MAX;
	int offset = 0;

	if (e->start != NULL && !cib_date_parse_local(e->start, now, &start, &offset))
		return false;
	if (e->end != NULL) {
		if (!cib_date_parse(e->end, now, &end))
			return false;
	} else if (e->start != NULL && e->has_duration) {
		if (!add_duration(e, start, offset, &end))
			return false;
	}
	*ret_holds = (e->start != NULL || e->end != NULL) && now->utc >= start && now->utc <= end;
	return true;
}

/* "5", "5-7", "5-", "-7". */
static bool parse_range(const char *s, long *ret_low, long *ret_high)
{
	long low = 0, high = LONG_MAX;
	char *end;

	errno = 0;
	if (*s != '-') {
		low = strtol(s, &end, 10);
		if (end == s || *s < '0' || *s > '9')
			return false;
		s = end;
		if (*s == '\0')
			high = low;
	}
	if (*s == '-' && s[1] != '\0') {
		if (s[1] < '0' || s[1] > '9')
			return false;
		high = strtol(s + 1, &end, 10);
		s = end;
	} else if (*s == '-') {
		s++;
	}
	if (*s != '\0' || errno != 0)
		return false;
	*ret_low = low;
	*ret_high = high;
	return true;
}

static bool spec_holds(const struct cib_date_expr *e, const struct cib_now *now, bool *ret_holds)
{
	int64_t local = now->utc + now->offset;
	int64_t days = cib_floor_div(local, CIB_DAY_SECONDS);
	int sec = (int)(local - days * CIB_DAY_SECONDS);
	struct cib_day d;

	if (!e->has_spec || e->moon != NULL)
		return false;
	cib_day_from_days(days, &d);

	const int is[CIB_SPEC_FIELDS] = {
		[CIB_SPEC_YEARS] = d.year,	    [CIB_SPEC_MONTHS] = d.month,
		[CIB_SPEC_MONTHDAYS] = d.day,	    [CIB_SPEC_HOURS] = sec / 3600,
		[CIB_SPEC_MINUTES] = sec / 60 % 60, [CIB_SPEC_SECONDS] = sec % 60,
		[CIB_SPEC_YEARDAYS] = d.yearday,    [CIB_SPEC_WEEKYEARS] = d.weekyear,
		[CIB_SPEC_WEEKS] = d.week,	    [CIB_SPEC_WEEKDAYS] = d.weekday,
	};
	bool holds = true;

	for (int i = 0; i < CIB_SPEC_FIELDS; i++) {
		long low, high;

		if (e->spec[i] == NULL)
			continue;
		if (!parse_range(e->spec[i], &low, &high))
			return false;
		if (is[i] < low || is[i] > high)
			holds = false;
	}
	*ret_holds = holds;
	return true;
}

bool cib_date_holds(const struct cib_date_expr *e, const struct cib_now *now, bool *ret_holds)
{
	int64_t at;

	/* Pacemaker adds the minutes of such an offset instead of taking them off. */
	if (now->offset < 0 && now->offset % 3600 != 0)
		return false;
	if (e->operation == NULL || strcasecmp(e->operation, "in_range") == 0)
		return in_range(e, now, ret_holds);
	if (strcasecmp(e->operation, "date_spec") == 0)
		return spec_holds(e, now, ret_holds);
	if (strcasecmp(e->operation, "gt") == 0) {
		if (e->start == NULL || !cib_date_parse(e->start, now, &at))
			return false;
		*ret_holds = now->utc > at;
		return true;
	}
	if (strcasecmp(e->operation, "lt") == 0) {
		if (e->end == NULL || !cib_date_parse(e->end, now, &at))
			return false;
		*ret_holds = now->utc < at;
		return true;
	}
	return false;
}
