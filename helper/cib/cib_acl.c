/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_acl.c guarantees that what an ACL hides is not taken for what is not there without a word.
 * Pacemaker does not tell a reader what it leaves out: a <cib> without its attributes proves it,
 * and otherwise it is possible where ACLs are in force, which root and hacluster are exempt from.
 */
#include "cib/cib_read.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "cib/cib_xml.h"

static bool is_exempt(void)
{
	const struct passwd *user = geteuid() != 0 ? getpwuid(geteuid()) : NULL;

	return geteuid() == 0 || (user != NULL && strcmp(user->pw_name, "hacluster") == 0);
}

static bool attr_is(const xmlNode *n, const char *name, const char *value)
{
	xmlChar *has = xmlGetNoNsProp(n, cib_xml_str(name));
	bool same = has != NULL && strcmp((const char *)has, value) == 0;

	xmlFree(has);
	return same;
}

static bool is_enabled(const xmlNode *n)
{
	xmlChar *value =
		attr_is(n, "name", "enable-acl") ? xmlGetNoNsProp(n, cib_xml_str("value")) : NULL;
	bool enabled = value != NULL && cib_bool((const char *)value, false);

	xmlFree(value);
	for (const xmlNode *c = cib_xml_first(n); c != NULL && !enabled; c = cib_xml_next(c))
		enabled = is_enabled(c);
	return enabled;
}

/* Without crm_config, which each CIB has, we were not shown it. */
bool cib_read_may_be_partial(const struct cib_read *r)
{
	const xmlNode *n;

	if (r->source->live == NULL || r->store == NULL || is_exempt())
		return false;
	for (n = cib_xml_first(xmlDocGetRootElement(r->store)); n != NULL; n = cib_xml_next(n))
		if (cib_xml_is(n, "crm_config"))
			return is_enabled(n);
	return true;
}

int cib_read_check_shown(const struct cib_read *r, const xmlNode *cib, struct diag *ret_diag)
{
	if (r->source->live == NULL || xmlHasProp(cib, cib_xml_str("epoch")))
		return 0;
	return diag_set(ret_diag, EX_PERM,
			"cannot read the CIB: no permission: an ACL of the cluster hides part of "
			"it: run as root");
}

int cib_read_explain(const struct cib_read *r, struct diag *diag)
{
	struct diag was = *diag;
	xmlNode *store = r->store ? xmlDocGetRootElement(r->store) : NULL;

	if (store != NULL && r->source->live != NULL && cib_xml_first(store) == NULL)
		(void)cib_source_query(r->source, "/cib/configuration/crm_config", false, store,
				       NULL);
	if ((was.code == EX_CONFIGURED || was.code == EX_ARGS) && cib_read_may_be_partial(r))
		return diag_set(diag, was.code,
				"%s; an ACL of the cluster may hide it from this user: run as root",
				was.text);
	return -1;
}
