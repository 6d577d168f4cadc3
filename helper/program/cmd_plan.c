/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan: what apply would change, and what would stay and why. Writes nothing.
 */
#include <stdio.h>

#include "program/commands.h"
#include "program/output.h"

static int print(const struct options *o, const struct survey *s, struct instance *inst,
		 const struct deadline *d, struct diag *ret_diag)
{
	bool differs = false;

	if (o->json)
		return output_json(output_plan_json(s), ret_diag);
	if (output_plan_diff(s, inst, d, ret_diag) < 0 ||
	    survey_differs(s, inst, d, &differs, ret_diag) < 0)
		return -1;
	if (!differs)
		(void)puts("# nothing to change");
	output_plan_kept(s, stdout);
	output_notes(s, stdout);
	return 0;
}

int cmd_plan(const struct options *o, struct diag *ret_diag)
{
	struct deadline d = deadline_in_ms(o->deadline_ms);
	struct instance *inst = NULL;
	struct survey s;
	int status;

	survey_init(&s);
	status = survey_vips(&s, o, false, &d, ret_diag);
	if (status == 0)
		status = instance_open_readonly(o->state_dir, options_instance(o), &inst, ret_diag);
	if (status == 0)
		status = survey_plan(&s, o, inst, &d, ret_diag);
	if (status == 0)
		status = print(o, &s, inst, &d, ret_diag);
	survey_release(&s);
	instance_close(inst);
	return status;
}
