/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apply: rewrite the configuration so that it speaks as the VIP.
 *
 * It guarantees that the MTA's own checkers object to nothing afterwards that they did not object
 * to before; otherwise the admin's configuration is put back and the first new objection is the
 * error. A file that changes under our hands is read again, a few times.
 */
#include <stdio.h>
#include <stdlib.h>

#include "data/array.h"
#include "effects/mtacmd.h"
#include "program/commands.h"
#include "program/output.h"
#include "program/rebuild.h"
#include "program/running.h"

#define ROUNDS 5 /* how often to start over when somebody edits at the same time */

struct changes {
	struct change *items;
	size_t n, cap;
};

/* Where the copy of a file goes; NULL: in place. */
static const char *target_of(struct survey *s, const char *path)
{
	return s->scan.copy ? pool_printf(&s->pool, "%s%s", s->scan.copy, path) : NULL;
}

/* The edits of one file lie together, since a plan is sorted by file. */
static int add_file(struct changes *c, struct survey *s, size_t file)
{
	const struct file *f = &s->scan.files[file];
	struct change *change;
	size_t n;
	const struct edit *edits = plan_edits(&s->plan, file, &n);

	change = array_grow(&c->items, &c->n, &c->cap);
	if (change == NULL)
		return -1;
	change->path = f->path;
	change->target = target_of(s, f->path);
	change->edits = edits;
	change->n_edits = n;
	change->postconf_lock = f->tmp_lock;
	change->secret = f->secret || f->has_secrets;
	return 0;
}

static int add_derived(struct changes *c, struct survey *s, size_t file, struct instance *inst,
		       const struct deadline *d, struct diag *ret_diag)
{
	const struct file *f = &s->scan.files[file];
	struct buf now = BUF_INIT;
	int status = 0;

	if (f->n_derived == 0)
		return 0;
	plan_render(&s->plan, file, f->bytes, &now);
	if (!buf_ok(&now))
		status = diag_oom(ret_diag);
	for (size_t i = 0; status == 0 && i < f->n_derived; i++) {
		const char *content = NULL;
		struct change *change;

		status = instance_build(inst, f->path, (struct span){buf_str(&now), now.len},
					&f->derived[i], d, &content, ret_diag);
		if (status < 0)
			break;
		change = array_grow(&c->items, &c->n, &c->cap);
		if (change == NULL) {
			status = diag_oom(ret_diag);
			break;
		}
		change->path = f->derived[i].path;
		change->target = target_of(s, f->derived[i].path);
		change->content = content;
		change->source = f->path;
		change->derived = &f->derived[i];
		change->secret = f->secret;
	}
	buf_release(&now);
	return status;
}

static int collect(struct changes *c, struct survey *s, struct instance *inst,
		   const struct deadline *d, struct diag *ret_diag)
{
	for (size_t i = 0; i < s->scan.n_files; i++)
		if (plan_touches(&s->plan, i) && add_file(c, s, i) < 0)
			return diag_oom(ret_diag);
	for (size_t i = 0; i < s->scan.n_files; i++)
		if (plan_touches(&s->plan, i) && add_derived(c, s, i, inst, d, ret_diag) < 0)
			return -1;
	return pool_ok(&s->pool) ? 0 : diag_oom(ret_diag);
}

static int publish(const struct options *o, struct survey *s, struct instance *inst,
		   const struct deadline *d, enum publish_end *ret_end, struct diag *ret_diag)
{
	char v4[IPADDR_STRLEN], v6[IPADDR_STRLEN];
	const struct stack_record record = {
		.mta = o->backend->name,
		.config = o->config,
		.vip = s->facts.vips[0].resource,
		.vip4 = s->want.vip4.family ? ipaddr_format(&s->want.vip4, v4) : NULL,
		.vip6 = s->want.vip6.family ? ipaddr_format(&s->want.vip6, v6) : NULL,
		.name = s->want.name,
		.pid_file = s->scan.process.pid_file,
		.exe = s->scan.process.exe,
		.pid_file_locked = s->scan.process.pid_file_locked,
		.argument = s->scan.process.argument,
		.heads_family = s->scan.process.heads_family,
		.port = s->scan.process.port,
		.remotes = (int)s->plan.remotes,
		.named = (int)s->plan.named,
		.names = s->names_file,
		.rebuild = o->rebuild,
		.copy = o->copy,
	};
	struct changes c = {NULL, 0, 0};
	int status = collect(&c, s, inst, d, ret_diag);

	if (status == 0)
		status = instance_publish(inst, c.items, c.n, &record, d, ret_end, ret_diag);
	free(c.items);
	return status;
}

/* What failed after the files were published. */
enum objection {
	OBJECTS_MTA,	 /* its checker */
	OBJECTS_REBUILD, /* the admin's command */
};

static int undo(const struct survey *s, struct instance *inst, const struct deadline *d,
		enum objection who, struct span said, struct diag *ret_diag)
{
	const char *what = who == OBJECTS_MTA ? "the MTA objects" : "the rebuild command failed";
	struct restore_report report;
	struct diag why = {EX_FAILED, ""};
	struct buf shown = BUF_INIT;
	int status;

	mask_add(&s->mask, said, &shown); /* it may quote the configuration */
	if (instance_restore(inst, d, &report, &why) < 0) {
		status = diag_set(ret_diag, EX_FAILED,
				  "cannot apply: %s: %.600s; and cannot undo: %s", what,
				  buf_str(&shown), why.text);
	} else {
		status = diag_set(ret_diag, EX_INSTALLED,
				  who == OBJECTS_MTA
					  ? "cannot apply: the MTA objects: %.600s; the "
					    "configuration was put back"
					  : "cannot apply: the rebuild command failed: %.600s; the "
					    "configuration was put back",
				  buf_str(&shown));
		/* if it fails it stays owed, and the next run says so */
		(void)rebuild_pay(inst, d, NULL);
	}
	buf_release(&shown);
	return status;
}

/* What the checkers object to in what was published. Of a copy they tell by its path: that is taken
 * out, so that the same objection reads the same. */
static int object_again(const struct options *o, struct survey *s, const struct deadline *d,
			struct buf *ret_lines, size_t *ret_ran, struct diag *ret_diag)
{
	const char *config = o->copy ? target_of(s, o->config) : o->config, *at, *next;
	struct buf raw = BUF_INIT;
	int status = pool_ok(&s->pool)
			     ? mtacmd_objections(o->backend, config, d, &raw, ret_ran, ret_diag)
			     : diag_oom(ret_diag);

	for (at = buf_str(&raw); status == 0; at = next + strlen(o->copy)) {
		next = o->copy ? strstr(at, o->copy) : NULL;
		buf_add(ret_lines, at, next ? (size_t)(next - at) : strlen(at));
		if (next == NULL)
			break;
	}
	buf_release(&raw);
	return status == 0 && !buf_ok(ret_lines) ? diag_oom(ret_diag) : status;
}

/* One attempt: plan, publish, have it checked. */
static int attempt(const struct options *o, struct survey *s, struct instance *inst,
		   const struct deadline *d, enum publish_end *ret_end, bool *ret_changed,
		   struct diag *ret_diag)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	char path[PATH_MAX];
	struct span objection;
	size_t ran = 0;
	int status = survey_plan(s, o, inst, d, ret_diag);

	if (status == 0 && o->unnamed == ON_FAIL && s->plan.n_kept > 0)
		status = diag_set(
			ret_diag, EX_FAILED,
			"cannot apply: %s line %u has no name (%s) and unnamed=fail is set",
			s->scan.files[s->plan.kept[0].file].path, s->plan.kept[0].line,
			s->plan.kept[0].reason);
	if (status == 0)
		status = survey_differs(s, inst, d, ret_changed, ret_diag);
	if (status == 0)
		status = mtacmd_objections(o->backend, o->config, d, &before, &ran, ret_diag);
	if (status == 0 && o->rebuild != NULL)
		status = spawn_find(o->rebuild[0], path, ret_diag);
	if (status == 0 && *ret_changed)
		status = rebuild_owe(inst, o->rebuild, ret_diag);
	if (status == 0)
		status = publish(o, s, inst, d, ret_end, ret_diag);
	if (status == 0 && *ret_end == PUBLISH_DONE) {
		struct deadline most = deadline_within(d, (long)deadline_left_ms(d) * 2 / 3);
		struct diag why = {EX_FAILED, ""};

		if (rebuild_pay(inst, &most, &why) < 0)
			status = undo(s, inst, d, OBJECTS_REBUILD,
				      (struct span){why.text, strlen(why.text)}, ret_diag);
		else if (object_again(o, s, d, &after, &ran, &why) < 0)
			status = undo(s, inst, d, OBJECTS_MTA,
				      (struct span){why.text, strlen(why.text)}, ret_diag);
		else if (mtacmd_new_objection((struct span){buf_str(&before), before.len},
					      (struct span){buf_str(&after), after.len},
					      &objection))
			status = undo(s, inst, d, OBJECTS_MTA, objection, ret_diag);
		else if (ran == 0 && o->backend->check_argvs != NULL)
			(void)fprintf(
				stderr,
				"mta-stack: %s's own checker is not installed here: the result "
				"was not checked\n",
				o->backend->title);
	}
	buf_release(&before);
	buf_release(&after);
	return status;
}

#define TENTATIVE_MS 100

/* A tentative IPv6 address will be usable in a moment: duplicate address detection takes about a
 * second. */
static int wait_for_vips(struct survey *s, const struct deadline *d, const struct vip **ret_missing,
			 const char **ret_why, struct diag *ret_diag)
{
	struct deadline patience = deadline_within(d, (long)deadline_left_ms(d) / 2);

	for (;;) {
		const struct vip *missing = survey_missing_vip(s, ret_why);
		const struct netaddr *a =
			missing != NULL ? netaddr_find(&s->local, &missing->addr) : NULL;

		*ret_missing = missing;
		if (a == NULL || a->dad_failed || deadline_passed(&patience))
			return 0;
		deadline_nap(&patience, TENTATIVE_MS);
		if (survey_look_again(s, ret_diag) < 0)
			return -1;
	}
}

static int refuse_or_warn(const struct options *o, struct survey *s, const struct deadline *d,
			  struct diag *ret_diag)
{
	const struct vip *missing = NULL;
	const char *why = NULL;
	char addr[IPADDR_STRLEN];

	if (wait_for_vips(s, d, &missing, &why, ret_diag) < 0)
		return -1;
	if (missing == NULL)
		return 0;
	ipaddr_format(&missing->addr, addr);
	if (o->from_agent)
		return diag_set(
			ret_diag, EX_FAILED,
			"cannot apply: the VIP %s (%s) %s; order and colocate this resource "
			"after it",
			addr, missing->resource, why);
	(void)fprintf(stderr, "mta-stack: the VIP %s %s: mail waits until it is\n", addr, why);
	return 0;
}

static int report(const struct options *o, const struct survey *s, struct diag *ret_diag)
{
	size_t files = 0;

	/* nobody reads what the agent's helper prints, but its warnings are logged */
	if (o->from_agent)
		output_plan_pinned(s, "mta-stack: ", stderr);
	if (o->json)
		return output_json(output_plan_json(s), ret_diag);
	for (size_t i = 0; i < s->scan.n_files; i++)
		files += plan_touches(&s->plan, i);
	(void)printf("applied: %zu edits in %zu files\n", s->plan.n_edits, files);
	output_plan_kept(s, stdout);
	output_notes(s, stdout);
	return 0;
}

/* Somewhere else is the stack applied: only remember what DNS says of the remotes. */
static int warm(const struct options *o, struct survey *s, struct instance *inst,
		const struct deadline *d, struct diag *ret_diag)
{
	if (survey_plan(s, o, inst, d, ret_diag) < 0 || survey_save_names(s, inst, ret_diag) < 0)
		return -1;
	if (o->json)
		return output_json(output_plan_json(s), ret_diag);
	(void)printf("not applied here: %zu of %zu remotes have a name now\n", s->plan.named,
		     s->plan.remotes);
	return 0;
}

/* A timer refreshes names beside an MTA that runs: it has to hear of it. */
static int tell_mta(const struct options *o, struct instance *inst, const struct deadline *d,
		    struct diag *ret_diag)
{
	struct running r;
	int status;

	running_init(&r);
	status = running_look(&r, o, inst, d, ret_diag);
	if (status == 0 && r.pid != 0)
		status = running_reload(&r, o, d, ret_diag);
	running_release(&r);
	return status;
}

static int apply(const struct options *o, struct survey *s, struct instance *inst,
		 const struct deadline *d, struct diag *ret_diag)
{
	enum publish_end end = PUBLISH_CONFLICT;
	bool changed = false;
	int status = 0;

	for (int i = 0; i < ROUNDS && status == 0 && end == PUBLISH_CONFLICT; i++)
		status = attempt(o, s, inst, d, &end, &changed, ret_diag);
	if (status < 0 || end == PUBLISH_CONFLICT)
		return -1; /* after a conflict the last attempt said which file */
	if (survey_save_names(s, inst, ret_diag) < 0)
		return -1;
	if (o->names_only && changed && tell_mta(o, inst, d, ret_diag) < 0)
		return -1;
	return report(o, s, ret_diag);
}

/* Names are refreshed where the MTA reads them, whatever a timer's own settings say. */
static void keep_mode(struct options *o, const struct instance *inst, struct survey *s)
{
	const char *copy = instance_record(inst)->copy;

	o->copies = copy != NULL;
	o->copy = copy != NULL ? pool_dups(&s->pool, copy) : NULL;
}

int cmd_apply(const struct options *given, struct diag *ret_diag)
{
	struct options as = *given, *o = &as;
	struct deadline d = deadline_in_ms(o->deadline_ms);
	struct instance *inst = NULL;
	struct survey s;
	bool here;
	int status;

	survey_init(&s);
	status = survey_vips(&s, o, false, &d, ret_diag);
	if (status == 0 && !o->names_only)
		status = refuse_or_warn(o, &s, &d, ret_diag);
	if (status == 0)
		status = instance_open(o->state_dir, options_instance(o), &d, &inst, ret_diag);
	here = status == 0 && instance_phase(inst) == INSTANCE_APPLIED && instance_this_boot(inst);
	if (here && o->names_only)
		keep_mode(o, inst, &s);
	if (status == 0)
		status = o->names_only && !here ? warm(o, &s, inst, &d, ret_diag)
						: apply(o, &s, inst, &d, ret_diag);
	survey_release(&s);
	instance_close(inst);
	return status;
}
