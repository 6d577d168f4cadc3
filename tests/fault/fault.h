/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault: the kinds of fault test. Each prints one line per scenario with its figures, and for a
 * failure the command that repeats it alone. Returns the number of failures.
 */
#ifndef FAULT_FAULT_H
#define FAULT_FAULT_H

#include <stdbool.h>

#include "world.h"

/* Restrict a run to one point; 0: all. */
struct only {
	long call, second, kind;
	bool set;
};

unsigned fault_fail(const struct scenario *s, const struct only *only);
unsigned fault_kill(const struct scenario *s, const struct only *only);
unsigned fault_power(const struct scenario *s, const struct only *only);
unsigned fault_repower(const struct scenario *s, const struct only *only);
unsigned fault_mutate(const struct scenario *s, const struct only *only);

/* For the last line of a run. */
extern unsigned long fault_points, fault_states, fault_mutants, fault_caught, fault_sites,
	fault_sites_caught;

#endif
