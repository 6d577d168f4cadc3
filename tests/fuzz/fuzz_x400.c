/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_x400: a table of addresses through scanner, names and planner, and a second time through
 * what came out; and what came out, undone. Every address that the planner asks about is pinned.
 *
 * The first byte chooses the file's name, and with it how its kind is told, and whether the admin
 * has named keys (remote, local), and which addresses the VIP has; the rest is the file. The
 * inbound table beside it has the same bytes.
 *
 * Links: helper/effects/edits.c helper/effects/undo.c helper/effects/fs.c helper/effects/clock.c
 */
#include "fuzz.h"

#include "data/buf.h"
#include "mta/backend.h"
#include "pure/names.h"
#include "pure/plan.h"
#include "pure/scan.h"
#include "undo.h"
#include "vip.h"

#define MAX_FILES 2

struct pass {
	struct scan scan;
	struct names names;
	struct plan plan;
};

static bool scan_all(struct scan *s, const char *path, bool keys,
		     const struct span bytes[MAX_FILES], struct diag *diag)
{
	static const char *const remote[] = {"remote", NULL}, *const local[] = {"local", NULL};
	const struct backend *b = backend_find("x400");
	unsigned rounds = 0;

	PROMISE(b != NULL);
	scan_init(s, path);
	s->address_keys = keys ? remote : NULL;
	s->local_keys = keys ? local : NULL;
	do {
		PROMISE(++rounds <= 4);
		PROMISE(s->n_files <= MAX_FILES);
		for (size_t i = 0; i < s->n_files; i++) {
			s->files[i].state = FILE_LOADED;
			s->files[i].bytes = bytes[i];
		}
		scan_restart(s);
		if (b->scan(s, diag) < 0) {
			PROMISE(fuzz_is_failure(diag, EX_INSTALLED));
			return false;
		}
	} while (scan_wants(s));
	for (size_t i = 0; i < s->n_findings; i++) {
		const struct finding *f = &s->findings[i];

		PROMISE(f->file < s->n_files && f->off <= bytes[f->file].len &&
			f->len <= bytes[f->file].len - f->off);
		PROMISE(f->kind != FIND_REMOTE || f->addr.family != 0);
	}
	for (size_t i = 0; i < s->n_warnings; i++)
		PROMISE(fuzz_is_line(s->warnings[i]));
	for (size_t i = 0; i < s->n_calls; i++)
		PROMISE(s->calls[i].host[0] != '\0' && s->calls[i].port > 0);
	return true;
}

/* False: the configuration is refused. */
static bool go(struct pass *p, const struct stack *want, const char *path, bool keys,
	       const struct span bytes[MAX_FILES])
{
	struct remote_addr *addrs = NULL;
	struct diag diag = {EX_OK, ""};
	bool fine;
	size_t n = 0;

	names_init(&p->names);
	plan_init(&p->plan);
	fine = scan_all(&p->scan, path, keys, bytes, &diag);
	if (fine) {
		PROMISE(plan_addresses(&p->scan, want, &addrs, &n, &diag) == 0);
		for (size_t i = 0; i < n; i++) {
			char line[IPADDR_STRLEN + 32], addr[IPADDR_STRLEN];

			(void)snprintf(line, sizeof(line), "%s r%zu.example.com\n",
				       ipaddr_format(&addrs[i].addr, addr), i);
			(void)names_parse(&p->names, (struct span){line, strlen(line)}, "pins",
					  &diag);
		}
		PROMISE(plan_make(&p->plan, &p->scan, want, &p->names, &diag) == 0);
	}
	free(addrs);
	return fine;
}

/* The new bytes of each file. */
static void render(const struct pass *p, struct buf ret_now[MAX_FILES])
{
	for (size_t i = 0; i < MAX_FILES; i++)
		ret_now[i] = (struct buf)BUF_INIT;
	for (size_t i = 0; i < p->scan.n_files; i++) {
		struct span old = p->scan.files[i].bytes;

		plan_render(&p->plan, i, old, &ret_now[i]);
		PROMISE(buf_ok(&ret_now[i]));
		if (plan_touches(&p->plan, i))
			undo_promise(&p->plan, i, old, span_of(&ret_now[i]));
	}
}

static void release(struct pass *p)
{
	plan_release(&p->plan);
	names_release(&p->names);
	scan_release(&p->scan);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const paths[] = {"/pp/x400out84", "/pp/isoentities", "/mta.properties",
					    "/pp/table"};
	struct stack want = {.name = "vip.example", .resource = "mail"};
	const char *path;
	struct span old[MAX_FILES];
	struct buf now[MAX_FILES];
	struct pass first, second;
	bool keys;
	char *copy;

	if (len == 0)
		return 0;
	path = paths[bytes[0] % 4];
	keys = (bytes[0] & 4) != 0;
	fuzz_vip(&want, (bytes[0] & 24) != 16, (bytes[0] & 24) == 8 || (bytes[0] & 24) == 16);
	copy = malloc(len); /* of its exact size, but for the first byte */
	PROMISE(copy != NULL);
	memcpy(copy, bytes, len);
	old[0] = old[1] = (struct span){copy + 1, len - 1};
	if (go(&first, &want, path, keys, old)) {
		render(&first, now);
		PROMISE(go(&second, &want, path, keys,
			   (struct span[MAX_FILES]){span_of(&now[0]), span_of(&now[1])}));
		PROMISE(second.plan.n_edits == 0);
		release(&second);
		for (size_t i = 0; i < MAX_FILES; i++)
			buf_release(&now[i]);
	}
	release(&first);
	free(copy);
	return 0;
}
