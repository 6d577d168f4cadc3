/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config: a whole configuration through scanner, names, planner, and a second time through what
 * came out. Each address that the planner asks about is pinned. For the targets of single MTAs,
 * which say whose with a `static const struct fuzz_mta mta`.
 *
 * The input is two files and one table, with the byte 0x1e between them; every other file that the
 * scan asks for has the table's bytes, or is absent.
 */
#ifndef MTA_STACK_FUZZ_CONFIG_H
#define MTA_STACK_FUZZ_CONFIG_H

#include "fuzz.h"

#include "data/buf.h"
#include "mta/backend.h"
#include "pure/names.h"
#include "pure/plan.h"
#include "pure/scan.h"

#define MAX_FILES 64 /* what a scan asks for beyond that is absent */

struct fuzz_mta {
	const char *backend, *config;
	const char *first, *second; /* the paths of the two files */
	const char *absent;	    /* files whose paths begin so are not there; NULL: none */
};

static const struct fuzz_mta mta;

struct config {
	struct span first, second, table;
};

struct pass {
	struct scan scan;
	struct names names;
	struct plan plan;
};

static struct span upto(struct span *rest)
{
	const char *end = rest->len > 0 ? memchr(rest->at, 0x1e, rest->len) : NULL;
	struct span s = {rest->at, end != NULL ? (size_t)(end - rest->at) : rest->len};
	size_t used = s.len + (end != NULL);

	*rest = (struct span){rest->at + used, rest->len - used};
	return s;
}

/* Which of the three a path stands for. */
static int which(const char *path)
{
	return strcmp(path, mta.first) == 0 ? 0 : strcmp(path, mta.second) == 0 ? 1 : 2;
}

static bool is_absent(const char *path)
{
	return mta.absent != NULL && strncmp(path, mta.absent, strlen(mta.absent)) == 0;
}

static void load(struct scan *s, const struct config *c)
{
	for (size_t i = 0; i < s->n_files; i++) {
		struct file *f = &s->files[i];

		PROMISE(f->path[0] == '/');
		if (f->state != FILE_WANTED)
			continue;
		f->state = i < MAX_FILES && !is_absent(f->path) ? FILE_LOADED : FILE_ABSENT;
		f->bytes = which(f->path) == 0	 ? c->first
			   : which(f->path) == 1 ? c->second
						 : c->table;
	}
}

static bool scan_all(struct scan *s, const struct config *c, struct diag *diag)
{
	const struct backend *b = backend_find(mta.backend);
	unsigned rounds = 0;

	PROMISE(b != NULL);
	scan_init(s, mta.config);
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

/* The new bytes of the files that the input stands for. False when two files with the same bytes
 * were changed differently, so that one table cannot stand for both. */
static bool render(const struct pass *p, const struct config *old, struct config *ret,
		   struct buf out[3])
{
	bool have_table = false;

	*ret = *old;
	for (size_t i = 0; i < p->scan.n_files; i++) {
		const struct file *f = &p->scan.files[i];
		int k = which(f->path);

		if (f->state != FILE_LOADED)
			continue;
		if (k == 2 && have_table)
			return false;
		have_table = have_table || k == 2;
		buf_clear(&out[k]);
		plan_render(&p->plan, i, f->bytes, &out[k]);
		PROMISE(buf_ok(&out[k]));
		*(k == 0   ? &ret->first
		  : k == 1 ? &ret->second
			   : &ret->table) = (struct span){buf_str(&out[k]), out[k].len};
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct span rest = {(const char *)bytes, len};
	struct stack want = {.name = "vip.cluster.example"};
	struct buf out[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
	struct config first, second;
	struct pass p, again;

	first.first = upto(&rest);
	first.second = upto(&rest);
	first.table = rest;
	PROMISE(ipaddr_parse("192.0.2.10", 10, &want.vip4));
	want.own = &want.vip4;
	want.n_own = 1;
	if (run(&p, &first, &want) && render(&p, &first, &second, out)) {
		PROMISE(run(&again, &second, &want));
		PROMISE(again.plan.n_edits == 0); /* applying twice is applying once */
		release(&again);
	}
	release(&p);
	for (int i = 0; i < 3; i++)
		buf_release(&out[i]);
	return 0;
}

#endif
