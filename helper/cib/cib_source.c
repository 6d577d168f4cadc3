/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_source.c guarantees that a file answers as a daemon would. It does not check a file against
 * a schema, and opens no network address that a file may name.
 */
#include "cib/cib_source.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>

static int open_file(struct cib_source *s, const char *file, struct diag *ret_diag)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	const xmlNode *root;

	if (fd < 0)
		return diag_set(ret_diag, errno == EACCES ? EX_PERM : EX_ARGS, "cannot open %s: %s",
				file, strerror(errno));
	s->file = xmlReadFd(fd, file, NULL,
			    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
				    XML_PARSE_NOBLANKS | XML_PARSE_HUGE);
	(void)close(fd);
	if (s->file == NULL)
		return diag_set(ret_diag, EX_CONFIGURED,
				"cannot read %s: it is not well-formed XML", file);
	root = xmlDocGetRootElement(s->file);
	if (root == NULL || strcmp((const char *)root->name, "cib") != 0) {
		cib_source_close(s);
		return diag_set(ret_diag, EX_CONFIGURED, "cannot read %s: it is not a CIB", file);
	}
	return 0;
}

enum cib_open cib_source_open(struct cib_source *s, const char *file, struct diag *ret_diag)
{
	*s = (struct cib_source){0};
	if (file == NULL)
		return cib_live_open(s, ret_diag);
	return open_file(s, file, ret_diag) < 0 ? CIB_OPEN_FAILED : CIB_OPEN_OK;
}

void cib_source_close(struct cib_source *s)
{
	if (s->live != NULL)
		cib_live_close(s);
	if (s->file != NULL)
		xmlFreeDoc(s->file);
	*s = (struct cib_source){0};
}

void cib_source_set_node(xmlNode *entry, const char *name)
{
	for (xmlNode *op = entry->children; op != NULL; op = op->next)
		if (op->type == XML_ELEMENT_NODE)
			xmlSetProp(op, cib_xml_str("on_node"), cib_xml_str(name));
}

/* A history entry cut out of its node's state must still say where it belongs. */
static void keep_node(const xmlNode *entry, xmlNode *copy)
{
	const xmlNode *state = entry;
	xmlChar *name;

	while (state != NULL && strcmp((const char *)state->name, "node_state") != 0)
		state = state->parent;
	name = state ? xmlGetNoNsProp(state, cib_xml_str("uname")) : NULL;
	if (name != NULL)
		cib_source_set_node(copy, (const char *)name);
	xmlFree(name);
}

static int query_file(struct cib_source *s, const char *xpath, bool shallow, xmlNode *into,
		      struct diag *ret_diag)
{
	xmlXPathContext *context = xmlXPathNewContext(s->file);
	xmlXPathObject *found = NULL;
	int rc = 0;

	if (context != NULL)
		found = xmlXPathEvalExpression(cib_xml_str(xpath), context);
	if (found == NULL)
		rc = diag_set(ret_diag, EX_FAILED, "cannot read the CIB: XPath fails: %s", xpath);
	for (int i = 0; rc == 0 && found->nodesetval && i < found->nodesetval->nodeNr; i++) {
		xmlNode *n = found->nodesetval->nodeTab[i];
		xmlNode *copy = xmlDocCopyNode(n, into->doc, shallow ? 2 : 1);

		if (copy == NULL) {
			rc = diag_oom(ret_diag);
			break;
		}
		xmlAddChild(into, copy);
		if (strcmp((const char *)n->name, "lrm_resource") == 0)
			keep_node(n, copy);
	}
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	return rc;
}

int cib_source_query(struct cib_source *s, const char *xpath, bool shallow, xmlNode *into,
		     struct diag *ret_diag)
{
	if (s->live != NULL)
		return cib_live_query(s, xpath, shallow, into, ret_diag);
	return query_file(s, xpath, shallow, into, ret_diag);
}
