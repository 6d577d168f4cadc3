/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mtacmd.c guarantees that a tool that hangs is ended by the deadline and that one that is not
 * installed is told apart from one that objects. It does not know what the tools mean.
 */
#include "effects/mtacmd.h"

#include <string.h>

#include "data/pool.h"

#define MAX_WORDS 32
#define HOLE	  "{config}"

int mtacmd_run(const struct backend *b, const char *const *argv, const char *config, int enough,
	       const struct deadline *d, struct spawn_result *ret_result, struct diag *ret_diag)
{
	const char *filled[MAX_WORDS + 1] = {NULL};
	struct spawn job = {.argv = filled, .enough = enough};
	const struct generated *made = backend_generated(b, config);
	struct pool pool = POOL_INIT;
	int status = -1;
	size_t n;

	if (made != NULL)
		config = made->path;
	for (n = 0; argv[n] != NULL && n < MAX_WORDS; n++) {
		const char *hole = strstr(argv[n], HOLE);

		filled[n] = hole == NULL ? argv[n]
					 : pool_printf(&pool, "%.*s%s%s", (int)(hole - argv[n]),
						       argv[n], config, hole + strlen(HOLE));
	}
	if (argv[n] != NULL)
		(void)diag_set(ret_diag, EX_FAILED, "cannot run %s: too many words", argv[0]);
	else if (!pool_ok(&pool))
		(void)diag_oom(ret_diag);
	else
		status = spawn_run(&job, d, ret_result, ret_diag);
	pool_release(&pool);
	return status;
}

int mtacmd_facts(const struct backend *b, const char *config, const struct deadline *d,
		 struct buf *ret_facts, struct diag *ret_diag)
{
	struct spawn_result r = SPAWN_RESULT_INIT;
	char path[PATH_MAX];
	int status;

	if (b->facts_argv == NULL || spawn_find(b->facts_argv[0], path, NULL) < 0)
		return 0;
	status = mtacmd_run(b, b->facts_argv, config, 0, d, &r, ret_diag);
	if (status == 0)
		status = spawn_expect_zero(b->facts_argv[0], &r, ret_diag);
	if (status == 0)
		buf_add(ret_facts, buf_str(&r.out), r.out.len);
	spawn_result_release(&r);
	return status == 0 && !buf_ok(ret_facts) ? diag_oom(ret_diag) : status;
}

static bool is_remark(const struct backend *b, struct span line)
{
	for (size_t i = 0; b->remarks != NULL && b->remarks[i] != NULL; i++)
		if (memmem(line.at, line.len, b->remarks[i], strlen(b->remarks[i])) != NULL)
			return true;
	return false;
}

/* Some say when they object: "2026-01-31 23:59:59 ". That is new each time. */
static struct span without_stamp(struct span line)
{
	static const char form[] = "0000-00-00 00:00:00 ";
	size_t n = strlen(form);

	for (size_t i = 0; i < n; i++) {
		bool digit = i < line.len && line.at[i] >= '0' && line.at[i] <= '9';

		if (i >= line.len || (form[i] == '0' ? !digit : line.at[i] != form[i]))
			return line;
	}
	return (struct span){line.at + n, line.len - n};
}

static void add_objections(const struct backend *b, struct span said, struct buf *ret_lines)
{
	struct span line;
	size_t next = 0;

	while (text_line(said, next, &line, &next)) {
		if (is_remark(b, line))
			continue;
		line = without_stamp(line);
		buf_add(ret_lines, line.at, line.len);
		buf_adds(ret_lines, "\n");
	}
}

static int object(const struct backend *b, const char *const *argv, const char *config,
		  const struct deadline *d, struct buf *ret_lines, struct diag *ret_diag)
{
	struct spawn_result r = SPAWN_RESULT_INIT;
	int status = mtacmd_run(b, argv, config, 0, d, &r, ret_diag);

	if (status == 0 && r.end != SPAWN_EXITED) {
		status = spawn_expect_zero(argv[0], &r, ret_diag);
	} else if (status == 0) {
		add_objections(b, (struct span){buf_str(&r.err), r.err.len}, ret_lines);
		if (r.number != 0)
			buf_addf(ret_lines, "%s failed with status %d\n", argv[0], r.number);
	}
	spawn_result_release(&r);
	return status;
}

int mtacmd_objections(const struct backend *b, const char *config, const struct deadline *d,
		      struct buf *ret_lines, size_t *ret_ran, struct diag *ret_diag)
{
	char path[PATH_MAX];
	size_t ran = 0;

	for (size_t i = 0; b->check_argvs != NULL && b->check_argvs[i] != NULL; i++) {
		if (spawn_find(b->check_argvs[i][0], path, NULL) < 0)
			continue;
		if (object(b, b->check_argvs[i], config, d, ret_lines, ret_diag) < 0)
			return -1;
		ran++;
	}
	if (!buf_ok(ret_lines))
		return diag_oom(ret_diag);
	*ret_ran = ran;
	return 0;
}

static bool has_line(struct span all, struct span wanted)
{
	struct span line;
	size_t next = 0;

	while (text_line(all, next, &line, &next))
		if (line.len == wanted.len && memcmp(line.at, wanted.at, line.len) == 0)
			return true;
	return false;
}

bool mtacmd_new_objection(struct span before, struct span after, struct span *ret_line)
{
	struct span line;
	size_t next = 0;

	while (text_line(after, next, &line, &next)) {
		if (text_trim(line).len > 0 && !has_line(before, line)) {
			*ret_line = line;
			return true;
		}
	}
	return false;
}
