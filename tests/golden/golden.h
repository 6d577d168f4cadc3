/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * golden: one folder, one case.
 *
 *     BACKEND/NAME/in/…            files at their absolute paths
 *     BACKEND/NAME/facts           what the MTA's own tools said; may be absent
 *     BACKEND/NAME/stack           key=value: vip4 vip6 name own (repeated) policy config
 *                                  accept_leak copy (a directory) address_keys local_keys
 *     BACKEND/NAME/names           hosts(5): the pinned names; may be absent
 *     BACKEND/NAME/want/edits      kind file:line what "old" -> "new"
 *     BACKEND/NAME/want/kept       file:line address what: reason
 *     BACKEND/NAME/want/warnings   a line each
 *     BACKEND/NAME/want/derived    compiled file: the command that makes it
 *     BACKEND/NAME/want/error      exit code and text; then nothing else is wanted
 *     BACKEND/NAME/want/files/…    the files that change, whole
 *
 * A file that is not in in/ is looked for in BACKEND/_common/in, which most cases share.
 * What is absent in want/ is expected to be empty. Names are judged with the resolver never asked.
 */
#ifndef MTA_STACK_GOLDEN_H
#define MTA_STACK_GOLDEN_H

#include <stdbool.h>

#include "data/buf.h"
#include "mta/backend.h"
#include "pure/names.h"
#include "pure/plan.h"

/* --- files (golden_io.c); they exit the program when the tests' own files fail ---------------- */

/* False if there is none. *ret is NUL-terminated. */
bool io_read(const char *path, struct buf *ret);
void io_write(const char *path, const struct buf *content); /* makes the directories too */
void io_remove_tree(const char *path);

/* Call fn with each regular file below dir, as a path from dir on, sorted. */
void io_each(const char *dir, void (*fn)(const char *path, void *arg), void *arg);
char *io_path(const char *dir, const char *name); /* free() it */

/* --- one run of the core (golden_run.c) ------------------------------------------------------ */

struct stack_file {
	struct stack stack;
	struct ipaddr own[16], nodes[16];
	enum names_policy policy;
	bool accept_leak;
	const char *address_keys[8], *local_keys[8]; /* NULL-terminated */
	char keys[2][128];
	char config[256], copy[256];
	char name[256];
};

/* What one run gave. Texts are in the form of the files in want/. */
struct outcome {
	struct scan scan;
	struct plan plan;
	struct names names;
	struct buf edits, kept, pinned, secrets, warnings, derived, error;
	struct buf facts;
	struct buf *loaded; /* of each file of the scan */
	size_t n_loaded;
};

/* Files are read from `over` where they are there, else from `in`. */
void outcome_run(struct outcome *o, const struct backend *b, const char *folder, const char *in,
		 const char *over, const struct stack_file *want);
void outcome_release(struct outcome *o);

void stack_read(const char *path, const struct backend *b, struct stack_file *ret);

#endif
