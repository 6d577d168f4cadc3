/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main: the only place that prints errors and exits.
 *
 * It guarantees one line on standard error for every exit code that is not 0, the same line in the
 * log (libqb, to syslog under the instance's name), and flushed output or an error saying that it
 * could not be written.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <qb/qblog.h>

#include "config.h"
#include "data/diag.h"
#include "program/commands.h"
#include "program/options.h"

static const struct command {
	const char *name;
	command_fn *run;
	bool needs_mta;
} commands[] = {
	{"vip", cmd_vip, false},	  {"plan", cmd_plan, true},
	{"apply", cmd_apply, true},	  {"restore", cmd_restore, true},
	{"check", cmd_check, false},	  {"service", cmd_service, true},
	{"peer", cmd_peer, false},	  {"explain", cmd_explain, false},
	{"probe", cmd_probe, true},	  {"monitor", cmd_monitor, true},
	{"validate", cmd_validate, true}, {"status", cmd_status, false},
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* A cluster runs this; a person at a terminal has standard error already. */
static void open_log(const struct options *o)
{
	static char ident[64];

	if (o->resource != NULL)
		(void)snprintf(ident, sizeof(ident), "mta-stack(%s)", o->resource);
	else
		(void)snprintf(ident, sizeof(ident), "mta-stack");
	qb_log_init(ident, LOG_DAEMON, LOG_INFO);
	(void)qb_log_ctl(QB_LOG_SYSLOG, QB_LOG_CONF_ENABLED, o->from_agent ? QB_TRUE : QB_FALSE);
}

static int run(const struct options *o, struct diag *d)
{
	const struct command *c;

	if (o->version) {
		(void)printf("mta-stack %s\n", PACKAGE_VERSION);
		return EX_OK;
	}
	if (o->help) {
		options_help();
		return EX_OK;
	}
	if (o->command == NULL)
		return diag_set(d, EX_ARGS, "cannot guess the command: see mta-stack --help");
	c = find(o->command);
	if (c == NULL)
		return diag_set(d, EX_UNIMPLEMENTED,
				"cannot run %s: there is no such command; see mta-stack --help",
				o->command);
	if (c->needs_mta && o->backend == NULL && !o->stale)
		return diag_set(d, o->from_agent ? EX_CONFIGURED : EX_ARGS,
				"cannot run %s: give --mta (the resource's parameter mta)",
				o->command);
	return c->run(o, d);
}

int main(int argc, char **argv)
{
	struct options o;
	struct diag d = {EX_FAILED, ""};
	int r;

	(void)signal(SIGXFSZ, SIG_IGN); /* beyond a limit is an error of write(2), not our end */
	if (options_parse(&o, argc, argv, &d) < 0) {
		(void)fprintf(stderr, "mta-stack: %s\n", d.text);
		options_release(&o);
		return d.code;
	}
	open_log(&o);
	r = run(&o, &d);
	if (r < 0) {
		r = d.code;
		(void)fprintf(stderr, "mta-stack: %s\n", d.text);
		/* a state that stands for days, told at each monitor; Pacemaker logs when it begins
		 */
		if (r != EX_DEGRADED || strcmp(o.command ? o.command : "", "monitor") != 0)
			qb_log(r == EX_NOT_RUNNING ? LOG_INFO : LOG_ERR, "%s: %s",
			       o.command ? o.command : "", d.text);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		(void)fprintf(stderr, "mta-stack: cannot write the output: %s\n", strerror(errno));
		r = EX_FAILED;
	}
	qb_log_fini();
	options_release(&o);
	return r;
}
