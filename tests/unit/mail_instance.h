/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mail_instance: the instance of the resource "mail" on a box with etc/main.cf and etc/transport,
 * and short ways to load, change and restore what is in it.
 *
 * Call mail_make() and mail_clear() around each test, then open_it() before anything else.
 * Everything fails the test when it does not work.
 */
#ifndef MTA_STACK_MAIL_INSTANCE_H
#define MTA_STACK_MAIL_INSTANCE_H

#include "effects/instance.h"

#define MAIN_OLD  "# mine\nmyhostname = mx.example.org\nrelayhost = [198.51.100.7]:27\n"
#define TABLE_OLD "example.com smtp:[198.51.100.7]\n"
#define TABLE_NEW "example.com smtp:[relay.example.net]\n"

extern struct diag diag;
extern struct deadline soon;
extern struct instance *inst; /* NULL unless it is open; mail_clear() closes it */
extern const struct stack_record record;

/* cmocka set-up and tear-down: *state is the box's path. */
int mail_make(void **state);
int mail_clear(void **state);

/* Open it, once more if it is open, as another run would; `soon` begins anew. */
void open_it(void);

/* A file of the box; valid until the instance is closed. */
const struct admin_file *load(const char *path);

/* The edit that puts `new` in the place of the first `old`, which must be there. */
struct edit replace(struct span bytes, const char *old, const char *new);

struct restore_report restore(void);

#endif
