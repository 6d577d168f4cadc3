/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config: a whole configuration through scanner, names, planner, and a second time through what
 * came out; and what came out, undone. Each address that the planner asks about is pinned. For the
 * targets of single MTAs, which say whose, and which files there are, with a `static const struct
 * layout layouts[MAX_LAYOUTS]`.
 *
 * The input is the layout's files and one table, with the byte 0x1e between them; every other file
 * that the scan asks for has the table's bytes, or is absent. At the start a byte 0x1b says
 * that the VIP has an IPv6 address alone, 0x1c that it has both; else it has an IPv4 address. A
 * byte 0x1d, there or behind that, chooses the second layout.
 */
#ifndef MTA_STACK_FUZZ_CONFIG_H
#define MTA_STACK_FUZZ_CONFIG_H

#include "fuzz.h"

#include "data/buf.h"
#include "mta/backend.h"
#include "pure/names.h"
#include "pure/plan.h"
#include "pure/scan.h"
#include "undo.h"
#include "vip.h"

#define MAX_FILES   64 /* what a scan asks for beyond that is absent */
#define MAX_PARTS   12 /* files of a layout */
#define MAX_LAYOUTS 2

struct listing {
	const char *path, *names;
};

struct layout {
	const char *backend, *config;
	const char *parts[MAX_PARTS];	/* the paths of the files */
	const char *absent;		/* others whose paths begin so are not there; NULL: none */
	const struct listing *listings; /* of the directories; up to one without a path */
};

static const struct layout layouts[MAX_LAYOUTS];
static const struct layout *mta; /* of this input */

struct pass {
	struct scan scan;
	struct names names;
	struct plan plan;
};

struct config {
	struct span parts[MAX_PARTS + 1]; /* the one behind the last of the layout is the table */
	const struct scan *before;	  /* the scan whose files were rewritten, or NULL */
	const struct buf *now;		  /* and their new bytes */
};

static struct span upto(struct span *rest)
{
	const char *end = rest->len > 0 ? memchr(rest->at, 0x1e, rest->len) : NULL;
	struct span s = {rest->at, end != NULL ? (size_t)(end - rest->at) : rest->len};
	size_t used = s.len + (end != NULL);

	*rest = (struct span){rest->at + used, rest->len - used};
	return s;
}

static size_t count_parts(void)
{
	size_t n = 0;

	while (n < MAX_PARTS && mta->parts[n] != NULL)
		n++;
	return n;
}

/* Which of them a path stands for. */
static size_t which(const char *path)
{
	size_t i = 0, n = count_parts();

	while (i < n && strcmp(path, mta->parts[i]) != 0)
		i++;
	return i;
}

static bool is_absent(const char *path)
{
	return mta->absent != NULL && which(path) == count_parts() &&
	       strncmp(path, mta->absent, strlen(mta->absent)) == 0;
}

static void load_listing(struct file *f)
{
	f->state = FILE_ABSENT;
	for (const struct listing *l = mta->listings; l != NULL && l->path != NULL; l++)
		if (strcmp(f->path, l->path) == 0) {
			f->state = FILE_LISTED;
			f->bytes = (struct span){l->names, strlen(l->names)};
		}
}

/* As it was rewritten; false if it was not asked for then. */
static bool load_again(struct file *f, const struct config *c)
{
	for (size_t i = 0; c->before != NULL && i < c->before->n_files; i++)
		if (strcmp(f->path, c->before->files[i].path) == 0) {
			f->state = c->before->files[i].state;
			f->bytes = i < MAX_FILES ? span_of(&c->now[i]) : (struct span){0};
			return true;
		}
	return false;
}

static void load(struct scan *s, const struct config *c)
{
	for (size_t i = 0; i < s->n_files; i++) {
		struct file *f = &s->files[i];

		PROMISE(f->path[0] == '/');
		if (f->state != FILE_WANTED)
			continue;
		if (scan_is_listing(f)) {
			load_listing(f);
			continue;
		}
		if (load_again(f, c))
			continue;
		f->state = i < MAX_FILES && !is_absent(f->path) ? FILE_LOADED : FILE_ABSENT;
		f->bytes = c->parts[which(f->path)];
	}
}

static bool scan_all(struct scan *s, const struct config *c, struct diag *diag)
{
	const struct backend *b = backend_find(mta->backend);
	unsigned rounds = 0;

	PROMISE(b != NULL);
	scan_init(s, mta->config);
	do {
		PROMISE(++rounds <= MAX_FILES + 2);
		load(s, c);
		scan_restart(s);
		if (b->scan(s, diag) < 0) {
			PROMISE(diag->code != EX_OK && diag->text[0] != '\0' &&
				fuzz_is_line(diag->text));
			return false;
		}
	} while (scan_wants(s));
	for (size_t i = 0; i < s->n_findings; i++) {
		const struct finding *f = &s->findings[i];

		PROMISE(f->file < s->n_files);
		PROMISE(f->off <= s->files[f->file].bytes.len);
		PROMISE(f->len <= s->files[f->file].bytes.len - f->off);
		PROMISE(f->before != NULL && f->after != NULL && f->what != NULL);
		PROMISE(f->kind != FIND_KEY ||
			(f->line_off <= f->off && f->off + f->len <= f->line_off + f->line_len &&
			 f->line_off + f->line_len <= s->files[f->file].bytes.len));
		PROMISE(f->kind != FIND_KEPT || f->reason != NULL);
		PROMISE((f->kind != FIND_REMOTE && f->kind != FIND_KEY) || f->addr.family != 0);
	}
	for (size_t i = 0; i < s->n_repeats; i++) {
		const struct repeat *r = &s->repeats[i];

		PROMISE(r->like < s->n_findings && r->after <= s->n_findings);
		PROMISE(s->findings[r->like].len <=
			s->files[s->findings[r->like].file].bytes.len - r->off);
	}
	for (size_t i = 0; i < s->n_warnings; i++)
		PROMISE(fuzz_is_line(s->warnings[i]));
	return true;
}

/* A name for each address that is asked about. */
static void pin(struct pass *p, const struct stack *want)
{
	struct remote_addr *addrs = NULL;
	struct buf text = BUF_INIT;
	struct diag diag;
	size_t n = 0;

	PROMISE(plan_addresses(&p->scan, want, &addrs, &n, &diag) == 0);
	for (size_t i = 0; i < n; i++) {
		char a[IPADDR_STRLEN];

		PROMISE(i == 0 || ipaddr_compare(&addrs[i - 1].addr, &addrs[i].addr) < 0);
		buf_addf(&text, "%s h", ipaddr_format(&addrs[i].addr, a));
		for (size_t k = 0; k < sizeof(addrs[i].addr.bytes); k++)
			buf_addf(&text, "%02x", addrs[i].addr.bytes[k]);
		buf_adds(&text, ".example\n");
	}
	PROMISE(names_parse(&p->names, (struct span){buf_str(&text), text.len}, "pins", &diag) ==
		0);
	for (size_t i = 0; i < n; i++) {
		struct evidence e = {.addr = addrs[i].addr};

		PROMISE(names_judge(&p->names, &e, NAMES_PROVEN, NULL, 0, NULL, &diag) == 0);
	}
	buf_release(&text);
	free(addrs);
}

static bool run(struct pass *p, const struct config *c, const struct stack *want)
{
	struct diag diag = {0};

	*p = (struct pass){0};
	names_init(&p->names);
	plan_init(&p->plan);
	if (!scan_all(&p->scan, c, &diag))
		return false;
	pin(p, want);
	PROMISE(plan_make(&p->plan, &p->scan, want, &p->names, &diag) == 0);
	for (size_t i = 0; i < p->plan.n_edits; i++) {
		const struct edit *e = &p->plan.edits[i], *b = i > 0 ? e - 1 : NULL;

		PROMISE(e->off + e->len <= p->scan.files[e->file].bytes.len);
		PROMISE(b == NULL || b->file < e->file ||
			(b->file == e->file && b->off + b->len <= e->off));
	}
	for (size_t i = 0; i < p->plan.n_kept; i++)
		PROMISE(p->plan.kept[i].reason != NULL && fuzz_is_line(p->plan.kept[i].reason));
	return true;
}

static void release(struct pass *p)
{
	plan_release(&p->plan);
	names_release(&p->names);
	scan_release(&p->scan);
}

/* The configuration with the new bytes of each file. */
static struct config render(const struct pass *p, const struct config *old,
			    struct buf ret_now[MAX_FILES])
{
	struct config c = *old;

	c.before = &p->scan;
	c.now = ret_now;
	for (size_t i = 0; i < p->scan.n_files; i++) {
		const struct file *f = &p->scan.files[i];

		PROMISE(f->state == FILE_LOADED || !plan_touches(&p->plan, i));
		if (f->state != FILE_LOADED)
			continue;
		plan_render(&p->plan, i, f->bytes, &ret_now[i]);
		PROMISE(buf_ok(&ret_now[i]));
		if (plan_touches(&p->plan, i))
			undo_promise(&p->plan, i, f->bytes, span_of(&ret_now[i]));
	}
	return c;
}

/* The VIP's addresses; returns the rest of the input. */
static struct span choose_vip(struct span bytes, struct stack *want)
{
	char first = '\0';

	if (bytes.len > 0 && (bytes.at[0] == 0x1b || bytes.at[0] == 0x1c)) {
		first = bytes.at[0];
		bytes = (struct span){bytes.at + 1, bytes.len - 1};
	}
	fuzz_vip(want, first != 0x1b, first != '\0');
	return bytes;
}

static void split(struct span bytes, struct config *ret)
{
	bool other = bytes.len > 0 && bytes.at[0] == 0x1d && layouts[1].backend != NULL;
	size_t n;

	mta = &layouts[other];
	n = count_parts();
	bytes = (struct span){bytes.at + other, bytes.len - other};
	*ret = (struct config){0};
	for (size_t i = 0; i < n; i++)
		ret->parts[i] = upto(&bytes);
	ret->parts[n] = bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct stack want = {.name = "vip.cluster.example", .resource = "mail"};
	struct buf now[MAX_FILES];
	struct config first, second;
	struct pass p, again;

	for (size_t i = 0; i < MAX_FILES; i++)
		now[i] = (struct buf)BUF_INIT;
	split(choose_vip((struct span){(const char *)bytes, len}, &want), &first);
	if (run(&p, &first, &want)) {
		second = render(&p, &first, now);
		PROMISE(run(&again, &second, &want));
		PROMISE(again.plan.n_edits == 0); /* applying twice is applying once */
		release(&again);
	}
	release(&p);
	for (size_t i = 0; i < MAX_FILES; i++)
		buf_release(&now[i]);
	return 0;
}

#endif
