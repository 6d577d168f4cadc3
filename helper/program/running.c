/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * running.c guarantees that an MTA that this resource did not start is never taken for its own.
 */
#include "program/running.h"

#include <string.h>
#include <unistd.h>

void running_init(struct running *r)
{
	*r = (struct running){.pid = 0};
	survey_init(&r->survey);
}

void running_release(struct running *r)
{
	survey_release(&r->survey);
}

static void address(const char *text, struct ipaddr *ret_addr)
{
	if (text != NULL)
		(void)ipaddr_parse(text, strlen(text), ret_addr);
}

/* The copy, while it is there: without it, stop works with the admin's own, which has the same
 * queue and pid file. */
static const char *config_in_use(struct running *r, const struct stack_record *record,
				 const char *config)
{
	const char *copy;

	if (record == NULL || record->copy == NULL)
		return config;
	copy = pool_printf(&r->survey.pool, "%s%s", record->copy, config);
	return pool_ok(&r->survey.pool) && access(copy, F_OK) == 0 ? copy : config;
}

static void from_record(struct running *r, const struct stack_record *record)
{
	r->service.process = (struct process){.pid_file = record->pid_file,
					      .exe = record->exe,
					      .pid_file_locked = record->pid_file_locked,
					      .argument = record->argument,
					      .heads_family = record->heads_family,
					      .port = record->port};
	address(record->vip4, &r->vip4);
	address(record->vip6, &r->vip6);
}

int running_can_be(const struct options *o, struct diag *ret_diag)
{
	if (o->external || o->backend->start_argv != NULL)
		return 0;
	return diag_set(
		ret_diag, EX_CONFIGURED,
		"cannot use service=managed with mta=%s: no way to start and stop it is known; "
		"set start_command, pid_file and program, or service=external and "
		"have another resource of the group do so",
		o->backend->name);
}

int running_look(struct running *r, const struct options *o, struct instance *inst,
		 const struct deadline *d, struct diag *ret_diag)
{
	const struct stack_record *record = instance_record(inst);
	bool ours = record != NULL && instance_this_boot(inst);

	if (running_can_be(o, ret_diag) < 0)
		return -1;
	r->service.backend = o->backend;
	r->service.config = config_in_use(r, record, o->config);
	if (ours)
		from_record(r, record);
	if (o->backend->start_argv == NULL && o->pid_file == NULL)
		return 0;
	if (!ours && o->pid_file != NULL) {
		r->service.process = (struct process){.pid_file = o->pid_file, .exe = o->program};
	} else if (!ours) {
		if (survey_scan(&r->survey, o, inst, true, d, &r->absent) < 0)
			return 0;
		r->service.process = r->survey.scan.process;
	}
	if (r->service.process.pid_file == NULL)
		return diag_set(ret_diag, EX_FAILED,
				"cannot tell whether %s runs: its configuration names no pid file",
				o->backend->title);
	if (service_look(&r->service, &r->pid, ret_diag) < 0)
		return -1;
	r->whose = r->pid == 0 ? RUNNING_NOBODYS : ours || o->ours ? RUNNING_OURS : RUNNING_FOREIGN;
	return 0;
}

int running_reload(const struct running *r, const struct options *o, const struct deadline *d,
		   struct diag *ret_diag)
{
	struct service_reload how = {.external = o->external};

	if (!o->external) {
		how.vip4 = r->vip4;
		how.vip6 = r->vip6;
	}
	return service_reload(&r->service, &how, d, ret_diag);
}
