/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_date.c guarantees that a spelling is read as Pacemaker reads it, or not at all. Leap seconds
 * do not exist, as in POSIX.
 */
#include "pure/cib_date.h"

#include <string.h>

bool cib_is_leap(int64_t y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int days_in_month(int64_t y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return m == 2 && cib_is_leap(y) ? 29 : days[m - 1];
}

/* Counted from 1 March, so that the leap day is the last of its year. */
int64_t cib_days_from_civil(int64_t year, int64_t month, int64_t day)
{
	int64_t y = year + cib_floor_div(month - 1, 12);
	int64_t m = month - 1 - cib_floor_div(month - 1, 12) * 12 + 1;
	int64_t yday;

	if (m <= 2)
		y--;
	yday = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + day - 1;
	return y * 365 + cib_floor_div(y, 4) - cib_floor_div(y, 100) + cib_floor_div(y, 400) +
	       yday - 719468;
}

static int weekday_of(int64_t days)
{
	return (int)(days + 3 - cib_floor_div(days + 3, 7) * 7) + 1;
}

void cib_day_from_days(int64_t days, struct cib_day *ret_day)
{
	struct cib_day d = {0};
	int64_t year = 1970 + cib_floor_div(days * 400, 146097);
	int64_t thursday;

	while (cib_days_from_civil(year + 1, 1, 1) <= days)
		year++;
	while (cib_days_from_civil(year, 1, 1) > days)
		year--;
	d.year = (int)year;
	d.yearday = (int)(days - cib_days_from_civil(year, 1, 1)) + 1;
	d.month = 1;
	while (d.month < 12 && cib_days_from_civil(year, d.month + 1, 1) <= days)
		d.month++;
	d.day = (int)(days - cib_days_from_civil(year, d.month, 1)) + 1;
	d.weekday = weekday_of(days);

	/* A week belongs to the year of its Thursday. */
	thursday = days - d.weekday + 4;
	d.weekyear = d.year;
	if (thursday < cib_days_from_civil(year, 1, 1))
		d.weekyear--;
	else if (thursday >= cib_days_from_civil(year + 1, 1, 1))
		d.weekyear++;
	d.week = (int)((thursday - cib_days_from_civil(d.weekyear, 1, 1)) / 7) + 1;
	*ret_day = d;
}

/* Exactly n digits at *s. */
static bool digits(const char **s, int n, int *ret_number)
{
	int number = 0;

	for (int i = 0; i < n; i++) {
		if ((*s)[i] < '0' || (*s)[i] > '9')
			return false;
		number = number * 10 + ((*s)[i] - '0');
	}
	*s += n;
	*ret_number = number;
	return true;
}

static bool next_is(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool parse_week(const char **s, int year, int64_t *ret_days)
{
	int64_t first = cib_days_from_civil(year, 1, 4); /* always in week 1 */
	struct cib_day check;
	int week, weekday;

	if (!digits(s, 2, &week) || !next_is(s, '-') || !digits(s, 1, &weekday))
		return false;
	if (week < 1 || weekday < 1 || weekday > 7)
		return false;
	*ret_days = first - weekday_of(first) + (int64_t)(week - 1) * 7 + weekday;
	cib_day_from_days(*ret_days, &check);
	return check.weekyear == year && check.week == week;
}

static bool parse_days(const char **s, int64_t *ret_days)
{
	int year, month, day;
	const char *back;

	if (!digits(s, 4, &year) || year < 1)
		return false;
	if (digits(s, 2, &month)) {
		if (!digits(s, 2, &day))
			return false;
	} else {
		if (!next_is(s, '-'))
			return false;
		if (next_is(s, 'W'))
			return parse_week(s, year, ret_days);
		back = *s;
		if (digits(s, 3, &day)) {
			*ret_days = cib_days_from_civil(year, 1, 1) + day - 1;
			return day >= 1 && day <= (cib_is_leap(year) ? 366 : 365);
		}
		*s = back;
		if (!digits(s, 2, &month) || !next_is(s, '-') || !digits(s, 2, &day))
			return false;
	}
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	*ret_days = cib_days_from_civil(year, month, day);
	return true;
}

static bool parse_clock(const char **s, int *ret_seconds)
{
	int h, m = 0, sec = 0;

	if (!digits(s, 2, &h))
		return false;
	if (next_is(s, ':')) {
		if (!digits(s, 2, &m) || (next_is(s, ':') && !digits(s, 2, &sec)))
			return false;
	}
	if (h > 24 || m > 59 || sec > 59 || (h == 24 && (m != 0 || sec != 0)))
		return false;
	*ret_seconds = (h * 60 + m) * 60 + sec;
	return true;
}

static bool parse_offset(const char *s, const struct cib_now *now, int *ret_offset)
{
	bool minus;
	int offset;

	if (*s == '\0') {
		*ret_offset = now->offset;
		return true;
	}
	if (strcmp(s, "Z") == 0 || strcmp(s, " Z") == 0) {
		*ret_offset = 0;
		return true;
	}
	if (s[0] != ' ' || (s[1] != '+' && s[1] != '-'))
		return false;
	minus = s[1] == '-';
	s += 2;
	if (!parse_clock(&s, &offset) || *s != '\0' || offset >= CIB_DAY_SECONDS)
		return false;
	*ret_offset = minus ? -offset : offset;
	return true;
}

bool cib_date_parse_local(const char *s, const struct cib_now *now, int64_t *ret_utc,
			  int *ret_offset)
{
	int seconds = 0, offset = 0;
	int64_t days;

	if (!parse_days(&s, &days))
		return false;
	if (*s != '\0') {
		if (!next_is(&s, ' ') && !next_is(&s, 'T'))
			return false;
		if (!parse_clock(&s, &seconds) || !parse_offset(s, now, &offset))
			return false;
	}
	*ret_utc = days * CIB_DAY_SECONDS + seconds - offset;
	*ret_offset = offset;
	return true;
}

bool cib_date_parse(const char *s, const struct cib_now *now, int64_t *ret_utc)
{
	int offset;

	return cib_date_parse_local(s, now, ret_utc, &offset);
}
