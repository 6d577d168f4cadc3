/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sendmail.c guarantees the order of one scan and gives its memory back. --config is sendmail.cf.
 */
#include "mta/sendmail/sendmail.h"

#include <stdlib.h>

#include "data/array.h"
#include "mta/backend.h"

static void pair_release(struct pair *p)
{
	free(p->mailers);
	free(p->maps);
}

static void release(struct sm *sm)
{
	pair_release(&sm->main);
	pair_release(&sm->submit);
	free(sm->visited);
	free(sm->included);
	pool_release(&sm->pool);
}

void sm_warn(struct sm *sm, struct placed where, const char *text)
{
	const struct file *f = sm_file(sm, where.file);

	scan_warn(sm->scan, "%s line %u: %s", f->path, text_line_number(f->bytes, where.off), text);
}

bool sm_visit(struct sm *sm, const struct file *f)
{
	size_t file = scan_file_index(sm->scan, f), *slot;

	for (size_t i = 0; i < sm->n_visited; i++)
		if (sm->visited[i] == file)
			return false;
	slot = array_grow(&sm->visited, &sm->n_visited, &sm->cap_visited);
	if (slot == NULL)
		sm->pool.failed = true;
	else
		*slot = file;
	return true;
}

/* --- files ------------------------------------------------------------------------------------ */

/* `name` beside --config, whose own name may be any. */
static const char *beside(struct sm *sm, const char *name)
{
	const char *slash = strrchr(sm->scan->config, '/');
	int dir = slash != NULL ? (int)(slash + 1 - sm->scan->config) : 0;

	return pool_printf(&sm->pool, "%.*s%s", dir, sm->scan->config, name);
}

/* /etc/mail/sendmail.cf has /etc/mail/sendmail.mc; "" if the name is no such. */
static const char *source_of(struct sm *sm)
{
	size_t n = strlen(sm->scan->config);

	if (n < 3 || strcmp(sm->scan->config + n - 3, ".cf") != 0)
		return "";
	return pool_printf(&sm->pool, "%.*s.mc", (int)(n - 3), sm->scan->config);
}

/* 1: it is there, or wanted; 0: it is not; -1. Who must have it says so with `need`. */
static int ask(struct sm *sm, const char *path, bool need, size_t *ret_index)
{
	struct file *f = scan_file(sm->scan, path, 0);

	if (f == NULL)
		return diag_oom(sm->diag);
	*ret_index = scan_file_index(sm->scan, f);
	if (f->state == FILE_ABSENT && !need)
		return 0;
	if (f->state == FILE_ABSENT)
		return diag_set(sm->diag, EX_INSTALLED, "cannot open %s: No such file or directory",
				path);
	if (f->state == FILE_UNREADABLE)
		return diag_set(sm->diag, EX_INSTALLED, "cannot open %s: %s", path,
				f->why != NULL ? f->why : "unreadable");
	return 1;
}

/* The source first: what is published later is newer, and make(1) leaves it alone. */
static int ask_pair(struct sm *sm, struct pair *p, const char *mc, const char *cf, bool need)
{
	int got = mc[0] != '\0' ? ask(sm, mc, false, &p->mc) : 0;

	p->has_mc = got == 1;
	if (p->has_mc)
		sm_file(sm, p->mc)->comment = "dnl";
	return got < 0 ? -1 : ask(sm, cf, need, &p->cf);
}

/* --- the scan --------------------------------------------------------------------------------- */

static void pair_scan(struct sm *sm, struct pair *p)
{
	(void)sm_visit(sm, sm_file(sm, p->cf));
	if (p->has_mc)
		(void)sm_visit(sm, sm_file(sm, p->mc));
	cf_scan(sm, p);
	sm_maps(sm, p);
	cf_settings(sm, p);
	if (p->has_mc)
		mc_scan(sm, p);
}

static void process_scan(struct sm *sm)
{
	struct process *p = &sm->scan->process;
	struct span file = sm->main.pid_file;

	p->pid_file = file.len == 0 ? "/var/run/sendmail.pid"
				    : pool_dup(&sm->scan->pool, file.at, file.len);
	if (strchr(p->pid_file, '$') != NULL)
		p->pid_file = NULL;
	/* the daemon keeps it open and locked: log_sendmail_pid() */
	p->exe = "/usr/sbin/sendmail";
	p->pid_file_locked = true;
	p->port = sm->main.daemon ? sm->main.port : 25;
}

static int scan_all(struct sm *sm)
{
	int submit;

	if (ask_pair(sm, &sm->main, source_of(sm), sm->scan->config, true) < 0)
		return -1;
	submit = ask_pair(sm, &sm->submit, beside(sm, "submit.mc"), beside(sm, "submit.cf"), false);
	if (submit < 0)
		return -1;
	if (scan_wants(sm->scan))
		return 0;
	sm->scan->lookup = RESOLVE_HOSTS_DNS; /* names in brackets: gethostbyname(3) */
	pair_scan(sm, &sm->main);
	if (submit == 1 && sm->submit.cf != sm->main.cf)
		pair_scan(sm, &sm->submit);
	sm_keys_settle(sm);
	process_scan(sm);
	if (sm->loopback)
		scan_warn(sm->scan,
			  "%s sends mail to this machine over IP as well as to remote hosts: what "
			  "listens on loopback will see the VIP",
			  sm->scan->config);
	return 0;
}

static int scan(struct scan *s, struct diag *ret_diag)
{
	struct sm sm = {.scan = s, .diag = ret_diag};
	int rc = scan_all(&sm);
	bool ok = pool_ok(&sm.pool) && pool_ok(&s->pool);

	release(&sm);
	return rc == 0 && !ok ? diag_oom(ret_diag) : rc;
}

/* Test mode reads all of it, and no address from an empty standard input. Without the option it
 * would ask DNS for the names of this machine's addresses. */
static const char *const check_main[] = {
	"sendmail", "-C", "{config}", "-O", "DontProbeInterfaces=True", "-bt", NULL};
static const char *const *const check_argvs[] = {check_main, NULL};

/* With its path, or it could not start itself anew when somebody sends SIGHUP. */
static const char *const start_argv[] = {
	"/usr/sbin/sendmail", "-C", "{config}", "-L", "sm-mta", "-bd", "-q10m", NULL};

/* A delivery outlives the process that took the message, and then has init for its parent. */
static const char *const delivery[] = {"sendmail", "sendmail.sendmail", NULL};

const struct backend backend_sendmail = {
	.name = "sendmail",
	.title = "Sendmail",
	.default_config = "/etc/mail/sendmail.cf",
	.scan = scan,
	.check_argvs = check_argvs,
	.start_argv = start_argv,
	.delivery = delivery,
	.delivery_anywhere = true,
	.unit = "sendmail.service",
};
