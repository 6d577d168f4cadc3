/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey.c guarantees the order VIPs, configuration, names, plan, and that nothing is written.
 * Names are survey_names.c's.
 */
#include "program/survey.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "effects/listing.h"
#include "effects/mtacmd.h"
#include "effects/vips.h"
#include "program/survey_names.h"

void survey_init(struct survey *s)
{
	*s = (struct survey){.local = NETADDRS_INIT, .mta_facts = BUF_INIT, .pool = POOL_INIT};
	vipfacts_init(&s->facts);
}

static void forget_plan(struct survey *s)
{
	if (!s->scanned)
		return;
	scan_release(&s->scan);
	names_release(&s->names);
	plan_release(&s->plan);
	mask_release(&s->mask);
	s->scanned = false;
}

void survey_release(struct survey *s)
{
	forget_plan(s);
	vipfacts_release(&s->facts);
	netaddrs_release(&s->local);
	free(s->own);
	free(s->nodes);
	buf_release(&s->mta_facts);
	free(s->notes);
	pool_release(&s->pool);
}

void survey_note(struct survey *s, const char *text)
{
	const char **slot;

	for (size_t i = 0; i < s->n_notes; i++)
		if (strcmp(s->notes[i], text) == 0)
			return;
	slot = array_grow(&s->notes, &s->n_notes, &s->cap_notes);
	if (slot == NULL)
		s->pool.failed = true;
	else
		*slot = pool_dups(&s->pool, text);
}

static int add_own(struct survey *s, const struct ipaddr *a, struct diag *ret_diag)
{
	struct ipaddr *slot = array_grow(&s->own, &s->n_own, &s->cap_own);

	if (slot == NULL)
		return diag_oom(ret_diag);
	*slot = *a;
	s->want.own = s->own;
	s->want.n_own = s->n_own;
	return 0;
}

/* A VIP does not stay with its node, wherever it is now. */
static int add_node(struct survey *s, const struct ipaddr *a, struct diag *ret_diag)
{
	struct ipaddr *slot;

	if (add_own(s, a, ret_diag) < 0)
		return -1;
	for (size_t i = 0; i < s->facts.n_vips; i++)
		if (ipaddr_equal(&s->facts.vips[i].addr, a))
			return 0;
	slot = array_grow(&s->nodes, &s->n_nodes, &s->cap_nodes);
	if (slot == NULL)
		return diag_oom(ret_diag);
	*slot = *a;
	s->want.nodes = s->nodes;
	s->want.n_nodes = s->n_nodes;
	return 0;
}

int survey_own(struct survey *s, struct diag *ret_diag)
{
	for (size_t i = 0; i < s->facts.n_vips; i++)
		if (add_own(s, &s->facts.vips[i].addr, ret_diag) < 0)
			return -1;
	for (size_t i = 0; i < s->facts.n_own; i++)
		if (add_node(s, &s->facts.own[i].addr, ret_diag) < 0)
			return -1;
	for (size_t i = 0; i < s->local.n; i++)
		if (add_node(s, &s->local.items[i].addr, ret_diag) < 0)
			return -1;
	return 0;
}

const char *survey_owner(const struct survey *s, const struct ipaddr *addr)
{
	for (size_t i = 0; i < s->facts.n_own; i++)
		if (ipaddr_equal(&s->facts.own[i].addr, addr))
			return s->facts.own[i].node;
	return s->facts.node != NULL ? s->facts.node : "this node";
}

static int choose_families(struct survey *s, struct diag *ret_diag)
{
	for (size_t i = 0; i < s->facts.n_vips; i++) {
		const struct vip *v = &s->facts.vips[i];
		struct ipaddr *slot = v->addr.family == 4 ? &s->want.vip4 : &s->want.vip6;

		if (slot->family != 0 && !ipaddr_equal(slot, &v->addr))
			return diag_set(
				ret_diag, EX_CONFIGURED,
				"cannot choose a VIP: %s is a second IPv%d address; name one "
				"of each family at most with vip",
				v->resource, v->addr.family);
		*slot = v->addr;
	}
	if (s->facts.n_vips == 0)
		return diag_set(ret_diag, EX_CONFIGURED, "cannot find a VIP: name one with vip");
	return 0;
}

int survey_vips(struct survey *s, const struct options *o, bool where, const struct deadline *d,
		struct diag *ret_diag)
{
	const struct vip_query q = {.resource = o->resource,
				    .vips = o->vips,
				    .n_vips = o->n_vips,
				    .cib_file = o->cib_file,
				    .node = o->node,
				    .where = where};

	if (o->resource == NULL && o->n_vips == 0)
		return diag_set(ret_diag, EX_ARGS,
				"cannot find a VIP: give --resource ID or --vip ID|ADDRESS");
	if (vips_read(&q, d, &s->facts, ret_diag) < 0 || choose_families(s, ret_diag) < 0)
		return -1;
	if (netaddr_list(&s->local, ret_diag) < 0)
		return -1;
	return survey_own(s, ret_diag);
}

int survey_look_again(struct survey *s, struct diag *ret_diag)
{
	return netaddr_list(&s->local, ret_diag);
}

const struct vip *survey_missing_vip(const struct survey *s, const char **ret_why)
{
	for (size_t i = 0; i < s->facts.n_vips; i++) {
		const struct vip *v = &s->facts.vips[i];
		const struct netaddr *a = netaddr_find(&s->local, &v->addr);

		if (a != NULL && netaddr_usable(a))
			continue;
		*ret_why = a == NULL	   ? "is not on this node"
			   : a->dad_failed ? "is used by another machine too (duplicate address "
					     "detection failed)"
					   : "is still tentative on this node";
		return v;
	}
	return NULL;
}

static int load_wanted(struct survey *s, struct instance *inst, const struct deadline *d,
		       struct diag *ret_diag)
{
	for (size_t i = 0; i < s->scan.n_files; i++) {
		struct file *f = &s->scan.files[i];
		const struct admin_file *a;

		if (f->state != FILE_WANTED)
			continue;
		if (scan_is_listing(f)) {
			if (listing_read(f, &s->scan.pool, ret_diag) < 0)
				return -1;
			continue;
		}
		if (instance_load(inst, f->path, d, &a, ret_diag) < 0)
			return -1;
		if (a->foreign != NULL)
			return diag_set(ret_diag, EX_INSTALLED, "cannot use %s: %s", f->path,
					a->foreign);
		f->state = a->state;
		f->why = a->why;
		f->bytes = a->bytes;
		if (f->state == FILE_LOADED && f->bytes.len > 0 &&
		    memchr(f->bytes.at, '\0', f->bytes.len) != NULL) {
			f->state = FILE_UNREADABLE;
			f->why = "it is damaged, there are NUL bytes in it";
		}
	}
	return 0;
}

int survey_scan(struct survey *s, const struct options *o, struct instance *inst, bool process_only,
		const struct deadline *d, struct diag *ret_diag)
{
	forget_plan(s);
	scan_init(&s->scan, o->config);
	s->scan.accept_leak = o->leak == LEAK_ACCEPT;
	s->scan.address_keys = o->address_keys;
	s->scan.local_keys = o->local_keys;
	s->scan.given = (struct process){.pid_file = o->pid_file, .exe = o->program};
	s->scan.copy = o->copy;
	names_init(&s->names);
	plan_init(&s->plan);
	s->scanned = true;
	buf_clear(&s->mta_facts);
	if (mtacmd_facts(o->backend, o->config, d, &s->mta_facts, ret_diag) < 0)
		return -1;
	s->scan.facts = (struct span){buf_str(&s->mta_facts), s->mta_facts.len};
	do {
		if (load_wanted(s, inst, d, ret_diag) < 0)
			return -1;
		scan_restart(&s->scan);
		if (o->backend->scan(&s->scan, ret_diag) < 0)
			return -1;
		if (!pool_ok(&s->scan.pool))
			return diag_oom(ret_diag);
		if (process_only && s->scan.process.pid_file != NULL)
			return 0;
	} while (scan_wants(&s->scan));
	return 0;
}

int survey_plan(struct survey *s, const struct options *o, struct instance *inst,
		const struct deadline *d, struct diag *ret_diag)
{
	if (survey_scan(s, o, inst, false, d, ret_diag) < 0 ||
	    survey_resolve(s, o, inst, d, ret_diag) < 0)
		return -1;
	if (!pool_ok(&s->pool))
		return diag_oom(ret_diag);
	s->want.resource = options_instance(o);
	if (mask_init(&s->mask, &s->scan, ret_diag) < 0)
		return -1;
	return plan_make(&s->plan, &s->scan, &s->want, &s->names, ret_diag);
}

int survey_live(const struct survey *s, size_t i, struct instance *inst, const struct deadline *d,
		const struct admin_file **ret_file, struct diag *ret_diag)
{
	const char *path = s->scan.files[i].path;
	char copy[PATH_MAX];

	if (s->scan.copy != NULL &&
	    snprintf(copy, sizeof(copy), "%s%s", s->scan.copy, path) < (int)sizeof(copy)) {
		if (instance_load(inst, copy, d, ret_file, ret_diag) < 0)
			return -1;
		if ((*ret_file)->state == FILE_LOADED)
			return 0;
	}
	return instance_load(inst, path, d, ret_file, ret_diag);
}

int survey_new_bytes(const struct survey *s, size_t i, struct instance *inst,
		     const struct deadline *d, struct buf *ret_bytes, bool *ret_differs,
		     struct diag *ret_diag)
{
	const struct file *f = &s->scan.files[i];
	const struct admin_file *a;

	if (survey_live(s, i, inst, d, &a, ret_diag) < 0)
		return -1;
	buf_clear(ret_bytes);
	plan_render(&s->plan, i, f->bytes, ret_bytes);
	if (!buf_ok(ret_bytes))
		return diag_oom(ret_diag);
	*ret_differs = ret_bytes->len != a->live.len ||
		       (a->live.len > 0 && memcmp(ret_bytes->data, a->live.at, a->live.len) != 0);
	return 0;
}

int survey_differs(const struct survey *s, struct instance *inst, const struct deadline *d,
		   bool *ret_differs, struct diag *ret_diag)
{
	struct buf bytes = BUF_INIT;
	bool differs = false;
	int status = 0;

	for (size_t i = 0; status == 0 && !differs && i < s->scan.n_files; i++)
		if (s->scan.files[i].state == FILE_LOADED)
			status = survey_new_bytes(s, i, inst, d, &bytes, &differs, ret_diag);
	buf_release(&bytes);
	if (status == 0)
		*ret_differs = differs;
	return status;
}
