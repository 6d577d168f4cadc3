/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey_names: the names part of a survey: what the stack calls itself, and what remotes are
 * called.
 */
#ifndef MTA_STACK_SURVEY_NAMES_H
#define MTA_STACK_SURVEY_NAMES_H

#include "program/survey.h"

/* Set s->want.name: --name, else the VIP's name if DNS confirms it both ways, else NULL with a note
 * that says what is missing. Asks nothing with --offline. */
int survey_own_name(struct survey *s, const struct options *o, const struct deadline *d,
		    struct diag *ret_diag);

/* A verdict for each remote that was scanned, from the names file, DNS and what DNS said earlier.
 */
int survey_remote_names(struct survey *s, const struct options *o, struct instance *inst,
			const struct deadline *d, struct diag *ret_diag);

#endif
