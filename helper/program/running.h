/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * running: whose MTA runs here, if one does. Shared by service and monitor.
 *
 *     struct running r;
 *     running_init(&r);
 *     running_look(&r, o, inst, &d, diag)
 *     running_release(&r);
 *
 * When the stack is applied since this boot, the state knows how to recognise the MTA and no file
 * is read. Otherwise its main configuration is.
 */
#ifndef MTA_STACK_RUNNING_H
#define MTA_STACK_RUNNING_H

#include "effects/service.h"
#include "program/survey.h"

enum running_whose {
	RUNNING_NOBODYS, /* no MTA runs with this configuration */
	RUNNING_OURS,	 /* one runs, and the stack is applied since this boot, or --ours */
	RUNNING_FOREIGN, /* one runs, but not because of this resource */
};

struct running {
	struct service service;
	pid_t pid;
	enum running_whose whose;
	struct ipaddr vip4, vip6; /* as applied; family 0: none */
	struct diag absent; /* why the configuration could not be understood; "" if it could */
	struct survey survey;
};

void running_init(struct running *r);
void running_release(struct running *r);

/* The MTA has a process that this program can start and stop, or the options say service=external.
 * Otherwise -1, EX_CONFIGURED, with the cure. */
int running_can_be(const struct options *o, struct diag *ret_diag);

/* No configuration at all (storage not mounted, MTA not installed) is RUNNING_NOBODYS, with the
 * reason in r->absent, and so is one that cannot be understood, and an MTA of which no process is
 * known. -1 when it cannot be told. */
int running_look(struct running *r, const struct options *o, struct instance *inst,
		 const struct deadline *d, struct diag *ret_diag);

/* service_reload() for what running_look() found. */
int running_reload(const struct running *r, const struct options *o, const struct deadline *d,
		   struct diag *ret_diag);

#endif
