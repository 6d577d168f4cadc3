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

static int print_json(const struct survey *s, struct diag *ret_diag)
{
	json_t *vips = json_array();

	for (size_t i = 0; i < s->facts.n_vips; i++) {
		const struct vip *v = &s->facts.vips[i];
		const struct netaddr *a = netaddr_find(&s->local, &v->addr);
		json_t *nodes = json_array();
		char addr[IPADDR_STRLEN];

		for (size_t k = 0; k < v->n_active; k++)
			(void)json_array_append_new(nodes, json_string(v->active[k]));
		(void)json_array_append_new(
			vips, json_pack("{s:s, s:s, s:i, s:o, s:b, s:s, s:s*, s:b, s:s*, s:s*}",
					"resource", v->resource, "address",
					ipaddr_format(&v->addr, addr), "family", v->addr.family,
					"nodes", nodes, "here", a != NULL && netaddr_usable(a),
					"why", v->why ? v->why : "", "agent", v->agent, "managed",
					v->managed, "target_role", v->target_role, "interface",
					a != NULL ? a->interface : v->interface));
	}
	return output_json(json_pack("{s:o, s:s*, s:s*, s:s*}", "vips", vips, "node", s->facts.node,
				     "cluster", s->facts.cluster, "quorate", s->facts.quorate),
			   ret_diag);
}

static void print_text(const struct survey *s)
{
	for (size_t i = 0; i < s->facts.n_vips; i++) {
		const struct vip *v = &s->facts.vips[i];
		char addr[IPADDR_STRLEN];

		(void)printf("%s  %s  %s", ipaddr_format(&v->addr, addr), v->resource, where(s, v));
		for (size_t k = 0; k < v->n_active; k++)
			(void)printf("%s%s", k == 0 ? "; started on " : ", ", v->active[k]);
		(void)printf("; %s%s\n", v->why ? v->why : "",
			     v->managed ? "" : "; unmanaged (is-managed=false)");
	}
	if (s->facts.quorate != NULL)
		(void)printf("cluster %s: %s\n", s->facts.cluster ? s->facts.cluster : "?",
			     strcmp(s->facts.quorate, "yes") == 0 ? "quorate" : "no quorum");
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
		status = print_json(&s, ret_diag);
	else if (status == 0)
		print_text(&s);
	survey_release(&s);
	return status;
}
