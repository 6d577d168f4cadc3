/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attributes: what crm_mon -A shows of an instance, each under its name: INSTANCE-vip, -name,
 * -remotes, -state, -leak, -remote-failure.
 *
 *     struct attributes a;
 *     attributes_begin(&a, o);              nothing happens unless the resource agent called
 *     attributes_set(&a, "state", "in sync");
 *     attributes_end(&a, &d);               writes what differs
 *
 * An attribute that cannot be written is written the next time; that is never an error.
 */
#ifndef MTA_STACK_ATTRIBUTES_H
#define MTA_STACK_ATTRIBUTES_H

#include "effects/clock.h"
#include "effects/instance.h"
#include "effects/nodeattr.h"
#include "program/options.h"

struct attributes {
	struct nodeattrs cluster;
	const char *instance;
	bool off;
};

void attributes_begin(struct attributes *a, const struct options *o);
void attributes_end(struct attributes *a, const struct deadline *d);

/* NULL: it shall not be there. */
void attributes_set(struct attributes *a, const char *what, const char *value);
const char *attributes_get(struct attributes *a, const char *what);

/* -vip, -name and -remotes, as they were applied. */
void attributes_stack(struct attributes *a, const struct stack_record *r);

/* -remote-failure: an outage, or its end (text NULL), with the time since when. */
void attributes_outage(struct attributes *a, const char *text);

/* -state: what failed. */
void attributes_failed(struct attributes *a, const struct diag *why);

/* None at all: stopped. */
void attributes_clear(struct attributes *a);

#endif
