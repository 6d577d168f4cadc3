/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shim: stand between the program and the C library, by `ld --wrap`.
 *
 * While it is on, every wrapped call of this process counts. The plan says at which call something
 * happens and what. Calls that are "changes" (they alter what a disk holds, or make it durable)
 * are counted a second time, for the killing tests. Nothing here is linked into shipped programs.
 */
#ifndef FAULT_SHIM_H
#define FAULT_SHIM_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

enum shim_act {
	SHIM_PASS,
	SHIM_ERROR,	  /* do not do it, fail with `error` */
	SHIM_DONE_ERROR,  /* do it, and fail with `error` */
	SHIM_SHORT,	  /* write, read: half of it */
	SHIM_KILL_BEFORE, /* `at` counts changes only */
	SHIM_KILL_AFTER,
	SHIM_JUMP, /* as KILL_AFTER, but longjmp to shim_jump: what was done stays recorded */
};

struct shim_plan {
	enum shim_act act;
	long at; /* 1: the first call */
	int error;
};

extern jmp_buf shim_jump;

void shim_on(const struct shim_plan *plan);
void shim_off(void);

long shim_calls(void);	     /* so far, of all kinds */
long shim_changes(void);     /* so far, changes alone */
bool shim_hit(void);	     /* the plan's call was reached and the act was possible there */
bool shim_hit_memory(void);  /* it was an allocation: there is only one way to fail */
const char *shim_name(void); /* of the call that was hit */

/* What happened to the disk, for the power-cut model. NULL: nothing is told. */
enum shim_event_kind {
	EVENT_CREATE, /* dir, name: a new empty file `node` */
	EVENT_MKDIR,
	EVENT_WRITE, /* node, offset, bytes */
	EVENT_TRUNCATE,
	EVENT_MODE, /* node, mode */
	EVENT_RENAME,
	EVENT_LINK,
	EVENT_UNLINK,
	EVENT_FSYNC, /* node; `site` is where in the program */
	EVENT_SEEN,  /* node: opened, perhaps for the first time */
};

struct shim_event {
	enum shim_event_kind kind;
	ino_t node, dir, to_dir;
	const char *name, *to_name;
	off_t offset;
	const void *bytes;
	size_t len;
	mode_t mode;
	const void *site;
	int fd; /* SEEN: to read the file through */
	bool is_dir;
};

typedef void shim_listener(const struct shim_event *event);
void shim_listen(dev_t dev, shim_listener *listener);

#endif
