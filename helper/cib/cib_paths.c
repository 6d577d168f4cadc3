/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_paths.c guarantees absolute paths along known levels of the CIB, so that no query walks all
 * of it, except for a reference's target, which may be anywhere in the configuration.
 */
#include "cib/cib_read.h"

#include <string.h>

#include "data/buf.h"

#define RESOURCES "/cib/configuration/resources/"

bool cib_is_quotable(const char *s)
{
	for (const char *c = s; *c != '\0'; c++)
		if (*c == '\'' || (unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return s[0] != '\0';
}

static void path(struct buf *b, const char *format, const char *id)
{
	if (b->len > 0)
		buf_adds(b, "|");
	for (const char *c = format; *c != '\0'; c++)
		if (*c == '?')
			buf_addf(b, "'%s'", id);
		else
			buf_add(b, c, 1);
}

/* Anywhere. `descendant::` walks in half the time of `//`; what holds a resource's parameters is in
 * no constraint, and passing those over saves half of that again. */
static void element_path(struct buf *b, const struct cib_want *w)
{
	bool is_of_resource =
		strstr(w->tag, "_attributes") != NULL || strcmp(w->tag, "nvpair") == 0;

	buf_addf(b, "%s/cib/configuration%s/descendant::%s[@id='%s']", b->len > 0 ? "|" : "",
		 is_of_resource ? "/*[not(self::constraints)]" : "", w->tag, w->id);
}

static void paths_of(struct buf *b, const struct cib_want *w)
{
	switch (w->kind) {
	case CIB_WANT_NAME:
		path(b, RESOURCES "primitive[@id=?]", w->id);
		path(b, RESOURCES "template[@id=?]", w->id);
		path(b,
		     RESOURCES
		     "*[not(self::primitive) and (@id=? or primitive/@id=? or group/@id=? "
		     "or group/primitive/@id=?)]",
		     w->id);
		path(b, "/cib/configuration/tags/tag[@id=?]", w->id);
		break;
	case CIB_WANT_USERS:
		path(b,
		     RESOURCES "*[@template=? or primitive/@template=? or "
			       "group/primitive/@template=?]",
		     w->id);
		break;
	case CIB_WANT_LINKS:
		path(b,
		     "/cib/configuration/constraints/rsc_colocation[@rsc=? or @with-rsc=? or "
		     "resource_set/resource_ref/@id=? or resource_set/@id-ref]",
		     w->id);
		path(b, "/cib/configuration/tags/tag[obj_ref/@id=?]", w->id);
		break;
	case CIB_WANT_ELEMENT:
		if (strcmp(w->tag, "template") == 0)
			path(b, RESOURCES "template[@id=?]", w->id);
		else
			element_path(b, w);
		break;
	case CIB_WANT_STATUS:
	case CIB_WANT_ANSWER:
		break;
	}
}

/* All histories in one path: the status section has an entry for each resource on each node, and
 * every path is one more walk through them. */
void cib_history_path(struct buf *b, const char *nodes, const struct buf *tests)
{
	if (b->len > 0)
		buf_adds(b, "|");
	buf_addf(b, "/cib/status/node_state[%s]/lrm/lrm_resources/lrm_resource[%s]", nodes,
		 buf_str(tests));
}

static void test_history(struct buf *tests, const struct cib_want *w)
{
	buf_addf(tests, "%s@id='%s'", tests->len > 0 ? " or " : "", w->id);
	if (strcmp(w->tag, "clone") == 0)
		buf_addf(tests, " or starts-with(@id,'%s:')", w->id);
}

int cib_paths(struct cib_wants *wants, struct buf *out, struct buf *ret_histories,
	      struct diag *ret_diag)
{
	for (size_t i = 0; i < wants->n; i++) {
		struct cib_want *w = &wants->items[i];

		if (w->asked || w->kind == CIB_WANT_ANSWER)
			continue;
		w->asked = true;
		if (!cib_is_quotable(w->id))
			continue;
		if (w->kind == CIB_WANT_STATUS)
			test_history(ret_histories, w);
		else
			paths_of(out, w);
	}
	if (ret_histories->len > 0)
		cib_history_path(out, "not(@remote_node='true')", ret_histories);
	return buf_ok(ret_histories) && buf_ok(out) && pool_ok(&wants->pool) ? 0
									     : diag_oom(ret_diag);
}
