/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vipfacts.c guarantees that what it returns was said by the bytes: a line it cannot take apart, a
 * VIP without an address and a format of another major number are errors with the line's number.
 * It does not judge what the facts mean.
 */
#include "pure/vipfacts.h"

#include "data/array.h"

struct line {
	struct vipfacts *f;
	struct span key, value;
	unsigned number;
};

void vipfacts_init(struct vipfacts *f)
{
	*f = (struct vipfacts){0};
	f->managed = true;
}

void vipfacts_release(struct vipfacts *f)
{
	for (size_t i = 0; i < f->n_vips; i++)
		free(f->vips[i].active);
	free(f->vips);
	free(f->own);
	free(f->findings);
	pool_release(&f->pool);
	*f = (struct vipfacts){0};
}

static const char *keep(struct line *l, struct span s)
{
	return pool_dup(&l->f->pool, s.at, s.len);
}

static bool truth(struct span s)
{
	return text_equal(s, "yes");
}

static int bad(const struct line *l, const char *why, struct diag *ret_diag)
{
	return diag_set(ret_diag, EX_FAILED, "cannot read what mta-stack-cib said: line %u: %s",
			l->number, why);
}

static int add_own(struct line *l, struct diag *ret_diag)
{
	struct own_addr *own;
	struct ipaddr addr;
	const char *space = memchr(l->value.at, ' ', l->value.len);
	size_t len = space ? (size_t)(space - l->value.at) : l->value.len;
	struct span node = {l->value.at + len, l->value.len - len};

	if (!ipaddr_parse(l->value.at, len, &addr))
		return bad(l, "own: no address", ret_diag);
	own = array_grow(&l->f->own, &l->f->n_own, &l->f->cap_own);
	if (own == NULL)
		return diag_oom(ret_diag);
	own->addr = addr;
	own->node = keep(l, text_trim(node));
	return 0;
}

static int add_string(struct line *l, const char ***list, size_t *n, size_t *cap,
		      struct diag *ret_diag)
{
	const char **at = array_grow(list, n, cap);

	if (at == NULL)
		return diag_oom(ret_diag);
	*at = keep(l, l->value);
	return 0;
}

static int add_vip(struct line *l, struct diag *ret_diag)
{
	struct vip *v;

	if (l->value.len == 0)
		return bad(l, "vip: no id", ret_diag);
	v = array_grow(&l->f->vips, &l->f->n_vips, &l->f->cap_vips);
	if (v == NULL)
		return diag_oom(ret_diag);
	v->resource = keep(l, l->value);
	v->prefix = -1;
	v->managed = true;
	return 0;
}

static int set_prefix(struct line *l, struct vip *v, struct diag *ret_diag)
{
	int bits = 0;

	if (l->value.len == 0 || l->value.len > 3)
		return bad(l, "prefix: no number of bits", ret_diag);
	for (size_t i = 0; i < l->value.len; i++) {
		if (l->value.at[i] < '0' || l->value.at[i] > '9')
			return bad(l, "prefix: no number of bits", ret_diag);
		bits = bits * 10 + (l->value.at[i] - '0');
	}
	if (bits > 128)
		return bad(l, "prefix: more than 128 bits", ret_diag);
	v->prefix = bits;
	return 0;
}

static int take_of_vip(struct line *l, struct vip *v, struct diag *ret_diag)
{
	if (text_equal(l->key, "address")) {
		if (!ipaddr_parse(l->value.at, l->value.len, &v->addr))
			return bad(l, "address: no address", ret_diag);
	} else if (text_equal(l->key, "prefix")) {
		return set_prefix(l, v, ret_diag);
	} else if (text_equal(l->key, "active")) {
		return add_string(l, &v->active, &v->n_active, &v->cap_active, ret_diag);
	} else if (text_equal(l->key, "agent")) {
		v->agent = keep(l, l->value);
	} else if (text_equal(l->key, "interface")) {
		v->interface = keep(l, l->value);
	} else if (text_equal(l->key, "why")) {
		v->why = keep(l, l->value);
	} else if (text_equal(l->key, "target-role")) {
		v->target_role = keep(l, l->value);
	} else if (text_equal(l->key, "managed")) {
		v->managed = truth(l->value);
	}
	return 0;
}

static int take_of_cluster(struct line *l, struct diag *ret_diag)
{
	struct vipfacts *f = l->f;

	if (text_equal(l->key, "format")) {
		if (!text_equal(l->value, "1"))
			return bad(l, "a format other than 1", ret_diag);
	} else if (text_equal(l->key, "node")) {
		f->node = keep(l, l->value);
	} else if (text_equal(l->key, "cluster")) {
		f->cluster = keep(l, l->value);
	} else if (text_equal(l->key, "quorate")) {
		f->quorate = keep(l, l->value);
	} else if (text_equal(l->key, "target-role")) {
		f->target_role = keep(l, l->value);
	} else if (text_equal(l->key, "managed")) {
		f->has_mode = true;
		f->managed = truth(l->value);
	}
	return 0;
}

static int take(struct line *l, struct diag *ret_diag)
{
	struct vipfacts *f = l->f;

	if (text_equal(l->key, "own"))
		return add_own(l, ret_diag);
	if (text_equal(l->key, "finding"))
		return add_string(l, &f->findings, &f->n_findings, &f->cap_findings, ret_diag);
	if (text_equal(l->key, "vip"))
		return add_vip(l, ret_diag);
	if (f->n_vips > 0)
		return take_of_vip(l, &f->vips[f->n_vips - 1], ret_diag);
	return take_of_cluster(l, ret_diag);
}

/* The writer replaces them; a NUL, for one, would cut a resource's id short. */
static bool has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7f)
			return true;
	return false;
}

int vipfacts_parse(struct vipfacts *f, struct span bytes, struct diag *ret_diag)
{
	struct line l = {.f = f};
	struct span line;
	size_t from = 0;

	while (text_line(bytes, from, &line, &from)) {
		const char *eq;

		l.number++;
		if (line.len == 0)
			continue;
		if (has_control(line))
			return bad(&l, "a control character", ret_diag);
		eq = memchr(line.at, '=', line.len);
		if (eq == NULL || eq == line.at)
			return bad(&l, "not key=value", ret_diag);
		l.key = (struct span){line.at, (size_t)(eq - line.at)};
		l.value = (struct span){eq + 1, line.len - l.key.len - 1};
		if (take(&l, ret_diag) < 0)
			return -1;
	}
	for (size_t i = 0; i < f->n_vips; i++)
		if (f->vips[i].addr.family == 0)
			return diag_set(ret_diag, EX_FAILED,
					"cannot read what mta-stack-cib said: %s has no address",
					f->vips[i].resource);
	return pool_ok(&f->pool) ? 0 : diag_oom(ret_diag);
}
