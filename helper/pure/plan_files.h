/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_files: what a plan does to a file because it is rewritten at all: in a copy the paths that
 * lead to it, and everywhere its mark. For plan.c, after all other edits.
 */
#ifndef MTA_STACK_PLAN_FILES_H
#define MTA_STACK_PLAN_FILES_H

#include "pure/plan.h"

/* Add an edit in place of a finding's bytes; lack of memory marks the pool failed. text is the
 * plan's. */
void plan_edit(struct plan *p, const struct finding *f, enum edit_kind kind, const char *text);

/* resource NULL: no marks. -1, EX_INSTALLED: a path that cannot be edited leads to a file that must
 * be copied. */
int plan_files(struct plan *p, const struct scan *s, const char *resource, struct diag *ret_diag);

#endif
