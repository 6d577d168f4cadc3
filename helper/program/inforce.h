/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inforce: does the configuration, as the MTA would load it now, still keep mail on the VIP?
 *
 * That our lines are still there does not say so: a later line, an override or an include may beat
 * them. So what is on the disk is scanned again, and what was published too: a bind that the one
 * lacks and the other does not is lost. For files that have drifted; reads small files only, asks
 * and starts nothing.
 */
#ifndef MTA_STACK_INFORCE_H
#define MTA_STACK_INFORCE_H

#include "effects/instance.h"
#include "program/options.h"

/* A configuration that cannot be understood has lost nothing: other checks tell of it. */
int inforce_lost(const struct options *o, struct instance *inst, bool *ret_lost,
		 struct diag *ret_diag);

#endif
