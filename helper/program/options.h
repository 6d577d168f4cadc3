/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options: the command line and, behind it, the resource's parameters in the environment.
 *
 * An option on the command line wins over OCF_RESKEY_*, which wins over the built-in default. All
 * values are checked here, so that a command never starts with a bad one. Strings point into argv,
 * the environment or the options' own pool, until options_release().
 */
#ifndef MTA_STACK_OPTIONS_H
#define MTA_STACK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "data/pool.h"
#include "mta/backend.h"
#include "pure/names.h"

enum on_finding {	     /* the agent's drift and unnamed */
		  ON_REPORT, /* say so, degraded at most; unnamed: keep the address */
		  ON_FAIL,
};

/* Mail that leaves from the node's address, seen on the wire. */
enum on_leak {
	LEAK_REPORT, /* degraded */
	LEAK_FAIL,
	LEAK_ACCEPT, /* degraded; and an MTA that cannot be kept to the VIP may start */
};

/* Remotes that do not answer, at level 20. */
enum on_remotes {
	REMOTES_REPORT, /* degraded */
	REMOTES_OFF,	/* they are not asked */
	REMOTES_FAIL,
};

struct options {
	const char *command, *argument; /* argument: service's and explain's; may be NULL */
	const char *resource;		/* without ":N"; may be NULL */
	const char **vips;		/* ids or addresses, as given */
	size_t n_vips, cap_vips;
	const struct backend *backend; /* NULL if no --mta was given */
	const char *config;	       /* absolute; default: the backend's */
	const char *peer;	       /* --for, or NULL */
	const char *name;	       /* --name, or NULL: the VIP's confirmed name */
	const char *names_file, *state_dir, *cib_file, *node; /* may be NULL, but state_dir */
	enum names_policy policy;
	enum on_finding drift, unnamed;
	/* what the admin says of an MTA that has no commands of its own; see options_mta.c */
	const char *const *start, *const *stop, *const *reload, *const *rebuild; /* argv or NULL */
	const char *const *address_keys, *const *local_keys;			 /* or NULL */
	const char *pid_file, *program; /* absolute or NULL */
	enum on_leak leak;
	enum on_remotes remotes; /* --monitor-remotes */
	bool external;		 /* service=external */
	bool copies;		 /* config_mode=copy */
	const char *copy_dir;	 /* where copies are made */
	const char *copy;	 /* this instance's directory in it; NULL: in place */
	bool names_only;	 /* apply: refresh names, change nothing else */
	bool stale;		 /* restore: what an earlier boot left, of all instances */
	bool ours;		 /* the agent knows that it started the MTA that runs */
	bool offline, json, help, version, quick;
	bool from_agent;     /* OCF_RESOURCE_INSTANCE is set: refuse instead of warn */
	bool recurring;	     /* called by a monitor that recurs */
	const char *run_dir; /* of resource agents; a boot empties it */
	int level;	     /* OCF_CHECK_LEVEL or --level */
	long deadline_ms;
	struct pool pool;
};

/* Read argv and the environment. -1 with EX_ARGS (command line) or EX_CONFIGURED (OCF_RESKEY_*). */
int options_parse(struct options *o, int argc, char **argv, struct diag *ret_diag);
void options_release(struct options *o);

/* The instance's name: the resource's, else the backend's. Never NULL after options_parse() with
 * a backend. */
const char *options_instance(const struct options *o);

/* Print the text of --help. */
void options_help(void);

#endif
