/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service: the MTA as a running thing: is it there, start it, stop it, have it read its files
 * again.
 *
 * The MTA is recognised by its process (effects/process.h), never by the exit code of its own
 * status command. Each call returns when the true state is reached, or says that it was not by the
 * deadline.
 */
#ifndef MTA_STACK_SERVICE_H
#define MTA_STACK_SERVICE_H

#include <stdbool.h>
#include <sys/types.h>

#include "data/diag.h"
#include "effects/clock.h"
#include "mta/backend.h"
#include "pure/ipaddr.h"
#include "pure/scan.h"

struct service {
	const struct backend *backend;
	const char *config;
	struct process process; /* as the scan or the state says */
};

/* Does it run? *ret_pid is its master process, 0 if not. */
int service_look(const struct service *s, pid_t *ret_pid, struct diag *ret_diag);

/* Start it, in a directory for its pid file if that is below /run, and wait until it runs and takes
 * mail on each of the addresses (family 0: none). */
int service_start(const struct service *s, const struct ipaddr *vip4, const struct ipaddr *vip6,
		  const struct deadline *d, struct diag *ret_diag);

/* 0 if and only if it no longer runs: its own stop until two thirds of the time are gone, then its
 * own abort, then SIGKILL of the processes that were identified as its. */
int service_stop(const struct service *s, const struct deadline *d, struct diag *ret_diag);

/* What an MTA needs to know that is restarted because it cannot reload. */
struct service_reload {
	bool external; /* ask systemd first to restart the backend's unit, if that is what runs */
	struct ipaddr vip4, vip6; /* wait until it takes mail there; family 0: do not */
};

/* -1, EX_NOT_RUNNING if it does not run. */
int service_reload(const struct service *s, const struct service_reload *how,
		   const struct deadline *d, struct diag *ret_diag);

#endif
