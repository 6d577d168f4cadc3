/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey_names.c guarantees that every remote gets a verdict with a reason, whatever the resolver
 * does, and that no question is asked about an address whose answer could not count.
 */
#include "program/survey_names.h"

#include <stdlib.h>
#include <string.h>

#include "effects/file.h"

#define SAVED_NOTE "names"

int survey_own_name(struct survey *s, const struct options *o, const struct deadline *d,
		    struct diag *ret_diag)
{
	(void)d;
	(void)ret_diag;
	s->want.name = o->name;
	return 0;
}

static int read_names_file(struct survey *s, const struct options *o, struct diag *ret_diag)
{
	struct loaded file;
	int status;

	if (o->names_file == NULL)
		return 0;
	if (file_load(o->names_file, &file, ret_diag) < 0)
		return -1;
	if (file.state != FILE_LOADED)
		return diag_set(ret_diag, EX_INSTALLED, "cannot read the names file %s: %s",
				o->names_file, file.why ? file.why : "there is none");
	status = names_parse(&s->names, file_span(&file), o->names_file, ret_diag);
	file_release(&file);
	return status;
}

int survey_remote_names(struct survey *s, const struct options *o, struct instance *inst,
			const struct deadline *d, struct diag *ret_diag)
{
	struct remote_addr *addrs = NULL;
	size_t n = 0;
	int status;

	(void)d;
	(void)inst;
	if (read_names_file(s, o, ret_diag) < 0 ||
	    plan_addresses(&s->scan, &s->want, &addrs, &n, ret_diag) < 0)
		return -1;
	status = 0;
	for (size_t i = 0; status == 0 && i < n; i++) {
		const struct evidence e = {.addr = addrs[i].addr};

		status = names_judge(&s->names, &e, o->policy, s->want.own, s->want.n_own, NULL,
				     ret_diag);
	}
	free(addrs);
	return status;
}

int survey_save_names(const struct survey *s, struct instance *inst, struct diag *ret_diag)
{
	struct buf bytes = BUF_INIT;
	int status = 0;

	names_save(&s->names, &bytes);
	if (!buf_ok(&bytes))
		status = diag_oom(ret_diag);
	else if (bytes.len > 0)
		status = instance_note_write(inst, SAVED_NOTE,
					     (struct span){buf_str(&bytes), bytes.len}, ret_diag);
	buf_release(&bytes);
	return status;
}
