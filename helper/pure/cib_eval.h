/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_eval: what a model says of one resource: its parameters, whether it is managed, where it
 * runs, and which address it holds.
 *
 * All functions may note wants in m->wants; what they return then is not final. Strings that they
 * return live in the model's pool or in the model.
 */
#ifndef MTA_STACK_CIB_EVAL_H
#define MTA_STACK_CIB_EVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "pure/cib_model.h"
#include "pure/ipaddr.h"

/* The attributes of this node, "#uname" and its like included, for rules; none without m->node.
 * Release the values. */
int cib_node_attributes(struct cib_model *m, struct cib_values *ret_values, struct diag *ret_diag);

/* Parameters as they hold on this node. Release the values. */
int cib_params(struct cib_model *m, const struct cib_resource *r, struct cib_values *ret_values,
	       struct diag *ret_diag);

struct cib_mode {
	bool managed;
	const char *target_role; /* NULL if not set */
	const char *unsure_rule; /* one that could not be judged and bears on these, or NULL */
};

/* is-managed, maintenance (resource, this node, cluster) and target-role. */
int cib_mode(struct cib_model *m, const struct cib_resource *r, struct cib_mode *ret_mode,
	     struct diag *ret_diag);

/* Members of this group depend on those before them; false with the old collocated=false. */
int cib_group_binds(struct cib_model *m, const struct cib_resource *group, bool *ret_binds,
		    struct diag *ret_diag);

/* The nodes on which it is started, by the status section: pooled names, NULL-terminated. */
const char *const *cib_active(struct cib_model *m, const struct cib_resource *r);

enum cib_address_state {
	CIB_ADDRESS_NONE,    /* no IP resource */
	CIB_ADDRESS_FOUND,   /* of a known agent */
	CIB_ADDRESS_UNKNOWN, /* an agent we do not know, with one parameter that is an address */
	CIB_ADDRESS_UNUSABLE /* an IP resource, but `problem` */
};

struct cib_address {
	enum cib_address_state state;
	struct ipaddr addr;
	int prefix;	       /* bits, or -1 */
	const char *interface; /* or NULL */
	const char *param;     /* where the address was */
	const char *problem;   /* UNUSABLE: follows the resource's id in a sentence */
	bool elsewhere;	       /* UNUSABLE: not on this node by nature; others may serve */
};

int cib_address(struct cib_model *m, const struct cib_resource *r, struct cib_address *ret_address,
		struct diag *ret_diag);

/* "ocf:heartbeat:IPaddr2", "bundle"; pooled. */
const char *cib_agent_name(struct cib_model *m, const struct cib_resource *r);

#endif
