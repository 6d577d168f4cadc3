/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff.c guarantees that an answer it does not fully understand, or only got in part, is a failure.
 */
#include "effects/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/array.h"
#include "effects/fs.h"
#include "effects/spawn.h"

#define ANSWER_MAX ((size_t)256 * 1024 * 1024)

void hunks_release(struct hunks *h)
{
	free(h->items);
	*h = (struct hunks)HUNKS_INIT;
}

/* A memory file with the text; the child opens it through /proc, as it inherits no descriptor. */
static int memory_file(struct span text, char ret_path[64])
{
	int fd = memfd_create("mta-stack", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (fs_write_all(fd, text.at, text.len) < 0 ||
	    (text.len > 0 && text.at[text.len - 1] != '\n' && fs_write_all(fd, "\n", 1) < 0)) {
		fs_close(fd);
		return -1;
	}
	(void)snprintf(ret_path, 64, "/proc/%ld/fd/%d", (long)getpid(), fd);
	return fd;
}

static bool number(const char **p, char end, size_t *ret_value)
{
	char *after;

	*ret_value = strtoul(*p, &after, 10);
	if (after == *p || *after != end)
		return false;
	*p = after + 1;
	return true;
}

/* Lines "before-old count-old before-new count-new". */
static int read_answer(const struct buf *answer, struct hunks *h, struct diag *ret_diag)
{
	const char *p = buf_str(answer), *end = p + answer->len;

	while (p < end) {
		struct hunk *k = array_grow(&h->items, &h->n, &h->cap);

		if (k == NULL)
			return diag_oom(ret_diag);
		if (!number(&p, ' ', &k->old_at) || !number(&p, ' ', &k->old_n) ||
		    !number(&p, ' ', &k->new_at) || !number(&p, '\n', &k->new_n))
			return diag_set(ret_diag, EX_FAILED,
					"cannot compare files: diff gave an answer that is not "
					"understood");
	}
	return 0;
}

static int run(const char *old, const char *new, const struct deadline *d, struct hunks *h,
	       struct diag *ret_diag)
{
	const char *const argv[] = {"diff",
				    "--text",
				    "--speed-large-files",
				    "--unchanged-group-format=",
				    "--changed-group-format=%de %dn %dE %dN%c'\\012'",
				    "--",
				    old,
				    new,
				    NULL};
	struct spawn job = {.argv = argv, .max_out = ANSWER_MAX};
	struct spawn_result r = SPAWN_RESULT_INIT;
	int rc;

	if (spawn_run(&job, d, &r, ret_diag) < 0)
		return -1;
	if (r.end == SPAWN_EXITED && r.number <= 1 && !r.out_cut)
		rc = read_answer(&r.out, h, ret_diag);
	else if (r.out_cut)
		rc = diag_set(ret_diag, EX_FAILED, "cannot compare files: too many differences");
	else
		rc = r.end == SPAWN_EXITED && r.number == 0
			     ? 0
			     : spawn_expect_zero("diff", &r, ret_diag);
	spawn_result_release(&r);
	return rc;
}

int diff_lines(struct span old, struct span new, const struct deadline *d, struct hunks *ret_hunks,
	       struct diag *ret_diag)
{
	char old_path[64], new_path[64];
	struct hunks h = HUNKS_INIT;
	int a = memory_file(old, old_path), b = memory_file(new, new_path), rc = -1;

	if (a < 0 || b < 0)
		(void)fs_error(ret_diag, "make", "a memory file");
	else
		rc = run(old_path, new_path, d, &h, ret_diag);
	fs_close(a);
	fs_close(b);
	if (rc < 0)
		hunks_release(&h);
	else
		*ret_hunks = h;
	return rc;
}
