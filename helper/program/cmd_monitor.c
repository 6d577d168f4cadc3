/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor: the whole of the agent's monitor in one program.
 *
 * 0 running, 7 stopped, 1 failed, 190 running but somebody should look. Running means: the stack is
 * applied since this boot and, with service=managed, the MTA runs with it. It writes nothing, asks
 * no cluster and no name server, starts no other program while the stack is applied, and reads no
 * file that stat(2) says is unchanged. Level 10 also asks for a greeting on the VIP.
 */
#include <stdio.h>

#include "effects/greet.h"
#include "effects/netaddr.h"
#include "program/commands.h"
#include "program/running.h"

#define LEVEL_GREETING 10

static int stopped(const struct options *o, const struct running *r, struct diag *ret_diag)
{
	if (r->whose == RUNNING_FOREIGN)
		return diag_set(ret_diag, EX_NOT_RUNNING,
				"the stack is not applied; %s runs, but not for this resource",
				o->backend->unit);
	if (r->absent.text[0] != '\0')
		return diag_set(ret_diag, EX_NOT_RUNNING, "the stack is not applied: %s",
				r->absent.text);
	return diag_set(ret_diag, EX_NOT_RUNNING, "the stack is not applied");
}

static int vip_is_here(const struct ipaddr *vip, struct diag *ret_diag)
{
	struct netaddrs here = NETADDRS_INIT;
	const struct netaddr *a;
	char text[IPADDR_STRLEN];
	int status;

	if (vip->family == 0)
		return 0;
	status = netaddr_list(&here, ret_diag);
	a = status == 0 ? netaddr_find(&here, vip) : NULL;
	if (status == 0 && a == NULL)
		status = diag_set(ret_diag, EX_FAILED,
				  "the VIP %s is not on this node any more: mail waits",
				  ipaddr_format(vip, text));
	else if (status == 0 && a->dad_failed)
		status = diag_set(ret_diag, EX_FAILED, "the VIP %s is used by another machine too",
				  ipaddr_format(vip, text));
	netaddrs_release(&here);
	return status;
}

static int files(const struct options *o, struct instance *inst, struct diag *ret_diag)
{
	struct check_report report;

	if (instance_check(inst, true, &report, ret_diag) < 0)
		return -1;
	for (size_t i = 0; i < report.n; i++) {
		const struct checked_file *f = &report.files[i];

		if (f->state == SYNC_IN)
			continue;
		if (report.bind_lost)
			return diag_set(ret_diag, EX_FAILED,
					"%s no longer keeps mail on the VIP: %s", f->path,
					f->reason);
		return diag_set(ret_diag, o->drift == ON_FAIL ? EX_FAILED : EX_DEGRADED,
				"%s has drifted: %s; apply again to put it right", f->path,
				f->reason);
	}
	return EX_OK;
}

static int greeting(const struct running *r, const struct ipaddr *vip, const struct deadline *d,
		    struct diag *ret_diag)
{
	const struct greet want = {.addr = *vip, .port = (uint16_t)r->service.process.port};
	struct greet_result result;
	char text[IPADDR_STRLEN];

	if (vip->family == 0 || want.port == 0)
		return EX_OK;
	if (greet_once(&want, d, &result, ret_diag) < 0)
		return -1;
	if (result.end == GREET_READY)
		return EX_OK;
	return diag_set(ret_diag, EX_FAILED, "%s does not take mail on the VIP %s: %s",
			r->service.backend->title, ipaddr_format(vip, text), result.text);
}

static int look(const struct options *o, struct instance *inst, const struct running *r,
		const struct deadline *d, struct diag *ret_diag)
{
	if (instance_record(inst) == NULL || !instance_this_boot(inst))
		return stopped(o, r, ret_diag);
	if (!o->external && r->whose != RUNNING_OURS)
		return diag_set(ret_diag, EX_NOT_RUNNING, "%s does not run", o->backend->title);
	if (vip_is_here(&r->vip4, ret_diag) < 0 || vip_is_here(&r->vip6, ret_diag) < 0)
		return -1;
	if (o->level >= LEVEL_GREETING && !o->external &&
	    (greeting(r, &r->vip4, d, ret_diag) < 0 || greeting(r, &r->vip6, d, ret_diag) < 0))
		return -1;
	return files(o, inst, ret_diag);
}

int cmd_monitor(const struct options *o, struct diag *ret_diag)
{
	struct deadline d = deadline_in_ms(o->deadline_ms);
	struct instance *inst = NULL;
	struct running r;
	int status;

	running_init(&r);
	status = instance_open_readonly(o->state_dir, options_instance(o), &inst, ret_diag);
	if (status == 0)
		status = running_look(&r, o, inst, &d, ret_diag);
	if (status == 0)
		status = look(o, inst, &r, &d, ret_diag);
	running_release(&r);
	instance_close(inst);
	return status;
}
