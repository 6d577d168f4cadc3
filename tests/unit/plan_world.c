/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_world.c: see plan_world.h. Does not scan: the findings are what the test says.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "plan_world.h"

struct ipaddr addr(const char *s)
{
	struct ipaddr a = {0};

	assert_true(ipaddr_parse(s, strlen(s), &a));
	return a;
}

struct file *add_file(struct world *w, const char *path, const char *text)
{
	struct file *f = scan_file(&w->scan, path, 0);

	assert_non_null(f);
	f->state = FILE_LOADED;
	f->bytes = (struct span){text, strlen(text)};
	return f;
}

int plan_world_make(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	scan_init(&w->scan, "/etc/x");
	names_init(&w->names);
	plan_init(&w->plan);
	w->want.vip4 = addr("192.0.2.10");
	w->want.name = "mail.cluster.example";
	*state = w;
	return 0;
}

int plan_world_free(void **state)
{
	struct world *w = *state;

	scan_release(&w->scan);
	names_release(&w->names);
	plan_release(&w->plan);
	free(w);
	return 0;
}

void pin(struct world *w, const char *line)
{
	const struct name *n;
	struct evidence e = {.reverse = LOOKUP_NOT_DONE, .forward = LOOKUP_NOT_DONE};
	char address[IPADDR_STRLEN] = "";

	assert_int_equal(
		names_parse(&w->names, (struct span){line, strlen(line)}, "names", &w->diag), 0);
	memcpy(address, line, strcspn(line, " "));
	e.addr = addr(address);
	assert_int_equal(names_judge(&w->names, &e, NAMES_PROVEN, NULL, 0, NULL, &w->diag), 0);
	n = names_find(&w->names, &e.addr);
	assert_non_null(n);
	assert_non_null(n->host);
}

struct finding *remote(struct world *w, const char *file_text, const char *literal,
		       enum finding_kind kind)
{
	const char *at = strstr(file_text, literal);
	struct finding *f;

	assert_non_null(at);
	f = scan_add(&w->scan, kind, &w->scan.files[w->scan.n_files - 1], (size_t)(at - file_text),
		     strlen(literal));
	f->addr = addr(literal);
	f->what = "relayhost";
	f->reason = "it comes from a database";
	return f;
}

const char *rendered(struct world *w, struct buf *out)
{
	buf_clear(out);
	plan_render(&w->plan, 0, w->scan.files[0].bytes, out);
	return buf_str(out);
}

void make(struct world *w)
{
	assert_int_equal(plan_make(&w->plan, &w->scan, &w->want, &w->names, &w->diag), 0);
}
