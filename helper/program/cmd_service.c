/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service: start, stop, reload the MTA, or say whether it runs and whose it is.
 *
 * It guarantees that stop ends nothing that this resource did not start, and start touches nothing
 * while another MTA runs with the same configuration. Asks no cluster and no name server.
 */
#include <stdio.h>
#include <string.h>

#include "program/commands.h"
#include "program/running.h"

static int foreign(const struct options *o, struct diag *ret_diag)
{
	if (o->backend->unit == NULL)
		return diag_set(ret_diag, EX_FAILED,
				"%s runs, and this resource did not start it: stop it where it is "
				"started, or use service=external",
				o->backend->title);
	return diag_set(ret_diag, EX_FAILED,
			"%s runs: disable it (systemctl disable --now %s), or use service=external",
			o->backend->unit, o->backend->unit);
}

static int do_start(const struct options *o, struct instance *inst, struct running *r,
		    const struct deadline *d, struct diag *ret_diag)
{
	if (r->whose == RUNNING_FOREIGN)
		return foreign(o, ret_diag);
	if (o->backend->start_argv == NULL)
		return diag_set(ret_diag, EX_CONFIGURED,
				"cannot start %s: whoever else starts it must", o->backend->title);
	if (instance_record(inst) == NULL || !instance_this_boot(inst))
		return diag_set(ret_diag, EX_FAILED,
				"cannot start %s: the stack is not applied; run apply first",
				o->backend->title);
	return service_start(&r->service, &r->vip4, &r->vip6, d, ret_diag);
}

static int do_status(const struct options *o, const struct running *r, struct diag *ret_diag)
{
	switch (r->whose) {
	case RUNNING_OURS:
		(void)printf("%s runs, process %ld\n", o->backend->title, (long)r->pid);
		return EX_OK;
	case RUNNING_FOREIGN:
		return foreign(o, ret_diag);
	case RUNNING_NOBODYS:
		break;
	}
	return diag_set(ret_diag, EX_NOT_RUNNING, "%s does not run%s%s", o->backend->title,
			r->absent.text[0] ? ": " : "", r->absent.text);
}

static int do_reload(const struct options *o, const struct running *r, const struct deadline *d,
		     struct diag *ret_diag)
{
	if (r->absent.text[0] != '\0')
		return diag_set(ret_diag, EX_NOT_RUNNING, "cannot reload %s: %s", o->backend->title,
				r->absent.text);
	if (o->backend->start_argv == NULL && o->backend->reload_argv == NULL)
		return diag_set(ret_diag, EX_NOT_RUNNING,
				"cannot reload %s: whoever starts it must have it read its tables "
				"again",
				o->backend->title);
	if (r->whose == RUNNING_FOREIGN && !o->external)
		return foreign(o, ret_diag);
	return running_reload(r, o, d, ret_diag);
}

int cmd_service(const struct options *o, struct diag *ret_diag)
{
	struct deadline d = deadline_in_ms(o->deadline_ms);
	const char *what = o->argument != NULL ? o->argument : "";
	struct instance *inst = NULL;
	struct running r;
	int status;

	running_init(&r);
	status = instance_open_readonly(o->state_dir, options_instance(o), &inst, ret_diag);
	if (status == 0)
		status = running_look(&r, o, inst, &d, ret_diag);
	if (status < 0)
		(void)status;
	else if (strcmp(what, "start") == 0)
		status = do_start(o, inst, &r, &d, ret_diag);
	else if (strcmp(what, "stop") == 0)
		status = r.whose == RUNNING_OURS ? service_stop(&r.service, &d, ret_diag) : EX_OK;
	else if (strcmp(what, "reload") == 0)
		status = do_reload(o, &r, &d, ret_diag);
	else if (strcmp(what, "status") == 0)
		status = do_status(o, &r, ret_diag);
	else
		status =
			diag_set(ret_diag, EX_ARGS,
				 "cannot run service %s: give start, stop, reload or status", what);
	running_release(&r);
	instance_close(inst);
	return status;
}
