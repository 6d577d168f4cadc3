/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nameset: the names of one test, and short ways to read them and to look into them.
 */
#ifndef MTA_STACK_NAMESET_H
#define MTA_STACK_NAMESET_H

#include "pure/names.h"

#define REMOTE "198.51.100.7"

extern struct names names;
extern struct diag diag;

/* cmocka set-up and tear-down: `names` is empty. */
int nameset_make(void **state);
int nameset_release(void **state);

/* An address; the test fails where it is none. */
struct ipaddr ip(const char *s);

/* Read the text into `names`, as from the file /n. */
int parse(const char *text);

/* The name of that address, NULL where there is none; valid until `names` changes. */
const struct name *find(const char *addr);

#endif
