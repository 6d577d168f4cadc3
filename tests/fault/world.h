/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world: a small mail configuration in a directory of its own, and what may be done to it.
 *
 * A scenario is a beginning, one action of the program's, and the only two contents that each file
 * may ever have from then on: the one before and the one after.
 */
#ifndef FAULT_WORLD_H
#define FAULT_WORLD_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"

enum world_file {
	WORLD_MAIN,	/* under postconf's lock */
	WORLD_TABLE,	/* a text table */
	WORLD_COMPILED, /* made from it */
	WORLD_EXTRA,	/* a second text table, only in some applies */
	WORLD_FILES,
};

struct scenario {
	const char *name, *about;
	void (*begin)(void);		   /* in an empty world */
	int (*act)(struct diag *ret_diag); /* opens the instance, acts, closes it */
	const char *before[WORLD_FILES], *after[WORLD_FILES]; /* NULL: there is no such file */
	const char *admin[WORLD_FILES];			      /* after a restore */
	const char *vip4; /* what the state says after; NULL: not applied */
	bool copies;	  /* the files are copies */
	/* What the admin's own hold beside copies; NULL: as ever. */
	const char *const *own_before, *const *own_after;
};

extern const struct scenario scenarios[];
extern const size_t n_scenarios;

/* Where the world is; made by world_make(), emptied by world_clear(), removed by world_remove(). */
extern char world_root[256];
void world_make(void);
void world_clear(void);
void world_remove(void);

/* An absolute path in the world; valid until the eighth next call. */
const char *world_path(const char *name);

/* Make or overwrite a file, with the mode that world_holds() wants. */
void world_put(const char *name, const char *text);

/* The names of the admin's files, relative to the world, and of those that a scenario changes. */
extern const char *const world_names[WORLD_FILES];
const char *world_name(const struct scenario *s, enum world_file file);

/* The admin's own beside the copies of s, as a scenario in place. */
struct scenario world_own(const struct scenario *s);

/* What a boot sweeps away. */
void world_boot(void);

enum world_holds {
	HOLDS_BEFORE = 1, /* bits: contents may be equal */
	HOLDS_AFTER = 2,
};

/* For one file; 0: neither, or with another mode. */
unsigned world_holds(const struct scenario *s, enum world_file file);

/* All files hold `what`, and nothing else is in their directory. */
bool world_is(const struct scenario *s, unsigned what);

/* The same, but an empty lock file may have stayed: it is part of postconf's protocol. */
bool world_is_but_lock(const struct scenario *s, unsigned what);

/* Every file holds one or the other. */
bool world_is_sound(const struct scenario *s);

/* A restore. */
int world_undo(struct diag *ret_diag);

/* Open and close the instance: that recovers. */
int world_recover(struct diag *ret_diag);

/* No journal, no temporary file, nothing in originals/ that the state does not name. */
bool world_is_tidy(void);

/* Success was reported: does the state say so? */
bool world_remembers(const struct scenario *s);

/* From wherever it is: recover, which leaves all files as before or all as after; then do the
 * action again, then restore; every stage must be exact and tidy. On failure *ret_why is set. */
bool world_converges(const struct scenario *s, const char **ret_why);

/* The same for copies when the machine has booted: nothing of them is left, nothing claims that
 * they are there once it was recovered, and the action can be done again from the beginning. */
bool world_converges_after_boot(const struct scenario *s, const char **ret_why);

/* One line: what each file holds. */
const char *world_describe(const struct scenario *s);

/* End the program: the test itself is broken. */
void broken(const char *what) __attribute__((noreturn));

#endif
