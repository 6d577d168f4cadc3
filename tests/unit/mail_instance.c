/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mail_instance.c: see mail_instance.h. Does not apply anything: each test says what it changes.
 */
#include "unit.h"

#include <string.h>

#include "box.h"
#include "mail_instance.h"

struct diag diag;
struct deadline soon;
struct instance *inst;

const struct stack_record record = {
	.mta = "postfix", .config = "/etc/postfix", .vip4 = "192.0.2.10", .port = 25};

int mail_make(void **state)
{
	if (box_make(state) < 0 || mkdir(box_path("etc"), 0755) < 0)
		return -1;
	box_put("etc/main.cf", MAIN_OLD);
	box_put("etc/transport", TABLE_OLD);
	return 0;
}

int mail_clear(void **state)
{
	instance_close(inst);
	inst = NULL;
	return box_remove(state);
}

void open_it(void)
{
	instance_close(inst);
	inst = NULL;
	soon = deadline_in_ms(20000);
	if (instance_open(box_path("state"), "mail", &soon, &inst, &diag) < 0)
		fail_msg("%s", diag.text);
}

const struct admin_file *load(const char *path)
{
	const struct admin_file *f = NULL;

	assert_int_equal(instance_load(inst, box_path(path), &soon, &f, &diag), 0);
	return f;
}

struct edit replace(struct span bytes, const char *old, const char *new)
{
	const char *at = memmem(bytes.at, bytes.len, old, strlen(old));

	assert_non_null(at);
	return (struct edit){.kind = EDIT_REMOTE,
			     .off = (size_t)(at - bytes.at),
			     .len = strlen(old),
			     .text = new,
			     .text_len = strlen(new)};
}

struct restore_report restore(void)
{
	struct restore_report r;

	if (instance_restore(inst, &soon, &r, &diag) < 0)
		fail_msg("%s", diag.text);
	return r;
}
