/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_date: Pacemaker's date expressions, on plain structs.
 *
 * Times of day without an offset are local with the offset in force now; a date without a time is
 * midnight UTC; date_spec looks at the local calendar. So does Pacemaker 2.1. Spellings that its
 * versions read differently are not judged: cib_date_holds() returns false for them.
 */
#ifndef MTA_STACK_CIB_DATE_H
#define MTA_STACK_CIB_DATE_H

#include <stdbool.h>
#include <stdint.h>

struct cib_now {
	int64_t utc;	/* seconds since 1970 */
	int32_t offset; /* local time minus UTC, seconds */
};

enum cib_duration_field {
	CIB_DUR_YEARS,
	CIB_DUR_MONTHS,
	CIB_DUR_WEEKS,
	CIB_DUR_DAYS,
	CIB_DUR_HOURS,
	CIB_DUR_MINUTES,
	CIB_DUR_SECONDS,
	CIB_DUR_FIELDS,
};

enum cib_spec_field {
	CIB_SPEC_YEARS,
	CIB_SPEC_MONTHS,
	CIB_SPEC_MONTHDAYS,
	CIB_SPEC_HOURS,
	CIB_SPEC_MINUTES,
	CIB_SPEC_SECONDS,
	CIB_SPEC_YEARDAYS,
	CIB_SPEC_WEEKYEARS,
	CIB_SPEC_WEEKS,
	CIB_SPEC_WEEKDAYS,
	CIB_SPEC_FIELDS,
};

/* The XML attributes' names, in the order of the enums. */
extern const char *const cib_duration_names[CIB_DUR_FIELDS];
extern const char *const cib_spec_names[CIB_SPEC_FIELDS];

/* One <date_expression>; what is absent is NULL. */
struct cib_date_expr {
	const char *operation, *start, *end;
	bool has_duration, has_spec;
	const char *duration[CIB_DUR_FIELDS];
	const char *spec[CIB_SPEC_FIELDS];
	const char *moon;
};

/* True, and *ret_holds set, if the answer is certain. */
bool cib_date_holds(const struct cib_date_expr *e, const struct cib_now *now, bool *ret_holds);

/* Seconds since 1970 of an ISO 8601 time; false if the spelling is not one of YYYY-MM-DD,
 * YYYYMMDD, YYYY-DDD, YYYY-Www-D, then nothing, or " " or "T" and HH[:MM[:SS]], then nothing, "Z",
 * " Z" or " ±HH[:MM]". */
bool cib_date_parse(const char *s, const struct cib_now *now, int64_t *ret_utc);

/* The same with the offset in force there: months are added in the calendar that it makes. */
bool cib_date_parse_local(const char *s, const struct cib_now *now, int64_t *ret_utc,
			  int *ret_offset);

/* A calendar day. */
struct cib_day {
	int year, month, day;	     /* 1-based month and day */
	int yearday;		     /* 1-based */
	int weekyear, week, weekday; /* ISO 8601; Monday is 1 */
};

#define CIB_DAY_SECONDS 86400

static inline int64_t cib_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

bool cib_is_leap(int64_t year);

/* Days since 1970-01-01, and back. The month may be out of 1…12: it carries into the year. */
int64_t cib_days_from_civil(int64_t year, int64_t month, int64_t day);
void cib_day_from_days(int64_t days, struct cib_day *ret_day);

#endif
