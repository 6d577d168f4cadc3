/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_active.c guarantees that a node is named only if the last finished operation there left the
 * resource started, and the node is up. A start that failed or is under way does not count.
 */
#include "pure/cib_eval.h"

#include <string.h>

#include "data/array.h"

enum {
	RC_OK = 0,
	RC_PROMOTED = 8,
	RC_FAILED_PROMOTED = 9,
	RC_DEGRADED = 190,
	RC_DEGRADED_PROMOTED = 191,
	RC_PENDING = 193,
};

static bool is_good(int rc)
{
	return rc == RC_OK || rc == RC_PROMOTED || rc == RC_DEGRADED || rc == RC_DEGRADED_PROMOTED;
}

/* Whether the resource is started after op, if it was before. */
static bool after(const struct cib_op *op, bool before)
{
	bool good = is_good(op->rc);

	if (op->status < 0 || op->rc == RC_PENDING)
		return before;
	if (strcmp(op->operation, "monitor") == 0) {
		if (op->interval == 0)
			return good || op->rc == RC_FAILED_PROMOTED;
		return before || good;
	}
	if (strcmp(op->operation, "start") == 0 || strcmp(op->operation, "migrate_from") == 0)
		return before || good;
	if (strcmp(op->operation, "promote") == 0 || strcmp(op->operation, "demote") == 0)
		return before || good;
	if (strcmp(op->operation, "stop") == 0 || strcmp(op->operation, "migrate_to") == 0)
		return good ? false : before;
	return before;
}

/* "vip" or, as an instance of a clone, "vip:0". */
static bool names(const char *entry, const char *id)
{
	size_t len = strlen(id);

	return strncmp(entry, id, len) == 0 && (entry[len] == '\0' || entry[len] == ':');
}

static const struct cib_op *next_op(const struct cib_model *m, const char *id, const char *node,
				    const struct cib_op *last)
{
	const struct cib_op *next = NULL;

	for (size_t i = 0; i < m->n_ops; i++) {
		const struct cib_op *op = &m->ops[i];

		if (op->call < 0 || !names(op->resource, id) || strcmp(op->node, node) != 0)
			continue;
		if (last != NULL &&
		    (op->call < last->call || (op->call == last->call && op <= last)))
			continue;
		if (next == NULL || op->call < next->call)
			next = op;
	}
	return next;
}

static bool is_up(struct cib_model *m, const struct cib_node *node);

static bool is_started(struct cib_model *m, const char *id, const struct cib_node *node)
{
	const struct cib_op *op = NULL;
	bool started = false;

	while ((op = next_op(m, id, node->name, op)) != NULL)
		started = after(op, started);
	return started && is_up(m, node);
}

/* A remote node is up while its connection, a resource of the same name, is started. */
static bool is_up(struct cib_model *m, const struct cib_node *node)
{
	if (!node->remote)
		return node->online;
	if (cib_wants_asked(m->wants, CIB_WANT_STATUS, "", node->name) == NULL)
		return false;
	for (size_t i = 0; i < m->n_nodes; i++)
		if (!m->nodes[i].remote && is_started(m, node->name, &m->nodes[i]))
			return true;
	return false;
}

/* A bundle's address is a resource that Pacemaker makes up: BUNDLE-ip-ADDRESS. */
static const char *history_id(struct cib_model *m, const struct cib_resource *r)
{
	char id[512];

	if (r->kind != CIB_BUNDLE)
		return r->id;
	(void)snprintf(id, sizeof(id), "%s-ip-%s", r->id,
		       r->ip_range_start ? r->ip_range_start : "");
	for (char *c = id; *c != '\0'; c++)
		if (*c == ':')
			*c = '.';
	return pool_dups(&m->pool, id);
}

static bool is_cloned(const struct cib_resource *r)
{
	for (r = r->parent; r != NULL; r = r->parent)
		if (r->kind == CIB_CLONE)
			return true;
	return false;
}

const char *const *cib_active(struct cib_model *m, const struct cib_resource *r)
{
	static const char *const none[] = {NULL};
	const char *id = history_id(m, r);
	const char **list;
	size_t n = 0;

	if (cib_wants_asked(m->wants, CIB_WANT_STATUS, is_cloned(r) ? "clone" : "", id) == NULL)
		return none;
	if (m->n_nodes >= POOL_OBJECT_MAX / sizeof(*list)) {
		m->pool.failed = true;
		return none;
	}
	list = pool_alloc(&m->pool, (m->n_nodes + 1) * sizeof(*list));
	for (size_t i = 0; i < m->n_nodes; i++)
		if (is_started(m, id, &m->nodes[i]))
			list[n++] = m->nodes[i].name;
	list[n] = NULL;
	return list;
}
