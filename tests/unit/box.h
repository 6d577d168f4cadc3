/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * box: a private directory for one test, and short ways to make and read files in it.
 *
 * Everything fails the test when it does not work. Paths are relative to the box.
 */
#ifndef MTA_STACK_BOX_H
#define MTA_STACK_BOX_H

#include <sys/stat.h>

/* cmocka set-up and tear-down: *state is the box's path. */
int box_make(void **state);
int box_remove(void **state);

/* The absolute path; valid until the eighth next call. */
const char *box_path(const char *path);

void box_put(const char *path, const char *text);     /* write in place, or make */
void box_replace(const char *path, const char *text); /* as careful editors do: by rename */
const char *box_get(const char *path);		      /* valid until the fourth next call */
int box_has(const char *path);
struct stat box_stat(const char *path);

/* Remove a directory and all in it; links are not followed. */
void box_clear(const char *path);

/* Number of entries in a directory, "." and ".." not counted. */
int box_count(const char *path);

#endif
