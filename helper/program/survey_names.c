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
#include "pure/sum.h"

#define SAVED_NOTE "names" /* what DNS confirmed earlier, beside the state */
#define NAMES_MS   5000L   /* for all look-ups together */

/* Half of what is left, since the rest is for publishing and for the MTA itself, and no more than a
 * few seconds: a start must not wait for a name server that is dead. */
static struct deadline names_deadline(const struct deadline *d)
{
	struct deadline half = deadline_within(d, (long)deadline_left_ms(d) / 2);

	return deadline_within(&half, NAMES_MS);
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
	s->names_file =
		(struct source_file){o->names_file, file.identity, sum_of(file_span(&file))};
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

struct questions {
	struct resolve_question *items;
	size_t n, cap;
};

static int ask(struct questions *q, const struct ipaddr *addr, const char *pinned,
	       struct diag *ret_diag)
{
	struct resolve_question *slot = array_grow(&q->items, &q->n, &q->cap);

	if (slot == NULL)
		return diag_oom(ret_diag);
	*slot = (struct resolve_question){*addr, pinned};
	return 0;
}

static const struct ipaddr *first_vip(const struct survey *s)
{
	return s->want.vip4.family ? &s->want.vip4 : &s->want.vip6;
}

/* What the other side finds when it asks who calls: the VIP's only PTR, if it leads back. */
static const char *confirmed(const struct evidence *e)
{
	if (e->reverse != LOOKUP_OK || e->n_hosts != 1 ||
	    !text_is_fqdn((struct span){e->hosts[0], strlen(e->hosts[0])}))
		return NULL;
	for (size_t i = 0; i < e->n_addrs; i++)
		if (ipaddr_equal(&e->addrs[i], &e->addr))
			return e->hosts[0];
	return NULL;
}

static int name_stack(struct survey *s, const struct evidence *e, const struct names *saved,
		      struct diag *ret_diag)
{
	const struct name *earlier = names_find(saved, &e->addr);
	const char *host = confirmed(e);
	char vip[IPADDR_STRLEN];

	ipaddr_format(&e->addr, vip);
	if (host == NULL && earlier != NULL && earlier->host != NULL &&
	    (e->reverse == LOOKUP_TEMPORARY || e->forward == LOOKUP_TEMPORARY))
		host = earlier->host;
	if (host != NULL) {
		char low[RESOLVE_NAME_MAX];
		size_t len = 0;

		while (host[len] != '\0' && len + 1 < sizeof(low)) {
			low[len] = text_lower(host[len]);
			len++;
		}
		s->want.name = s->vip_name = pool_dup(&s->pool, low, len);
	} else {
		survey_note(s,
			    pool_printf(&s->pool,
					"the stack keeps the MTA's own name: DNS confirms none for "
					"%s%s; set name, or give the VIP a PTR record that leads "
					"back to it",
					vip,
					e->reverse != LOOKUP_TEMPORARY ? ""
					: e->trouble != NULL
						? pool_printf(&s->pool, " (it %s)", e->trouble)
						: " (it gave no answer in time)"));
	}
	return pool_ok(&s->pool) ? 0 : diag_oom(ret_diag);
}

/* Is DNS to be asked for the stack's own name? */
static bool wants_own_name(struct survey *s, const struct options *o)
{
	s->want.name = o->name;
	s->vip_name = NULL;
	if (o->name == NULL && o->offline)
		survey_note(s, "the stack keeps the MTA's own name: the VIP's is not asked for "
			       "with --offline; set name");
	return o->name == NULL && !o->offline;
}

/* Those that are not asked about are judged as they are; the others become questions. */
static int sort_out(struct survey *s, const struct options *o, const struct remote_addr *addrs,
		    size_t n, const struct names *saved, struct questions *q, struct diag *ret_diag)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < n; i++) {
		const struct name *known = names_find(&s->names, &addrs[i].addr);
		const bool pinned = known != NULL && known->pinned;
		const char *why = not_asked(s, o, &addrs[i]);
		const struct evidence e = {.addr = addrs[i].addr, .not_done = why};

		if (why != NULL || o->policy == NAMES_OFF || (o->policy == NAMES_PINNED && !pinned))
			status = judge(s, o, &e, saved, ret_diag);
		else
			status = ask(q, &addrs[i].addr, pinned ? known->pin : NULL, ret_diag);
	}
	return status;
}

/* All questions at once: the remotes', and last the VIP's. */
static int judge_all(struct survey *s, const struct options *o, const struct remote_addr *addrs,
		     size_t n, const struct names *saved, const struct deadline *d,
		     struct diag *ret_diag)
{
	struct questions q = {NULL, 0, 0};
	struct evidences seen = EVIDENCES_INIT;
	struct deadline mine = names_deadline(d);
	const bool own = wants_own_name(s, o);
	int status = sort_out(s, o, addrs, n, saved, &q, ret_diag);

	if (status == 0 && own)
		status = ask(&q, first_vip(s), NULL, ret_diag);
	if (status == 0 && q.n > 0)
		status = resolve_all(q.items, q.n, s->scan.lookup, &mine, &seen, ret_diag);
	for (size_t i = 0; status == 0 && i < seen.n; i++)
		status = own && i == seen.n - 1 ? name_stack(s, &seen.items[i], saved, ret_diag)
						: judge(s, o, &seen.items[i], saved, ret_diag);
	evidences_release(&seen);
	free(q.items);
	return status;
}

int survey_own_name(struct survey *s, const struct options *o, const struct deadline *d,
		    struct diag *ret_diag)
{
	struct names none;
	int status;

	names_init(&none);
	status = judge_all(s, o, NULL, 0, &none, d, ret_diag);
	names_release(&none);
	return status;
}

int survey_resolve(struct survey *s, const struct options *o, struct instance *inst,
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
	char vip[IPADDR_STRLEN];
	int status = 0;

	names_save(&s->names, &bytes);
	if (s->vip_name != NULL)
		buf_addf(&bytes, "%s %s\n", ipaddr_format(first_vip(s), vip), s->vip_name);
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
