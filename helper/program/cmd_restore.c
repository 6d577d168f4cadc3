/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore: put the admin's own configuration back. With --stale, that of all instances that an
 * earlier boot left applied: for a unit that runs before the MTA and the cluster. Asks no cluster
 * and no name server.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "effects/instance.h"
#include "program/attributes.h"
#include "program/commands.h"
#include "program/output.h"
#include "program/rebuild.h"

static const char *how_name(enum restored how)
{
	static const char *const names[] = {
		[RESTORED_EXACT] = "restored",
		[RESTORED_ALREADY] = "nothing-of-ours",
		[RESTORED_MERGED] = "merged",
		[RESTORED_OVERLAP] = "overlap",
		[RESTORED_REBUILT] = "rebuilt",
		[RESTORED_GONE] = "gone",
		[RESTORED_ODD] = "odd",
		[RESTORED_REMOVED] = "copy-removed",
		[RESTORED_EDITED] = "copy-was-edited",
	};

	return names[how];
}

static int print_json(const struct restore_report *r, struct diag *ret_diag)
{
	json_t *files = json_array();

	for (size_t i = 0; i < r->n; i++)
		(void)json_array_append_new(
			files, json_pack("{s:s, s:s, s:s*, s:s*}", "file", r->files[i].path, "how",
					 how_name(r->files[i].how), "detail", r->files[i].detail,
					 "original", r->files[i].kept));
	return output_json(json_pack("{s:b, s:o}", "clean", r->clean, "files", files), ret_diag);
}

static int report(const struct options *o, const struct restore_report *r, struct diag *ret_diag)
{
	const struct restored_file *first = NULL;

	if (o->json && print_json(r, ret_diag) < 0)
		return -1;
	for (size_t i = 0; i < r->n; i++) {
		const struct restored_file *f = &r->files[i];

		if (!o->json)
			(void)printf("%s: %s%s%s\n", f->path, how_name(f->how),
				     f->detail ? ": " : "", f->detail ? f->detail : "");
		if (first == NULL && (f->how == RESTORED_OVERLAP || f->how == RESTORED_GONE ||
				      f->how == RESTORED_ODD || f->how == RESTORED_EDITED))
			first = f;
	}
	if (r->clean || first == NULL)
		return EX_OK;
	if (first->how == RESTORED_EDITED)
		return diag_set(
			ret_diag, EX_DEGRADED,
			"%s was a copy that somebody edited: it is gone; what they wrote is %s",
			first->path, first->kept ? first->kept : "lost");
	return diag_set(ret_diag, EX_DEGRADED, "%s was not put back whole: %s%s%s", first->path,
			first->detail ? first->detail : how_name(first->how),
			first->kept ? "; the original is " : "", first->kept ? first->kept : "");
}

/* The files are back: have the MTA's tables made from them. What failed at that comes before what a
 * file needs a person for: it is the one that can be tried again. */
static int finish(const struct options *o, struct instance *inst, const struct restore_report *r,
		  const struct deadline *d, struct diag *ret_diag)
{
	struct diag why;
	int status = report(o, r, ret_diag);

	if (rebuild_pay(inst, d, &why) < 0)
		return diag_set(
			ret_diag, EX_DEGRADED,
			"the files were put back, but the rebuild command did not succeed and "
			"is owed: %s",
			why.text);
	return status;
}

/* One instance; with stale_only it is left alone if it was applied since this boot. */
static int restore(const struct options *o, const char *name, const struct deadline *d,
		   struct diag *ret_diag)
{
	struct instance *inst = NULL;
	const struct stack_record *record;
	struct restore_report r;
	int status;

	if (instance_open(o->state_dir, name, d, &inst, ret_diag) < 0)
		return -1;
	if (o->stale && instance_this_boot(inst)) {
		instance_close(inst);
		return EX_OK;
	}
	record = instance_record(inst);
	status = rebuild_owe(inst, record != NULL ? record->rebuild : NULL, ret_diag);
	if (status == 0)
		status = instance_restore(inst, d, &r, ret_diag);
	if (status == 0)
		status = finish(o, inst, &r, d, ret_diag);
	instance_close(inst);
	return status;
}

/* Every instance in the state directory, whatever became of the one before; the first trouble is
 * the one that is told. */
static int restore_stale(const struct options *o, const struct deadline *d, struct diag *ret_diag)
{
	DIR *dir = opendir(o->state_dir);
	const struct dirent *e;
	struct diag why;
	int status = EX_OK;

	if (dir == NULL && errno == ENOENT)
		return EX_OK;
	if (dir == NULL)
		return diag_set(ret_diag, EX_PERM, "cannot read %s: %s", o->state_dir,
				strerror(errno));
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' || e->d_type == DT_REG)
			continue;
		if (restore(o, e->d_name, d, &why) < 0 && status == EX_OK)
			status = diag_set(ret_diag, why.code, "%s: %s", e->d_name, why.text);
	}
	(void)closedir(dir);
	return status;
}

/* What is left to be seen after the stop: nothing, or that a person is needed. */
static int restore_and_tell(const struct options *o, const struct deadline *d,
			    struct diag *ret_diag)
{
	int status = restore(o, options_instance(o), d, ret_diag);
	struct attributes a;

	attributes_begin(&a, o);
	attributes_clear(&a);
	if (status < 0)
		attributes_failed(&a, ret_diag);
	attributes_end(&a, d);
	return status;
}

int cmd_restore(const struct options *o, struct diag *ret_diag)
{
	struct deadline d = deadline_in_ms(o->deadline_ms);

	return o->stale ? restore_stale(o, &d, ret_diag) : restore_and_tell(o, &d, ret_diag);
}
