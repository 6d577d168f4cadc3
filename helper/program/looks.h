/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * looks: what a monitor looks at beyond the life of the MTA, one function for each. Shared by
 * monitor and status.
 *
 * Each returns 0 if all is well; else -1 with EX_DEGRADED or EX_FAILED, as the options say, and the
 * line. Each sets the node attributes that it knows about.
 */
#ifndef MTA_STACK_LOOKS_H
#define MTA_STACK_LOOKS_H

#include "program/attributes.h"
#include "program/running.h"

/* The VIP is on this node; family 0: there is none to be here. */
int look_vip(const struct ipaddr *vip, struct diag *ret_diag);

/* The files are as they were published: by date and size, large ones are not read. */
int look_files(const struct options *o, struct instance *inst, struct attributes *a,
	       struct diag *ret_diag);

/* The MTA greets there. */
int look_greeting(const struct running *r, const struct ipaddr *vip, const struct deadline *d,
		  struct diag *ret_diag);

/* Every connection that the MTA's delivery processes opened to another machine leaves from a VIP.
 */
int look_wire(const struct options *o, const struct running *r, struct attributes *a,
	      struct diag *ret_diag);

/* All remotes answer a call from the VIP. Scans the configuration; asks no cluster. */
int look_remotes(const struct options *o, struct instance *inst, const struct running *r,
		 struct attributes *a, const struct deadline *d, struct diag *ret_diag);

#endif
