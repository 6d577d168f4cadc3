/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * golden: run the cases of a directory through the pure core and compare.
 *
 *     golden [--update] DIR [BACKEND/NAME…]
 *
 * One line for each case, and a last one "N passed, N failed, N skipped". Beside what is wanted,
 * each case checks that the changed configuration, scanned again, yields no edit, and that all
 * bytes outside of the edits are the old ones. --update writes down what came out: read it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "golden.h"

struct run {
	const char *self, *dir;
	bool update;
	unsigned passed, failed;
};

struct one {
	const char *name; /* BACKEND/NAME */
	char *folder;
	struct buf faults; /* for people; empty: passed */
};

static void compare(struct one *c, const char *what, const struct buf *got)
{
	char *rel, *path;
	struct buf want = BUF_INIT;

	if (asprintf(&rel, "want/%s", what) < 0)
		abort();
	path = io_path(c->folder, rel);
	(void)io_read(path, &want);
	if (want.len != got->len || memcmp(buf_str(&want), buf_str(got), got->len) != 0)
		buf_addf(&c->faults, "    %s: wanted\n%s    %s: got\n%s", rel, buf_str(&want), rel,
			 buf_str(got));
	buf_release(&want);
	free(path);
	free(rel);
}

static void keep(const struct one *c, const char *what, const struct buf *got)
{
	char *rel, *path;

	if (asprintf(&rel, "want/%s", what) < 0)
		abort();
	path = io_path(c->folder, rel);
	if (got->len > 0)
		io_write(path, got);
	else
		(void)unlink(path);
	free(path);
	free(rel);
}

/* Every byte outside of the edits is the old one, in its old order. */
static void check_untouched(struct one *c, const struct outcome *o, size_t file,
			    const struct buf *now)
{
	struct span old = o->scan.files[file].bytes;
	size_t at_old = 0, at_new = 0;
	bool same = true;

	for (size_t i = 0; same && i < o->plan.n_edits; i++) {
		const struct edit *e = &o->plan.edits[i];
		size_t gap;

		if (e->file != file)
			continue;
		gap = e->off - at_old;
		same = at_new + gap + e->text_len <= now->len &&
		       memcmp(old.at + at_old, now->data + at_new, gap) == 0 &&
		       memcmp(now->data + at_new + gap, e->text, e->text_len) == 0;
		at_old = e->off + e->len;
		at_new += gap + e->text_len;
	}
	same = same && old.len - at_old == now->len - at_new &&
	       memcmp(old.at + at_old, buf_str(now) + at_new, now->len - at_new) == 0;
	if (!same)
		buf_addf(&c->faults, "    %s: bytes outside of the edits changed\n",
			 o->scan.files[file].path);
}

static void render_files(struct one *c, const struct outcome *o, const char *scratch, bool update)
{
	for (size_t i = 0; i < o->scan.n_files; i++) {
		struct buf now = BUF_INIT;
		char *rel, *path;

		if (!plan_touches(&o->plan, i))
			continue;
		plan_render(&o->plan, i, o->scan.files[i].bytes, &now);
		check_untouched(c, o, i, &now);
		if (asprintf(&rel, "files%s", o->scan.files[i].path) < 0)
			abort();
		if (update)
			keep(c, rel, &now);
		else
			compare(c, rel, &now);
		path = io_path(scratch, o->scan.files[i].path);
		io_write(path, &now);
		free(path);
		free(rel);
		buf_release(&now);
	}
}

struct stray {
	struct one *c;
	const char *scratch;
};

static void find_stray(const char *path, void *arg)
{
	struct stray *s = arg;
	char *got = io_path(s->scratch, path);

	if (access(got, F_OK) < 0)
		buf_addf(&s->c->faults, "    want/files%s: not changed\n", path);
	free(got);
}

static void check_again(struct one *c, const struct backend *b, const struct stack_file *want,
			const char *in, const char *scratch)
{
	struct outcome again;

	outcome_run(&again, b, c->folder, in, scratch, want);
	if (again.error.len > 0)
		buf_addf(&c->faults, "    scanned again: %s", buf_str(&again.error));
	if (again.edits.len > 0)
		buf_addf(&c->faults, "    scanned again, more edits:\n%s", buf_str(&again.edits));
	outcome_release(&again);
}

static void run_one(struct run *r, struct one *c, const struct backend *b, const char *scratch)
{
	static const char *const texts[] = {"edits",	"kept",	   "pinned", "secrets",
					    "warnings", "derived", "error"};
	char *in = io_path(c->folder, "in"), *stack = io_path(c->folder, "stack");
	char *files = io_path(c->folder, "want/files");
	struct stack_file sf;
	struct outcome o;
	struct stray stray = {c, scratch};

	stack_read(stack, b, &sf);
	outcome_run(&o, b, c->folder, in, NULL, &sf);
	const struct buf *const got[] = {&o.edits,    &o.kept,	  &o.pinned, &o.secrets,
					 &o.warnings, &o.derived, &o.error};

	if (r->update)
		io_remove_tree(files);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (r->update)
			keep(c, texts[i], got[i]);
		else
			compare(c, texts[i], got[i]);
	}
	render_files(c, &o, scratch, r->update);
	io_each(files, find_stray, &stray);
	if (o.error.len == 0 && sf.copy[0] == '\0') /* a copy is never scanned */
		check_again(c, b, &sf, in, scratch);
	outcome_release(&o);
	free(in);
	free(stack);
	free(files);
}

static void run_case(struct run *r, const char *name)
{
	struct one c = {.name = name, .folder = io_path(r->dir, name), .faults = BUF_INIT};
	char scratch[] = "/tmp/golden-XXXXXX";
	char *mta = strdup(name);
	const struct backend *b;

	*strchrnul(mta, '/') = '\0';
	b = backend_find(mta);
	if (b == NULL || mkdtemp(scratch) == NULL) {
		(void)fprintf(stderr, "golden: cannot run %s\n", name);
		exit(2);
	}
	run_one(r, &c, b, scratch);
	io_remove_tree(scratch);
	if (c.faults.len == 0) {
		r->passed++;
		(void)printf("ok   %s\n", name);
	} else {
		r->failed++;
		(void)printf("FAIL %s\n%s    repeat: %s %s %s\n", name, buf_str(&c.faults), r->self,
			     r->dir, name);
	}
	free(mta);
	free(c.folder);
	buf_release(&c.faults);
}

static int is_name(const struct dirent *d)
{
	return d->d_name[0] != '.' && d->d_name[0] != '_';
}

static void run_backend(struct run *r, const struct backend *b)
{
	char *dir = io_path(r->dir, b->name);
	struct dirent **names = NULL;
	int n = scandir(dir, &names, is_name, alphasort);

	for (int i = 0; i < n; i++) {
		char *name;

		if (asprintf(&name, "%s/%s", b->name, names[i]->d_name) < 0)
			abort();
		run_case(r, name);
		free(name);
		free(names[i]);
	}
	free(names);
	free(dir);
}

int main(int argc, char **argv)
{
	struct run r = {.self = argv[0]};
	int i = 1;

	if (i < argc && strcmp(argv[i], "--update") == 0) {
		r.update = true;
		i++;
	}
	if (i >= argc || argv[i][0] == '-') {
		(void)fprintf(stderr, "usage: golden [--update] DIR [BACKEND/NAME...]\n");
		return 2;
	}
	r.dir = argv[i++];
	for (int k = i; k < argc; k++)
		run_case(&r, argv[k]);
	for (size_t k = 0; i == argc && backends[k] != NULL; k++)
		run_backend(&r, backends[k]);
	(void)printf("%u passed, %u failed, 0 skipped\n", r.passed, r.failed);
	return r.failed > 0 || r.passed == 0;
}
