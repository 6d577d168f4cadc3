/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shim_priv: what shim.c and shim_changes.c share. */
#ifndef FAULT_SHIM_PRIV_H
#define FAULT_SHIM_PRIV_H

#include "shim.h"

extern struct shim_plan shim_plan;
extern dev_t shim_dev;
extern shim_listener *shim_listener_;

/* Is the shim on? */
bool shim_is_on(void);

/* Count a call; what to do with it, PASS most of the time. */
enum shim_act shim_enter(const char *name, bool change, bool can_short);

/* After a change was done. */
void shim_leave(const char *name, bool change);

/* Does somebody listen, and is this file one that they want to hear of? */
bool shim_tells(int fd, struct stat *st);

int __real_fstat(int fd, struct stat *st);
int __real_fstatat(int d, const char *path, struct stat *st, int flags);
off_t __real_lseek(int fd, off_t at, int from);

#endif
