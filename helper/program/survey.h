/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey: everything that must be known before a change, gathered in the one direction that data
 * flows: VIPs, then the configuration's findings, then names, then the plan.
 *
 *     survey_init(&s);
 *     survey_vips(&s, o, d, diag)            which VIPs, and whether they are here
 *     survey_plan(&s, o, inst, d, diag)      name, scan, names, plan
 *     survey_release(&s);
 *
 * Nothing is written. Strings live until survey_release(), files' bytes until instance_close().
 */
#ifndef MTA_STACK_SURVEY_H
#define MTA_STACK_SURVEY_H

#include "data/buf.h"
#include "effects/instance.h"
#include "effects/netaddr.h"
#include "program/options.h"
#include "pure/mask.h"
#include "pure/plan.h"
#include "pure/vipfacts.h"

struct survey {
	struct vipfacts facts;
	struct netaddrs local; /* the addresses of this node */
	struct stack want;
	struct ipaddr *own; /* backing of want.own */
	size_t n_own, cap_own;
	struct source_file names_file; /* of pinned names; path NULL: none */
	struct ipaddr *nodes;	       /* backing of want.nodes */
	size_t n_nodes, cap_nodes;
	const char *vip_name; /* the VIP's name as DNS has confirmed it; NULL: not asked, or none */
	struct buf mta_facts;
	struct scan scan;
	struct names names;
	struct plan plan;
	struct mask mask;   /* before anything of the plan is shown */
	const char **notes; /* one line each, for people: what was noticed on the way */
	size_t n_notes, cap_notes;
	bool scanned; /* scan, names and plan are initialised */
	struct pool pool;
};

void survey_init(struct survey *s);
void survey_release(struct survey *s);

/* With `where`: and on which nodes they are started. */
int survey_vips(struct survey *s, const struct options *o, bool where, const struct deadline *d,
		struct diag *ret_diag);

/* Note this cluster's addresses, which are never remotes: the VIPs, the nodes' own, and all that
 * this node has; survey_vips() does. */
int survey_own(struct survey *s, struct diag *ret_diag);

/* Only the findings: for a command that plans nothing. With process_only it ends as soon as
 * s->scan.process is known, before large tables are read. */
int survey_scan(struct survey *s, const struct options *o, struct instance *inst, bool process_only,
		const struct deadline *d, struct diag *ret_diag);

int survey_plan(struct survey *s, const struct options *o, struct instance *inst,
		const struct deadline *d, struct diag *ret_diag);

/* File i as the MTA reads it now: its copy, if there is one, or itself. */
int survey_live(const struct survey *s, size_t i, struct instance *inst, const struct deadline *d,
		const struct admin_file **ret_file, struct diag *ret_diag);

/* What file i shall be, and whether that differs from what is on the disk now. */
int survey_new_bytes(const struct survey *s, size_t i, struct instance *inst,
		     const struct deadline *d, struct buf *ret_bytes, bool *ret_differs,
		     struct diag *ret_diag);

/* Does any file differ from what it shall be? */
int survey_differs(const struct survey *s, struct instance *inst, const struct deadline *d,
		   bool *ret_differs, struct diag *ret_diag);

/* Remember a line for output_notes(); the same one once. */
void survey_note(struct survey *s, const char *text);

/* Keep what DNS has confirmed for the day when it does not answer. */
int survey_save_names(const struct survey *s, struct instance *inst, struct diag *ret_diag);

/* The first VIP that is not usable on this node, with the reason ("is not on this node", "is still
 * tentative"); NULL if all are. */
const struct vip *survey_missing_vip(const struct survey *s, const char **ret_why);

/* Whose an address is, for people: "node1", "this node". */
const char *survey_owner(const struct survey *s, const struct ipaddr *addr);

/* Ask the kernel again which addresses are here. */
int survey_look_again(struct survey *s, struct diag *ret_diag);

#endif
