/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vip: which VIPs serve this resource, why these, on which node, here or not.
 */
#include <stdio.h>

#include "program/commands.h"
#include "program/output.h"

static const char *where(const struct survey *s, const struct vip *v)
{
	const struct netaddr *a = netaddr_find(&s->local, &v->addr);

	return a == NULL ? "not here"
	       : netaddr_usable(a)
		       ? a->deprecated ? "here (deprecated: chosen only when bound to)" : "here"
	       : a->dad_failed ? "here, but used by another machine too"
			       : "here, but still tentative";
}

static json_t *strings(const char *const *items, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(list, json_string(items[i]));
	return list;
}

static const char *interface(const struct survey *s, const struct vip *v)
{
	const struct netaddr *a = netaddr_find(&s->local, &v->addr);

	return a != NULL ? a->interface : v->interface;
}

static json_t *vip_json(const struct survey *s, const struct vip *v)
{
	const struct netaddr *a = netaddr_find(&s->local, &v->addr);
	char addr[IPADDR_STRLEN];
	json_t *prefix = v->prefix >= 0 ? json_integer(v->prefix) : NULL;

	return json_pack("{s:s, s:s, s:i, s:o*, s:o, s:b, s:b, s:b, s:b, s:s, s:s*, s:b, s:s*, "
			 "s:s*}",
			 "resource", v->resource, "address", ipaddr_format(&v->addr, addr),
			 "family", v->addr.family, "prefix", prefix, "nodes",
			 strings(v->active, v->n_active), "here", a != NULL && netaddr_usable(a),
			 "tentative", a != NULL && a->tentative && !a->dad_failed, "duplicate",
			 a != NULL && a->dad_failed, "deprecated", a != NULL && a->deprecated,
			 "why", v->why ? v->why : "", "agent", v->agent, "managed", v->managed,
			 "target_role", v->target_role, "interface", interface(s, v));
}

/* Our own resource; NULL if the answer is not for one. */
static json_t *own_json(const struct survey *s, const struct options *o)
{
	if (!s->facts.has_mode || o->resource == NULL)
		return NULL;
	return json_pack("{s:s, s:b, s:s*}", "id", o->resource, "managed", s->facts.managed,
			 "target_role", s->facts.target_role);
}

static int print_json(const struct survey *s, const struct options *o, struct diag *ret_diag)
{
	json_t *vips = json_array();

	for (size_t i = 0; i < s->facts.n_vips; i++)
		(void)json_array_append_new(vips, vip_json(s, &s->facts.vips[i]));
	return output_json(json_pack("{s:o, s:o*, s:s*, s:s*, s:s*, s:o}", "vips", vips, "resource",
				     own_json(s, o), "node", s->facts.node, "cluster",
				     s->facts.cluster, "quorate", s->facts.quorate, "findings",
				     strings(s->facts.findings, s->facts.n_findings)),
			   ret_diag);
}

static void print_vip(const struct survey *s, const struct vip *v)
{
	char addr[IPADDR_STRLEN];

	(void)printf("%s  %s  %s", ipaddr_format(&v->addr, addr), v->resource, where(s, v));
	for (size_t k = 0; k < v->n_active; k++)
		(void)printf("%s%s", k == 0 ? "; started on " : ", ", v->active[k]);
	(void)printf("; %s", v->why ? v->why : "");
	if (interface(s, v) != NULL)
		(void)printf("; interface %s", interface(s, v));
	if (v->target_role != NULL)
		(void)printf("; target-role %s", v->target_role);
	(void)printf("%s\n", v->managed ? "" : "; unmanaged");
}

static void print_text(const struct survey *s, const struct options *o)
{
	const struct vipfacts *f = &s->facts;

	for (size_t i = 0; i < f->n_vips; i++)
		print_vip(s, &f->vips[i]);
	if (f->has_mode && o->resource != NULL)
		(void)printf("resource %s: %s%s%s\n", o->resource,
			     f->managed ? "managed" : "unmanaged",
			     f->target_role ? ", target-role " : "",
			     f->target_role ? f->target_role : "");
	if (f->quorate != NULL)
		(void)printf("cluster %s: %s\n", f->cluster ? f->cluster : "?",
			     strcmp(f->quorate, "yes") == 0 ? "quorate" : "no quorum");
	output_notes(s, stdout);
}

int cmd_vip(const struct options *o, struct diag *ret_diag)
{
	struct deadline d = deadline_in_ms(o->deadline_ms);
	struct survey s;
	int status;

	survey_init(&s);
	status = survey_vips(&s, o, true, &d, ret_diag);
	if (status == 0 && o->json)
		status = print_json(&s, o, ret_diag);
	else if (status == 0)
		print_text(&s, o);
	survey_release(&s);
	return status;
}
