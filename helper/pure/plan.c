/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.c guarantees sorted edits that do not overlap, and that a finding whose present text already
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

void plan_init(struct plan *p)
{
	*p = (struct plan){.pool = POOL_INIT};
}

void plan_release(struct plan *p)
{
	free(p->edits);
	free(p->kept);
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

static void add_edit(struct plan *p, const struct scan *s, const struct finding *f,
		     enum edit_kind kind, const char *text)
{
	if (!text_equal(range_of(s, f), text))
		plan_edit(p, s, f, kind, text);
}

void plan_edit(struct plan *p, const struct scan *s, const struct finding *f, enum edit_kind kind,
	       const char *text)
{
	struct span old = range_of(s, f);
	struct edit *e = array_grow(&p->edits, &p->n_edits, &p->cap_edits);
	if (e == NULL) {
		p->pool.failed = true;
		return;
	}
	e->kind = kind;
	e->file = f->file;
	e->off = f->off;
	e->len = f->len;
	e->text = text;
	e->text_len = strlen(text);
	e->what = f->what;
	e->was = pool_dup(&p->pool, old.at, old.len);
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

/* Are these two the same value, spelled differently perhaps? */
static bool same_value(const char *current, const char *value)
{
	struct span c = text_trim((struct span){current, strlen(current)});
	struct ipaddr a, b;

	if (c.len > 1 && c.at[0] == '[' && c.at[c.len - 1] == ']' &&
	    ipaddr_parse(c.at + 1, c.len - 2, &a))
		return ipaddr_parse(value, strlen(value), &b) && ipaddr_equal(&a, &b);
	if (ipaddr_parse(c.at, c.len, &a) && ipaddr_parse(value, strlen(value), &b))
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
		value = spell(p, f, v6);
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
		break;
	}
	if (f->current != NULL && same_value(f->current, value))
		return;
	add_edit(p, s, f, kind, pool_printf(&p->pool, "%s%s%s", f->before, value, f->after));
}

/* before + name + after; a name fits, and there may be a million of them. */
static const char *spell_name(struct plan *p, const struct finding *f, const char *name)
{
	size_t before = strlen(f->before), len = strlen(name), after = strlen(f->after);
	char text[300];

	if (before + len + after > sizeof(text))
		return pool_printf(&p->pool, "%s%s%s", f->before, name, f->after);
	memcpy(text, f->before, before);
	memcpy(text + before, name, len);
	memcpy(text + before + len, f->after, after);
	return pool_dup(&p->pool, text, before + len + after);
}

static void plan_remote(struct plan *p, const struct scan *s, const struct stack *want,
			const struct names *names, const struct finding *f)
{
	const struct name *n;

	if (plan_is_own(want, &f->addr))
		return;
	p->remotes++;
	n = names_find(names, &f->addr);
	if (n == NULL || n->host == NULL) {
		add_kept(p, f, n != NULL ? n->reason : "no name was looked up for it");
		return;
	}
	p->named++;
	add_edit(p, s, f, EDIT_REMOTE, spell_name(p, f, n->host));
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
		add_edit(p, s, f, EDIT_KEY, spell_name(p, f, n->host));
		return;
	}
	end.off = f->line_off + f->line_len;
	end.len = 0;
	add_edit(p, s, &end, EDIT_KEY, key_repeat(s, f, n->host, &p->pool));
}

/* An insertion that opens a line of its own. */
static bool opens_line(const struct edit *e)
{
	return e->len == 0 && e->text_len > 0 && e->text[0] == '\n';
}

static int compare_edit(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	/* insertions before a replacement at the same place; what fills an empty value before what
	 * opens a line after it; then the scanner's order */
	if ((x->len == 0) != (y->len == 0))
		return x->len == 0 ? -1 : 1;
	if (opens_line(x) != opens_line(y))
		return opens_line(x) ? 1 : -1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int compare_kept(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

/* A place in the files that moves forward only, counting lines on the way. */
struct place {
	size_t file, off;
	unsigned line;
};

static unsigned move_to(struct place *at, const struct scan *s, size_t file, size_t off)
{
	struct span bytes = s->files[file].bytes;

	if (at->line == 0 || at->file != file)
		*at = (struct place){file, 0, 1};
	at->line += text_line_number((struct span){bytes.at + at->off, bytes.len - at->off},
				     off - at->off) -
		    1;
	at->off = off;
	return at->line;
}

static void number_lines(struct plan *p, const struct scan *s)
{
	struct place edits = {0}, kept = {0};

	for (size_t i = 0; i < p->n_edits; i++)
		p->edits[i].line = move_to(&edits, s, p->edits[i].file, p->edits[i].off);
	for (size_t i = 0; i < p->n_kept; i++)
		p->kept[i].line = move_to(&kept, s, p->kept[i].file, p->kept[i].off);
}

static int check_overlap(const struct plan *p, const struct scan *s, struct diag *ret_diag)
{
	for (size_t i = 1; i < p->n_edits; i++) {
		const struct edit *a = &p->edits[i - 1], *b = &p->edits[i];

		if (a->file == b->file && a->off + a->len > b->off)
			return diag_set(ret_diag, EX_INSTALLED,
					"cannot plan %s line %u: two edits claim the same bytes "
					"(%s and %s)",
					s->files[a->file].path, b->line, a->what, b->what);
	}
	return 0;
}

int plan_make(struct plan *p, const struct scan *s, const struct stack *want,
	      const struct names *names, struct diag *ret_diag)
{
	struct key_uses uses;

	if (key_uses_find(s, &uses, ret_diag) < 0)
		return -1;
	for (size_t i = 0; i < s->n_findings; i++) {
		const struct finding *f = &s->findings[i];
		size_t before = p->n_edits;

		switch (f->kind) {
		case FIND_SETTING:
			plan_setting(p, s, want, f);
			break;
		case FIND_REMOTE:
			plan_remote(p, s, want, names, f);
			break;
		case FIND_KEY:
			plan_key(p, s, want, names, &uses, f);
			break;
		case FIND_KEPT:
			if (!plan_is_own(want, &f->addr)) {
				p->remotes++;
				add_kept(p, f, f->reason);
			}
			break;
		case FIND_PATH:
			break; /* plan_files() */
		}
		if (p->n_edits > before)
			p->edits[before].seq = i;
	}
	key_uses_release(&uses);
	if (plan_files(p, s, want->resource, ret_diag) < 0)
		return -1;
	if (!pool_ok(&p->pool))
		return diag_oom(ret_diag);
	if (p->n_edits > 0)
		qsort(p->edits, p->n_edits, sizeof(*p->edits), compare_edit);
	if (p->n_kept > 0)
		qsort(p->kept, p->n_kept, sizeof(*p->kept), compare_kept);
	number_lines(p, s);
	return check_overlap(p, s, ret_diag);
}

bool plan_touches(const struct plan *p, size_t file)
{
	for (size_t i = 0; i < p->n_edits; i++)
		if (p->edits[i].file == file)
			return true;
	return false;
}

void plan_render(const struct plan *p, size_t file, struct span old, struct buf *out)
{
	size_t from = 0;

	for (size_t i = 0; i < p->n_edits; i++) {
		const struct edit *e = &p->edits[i];

		if (e->file != file)
			continue;
		buf_add(out, old.at + from, e->off - from);
		buf_add(out, e->text, e->text_len);
		from = e->off + e->len;
	}
	buf_add(out, old.at + from, old.len - from);
}
