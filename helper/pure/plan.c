/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.c guarantees edits that do not overlap, and that a finding whose present text already
 * says what is wanted yields no edit, so that planning twice changes nothing. It does not know what
 * the bytes mean: scanners do.
 */
#include "pure/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "pure/plan_files.h"
#include "pure/plan_keys.h"
#include "pure/plan_order.h"
#include "pure/plan_pinned.h"
#include "pure/plan_remote.h"

void plan_init(struct plan *p)
{
	*p = (struct plan){.pool = POOL_INIT};
}

void plan_release(struct plan *p)
{
	free(p->edits);
	free(p->kept);
	free(p->pinned);
	pool_release(&p->pool);
	plan_init(p);
}

const char *edit_kind_name(enum edit_kind k)
{
	static const char *const names[] = {
		[EDIT_BIND] = "bind", [EDIT_NAME] = "name",	[EDIT_REMOTE] = "remote",
		[EDIT_KEY] = "key",   [EDIT_FAMILY] = "family", [EDIT_PATH] = "path",
		[EDIT_MARK] = "mark",
	};

	return names[k];
}

static struct span range_of(const struct scan *s, const struct finding *f)
{
	return (struct span){s->files[f->file].bytes.at + f->off, f->len};
}

static void push_edit(struct plan *p, const struct finding *f, enum edit_kind kind,
		      struct span text)
{
	struct edit *e = array_grow(&p->edits, &p->n_edits, &p->cap_edits);

	if (e == NULL) {
		p->pool.failed = true;
		return;
	}
	e->kind = kind;
	e->file = f->file;
	e->off = f->off;
	e->len = (uint32_t)f->len;
	e->text = text.at;
	e->text_len = (uint32_t)text.len;
	e->what = f->what;
}

void plan_edit(struct plan *p, const struct finding *f, enum edit_kind kind, const char *text)
{
	push_edit(p, f, kind, (struct span){text, strlen(text)});
}

static void add_edit(struct plan *p, const struct scan *s, const struct finding *f,
		     enum edit_kind kind, const char *text)
{
	if (!text_equal(range_of(s, f), text))
		plan_edit(p, f, kind, text);
}

static void add_kept(struct plan *p, const struct finding *f, const char *reason)
{
	struct kept *k = array_grow(&p->kept, &p->n_kept, &p->cap_kept);
	char line[DIAG_MAX];

	if (k == NULL) {
		p->pool.failed = true;
		return;
	}
	k->file = f->file;
	k->off = f->off;
	k->addr = f->addr;
	k->what = f->what;
	(void)snprintf(line, sizeof(line), "%s", reason);
	text_make_printable(line);
	k->reason = pool_dups(&p->pool, line);
}

static const struct ipaddr nowhere4 = {4, {192, 0, 0, 8}};
static const struct ipaddr nowhere6 = {6, {[0] = 1, [15] = 1}};

static const char *spell(struct plan *p, const struct finding *f, const struct ipaddr *a)
{
	char text[IPADDR_STRLEN];

	ipaddr_format(a, text);
	return f->bracketed_v6 && a->family == 6 ? pool_printf(&p->pool, "[%s]", text)
						 : pool_dups(&p->pool, text);
}

/* Both addresses, or those that lead somewhere. */
static const char *spell_binds(struct plan *p, const struct finding *f, const struct ipaddr *v4,
			       const struct ipaddr *v6, bool present_only)
{
	if (present_only && v4 == &nowhere4)
		return spell(p, f, v6);
	if (present_only && v6 == &nowhere6)
		return spell(p, f, v4);
	return pool_printf(&p->pool, "%s%s%s", spell(p, f, v4), f->join ? f->join : "",
			   spell(p, f, v6));
}

/* An address, in brackets perhaps. */
static bool is_address(struct span s, struct ipaddr *ret_addr)
{
	if (s.len > 1 && s.at[0] == '[' && s.at[s.len - 1] == ']')
		s = (struct span){s.at + 1, s.len - 2};
	return ipaddr_parse(s.at, s.len, ret_addr);
}

/* Are these two the same value, spelled differently perhaps? */
static bool same_value(const char *current, const char *value)
{
	struct span c = text_trim((struct span){current, strlen(current)});
	struct ipaddr a, b;

	if (is_address(c, &a) && is_address((struct span){value, strlen(value)}, &b))
		return ipaddr_equal(&a, &b);
	return text_equal(c, value);
}

static void plan_setting(struct plan *p, const struct scan *s, const struct stack *want,
			 const struct finding *f)
{
	const struct ipaddr *v4 = want->vip4.family ? &want->vip4 : &nowhere4;
	const struct ipaddr *v6 = want->vip6.family ? &want->vip6 : &nowhere6;
	enum edit_kind kind = EDIT_BIND;
	const char *value = "";

	switch (f->setting) {
	case SET_BIND4:
		value = spell(p, f, v4);
		kind = v4 == &nowhere4 ? EDIT_FAMILY : EDIT_BIND;
		break;
	case SET_BIND6:
		value = v6 == &nowhere6 && f->nowhere != NULL ? f->nowhere : spell(p, f, v6);
		kind = v6 == &nowhere6 ? EDIT_FAMILY : EDIT_BIND;
		break;
	case SET_BINDS:
		value = spell_binds(p, f, v4, v6,
				    f->present_only && (want->vip4.family || want->vip6.family));
		break;
	case SET_NAME:
		if (want->name == NULL)
			return;
		value = want->name;
		kind = EDIT_NAME;
		break;
	case SET_FIXED:
		value = f->fixed;
		kind = f->group != 0 ? EDIT_REMOTE : EDIT_BIND;
		break;
	}
	if (f->current != NULL && same_value(f->current, value))
		return;
	add_edit(p, s, f, kind, pool_printf(&p->pool, "%s%s%s", f->before, value, f->after));
}

static void plan_remote(struct plan *p, const struct scan *s, const struct finding *f,
			struct verdict *v)
{
	if (v->own)
		return;
	p->remotes++;
	if (v->name == NULL || v->name->host == NULL) {
		add_kept(p, f, v->name != NULL ? v->name->reason : "no name was looked up for it");
		return;
	}
	p->named++;
	verdict_spell(v, p, f);
	if (!text_same(range_of(s, f), v->text))
		push_edit(p, f, EDIT_REMOTE, v->text);
}

static void plan_key(struct plan *p, const struct scan *s, const struct stack *want,
		     const struct names *names, const struct key_uses *uses,
		     const struct finding *f)
{
	const struct key_use *use = key_use_of(uses, &f->addr);
	const struct name *n = names_find(names, &f->addr);
	struct finding end = *f;

	if (plan_is_own(want, &f->addr) || n == NULL || n->host == NULL || use == NULL ||
	    !use->renamed)
		return;
	if (key_is_there(s, f, n->host, &p->pool))
		return;
	if (!use->stays && !s->blind) {
		add_edit(p, s, f, EDIT_KEY, verdict_text(p, f, n->host));
		return;
	}
	end.off = f->line_off + f->line_len;
	end.len = 0;
	add_edit(p, s, &end, EDIT_KEY, key_repeat(s, f, n->host, &p->pool));
}

static int check_overlap(const struct plan *p, const struct scan *s, struct diag *ret_diag)
{
	for (size_t i = 1; i < p->n_edits; i++) {
		const struct edit *a = &p->edits[i - 1], *b = &p->edits[i];

		if (a->file == b->file && a->off + a->len > b->off)
			return diag_set(ret_diag, EX_INSTALLED,
					"cannot plan %s line %u: two edits claim the same bytes "
					"(%s and %s)",
					s->files[a->file].path,
					text_line_number(s->files[b->file].bytes, b->off), a->what,
					b->what);
	}
	return 0;
}

struct planning {
	struct plan *p;
	const struct scan *s;
	const struct stack *want;
	const struct names *names;
	struct key_uses uses;
	struct verdict *slots;
	uint32_t *made; /* for each finding: its only edit, counted from 1; 0: none */
};

static void plan_one(struct planning *x, const struct finding *f, size_t seq)
{
	struct plan *p = x->p;
	size_t before = p->n_edits;

	plan_pinned(p, x->s, x->want, f);
	switch (f->kind) {
	case FIND_SETTING:
		if (f->setting != SET_FIXED || f->group == 0 ||
		    plan_renames(x->s, x->want, x->names, f->group))
			plan_setting(p, x->s, x->want, f);
		break;
	case FIND_REMOTE:
		plan_remote(p, x->s, f, verdict_of(x->slots, x->want, x->names, &f->addr));
		break;
	case FIND_KEY:
		plan_key(p, x->s, x->want, x->names, &x->uses, f);
		break;
	case FIND_KEPT:
		if (!plan_is_own(x->want, &f->addr)) {
			p->remotes++;
			add_kept(p, f, f->reason);
		}
		break;
	case FIND_PATH:
		break; /* plan_files() */
	case FIND_LOCAL:
		break; /* plan_pinned() */
	}
	if (p->n_edits > before)
		p->edits[before].seq = seq;
}

/* What became of a remote becomes of the same one elsewhere. */
static void plan_again(struct planning *x, const struct repeat *r, size_t seq)
{
	const struct finding *like = &x->s->findings[r->like];
	struct plan *p = x->p;
	struct edit *e;

	if (x->made[r->like] == 0 || like->kind != FIND_REMOTE) {
		struct finding again = *like;

		again.off = r->off;
		plan_one(x, &again, seq);
		return;
	}
	p->remotes++;
	p->named++;
	e = array_grow(&p->edits, &p->n_edits, &p->cap_edits);
	if (e == NULL) {
		p->pool.failed = true;
		return;
	}
	*e = p->edits[x->made[r->like] - 1];
	e->off = r->off;
	e->seq = (uint32_t)seq;
}

/* In the order of the scan. */
static void plan_all(struct planning *x)
{
	const struct scan *s = x->s;
	size_t r = 0;

	for (size_t i = 0; i <= s->n_findings; i++) {
		size_t before;

		for (; r < s->n_repeats && s->repeats[r].after <= i; r++)
			plan_again(x, &s->repeats[r], i);
		if (i == s->n_findings)
			break;
		before = x->p->n_edits;
		plan_one(x, &s->findings[i], i);
		x->made[i] = x->p->n_edits == before + 1 ? (uint32_t)before + 1 : 0;
	}
}

int plan_make(struct plan *p, const struct scan *s, const struct stack *want,
	      const struct names *names, struct diag *ret_diag)
{
	struct planning x = {.p = p, .s = s, .want = want, .names = names};
	int rc;

	if (key_uses_find(s, &x.uses, ret_diag) < 0)
		return -1;
	x.slots = calloc(VERDICTS, sizeof(*x.slots));
	x.made = calloc(s->n_findings + 1, sizeof(*x.made));
	if (x.slots != NULL && x.made != NULL &&
	    array_reserve(&p->edits, &p->cap_edits, s->n_findings + s->n_repeats))
		plan_all(&x);
	else
		p->pool.failed = true;
	key_uses_release(&x.uses);
	free(x.slots);
	free(x.made);
	if (!pool_ok(&p->pool))
		return diag_oom(ret_diag);
	rc = plan_files(p, s, want->resource, ret_diag);
	if (!pool_ok(&p->pool) || plan_order(p, s) < 0)
		return diag_oom(ret_diag);
	return rc < 0 ? -1 : check_overlap(p, s, ret_diag);
}

/* The first edit of this file or a later one. */
static size_t first_edit(const struct plan *p, size_t file)
{
	size_t low = 0, high = p->n_edits;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->edits[mid].file < file)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct edit *plan_edits(const struct plan *p, size_t file, size_t *ret_n)
{
	size_t first = first_edit(p, file);

	*ret_n = first_edit(p, file + 1) - first;
	return *ret_n > 0 ? p->edits + first : NULL;
}

bool plan_touches(const struct plan *p, size_t file)
{
	size_t n;

	return plan_edits(p, file, &n) != NULL;
}

void plan_render(const struct plan *p, size_t file, struct span old, struct buf *out)
{
	size_t n, from = 0;
	const struct edit *edits = plan_edits(p, file, &n);

	for (size_t i = 0; i < n; i++) {
		const struct edit *e = &edits[i];

		buf_add(out, old.at + from, e->off - from);
		buf_add(out, e->text, e->text_len);
		from = e->off + e->len;
	}
	buf_add(out, old.at + from, old.len - from);
}
