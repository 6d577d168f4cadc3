/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rebuild.c guarantees that the command runs at least once after each change; it may run once more.
 * It does not look at what the command makes.
 */
#include "program/rebuild.h"

#include <string.h>

#include "effects/spawn.h"
#include "pure/words.h"

#define NOTE "rebuild" /* a word a line; empty: nothing is owed */

int rebuild_owe(struct instance *inst, const char *const *argv, struct diag *ret_diag)
{
	struct buf note = BUF_INIT;
	int status;

	if (argv == NULL)
		return 0;
	for (size_t i = 0; argv[i] != NULL; i++)
		buf_addf(&note, "%s\n", argv[i]);
	status = !buf_ok(&note)
			 ? diag_oom(ret_diag)
			 : instance_note_write(inst, NOTE, (struct span){buf_str(&note), note.len},
					       ret_diag);
	buf_release(&note);
	return status;
}

int rebuild_owed(struct instance *inst, bool *ret_owed, struct diag *ret_diag)
{
	struct buf note = BUF_INIT;
	int status = instance_note_read(inst, NOTE, &note, ret_diag);

	if (status == 0)
		*ret_owed = note.len > 0;
	buf_release(&note);
	return status;
}

static int run(const struct buf *note, const struct deadline *d, struct diag *ret_diag)
{
	struct span bytes = {buf_str(note), note->len}, line;
	const char *argv[WORDS_MAX + 1] = {NULL};
	struct spawn_result r = SPAWN_RESULT_INIT;
	struct spawn job = {.argv = argv};
	struct pool pool = POOL_INIT;
	size_t n = 0, next = 0;
	int status = -1;

	while (n < WORDS_MAX && text_line(bytes, next, &line, &next))
		argv[n++] = pool_dup(&pool, line.at, line.len);
	if (!pool_ok(&pool))
		(void)diag_oom(ret_diag);
	else
		status = spawn_run(&job, d, &r, ret_diag);
	if (status == 0)
		status = spawn_expect_zero(argv[0], &r, ret_diag);
	spawn_result_release(&r);
	pool_release(&pool);
	return status;
}

int rebuild_pay(struct instance *inst, const struct deadline *d, struct diag *ret_diag)
{
	struct buf note = BUF_INIT;
	int status = instance_note_read(inst, NOTE, &note, ret_diag);

	if (status == 0 && note.len > 0) {
		status = run(&note, d, ret_diag);
		if (status == 0)
			status = instance_note_write(inst, NOTE, (struct span){"", 0}, ret_diag);
	}
	buf_release(&note);
	return status;
}
