/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check: are the files as published? 0 in sync, 7 not applied, 1 drifted. Writes nothing.
 */
#include <stdio.h>

#include "effects/instance.h"
#include "program/commands.h"
#include "program/output.h"

static const char *state_name(enum in_sync s)
{
	return s == SYNC_IN ? "in-sync" : s == SYNC_DRIFTED ? "drifted" : "gone";
}

static int print_json(const struct check_report *r, const char *state, struct diag *ret_diag)
{
	json_t *files = json_array();

	for (size_t i = 0; i < r->n; i++)
		(void)json_array_append_new(files,
					    json_pack("{s:s, s:s, s:s*}", "file", r->files[i].path,
						      "state", state_name(r->files[i].state),
						      "reason", r->files[i].reason));
	return output_json(json_pack("{s:s, s:o}", "state", state, "files", files), ret_diag);
}

static int report(const struct options *o, struct instance *inst, const struct check_report *r,
		  struct diag *ret_diag)
{
	bool stale = instance_phase(inst) == INSTANCE_APPLIED && !instance_this_boot(inst);
	bool applied = instance_phase(inst) == INSTANCE_APPLIED && !stale;
	const char *state = !applied ? "not-applied" : r->in_sync ? "in-sync" : "drifted";

	if (o->json && print_json(r, state, ret_diag) < 0)
		return -1;
	if (!applied)
		return diag_set(ret_diag, EX_NOT_RUNNING, "%s: the stack is not applied%s",
				options_instance(o),
				stale ? "; an earlier boot left files rewritten: run restore"
				: instance_phase(inst) == INSTANCE_INTERRUPTED
					? "; a change was interrupted: run apply or restore"
					: "");
	for (size_t i = 0; i < r->n; i++) {
		const struct checked_file *f = &r->files[i];

		if (!o->json)
			(void)printf("%s: %s%s%s\n", f->path, state_name(f->state),
				     f->reason ? ": " : "", f->reason ? f->reason : "");
	}
	if (r->in_sync)
		return EX_OK;
	for (size_t i = 0; i < r->n; i++)
		if (r->files[i].state != SYNC_IN)
			return diag_set(ret_diag, EX_FAILED,
					"%s has drifted: %s; apply again to put it right",
					r->files[i].path, r->files[i].reason);
	return EX_FAILED;
}

int cmd_check(const struct options *o, struct diag *ret_diag)
{
	struct instance *inst = NULL;
	struct check_report r;
	int status;

	if (instance_open_readonly(o->state_dir, options_instance(o), &inst, ret_diag) < 0)
		return -1;
	status = instance_check(inst, o->quick, &r, ret_diag);
	if (status == 0)
		status = report(o, inst, &r, ret_diag);
	instance_close(inst);
	return status;
}
