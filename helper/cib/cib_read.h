/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_read: reading from a CIB just what an answer needs, in as few round trips as it takes.
 *
 *     struct cib_read r;
 *     cib_read_init(&r, source, corosync, node, file);
 *     cib_read_choose(&r, question, &choice, diag)      the choice points into r.model
 *     cib_read_release(&r);
 *
 * One round trip is one XPath union of absolute paths. All reads belong to one configuration:
 * when its epoch changes between the first and the last, everything is read anew.
 */
#ifndef MTA_STACK_CIB_READ_H
#define MTA_STACK_CIB_READ_H

#include <libxml/tree.h>

#include "cib/cib_corosync.h"
#include "cib/cib_source.h"
#include "pure/cib_choose.h"
#include "pure/cib_model.h"

struct cib_read {
	struct cib_source *source;
	struct cib_corosync *corosync; /* NULL: not asked */
	const char *node_given;	       /* --node, or NULL */
	const char *file;	       /* --cib-file, or NULL */
	const char *node;	       /* this node's name in the CIB, or NULL */
	const char *quorate;	       /* "yes", "no" by the CIB, or NULL */
	xmlDoc *header, *store;
	struct cib_wants wants;
	struct cib_model model;
	struct pool pool;
};

void cib_read_init(struct cib_read *r, struct cib_source *source, struct cib_corosync *corosync,
		   const char *node, const char *file);
void cib_read_release(struct cib_read *r);

/* What is to be known of a chosen resource besides its address. */
struct cib_state {
	struct cib_mode mode;
	const char *agent;
	const char *const *active;
};

/* Answer a question and, for ours and each VIP, its state: ret_states has one per VIP, the own
 * resource's mode goes to ret_own. Free ret_states. */
int cib_read_choose(struct cib_read *r, const struct cib_question *q, struct cib_choice *ret_choice,
		    struct cib_mode *ret_own, struct cib_state **ret_states, struct diag *ret_diag);

/* For cib_read.c: new, empty documents and the header: <cib>, nodes and their states. */
int cib_read_header(struct cib_read *r, struct diag *ret_diag);

/* For cib_read.c: which node this is: given, or what Pacemaker tells its agents, or as Corosync
 * knows it, or without Corosync this machine's name if a node has it. */
int cib_read_node(struct cib_read *r, struct diag *ret_diag);

/* May an ACL have hidden something from this user? */
bool cib_read_may_be_partial(const struct cib_read *r);

/* For cib_header.c: EX_PERM for a <cib> that an ACL stripped of its attributes. */
int cib_read_check_shown(const struct cib_read *r, const xmlNode *cib, struct diag *ret_diag);

/* For cib_read.c: that something was not found may be an ACL's doing: then the text says so. -1. */
int cib_read_explain(const struct cib_read *r, struct diag *diag);

/* For cib_read.c: is the configuration still the one that the header spoke of? */
int cib_read_unchanged(struct cib_read *r, bool *ret_unchanged, struct diag *ret_diag);

/* For cib_read.c: the union of paths for all that is wanted and not asked; marks it asked. Of
 * histories those on cluster nodes; ret_histories gets the test for those wanted. */
struct buf;
int cib_paths(struct cib_wants *wants, struct buf *out, struct buf *ret_histories,
	      struct diag *ret_diag);

/* For cib_read.c: add the path of the histories that pass the test, on nodes that pass theirs. */
void cib_history_path(struct buf *b, const char *nodes, const struct buf *tests);

/* For cib_read.c: the histories that pass the test, on remote and guest nodes: a query for each of
 * those nodes, since only the query tells whose an entry is. */
int cib_read_remote(struct cib_read *r, const struct buf *tests, struct diag *ret_diag);

/* For cib_read.c: the value of a parameter as Pacemaker evaluates it, by crm_resource; in the
 * pool, NULL if it is not set. It ends within 5 seconds, whatever crm_resource does. */
int cib_ask_pacemaker(const char *resource, const char *param, const char *file, struct pool *pool,
		      const char **ret_value, struct diag *ret_diag);

/* An id or node name that may stand between quotes in a path. */
bool cib_is_quotable(const char *s);

#endif
