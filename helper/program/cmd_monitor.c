/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor: the whole of the agent's monitor in one program.
 *
 * 0 running, 7 stopped, 1 failed, 190 running but somebody should look. Running means: the stack is
 * applied since this boot and, with service=managed, the MTA runs with it.
 *
 * Level 0 asks no cluster and no name server, starts no program while the stack is applied and no
 * node attribute changes, and reads no file that stat(2) says is unchanged. Level 10 adds a
 * greeting on the VIP and a look at the connections that leave. Level 20 adds a call to each
 * remote; for that it reads the configuration with the MTA's own tools, and may look up names. None
 * writes a file of the MTA's or of the instance's.
 */
#include <stdio.h>

#include "program/commands.h"
#include "program/looks.h"
#include "program/rebuild.h"

#define LEVEL_WIRE    10
#define LEVEL_REMOTES 20

/* What is left of a time when it was applied: told here, mended elsewhere. NULL: nothing. */
static const char *leftover(const struct instance *inst)
{
	const struct stack_record *record = instance_record(inst);

	if (instance_phase(inst) == INSTANCE_INTERRUPTED)
		return "a change was cut short: start, or mta-stack restore, finishes it";
	return record != NULL && record->copy == NULL
		       ? "an earlier boot left files rewritten: start, or mta-stack restore "
			 "--stale, puts them right"
		       : NULL;
}

static int stopped(const struct options *o, struct instance *inst, const struct running *r,
		   struct diag *ret_diag)
{
	const char *left = leftover(inst);

	if (left != NULL)
		return diag_set(ret_diag, EX_NOT_RUNNING, "the stack is not applied; %s", left);
	if (r->whose == RUNNING_FOREIGN)
		return diag_set(ret_diag, EX_NOT_RUNNING,
				"the stack is not applied; %s runs, but not for this resource",
				o->backend->unit ? o->backend->unit : o->backend->title);
	if (r->absent.text[0] != '\0')
		return diag_set(ret_diag, EX_NOT_RUNNING, "the stack is not applied: %s",
				r->absent.text);
	return diag_set(ret_diag, EX_NOT_RUNNING, "the stack is not applied");
}

/* What was found so far, and one look more. The first failure ends it; of several degraded ones the
 * first is told, the others are in their attributes. True: go on. */
static bool add(int status, const struct diag *one, struct diag *all)
{
	if (status == 0)
		return true;
	if (one->code != EX_DEGRADED || all->code == EX_OK)
		*all = *one;
	return one->code == EX_DEGRADED;
}

/* Only where a command is to be run after a change: did it run? While another command works on it,
 * that one will. */
static int rebuilt(struct instance *inst, struct diag *ret_diag)
{
	bool owed = false;

	if (instance_record(inst)->rebuild == NULL)
		return 0;
	if (rebuild_owed(inst, &owed, ret_diag) < 0)
		return -1;
	if (!owed || instance_busy(inst))
		return 0;
	return diag_set(ret_diag, EX_FAILED, "%s has not run since the tables changed: apply again",
			instance_record(inst)->rebuild[0]);
}

static void look_closer(const struct options *o, struct instance *inst, const struct running *r,
			struct attributes *a, const struct deadline *d, struct diag *all)
{
	struct diag one = {EX_OK, ""};

	if (!add(look_vip(&r->vip4, &one), &one, all) || !add(look_vip(&r->vip6, &one), &one, all))
		return;
	if (o->level >= LEVEL_WIRE && !o->external &&
	    (!add(look_greeting(r, &r->vip4, d, &one), &one, all) ||
	     !add(look_greeting(r, &r->vip6, d, &one), &one, all)))
		return;
	if (o->level >= LEVEL_WIRE && !add(look_wire(o, r, a, &one), &one, all))
		return;
	if (!add(rebuilt(inst, &one), &one, all) || !add(look_files(o, inst, a, &one), &one, all))
		return;
	if (o->level >= LEVEL_REMOTES)
		(void)add(look_remotes(o, inst, r, a, d, &one), &one, all);
}

static int look(const struct options *o, struct instance *inst, const struct running *r,
		const struct deadline *d, struct diag *ret_diag)
{
	/* what was seen at the deadline's end has still to be told */
	const struct deadline mine = deadline_within(d, (long)deadline_left_ms(d) * 9 / 10);
	struct diag all = {EX_OK, ""};
	struct attributes a;

	if (instance_record(inst) == NULL || !instance_this_boot(inst))
		return stopped(o, inst, r, ret_diag);
	if (!o->external && r->whose != RUNNING_OURS)
		return diag_set(ret_diag, EX_NOT_RUNNING, "%s does not run", o->backend->title);
	attributes_begin(&a, o);
	attributes_stack(&a, instance_record(inst));
	look_closer(o, inst, r, &a, &mine, &all);
	if (all.code != EX_OK && all.code != EX_DEGRADED)
		attributes_failed(&a, &all);
	attributes_end(&a, d);
	if (all.code == EX_OK)
		return 0;
	*ret_diag = all;
	return -1;
}

#define SETTLE_MS 50

/* Half of a change is no state to judge: while another command works, such as the timer that
 * refreshes names, wait for its end. What nobody works on any more was cut short. */
static int open_settled(const struct options *o, const struct deadline *d,
			struct instance **ret_inst, struct diag *ret_diag)
{
	struct deadline patience = deadline_within(d, (long)deadline_left_ms(d) * 2 / 3);
	struct instance *inst = NULL;

	for (bool left_alone = false;;) {
		if (instance_open_readonly(o->state_dir, options_instance(o), &inst, ret_diag) < 0)
			return -1;
		if (instance_phase(inst) != INSTANCE_INTERRUPTED ||
		    (!instance_busy(inst) && left_alone)) {
			*ret_inst = inst;
			return 0;
		}
		left_alone = !instance_busy(inst);
		instance_close(inst);
		if (deadline_passed(&patience))
			return diag_set(
				ret_diag, EX_DEGRADED,
				"another mta-stack command still changes the configuration");
		if (!left_alone)
			deadline_nap(&patience, SETTLE_MS);
	}
}

int cmd_monitor(const struct options *o, struct diag *ret_diag)
{
	struct deadline d = deadline_in_ms(o->deadline_ms);
	struct instance *inst = NULL;
	struct running r;
	int status;

	running_init(&r);
	status = open_settled(o, &d, &inst, ret_diag);
	if (status == 0)
		status = running_look(&r, o, inst, &d, ret_diag);
	if (status == 0)
		status = look(o, inst, &r, &d, ret_diag);
	running_release(&r);
	instance_close(inst);
	return status;
}
