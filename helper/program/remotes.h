/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remotes: call every remote of a scan from the VIP, and say what came back.
 *
 *     struct remotes r = REMOTES_INIT;
 *     remotes_ask(&r, &survey, o, watch, &d, diag)     survey: VIPs, own name, scan
 *     for (i < r.targets.n)  remotes_state(&r, i), remotes_detail(&r, i)
 *     remotes_judge(&r, &survey, &verdict)
 *     remotes_release(&r);
 */
#ifndef MTA_STACK_REMOTES_H
#define MTA_STACK_REMOTES_H

#include "effects/probe.h"
#include "program/targets.h"

struct remotes {
	struct targets targets;
	struct probe *probes; /* one for each target; of no meaning if it was not to be asked */
	struct tpkt_want *wants;
};

#define REMOTES_INIT                                                                               \
	{                                                                                          \
		TARGETS_INIT, NULL, NULL                                                           \
	}

void remotes_release(struct remotes *r);

/* -1 only when nothing can be asked at all: no memory, no sockets. */
int remotes_ask(struct remotes *r, const struct survey *s, const struct options *o,
		const struct probe_watch *watch, const struct deadline *d, struct diag *ret_diag);

/* "answers", "later" … as in mta-stack(8). */
const char *remotes_state(const struct remotes *r, size_t i);

/* One line for people. */
const char *remotes_detail(const struct remotes *r, size_t i);

/* How many answered as they should, and the first that did not; NULL: all did. */
size_t remotes_answers(const struct remotes *r, const struct target **ret_first_bad);

/* The first that could not be called because of us (no VIP here, none of its family). */
const struct target *remotes_local_fault(const struct remotes *r);

#endif
