/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_header.c guarantees that what is read belongs to a CIB that this program understands, and
 * says which configuration it is and which of its nodes this machine is.
 */
#include "cib/cib_read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cib/cib_xml.h"

#define SCHEMA_MAX 4 /* the major number of the newest schema that is known here */

static xmlDoc *empty_doc(void)
{
	xmlDoc *doc = xmlNewDoc(cib_xml_str("1.0"));
	xmlNode *root = doc ? xmlNewDocNode(doc, NULL, cib_xml_str("store"), NULL) : NULL;

	if (root == NULL) {
		xmlFreeDoc(doc);
		return NULL;
	}
	xmlDocSetRootElement(doc, root);
	return doc;
}

static const char *attr(struct cib_read *r, const xmlNode *n, const char *name)
{
	xmlChar *value = xmlGetNoNsProp(n, cib_xml_str(name));
	const char *kept = value ? pool_dups(&r->pool, (const char *)value) : NULL;

	xmlFree(value);
	return kept;
}

static const xmlNode *cib_element(const xmlNode *root)
{
	for (const xmlNode *n = cib_xml_first(root); n != NULL; n = cib_xml_next(n))
		if (cib_xml_is(n, "cib"))
			return n;
	return NULL;
}

/* "pacemaker-3.9"; anything that is not spelled so is not newer. */
static int check_schema(const char *schema, struct diag *ret_diag)
{
	const char *dash = schema ? strrchr(schema, '-') : NULL;

	if (dash != NULL && strtol(dash + 1, NULL, 10) > SCHEMA_MAX)
		return diag_set(
			ret_diag, EX_INSTALLED,
			"cannot read the CIB: its schema %s is newer than pacemaker-%d, the "
			"newest that is known here: update mta-stack",
			schema, SCHEMA_MAX);
	return 0;
}

int cib_read_header(struct cib_read *r, struct diag *ret_diag)
{
	xmlNode *root;
	const xmlNode *cib;
	const char *quorum;

	r->header = empty_doc();
	r->store = empty_doc();
	if (r->header == NULL || r->store == NULL)
		return diag_oom(ret_diag);
	root = xmlDocGetRootElement(r->header);
	if (cib_source_query(r->source, "/cib|/cib/configuration/nodes/node|/cib/status/node_state",
			     true, root, ret_diag) < 0)
		return -1;
	cib = cib_element(root);
	if (cib == NULL)
		return diag_set(ret_diag, EX_FAILED, "cannot read the CIB: it is empty");
	if (cib_read_check_shown(r, cib, ret_diag) < 0)
		return -1;
	quorum = attr(r, cib, "have-quorum");
	if (quorum != NULL)
		r->quorate = cib_bool(quorum, false) ? "yes" : "no";
	return check_schema(attr(r, cib, "validate-with"), ret_diag);
}

/* The name of the node whose attribute `key` has this value, or NULL. */
static const char *find_node(struct cib_read *r, const char *key, const char *value)
{
	const xmlNode *root = xmlDocGetRootElement(r->header);

	for (const xmlNode *n = cib_xml_first(root); n != NULL; n = cib_xml_next(n)) {
		const char *has = attr(r, n, key), *uname = attr(r, n, "uname");

		if (has != NULL && uname != NULL && !cib_xml_is(n, "cib") &&
		    strcmp(has, value) == 0)
			return uname;
	}
	return NULL;
}

static bool has_node(struct cib_read *r, const char *name)
{
	return find_node(r, "uname", name) != NULL;
}

/* The host's name need not be the node's, nor need corosync.conf have one: then the CIB has
 * Pacemaker's choice beside Corosync's id. */
static const char *own_name(struct cib_read *r)
{
	const char *id, *name;
	char host[256] = "";

	if (r->corosync != NULL && cib_corosync_self(r->corosync, &id, &name))
		return name[0] != '\0' ? find_node(r, "uname", name) : find_node(r, "id", id);
	return gethostname(host, sizeof(host) - 1) == 0 ? find_node(r, "uname", host) : NULL;
}

int cib_read_node(struct cib_read *r, struct diag *ret_diag)
{
	const char *told = r->file ? NULL : getenv("OCF_RESKEY_CRM_meta_on_node");

	r->node = NULL;
	if (r->node_given != NULL) {
		if (!has_node(r, r->node_given))
			return diag_set(ret_diag, EX_ARGS,
					"cannot be node %s: the CIB has no such node",
					r->node_given);
		r->node = r->node_given;
	} else if (told != NULL && has_node(r, told)) {
		r->node = told;
	} else {
		r->node = own_name(r);
	}
	return 0;
}

int cib_read_unchanged(struct cib_read *r, bool *ret_unchanged, struct diag *ret_diag)
{
	static const char *const names[] = {"admin_epoch", "epoch"};
	const xmlNode *was = cib_element(xmlDocGetRootElement(r->header)), *is;
	xmlDoc *doc;
	int rc;

	*ret_unchanged = true;
	if (r->source->live == NULL)
		return 0;
	doc = empty_doc();
	if (doc == NULL)
		return diag_oom(ret_diag);
	rc = cib_source_query(r->source, "/cib", true, xmlDocGetRootElement(doc), ret_diag);
	is = cib_element(xmlDocGetRootElement(doc));
	for (size_t i = 0; i < 2 && rc == 0; i++) {
		const char *before = attr(r, was, names[i]);
		const char *after = is ? attr(r, is, names[i]) : NULL;

		if (before == NULL || after == NULL || strcmp(before, after) != 0)
			*ret_unchanged = false;
	}
	xmlFreeDoc(doc);
	return rc;
}
