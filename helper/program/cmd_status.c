/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status: all of it at a glance, on this node, now.
 *
 * It writes nothing. What cannot be known (a cluster that does not answer, DNS that is dead) is a
 * line that says so, never an error, and costs a few seconds at most. Remotes are not called:
 * that is probe's.
 */
#include <stdio.h>
#include <string.h>

#include "effects/leak.h"
#include "program/commands.h"
#include "program/identity.h"
#include "program/looks.h"
#include "program/output.h"
#include "program/report.h"
#include "program/survey_names.h"

#define CIB_MS	 5000L
#define PLAN_MS	 10000L
#define KEPT_MAX 8 /* lines; the rest is plan's to tell */

struct glance {
	const struct options *o;
	struct instance *inst;
	struct survey s;
	struct running r;
	struct identities who;
	struct report report;
	bool applied; /* since this boot */
};

/* The addresses without a cluster to ask: as they were applied. */
static void vips_from_record(struct glance *g)
{
	g->s.want.vip4 = g->r.vip4;
	g->s.want.vip6 = g->r.vip6;
	(void)survey_look_again(&g->s, NULL);
	(void)survey_own(&g->s, NULL);
}

static void one_vip(struct glance *g, const struct ipaddr *vip, const struct vip *known)
{
	const struct netaddr *here = netaddr_find(&g->s.local, vip);
	const char *resource = known != NULL ? known->resource : "applied";
	const char *on = known != NULL && known->n_active > 0 ? known->active[0] : NULL;
	char addr[IPADDR_STRLEN];

	ipaddr_format(vip, addr);
	if (here != NULL && netaddr_usable(here))
		report_add(&g->report, "vip", g->applied ? SEEN_GOOD : SEEN_PLAIN,
			   "%s (%s) is here, on %s", addr, resource, here->interface);
	else if (here != NULL)
		report_add(&g->report, "vip", SEEN_BAD, "%s (%s) is here, but %s", addr, resource,
			   here->dad_failed ? "used by another machine too" : "still tentative");
	else
		report_add(&g->report, "vip", g->applied ? SEEN_BAD : SEEN_PLAIN,
			   "%s (%s) is not on this node%s%s", addr, resource,
			   on != NULL ? "; started on " : "", on != NULL ? on : "");
}

static void see_vips(struct glance *g, const struct deadline *d)
{
	struct deadline mine = deadline_within(d, CIB_MS);
	struct diag why;

	if (survey_vips(&g->s, g->o, true, &mine, &why) == 0) {
		for (size_t i = 0; i < g->s.facts.n_vips; i++)
			one_vip(g, &g->s.facts.vips[i].addr, &g->s.facts.vips[i]);
		if (g->s.facts.quorate != NULL)
			report_add(&g->report, "cluster",
				   strcmp(g->s.facts.quorate, "yes") == 0 ? SEEN_GOOD : SEEN_ODD,
				   "%s, node %s, %s", g->s.facts.cluster ? g->s.facts.cluster : "?",
				   g->s.facts.node ? g->s.facts.node : "?",
				   strcmp(g->s.facts.quorate, "yes") == 0 ? "quorate"
									  : "no quorum");
		for (size_t i = 0; i < g->s.facts.n_findings; i++)
			report_add(&g->report, "cluster", SEEN_ODD, "%s", g->s.facts.findings[i]);
		return;
	}
	vips_from_record(g);
	if (g->r.vip4.family != 0)
		one_vip(g, &g->r.vip4, NULL);
	if (g->r.vip6.family != 0)
		one_vip(g, &g->r.vip6, NULL);
	report_add(&g->report, "cluster", SEEN_ODD, "%s", why.text);
}

static void see_server(struct glance *g)
{
	const char *title = g->o->backend->title;

	if (g->r.absent.text[0] != '\0')
		report_add(&g->report, "server", SEEN_PLAIN, "%s", g->r.absent.text);
	else if (g->r.whose == RUNNING_OURS)
		report_add(&g->report, "server", SEEN_GOOD, "%s runs, process %ld", title,
			   (long)g->r.pid);
	else if (g->r.whose == RUNNING_FOREIGN)
		report_add(&g->report, "server", g->o->external ? SEEN_PLAIN : SEEN_ODD,
			   "%s runs, process %ld, but not for this resource", title,
			   (long)g->r.pid);
	else if (g->applied && !g->o->external && g->o->backend->start_argv != NULL)
		report_add(&g->report, "server", SEEN_BAD, "%s does not run", title);
	else
		report_add(&g->report, "server", SEEN_PLAIN, "%s does not run", title);
}

static void see_files(struct glance *g)
{
	enum instance_phase phase = instance_phase(g->inst);
	struct check_report c;
	struct diag why;

	if (phase == INSTANCE_INTERRUPTED)
		report_add(&g->report, "files", SEEN_BAD,
			   "a change was interrupted: run apply or restore");
	else if (phase == INSTANCE_APPLIED && !g->applied)
		report_add(&g->report, "files", SEEN_BAD,
			   "an earlier boot left them rewritten: run restore");
	else if (phase != INSTANCE_APPLIED)
		report_add(&g->report, "files", SEEN_PLAIN, "the admin's own: not applied here");
	if (!g->applied)
		return;
	if (instance_check(g->inst, false, &c, &why) < 0) {
		report_add(&g->report, "files", SEEN_ODD, "%s", why.text);
		return;
	}
	if (c.in_sync)
		report_add(&g->report, "files", SEEN_GOOD, "%zu in sync, applied %s", c.n,
			   instance_when(g->inst));
	for (size_t i = 0; i < c.n; i++)
		if (c.files[i].state != SYNC_IN)
			report_add(&g->report, "files", c.bind_lost ? SEEN_BAD : SEEN_ODD, "%s: %s",
				   c.files[i].path, c.files[i].reason);
}

static void see_remotes(struct glance *g, const struct deadline *d)
{
	struct deadline mine = deadline_within(d, PLAN_MS);
	const struct plan *p = &g->s.plan;
	struct diag why;

	if (g->s.want.vip4.family == 0 && g->s.want.vip6.family == 0)
		return;
	if (survey_plan(&g->s, g->o, g->inst, &mine, &why) < 0) {
		report_add(&g->report, "remotes", g->applied ? SEEN_ODD : SEEN_PLAIN, "%s",
			   why.text);
		return;
	}
	if (g->applied)
		report_add(&g->report, "remotes", SEEN_GOOD, "%d of %d by name",
			   instance_record(g->inst)->named, instance_record(g->inst)->remotes);
	else
		report_add(&g->report, "remotes", SEEN_PLAIN, "%zu of %zu would be by name",
			   p->named, p->remotes);
	for (size_t i = 0; i < p->n_kept && i < KEPT_MAX; i++) {
		char addr[IPADDR_STRLEN];

		report_add(&g->report, "remotes", SEEN_PLAIN, "%s stays: %s (%s line %u)",
			   ipaddr_format(&p->kept[i].addr, addr), p->kept[i].reason,
			   g->s.scan.files[p->kept[i].file].path, p->kept[i].line);
	}
	if (p->n_kept > KEPT_MAX)
		report_add(&g->report, "remotes", SEEN_PLAIN, "and %zu more: see plan",
			   p->n_kept - KEPT_MAX);
}

static void see_name(struct glance *g, const struct deadline *d)
{
	struct diag why;

	if (g->applied)
		g->s.want.name = instance_record(g->inst)->name;
	report_add(&g->report, "name", SEEN_PLAIN, "%s",
		   g->s.want.name != NULL ? g->s.want.name : "the mail server's own");
	if (g->o->offline)
		return;
	if (identities_check(&g->who, &g->s.want, d, &why) < 0)
		report_add(&g->report, "name", SEEN_ODD, "%s", why.text);
	for (size_t i = 0; i < g->who.n; i++)
		if (g->who.items[i].text != NULL)
			report_add(&g->report, "name", g->who.items[i].good ? SEEN_GOOD : SEEN_ODD,
				   "%s", g->who.items[i].text);
}

static void see_wire(struct glance *g)
{
	struct attributes none = {.cluster = NODEATTRS_INIT, .instance = "", .off = true};
	struct diag why;

	if (!g->applied || g->o->backend->delivery == NULL || g->r.pid == 0)
		return;
	if (look_wire(g->o, &g->r, &none, &why) < 0)
		report_add(&g->report, "wire", SEEN_BAD, "%s", why.text);
	else
		report_add(&g->report, "wire", SEEN_GOOD,
			   "no delivery leaves from another address now");
	nodeattrs_release(&none.cluster);
}

static int print(struct glance *g, struct diag *ret_diag)
{
	const struct report_line *worst;
	enum seen seen = report_worst(&g->report, &worst);
	const char *state = g->applied ? "applied" : "not-applied";
	char title[256];

	if (!pool_ok(&g->report.pool))
		return diag_oom(ret_diag);
	(void)snprintf(title, sizeof(title), "%.100s: %s, %s", options_instance(g->o),
		       g->o->backend->title,
		       seen == SEEN_BAD	  ? "not as it should be"
		       : seen == SEEN_ODD ? "somebody should look"
		       : g->applied	  ? "all is well"
					  : "not on this node");
	if (!g->o->json)
		report_print(&g->report, title);
	else if (output_json(json_pack("{s:s, s:s, s:s, s:s, s:s*, s:i, s:o}", "instance",
				       options_instance(g->o), "mta", g->o->backend->name, "state",
				       state, "verdict", seen_name(seen), "name", g->s.want.name,
				       "pid", (int)g->r.pid, "lines", report_json(&g->report)),
			     ret_diag) < 0)
		return -1;
	if (seen == SEEN_BAD)
		return diag_set(ret_diag, EX_FAILED, "%s: %s", worst->what, worst->text);
	if (seen == SEEN_ODD)
		return diag_set(ret_diag, EX_DEGRADED, "%s: %s", worst->what, worst->text);
	if (!g->applied)
		return diag_set(ret_diag, EX_NOT_RUNNING, "the stack is not applied");
	return EX_OK;
}

/* What is applied here says itself which MTA, configuration and names it was applied with. */
static int complete(struct options *o, const struct instance *inst, struct diag *ret_diag)
{
	const struct stack_record *r = instance_record(inst);

	if (r != NULL && o->backend == NULL && r->mta != NULL) {
		o->backend = backend_find(r->mta);
		o->config = r->config;
	}
	if (r != NULL && o->names_file == NULL)
		o->names_file = r->names.path;
	if (r != NULL && r->copy != NULL) {
		o->copies = true;
		o->copy = r->copy;
	}
	if (o->backend != NULL)
		return 0;
	return diag_set(ret_diag, EX_ARGS,
			"cannot tell the mail server, since the stack is not applied here: give "
			"--mta");
}

int cmd_status(const struct options *given, struct diag *ret_diag)
{
	struct options o = *given; /* owns nothing that given does not */
	struct deadline d = deadline_in_ms(o.deadline_ms);
	struct glance g = {.o = &o, .who = IDENTITIES_INIT, .report = REPORT_INIT};
	int status;

	if (o.backend == NULL && o.resource == NULL)
		return diag_set(ret_diag, EX_ARGS,
				"cannot tell whose status: give --resource or "
				"--mta");
	survey_init(&g.s);
	running_init(&g.r);
	status = instance_open_readonly(o.state_dir, options_instance(&o), &g.inst, ret_diag);
	if (status == 0)
		status = complete(&o, g.inst, ret_diag);
	if (status == 0)
		status = running_look(&g.r, &o, g.inst, &d, ret_diag);
	if (status == 0) {
		g.applied = instance_record(g.inst) != NULL && instance_this_boot(g.inst);
		see_vips(&g, &d);
		see_server(&g);
		see_files(&g);
		see_remotes(&g, &d);
		see_name(&g, &d);
		see_wire(&g);
		status = print(&g, ret_diag);
	}
	identities_release(&g.who);
	report_release(&g.report);
	survey_release(&g.s);
	running_release(&g.r);
	instance_close(g.inst);
	return status;
}
