/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service.c guarantees that what it says of the MTA is what its process shows. It does not know
 * whose MTA it is: that is the caller's to judge, from the state, before it calls stop.
 */
#include "effects/service.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "effects/greet.h"
#include "effects/mtacmd.h"
#include "effects/process.h"

#define POLL_MS	 50
#define GRACE_MS 2000 /* for a master that was told to end by a command that failed */

static int find(const struct service *s, struct process_ref *ret_master, struct diag *ret_diag)
{
	return process_find(&s->process, ret_master, ret_diag);
}

int service_look(const struct service *s, pid_t *ret_pid, struct diag *ret_diag)
{
	struct process_ref master = PROCESS_REF_INIT;
	int found = find(s, &master, ret_diag);

	if (found < 0)
		return -1;
	*ret_pid = found == 1 ? master.pid : 0;
	process_ref_release(&master);
	return 0;
}

static int run(const struct service *s, const char *const *argv, const char *verb, int enough,
	       const struct deadline *d, struct diag *ret_diag)
{
	struct spawn_result r = SPAWN_RESULT_INIT;
	struct diag why;
	int status = mtacmd_run(s->backend, argv, s->config, enough, d, &r, &why);

	if (status == 0)
		status = spawn_expect_zero(argv[0], &r, &why);
	spawn_result_release(&r);
	return status == 0 ? 0
			   : diag_set(ret_diag, why.code, "cannot %s %s: %s", verb,
				      s->backend->title, why.text);
}

/* False: it was not there by the deadline. */
static bool wait_for_master(const struct service *s, const struct deadline *d)
{
	pid_t pid = 0;

	for (;;) {
		if (service_look(s, &pid, NULL) == 0 && pid != 0)
			return true;
		if (deadline_passed(d))
			return false;
		deadline_nap(d, POLL_MS);
	}
}

static int wait_greeting(const struct service *s, const struct ipaddr *addr,
			 const struct deadline *d, struct diag *ret_diag)
{
	const struct greet want = {.addr = *addr, .port = (uint16_t)s->process.port};
	struct greet_result r;
	struct diag why;

	if (addr->family == 0 || s->process.port == 0)
		return 0;
	if (greet_wait(&want, d, &r, &why) == 0)
		return 0;
	return diag_set(ret_diag, EX_FAILED,
			"%s runs but does not take mail on the VIP: %s; does it listen there?",
			s->backend->title, why.text);
}

/* /run is empty after a boot, and who starts a daemon by its own command starts it without what the
 * distribution's script does before: the directory for its pid file. Elsewhere nothing is made: it
 * may be a mount that is missing. */
static int make_run_dir(const struct service *s, struct diag *ret_diag)
{
	const char *file = s->process.pid_file;
	char path[PATH_MAX];
	size_t len = file != NULL ? strlen(file) : 0, root;

	if (len == 0 || len >= sizeof(path))
		return 0;
	root = strncmp(file, "/run/", 5) == 0 ? 5 : strncmp(file, "/var/run/", 9) == 0 ? 9 : len;
	for (size_t i = root; i < len; i++) {
		if (file[i] != '/')
			continue;
		memcpy(path, file, i);
		path[i] = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return diag_set(ret_diag, EX_FAILED, "cannot start %s: cannot make %s: %s",
					s->backend->title, path, strerror(errno));
	}
	return 0;
}

int service_start(const struct service *s, const struct ipaddr *vip4, const struct ipaddr *vip6,
		  const struct deadline *d, struct diag *ret_diag)
{
	pid_t pid = 0;

	if (service_look(s, &pid, ret_diag) < 0)
		return -1;
	if (pid == 0 && (make_run_dir(s, ret_diag) < 0 ||
			 run(s, s->backend->start_argv, "start", 0, d, ret_diag) < 0))
		return -1;
	if (!wait_for_master(s, d))
		return diag_set(
			ret_diag, EX_FAILED,
			"cannot start %s: its master process was not there by the deadline; "
			"see the mail log",
			s->backend->title);
	if (wait_greeting(s, vip4, d, ret_diag) < 0)
		return -1;
	return wait_greeting(s, vip6, d, ret_diag);
}

/* Is the master gone by d? A command that failed is not waited for as long as one that worked: it
 * sent its signal, if at all, before it gave up. */
static bool ended_by(const struct service *s, const char *const *argv, const char *verb,
		     const struct process_ref *master, const struct deadline *d)
{
	int enough = s->backend->ends_with_master ? master->pidfd : 0;
	struct deadline until = *d;

	if (run(s, argv, verb, enough, d, NULL) < 0)
		until = deadline_within(d, GRACE_MS);
	return process_wait(master, &until);
}

static bool ended_gently(const struct service *s, const struct process_ref *master,
			 const struct deadline *d)
{
	if (s->backend->stop_argv != NULL)
		return ended_by(s, s->backend->stop_argv, "stop", master, d);
	(void)process_signal(master, SIGTERM);
	return process_wait(master, d);
}

static int end(const struct service *s, const struct process_ref *master, const struct deadline *d,
	       struct diag *ret_diag)
{
	struct deadline gentle = deadline_within(d, (long)deadline_left_ms(d) * 2 / 3);
	struct deadline firm;

	if (ended_gently(s, master, &gentle))
		return 0;
	firm = deadline_within(d, (long)deadline_left_ms(d) / 2);
	if (s->backend->abort_argv != NULL &&
	    ended_by(s, s->backend->abort_argv, "abort", master, &firm))
		return 0;
	return process_kill_all(master, d, ret_diag);
}

int service_stop(const struct service *s, const struct deadline *d, struct diag *ret_diag)
{
	struct process_ref master = PROCESS_REF_INIT;
	int found = find(s, &master, ret_diag);
	int status = found < 0 ? -1 : 0;

	if (found == 1)
		status = end(s, &master, d, ret_diag);
	process_ref_release(&master);
	return status;
}

/* Whoever started it may have told systemd how: then it stays the unit's. */
static bool unit_restarted(const struct service *s, const struct process_ref *master,
			   const struct deadline *d)
{
	const char *const argv[] = {"systemctl", "try-restart", s->backend->unit, NULL};

	return run(s, argv, "restart", 0, d, NULL) == 0 && !process_alive(master);
}

static int restart(const struct service *s, const struct process_ref *master,
		   const struct service_reload *how, const struct deadline *d,
		   struct diag *ret_diag)
{
	struct deadline ending = deadline_within(d, (long)deadline_left_ms(d) / 2);

	if (how->external && s->backend->unit != NULL && unit_restarted(s, master, d))
		return 0;
	if (end(s, master, &ending, ret_diag) < 0)
		return -1;
	return service_start(s, &how->vip4, &how->vip6, d, ret_diag);
}

int service_reload(const struct service *s, const struct service_reload *how,
		   const struct deadline *d, struct diag *ret_diag)
{
	struct process_ref master = PROCESS_REF_INIT;
	int found = find(s, &master, ret_diag);
	int status = -1;

	if (found == 0)
		(void)diag_set(ret_diag, EX_NOT_RUNNING, "cannot reload %s: it does not run",
			       s->backend->title);
	else if (found == 1 && s->backend->reload_argv != NULL)
		status = run(s, s->backend->reload_argv, "reload", 0, d, ret_diag);
	else if (found == 1 && s->backend->reload_signal == 0)
		status = restart(s, &master, how, d, ret_diag);
	else if (found == 1 && process_signal(&master, s->backend->reload_signal))
		status = 0;
	else if (found == 1)
		(void)diag_set(ret_diag, EX_NOT_RUNNING, "cannot reload %s: it has just ended",
			       s->backend->title);
	process_ref_release(&master);
	return status;
}
