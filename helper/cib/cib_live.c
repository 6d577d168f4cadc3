/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_live.c guarantees that the ways in which a cluster can be out of reach are told apart: no
 * daemon, no permission, anything else with its number. It has no time-out that can be relied on.
 */
#include "cib/cib_source.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <glib.h>
#include <crm/crm.h>
#include <crm/cib.h>

/* Pacemaker's own errors lie above all of errno's. */
static const char *reason(int rc)
{
	return rc < 200 ? strerror(rc) : "an error of Pacemaker's own";
}

/* libcib says "not connected" of a daemon that refuses us, too. The daemon's socket is then there
 * all the same, by name, abstract or as a file. */
static bool is_refused(int rc)
{
	FILE *f;
	char *line = NULL;
	size_t cap = 0;
	bool there = false;
	ssize_t n;

	if (rc == EACCES || rc == EPERM)
		return true;
	if (geteuid() == 0)
		return false;
	f = fopen("/proc/net/unix", "re");
	while (f != NULL && !there && (n = getline(&line, &cap, f)) > 0)
		there = strstr(line, "@cib_ro") != NULL || strstr(line, "/cib_ro") != NULL;
	free(line);
	if (f != NULL)
		(void)fclose(f);
	return there;
}

enum cib_open cib_live_open(struct cib_source *s, struct diag *ret_diag)
{
	cib_t *cib;
	int rc;

	crm_log_init("mta-stack-cib", LOG_CRIT, FALSE, FALSE, 0, NULL, TRUE);
	cib = cib_new();
	if (cib == NULL) {
		(void)diag_oom(ret_diag);
		return CIB_OPEN_FAILED;
	}
	rc = -cib->cmds->signon(cib, "mta-stack-cib", cib_query);
	if (rc == 0) {
		s->live = cib;
		return CIB_OPEN_OK;
	}
	cib_delete(cib);
	if (is_refused(rc)) {
		(void)diag_set(ret_diag, EX_PERM,
			       "cannot read the CIB: no permission: run as root or as a member of "
			       "group haclient");
		return CIB_OPEN_FAILED;
	}
	if (rc == ENOTCONN || rc == ECONNREFUSED || rc == ENOENT) {
		(void)diag_set(ret_diag, EX_FAILED,
			       "cannot read the CIB: the cluster is not running on this node");
		return CIB_OPEN_NO_CLUSTER;
	}
	(void)diag_set(ret_diag, EX_FAILED,
		       "cannot read the CIB: connecting to pacemaker-based: %s (%d)", reason(rc),
		       rc);
	return CIB_OPEN_FAILED;
}

void cib_live_close(struct cib_source *s)
{
	cib_t *cib = s->live;

	cib->cmds->signoff(cib);
	cib_delete(cib);
	s->live = NULL;
}

/* One match comes as itself, several as children of <xpath-query>. */
static int take(xmlNode *out, xmlNode *into, struct diag *ret_diag)
{
	bool many = strcmp((const char *)out->name, "xpath-query") == 0;

	for (xmlNode *n = many ? out->children : out; n != NULL; n = many ? n->next : NULL) {
		xmlNode *copy;

		if (n->type != XML_ELEMENT_NODE)
			continue;
		copy = xmlDocCopyNode(n, into->doc, 1);
		if (copy == NULL)
			return diag_oom(ret_diag);
		xmlAddChild(into, copy);
	}
	return 0;
}

int cib_live_query(struct cib_source *s, const char *xpath, bool shallow, xmlNode *into,
		   struct diag *ret_diag)
{
	cib_t *cib = s->live;
	xmlNode *out = NULL;
	int options = cib_sync_call | cib_xpath | (shallow ? cib_no_children : 0);
	int rc = -cib->cmds->query(cib, xpath, &out, options);
	int done = 0;

	if (rc == ENXIO)
		return 0;
	if (rc == EACCES || rc == EPERM)
		return diag_set(
			ret_diag, EX_PERM,
			"cannot read the CIB: no permission: an ACL of the cluster forbids it");
	if (rc == ENOTCONN)
		return diag_set(ret_diag, EX_FAILED,
				"cannot read the CIB: the cluster stopped on this node");
	if (rc != 0)
		return diag_set(ret_diag, EX_FAILED, "cannot read the CIB: %s (%d)", reason(rc),
				rc);
	if (out != NULL) {
		done = take(out, into, ret_diag);
		free_xml(out);
	}
	return done;
}
