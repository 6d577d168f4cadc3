/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_read.c guarantees that an answer rests on one state of the configuration, and that the
 * number of round trips is bounded. It prints nothing.
 */
#include "cib/cib_read.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cib/cib_xml.h"
#include "data/buf.h"

#define ROUNDS_MAX 64 /* each reads more of a finite CIB; chains of constraints are short */
#define TRIES_MAX  3  /* the configuration changed while it was read */

void cib_read_init(struct cib_read *r, struct cib_source *source, struct cib_corosync *corosync,
		   const char *node, const char *file)
{
	*r = (struct cib_read){
		.source = source, .corosync = corosync, .node_given = node, .file = file};
	cib_model_init(&r->model, &r->wants);
}

static void forget(struct cib_read *r)
{
	cib_model_release(&r->model);
	cib_wants_release(&r->wants);
	if (r->header != NULL)
		xmlFreeDoc(r->header);
	if (r->store != NULL)
		xmlFreeDoc(r->store);
	r->header = r->store = NULL;
}

void cib_read_release(struct cib_read *r)
{
	forget(r);
	pool_release(&r->pool);
}

/* What every answer needs, and with it, in the same round trip, what the question names. */
static int read_base(struct cib_read *r, const struct cib_question *q, struct diag *ret_diag)
{
	struct cib_choice nothing_yet = {0};
	struct buf b = BUF_INIT, none_yet = BUF_INIT;
	int rc;

	buf_adds(&b, "/cib/configuration/crm_config|/cib/configuration/rsc_defaults");
	if (r->node != NULL && cib_is_quotable(r->node))
		buf_addf(&b,
			 "|/cib/configuration/nodes/node[@uname='%s']"
			 "|/cib/status/node_state[@uname='%s']/transient_attributes",
			 r->node, r->node);
	r->model.node = r->node;
	if (cib_choose(&r->model, q, &nothing_yet, NULL) == 0)
		cib_choice_release(&nothing_yet);
	(void)cib_paths(&r->wants, &b, &none_yet, ret_diag);
	rc = buf_ok(&b) ? cib_source_query(r->source, buf_str(&b), false,
					   xmlDocGetRootElement(r->store), ret_diag)
			: diag_oom(ret_diag);
	buf_release(&b);
	buf_release(&none_yet);
	return rc;
}

static struct cib_now local_now(void)
{
	struct cib_now now = {.utc = time(NULL)};
	struct tm tm;

	if (localtime_r(&(time_t){now.utc}, &tm) != NULL)
		now.offset = (int32_t)tm.tm_gmtoff;
	return now;
}

static int make_model(struct cib_read *r, struct diag *ret_diag)
{
	struct cib_xml x = {.m = &r->model, .store = xmlDocGetRootElement(r->store)};

	cib_model_release(&r->model);
	cib_model_init(&r->model, &r->wants);
	r->model.node = r->node;
	r->model.now = local_now();
	cib_xml_nodes(&x, xmlDocGetRootElement(r->header));
	cib_xml_model(&x);
	return pool_ok(&r->model.pool) && pool_ok(&r->wants.pool) && pool_ok(&r->pool)
		       ? 0
		       : diag_oom(ret_diag);
}

static int read_wanted(struct cib_read *r, struct diag *ret_diag)
{
	struct buf b = BUF_INIT, histories = BUF_INIT;
	int rc = cib_paths(&r->wants, &b, &histories, ret_diag);

	if (rc == 0 && b.len > 0)
		rc = cib_source_query(r->source, buf_str(&b), false, xmlDocGetRootElement(r->store),
				      ret_diag);
	if (rc == 0 && histories.len > 0)
		rc = cib_read_remote(r, &histories, ret_diag);
	buf_release(&b);
	buf_release(&histories);
	for (size_t i = 0; i < r->wants.n && rc == 0; i++) {
		struct cib_want *w = &r->wants.items[i];

		if (w->asked)
			continue;
		w->asked = true;
		rc = cib_ask_pacemaker(w->id, w->tag, r->file, &r->wants.pool, &w->answer,
				       ret_diag);
	}
	return rc;
}

/* One pass over the question; what it lacks is in wants afterwards. */
struct answer {
	struct cib_choice choice;
	struct cib_mode own;
	struct cib_state *states;
};

static void drop(struct answer *a)
{
	cib_choice_release(&a->choice);
	free(a->states);
	*a = (struct answer){0};
}

static int describe(struct cib_read *r, const struct cib_question *q, struct answer *a,
		    struct diag *ret_diag)
{
	static const char *const not_asked[] = {NULL};
	struct cib_model *m = &r->model;

	a->states = calloc(a->choice.n + 1, sizeof(*a->states));
	if (a->states == NULL)
		return diag_oom(ret_diag);
	if (a->choice.own != NULL && cib_mode(m, a->choice.own, &a->own, ret_diag) < 0)
		return -1;
	for (size_t i = 0; i < a->choice.n; i++) {
		const struct cib_resource *vip = a->choice.vips[i].resource;

		a->states[i].mode.managed = true;
		if (vip == NULL)
			continue;
		a->states[i].agent = cib_agent_name(m, vip);
		a->states[i].active = q->brief ? not_asked : cib_active(m, vip);
		if (cib_mode(m, vip, &a->states[i].mode, ret_diag) < 0)
			return -1;
	}
	return pool_ok(&m->pool) ? 0 : diag_oom(ret_diag);
}

static int rounds(struct cib_read *r, const struct cib_question *q, struct answer *ret_answer,
		  struct diag *ret_diag)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		struct answer a = {.own.managed = true};
		int rc;

		if (make_model(r, ret_diag) < 0)
			return -1;
		rc = cib_choose(&r->model, q, &a.choice, ret_diag);
		if (rc == 0)
			rc = describe(r, q, &a, ret_diag);
		if (!cib_wants_pending(&r->wants) && rc == 0) {
			*ret_answer = a;
			return 0;
		}
		drop(&a);
		if (!cib_wants_pending(&r->wants))
			return -1;
		if (read_wanted(r, ret_diag) < 0)
			return -1;
	}
	return diag_set(ret_diag, EX_CONFIGURED,
			"cannot find the VIP: the constraints lead through too many resources");
}

int cib_read_choose(struct cib_read *r, const struct cib_question *q, struct cib_choice *ret_choice,
		    struct cib_mode *ret_own, struct cib_state **ret_states, struct diag *ret_diag)
{
	for (int i = 0; i < TRIES_MAX; i++) {
		struct answer a = {0};
		bool same = false;

		forget(r);
		if (cib_read_header(r, ret_diag) < 0 || cib_read_node(r, ret_diag) < 0 ||
		    read_base(r, q, ret_diag) < 0 || rounds(r, q, &a, ret_diag) < 0)
			return cib_read_explain(r, ret_diag);
		if (cib_read_unchanged(r, &same, ret_diag) < 0) {
			drop(&a);
			return -1;
		}
		if (same) {
			*ret_choice = a.choice;
			*ret_own = a.own;
			*ret_states = a.states;
			return 0;
		}
		drop(&a);
	}
	return diag_set(
		ret_diag, EX_FAILED,
		"cannot read the CIB: its configuration changes faster than it can be read");
}
