/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_remote.c guarantees that what was done on a remote or guest node is not taken for something
 * done on the cluster node that holds its connection, which is what its history says of itself.
 */
#include "cib/cib_read.h"

#include <stdio.h>
#include <string.h>

#include "cib/cib_xml.h"
#include "data/buf.h"

static int read_on(struct cib_read *r, const char *node, const struct buf *tests,
		   struct diag *ret_diag)
{
	xmlNode *store = xmlDocGetRootElement(r->store), *last = xmlGetLastChild(store);
	struct buf nodes = BUF_INIT, path = BUF_INIT;
	int rc;

	buf_addf(&nodes, "@uname='%s'", node);
	cib_history_path(&path, buf_str(&nodes), tests);
	rc = buf_ok(&nodes) && buf_ok(&path)
		     ? cib_source_query(r->source, buf_str(&path), false, store, ret_diag)
		     : diag_oom(ret_diag);
	buf_release(&nodes);
	buf_release(&path);
	for (xmlNode *n = last ? last->next : store->children; n != NULL; n = n->next)
		cib_source_set_node(n, node);
	return rc;
}

int cib_read_remote(struct cib_read *r, const struct buf *tests, struct diag *ret_diag)
{
	const xmlNode *n = cib_xml_first(xmlDocGetRootElement(r->header));
	int rc = 0;

	for (; n != NULL && rc == 0; n = cib_xml_next(n)) {
		xmlChar *remote = xmlGetNoNsProp(n, cib_xml_str("remote_node"));
		xmlChar *uname = xmlGetNoNsProp(n, cib_xml_str("uname"));

		if (remote != NULL && uname != NULL && strcmp((const char *)remote, "true") == 0 &&
		    cib_is_quotable((const char *)uname))
			rc = read_on(r, (const char *)uname, tests, ret_diag);
		xmlFree(remote);
		xmlFree(uname);
	}
	return rc;
}
