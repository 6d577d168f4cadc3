/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * looks.c guarantees that nothing of the configuration is written and no cluster daemon is asked.
 */
#include "program/looks.h"

#include <stdio.h>

#include "effects/greet.h"
#include "effects/leak.h"
#include "effects/netaddr.h"
#include "effects/sockdiag.h"
#include "program/inforce.h"
#include "program/remotes.h"

int look_vip(const struct ipaddr *vip, struct diag *ret_diag)
{
	struct netaddrs here = NETADDRS_INIT;
	const struct netaddr *a;
	char text[IPADDR_STRLEN];
	int status;

	if (vip->family == 0)
		return 0;
	status = netaddr_list(&here, ret_diag);
	a = status == 0 ? netaddr_find(&here, vip) : NULL;
	if (status == 0 && a == NULL)
		status = diag_set(ret_diag, EX_FAILED,
				  "the VIP %s is not on this node any more: mail waits",
				  ipaddr_format(vip, text));
	else if (status == 0 && a->dad_failed)
		status = diag_set(ret_diag, EX_FAILED, "the VIP %s is used by another machine too",
				  ipaddr_format(vip, text));
	netaddrs_release(&here);
	return status;
}

/* The first that lost the bind, else the first that is not in sync; NULL: all are. */
static const struct checked_file *worst_file(const struct check_report *r)
{
	const struct checked_file *f = NULL;

	for (size_t i = 0; i < r->n; i++)
		if (r->files[i].state != SYNC_IN &&
		    (f == NULL || (r->files[i].bind_lost && !f->bind_lost)))
			f = &r->files[i];
	return f;
}

int look_files(const struct options *o, struct instance *inst, struct attributes *a,
	       struct diag *ret_diag)
{
	const struct checked_file *f;
	struct check_report report;
	char text[NODEATTR_MAX];

	if (instance_check(inst, true, &report, ret_diag) < 0)
		return -1;
	/* Our lines may all be there and count for nothing. */
	if (!report.in_sync && !report.bind_lost &&
	    inforce_lost(o, inst, &report.bind_lost, ret_diag) < 0)
		return -1;
	f = worst_file(&report);
	if (f == NULL) {
		attributes_set(a, "state", "in sync");
		return 0;
	}
	(void)snprintf(text, sizeof(text), "%s: %s", report.bind_lost ? "bind lost" : "drifted",
		       f->path);
	attributes_set(a, "state", text);
	if (report.bind_lost)
		return diag_set(ret_diag, EX_FAILED, "%s no longer keeps mail on the VIP: %s",
				f->path, f->reason);
	return diag_set(ret_diag, o->drift == ON_FAIL ? EX_FAILED : EX_DEGRADED,
			"%s has drifted: %s; apply again to put it right", f->path, f->reason);
}

/* An X.400 table does not say where its own MTA listens: the usual place, if somebody does there.
 */
static uint16_t stack_port(const struct ipaddr *vip)
{
	struct sockets all = SOCKETS_INIT;
	uint16_t port = 0;

	if (sockets_list(&all, NULL) == 0) {
		const struct wire_view v = {.sockets = all.items, .n = all.n};

		port = wire_listens(&v, vip, TPKT_PORT) ? TPKT_PORT : 0;
	}
	sockets_release(&all);
	return port;
}

int look_greeting(const struct running *r, const struct ipaddr *vip, const struct deadline *d,
		  struct diag *ret_diag)
{
	const bool stack = r->service.backend->probe == PROBE_RFC1006;
	const struct tpkt_want call = {.reference = 1};
	struct greet want = {.addr = *vip, .port = (uint16_t)r->service.process.port};
	struct greet_result result;
	char text[IPADDR_STRLEN];

	if (stack) {
		want.rfc1006 = &call;
		want.port = vip->family != 0 && want.port == 0 ? stack_port(vip) : want.port;
	}
	if (vip->family == 0 || want.port == 0)
		return 0;
	if (greet_once(&want, d, &result, ret_diag) < 0)
		return -1;
	/* we have no selector for it: that it refuses in its own protocol shows that it lives */
	if (result.end == GREET_READY || (stack && result.end == GREET_REFUSED))
		return 0;
	return diag_set(ret_diag, EX_FAILED, "%s does not take mail on the VIP %s: %s",
			r->service.backend->title, ipaddr_format(vip, text), result.text);
}

int look_wire(const struct options *o, const struct running *r, struct attributes *a,
	      struct diag *ret_diag)
{
	const struct leak_query q = {.master = r->pid,
				     .programs = o->backend->delivery,
				     .anywhere = o->backend->delivery_anywhere,
				     .vips = {r->vip4, r->vip6}};
	struct leaks found = LEAKS_INIT;
	char ends[LEAK_TEXT_MAX], text[NODEATTR_MAX];
	int status = 0;

	if (q.programs == NULL || q.master == 0)
		return 0;
	if (leak_look(&q, &found, ret_diag) < 0) {
		if (ret_diag != NULL)
			ret_diag->code = EX_DEGRADED; /* of the MTA it says nothing */
		return -1;
	}
	if (found.n > 0) {
		leak_format(&found.items[0], ends);
		(void)snprintf(text, sizeof(text), found.n > 1 ? "%s and %zu more" : "%s", ends,
			       found.n - 1);
		status = diag_set(ret_diag, o->leak == LEAK_FAIL ? EX_FAILED : EX_DEGRADED,
				  "mail leaves from a node's address, not from the VIP: %s "
				  "(process %ld); look for the transport that binds otherwise",
				  text, (long)found.items[0].pid);
	}
	attributes_set(a, "leak", found.n > 0 ? text : NULL);
	leaks_release(&found);
	return status;
}

static int judge_remotes(const struct options *o, const struct remotes *r, struct attributes *a,
			 struct diag *ret_diag)
{
	const struct target *bad;
	size_t answer = remotes_answers(r, &bad), i;
	char text[NODEATTR_MAX];

	if (bad == NULL) {
		attributes_outage(a, NULL);
		return 0;
	}
	i = (size_t)(bad - r->targets.items);
	(void)snprintf(text, sizeof(text), "%.120s port %u %s (%zu of %zu)", bad->remote, bad->port,
		       remotes_state(r, i), r->targets.n - answer, r->targets.n);
	attributes_outage(a, text);
	return diag_set(ret_diag, o->remotes == REMOTES_FAIL ? EX_FAILED : EX_DEGRADED,
			"%zu of %zu remotes do not answer as they should; %s port %u: %s: %s",
			r->targets.n - answer, r->targets.n, bad->remote, bad->port,
			remotes_state(r, i), remotes_detail(r, i));
}

int look_remotes(const struct options *o, struct instance *inst, const struct running *r,
		 struct attributes *a, const struct deadline *d, struct diag *ret_diag)
{
	struct remotes asked = REMOTES_INIT;
	struct survey s;
	int status;

	if (o->remotes == REMOTES_OFF) {
		attributes_outage(a, NULL);
		return 0;
	}
	survey_init(&s);
	s.want.vip4 = r->vip4;
	s.want.vip6 = r->vip6;
	s.want.name = instance_record(inst)->name;
	status = survey_look_again(&s, ret_diag);
	if (status == 0)
		status = survey_own(&s, ret_diag);
	if (status == 0)
		status = survey_scan(&s, o, inst, false, d, ret_diag);
	if (status == 0)
		status = remotes_ask(&asked, &s, o, NULL, d, ret_diag);
	if (status < 0 && ret_diag != NULL)
		ret_diag->code = EX_DEGRADED; /* nobody could be asked: no word about the MTA */
	else if (status == 0)
		status = judge_remotes(o, &asked, a, ret_diag);
	remotes_release(&asked);
	survey_release(&s);
	return status;
}
