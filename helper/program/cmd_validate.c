/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * validate: are the parameters good? They were checked when they were read, so level 0 has nothing
 * left to do. From level 10 on this node is looked at too: the MTA's programs and its
 * configuration. Asks no cluster and no name server.
 */
#include "effects/instance.h"
#include "effects/spawn.h"
#include "program/commands.h"
#include "program/running.h"

#define LEVEL_NODE 10

static int look_at_node(const struct options *o, struct diag *ret_diag)
{
	struct deadline d = deadline_in_ms(o->deadline_ms);
	struct instance *inst = NULL;
	char path[PATH_MAX];
	struct survey s;
	int status;

	if (!o->external && spawn_find(o->backend->start_argv[0], path, ret_diag) < 0)
		return -1;
	if (o->rebuild != NULL && spawn_find(o->rebuild[0], path, ret_diag) < 0)
		return -1;
	survey_init(&s);
	status = instance_open_readonly(o->state_dir, options_instance(o), &inst, ret_diag);
	if (status == 0)
		status = survey_scan(&s, o, inst, false, &d, ret_diag);
	survey_release(&s);
	instance_close(inst);
	return status;
}

int cmd_validate(const struct options *o, struct diag *ret_diag)
{
	if (running_can_be(o, ret_diag) < 0)
		return -1;
	return o->level < LEVEL_NODE ? EX_OK : look_at_node(o, ret_diag);
}
