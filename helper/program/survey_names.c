/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey_names.c guarantees that every remote gets a verdict with a reason, whatever the resolver
 * does, and that no question is asked about an address whose answer could not count.
 */
#include "program/survey_names.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/array.h"
#include "effects/file.h"
#include "effects/resolve.h"

#define SAVED_NOTE "names" /* what DNS confirmed earlier, beside the state */

/* Half of what is left: the rest is for publishing and for the MTA itself. */
static struct deadline names_deadline(const struct deadline *d)
{
	return deadline_within(d, (long)deadline_left_ms(d) / 2);
}

int survey_own_name(struct survey *s, const struct options *o, const struct deadline *d,
		    struct diag *ret_diag)
{
	const struct ipaddr *vip = s->want.vip4.family ? &s->want.vip4 : &s->want.vip6;
	struct deadline mine = names_deadline(d);
	char name[RESOLVE_NAME_MAX];
	struct diag why;

	if (s->want.name != NULL)
		return 0;
	if (o->name != NULL) {
		s->want.name = o->name;
	} else if (o->offline) {
		survey_note(s, "the stack keeps the MTA's own name: the VIP's is not asked for "
			       "with --offline; set name");
	} else if (resolve_name_of(vip, RESOLVE_DNS, &mine, name, &why) == 0) {
		s->want.name = pool_dups(&s->pool, name);
	} else {
		survey_note(s, pool_printf(&s->pool,
					   "the stack keeps the MTA's own name: %s; set name, or "
					   "give the VIP a PTR record that leads back to it",
					   why.text));
	}
	return pool_ok(&s->pool) ? 0 : diag_oom(ret_diag);
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

static int read_saved(struct instance *inst, struct names *saved, struct diag *ret_diag)
{
	struct buf bytes = BUF_INIT;
	int status = instance_note_read(inst, SAVED_NOTE, &bytes, ret_diag);

	/* A damaged memory is no memory: the names are asked for anew. */
	if (status == 0)
		(void)names_parse_saved(saved, (struct span){buf_str(&bytes), bytes.len}, NULL);
	buf_release(&bytes);
	return status;
}

/* Why DNS is not to be asked about this remote; NULL: it is. A pinned name is always checked. */
static const char *not_asked(const struct survey *s, const struct options *o,
			     const struct remote_addr *r)
{
	const struct name *known = names_find(&s->names, &r->addr);

	if (o->offline)
		return "it was not looked up (--offline)";
	if (known != NULL && known->pinned)
		return NULL;
	if (r->has_key)
		return "it carries credentials or a TLS policy: only a pinned name may replace it";
	return NULL;
}

static int judge(struct survey *s, const struct options *o, const struct evidence *e,
		 const struct names *saved, struct diag *ret_diag)
{
	return names_judge(&s->names, e, o->policy, s->want.own, s->want.n_own, saved, ret_diag);
}

/* Those that are asked about, all at once; the others are judged as they are. */
static int judge_all(struct survey *s, const struct options *o, const struct remote_addr *addrs,
		     size_t n, const struct names *saved, const struct deadline *d,
		     struct diag *ret_diag)
{
	struct resolve_question *questions = NULL;
	struct evidences seen = EVIDENCES_INIT;
	struct deadline mine = names_deadline(d);
	size_t n_questions = 0, cap = 0;
	int status = 0;

	for (size_t i = 0; status == 0 && i < n; i++) {
		const struct name *known = names_find(&s->names, &addrs[i].addr);
		const bool pinned = known != NULL && known->pinned;
		const char *why = not_asked(s, o, &addrs[i]);
		struct resolve_question *q;

		if (why != NULL || o->policy == NAMES_OFF ||
		    (o->policy == NAMES_PINNED && !pinned)) {
			const struct evidence e = {.addr = addrs[i].addr, .not_done = why};

			status = judge(s, o, &e, saved, ret_diag);
			continue;
		}
		q = array_grow(&questions, &n_questions, &cap);
		if (q == NULL)
			status = diag_oom(ret_diag);
		else
			*q = (struct resolve_question){addrs[i].addr, pinned ? known->pin : NULL};
	}
	if (status == 0)
		status =
			resolve_all(questions, n_questions, s->scan.lookup, &mine, &seen, ret_diag);
	for (size_t i = 0; status == 0 && i < seen.n; i++)
		status = judge(s, o, &seen.items[i], saved, ret_diag);
	evidences_release(&seen);
	free(questions);
	return status;
}

int survey_remote_names(struct survey *s, const struct options *o, struct instance *inst,
			const struct deadline *d, struct diag *ret_diag)
{
	struct remote_addr *addrs = NULL;
	struct names saved;
	size_t n = 0;
	int status;

	names_init(&saved);
	status = read_names_file(s, o, ret_diag);
	if (status == 0)
		status = plan_addresses(&s->scan, &s->want, &addrs, &n, ret_diag);
	if (status == 0)
		status = read_saved(inst, &saved, ret_diag);
	if (status == 0)
		status = judge_all(s, o, addrs, n, &saved, d, ret_diag);
	free(addrs);
	names_release(&saved);
	return status;
}

int survey_save_names(const struct survey *s, struct instance *inst, struct diag *ret_diag)
{
	struct buf bytes = BUF_INIT;
	int status = 0;

	names_save(&s->names, &bytes);
	if (bytes.len > 0) {
		const time_t now = time(NULL);
		struct tm utc;
		char when[32] = "";

		if (gmtime_r(&now, &utc) != NULL)
			(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &utc);
		buf_addf(&bytes, "# kept on %s UTC\n", when);
	}
	if (!buf_ok(&bytes))
		status = diag_oom(ret_diag);
	else if (bytes.len > 0)
		status = instance_note_write(inst, SAVED_NOTE,
					     (struct span){buf_str(&bytes), bytes.len}, ret_diag);
	buf_release(&bytes);
	return status;
}
