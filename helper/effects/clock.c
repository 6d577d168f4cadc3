/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.c guarantees that a deadline that has passed stays passed.
 */
#include "effects/clock.h"

#include <errno.h>
#include <limits.h>

static struct timespec now(void)
{
	struct timespec t = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t;
}

struct deadline deadline_in_ms(long ms)
{
	struct deadline d = {now()};

	d.end.tv_sec += ms / 1000;
	d.end.tv_nsec += ms % 1000 * 1000000L;
	if (d.end.tv_nsec >= 1000000000L) {
		d.end.tv_sec++;
		d.end.tv_nsec -= 1000000000L;
	}
	return d;
}

struct deadline deadline_within(const struct deadline *d, long ms)
{
	return deadline_left_ms(d) <= ms ? *d : deadline_in_ms(ms);
}

int deadline_left_ms(const struct deadline *d)
{
	struct timespec t = now();
	long long ns = (d->end.tv_sec - t.tv_sec) * 1000000000LL + (d->end.tv_nsec - t.tv_nsec);

	if (ns <= 0)
		return 0;
	ns = (ns + 999999) / 1000000;
	return ns > INT_MAX ? INT_MAX : (int)ns;
}

bool deadline_passed(const struct deadline *d)
{
	return deadline_left_ms(d) == 0;
}

void deadline_nap(const struct deadline *d, long ms)
{
	struct deadline until = deadline_within(d, ms);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until.end, NULL) == EINTR)
		continue;
}
