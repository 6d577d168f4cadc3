/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output: what commands have in common when they print.
 *
 * Text goes to people, JSON to programs; its shape is documented in mta-stack(8) and is stable.
 */
#ifndef MTA_STACK_OUTPUT_H
#define MTA_STACK_OUTPUT_H

#include <jansson.h>

#include "effects/clock.h"
#include "program/survey.h"

/* Print one JSON value and a newline; takes the reference. -1 when memory ran out (NULL). */
int output_json(json_t *value, struct diag *ret_diag);

/* {"edits":[…],"kept":[…],"pinned":[…],"changed":N} of the survey's plan; a new reference. Secrets
 * are masked.
 */
json_t *output_plan_json(const struct survey *s);

/* The files that change, as a unified diff made by diff(1), from the live bytes to the planned. A
 * secret file shows only that it changes, and where. Colour on a terminal. */
int output_plan_diff(const struct survey *s, struct instance *inst, const struct deadline *d,
		     struct diag *ret_diag);

/* "3 of 5 remotes by name" and the addresses that stay, with the reason. */
void output_plan_kept(const struct survey *s, FILE *out);

/* Where the MTA is tied to one node's address, and the cure: a line each behind `prefix`. */
void output_plan_pinned(const struct survey *s, const char *prefix, FILE *out);

/* The survey's notes, what output_plan_pinned() prints, and the scanner's warnings, one line each.
 */
void output_notes(const struct survey *s, FILE *out);

#endif
