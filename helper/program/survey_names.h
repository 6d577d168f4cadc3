/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey_names: the names part of a survey: what the stack calls itself, and what remotes are
 * called.
 */
#ifndef MTA_STACK_SURVEY_NAMES_H
#define MTA_STACK_SURVEY_NAMES_H

#include "program/survey.h"

/* A verdict for each remote that was scanned, from the names file, DNS and what DNS said earlier;
 * and s->want.name: --name, else the VIP's name if DNS confirms it both ways now or did so before
 * it fell silent, else NULL with a note that says what is missing. All questions go out at once.
 * Asks nothing with --offline. */
int survey_resolve(struct survey *s, const struct options *o, struct instance *inst,
		   const struct deadline *d, struct diag *ret_diag);

/* Only s->want.name, for a command that scans nothing. */
int survey_own_name(struct survey *s, const struct options *o, const struct deadline *d,
		    struct diag *ret_diag);

#endif
