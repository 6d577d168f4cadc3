/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * postfix.c guarantees the order of one scan and gives its memory back. --config is Postfix's
 * configuration directory.
 */
#include "mta/backend.h"
#include "mta/postfix/postfix.h"

#include <stdlib.h>
#include <string.h>

/* What a file was asked for; tables have their kind, from 0 up. */
#define ROLE_CONFIG (-1)

static void release(struct pf *pf)
{
	for (size_t i = 0; i < pf->n_services; i++)
		free(pf->services[i].overrides.items);
	free(pf->services);
	free(pf->params.items);
	free(pf->trace.pieces);
	free(pf->seen);
	free(pf->visits);
	free(pf->lost);
	pool_release(&pf->pool);
}

static int ask(struct pf *pf, const char *name, size_t *ret_index)
{
	const char *path = pool_printf(&pf->pool, "%s/%s", pf->scan->config, name);

	if (scan_need(pf->scan, path, ROLE_CONFIG, false, ret_index, pf->diag) < 0)
		return -1;
	pf->scan->files[*ret_index].tmp_lock = true;
	return 0;
}

static int process_scan(struct pf *pf)
{
	struct process *p = &pf->scan->process;
	struct pool *pool = &pf->scan->pool;
	struct traced queue, daemons;

	if (pf_value(pf, "queue_directory", &queue) < 0 ||
	    pf_value(pf, "daemon_directory", &daemons) < 0)
		return -1;
	p->pid_file = pool_printf(pool, "%.*s/pid/master.pid", (int)queue.len, queue.text);
	if (daemons.len > 0)
		p->exe = pool_printf(pool, "%.*s/master", (int)daemons.len, daemons.text);
	p->pid_file_locked = true;
	return 0;
}

/* Each instance is a resource of its own. */
static int warn_of_instances(struct pf *pf)
{
	struct traced list, word;

	if (pf_value(pf, "multi_instance_directories", &list) < 0)
		return -1;
	while (traced_word(&list, ", \t\r\n", false, &word))
		if (!text_equal(traced_span(word), pf->scan->config))
			scan_warn(
				pf->scan,
				"multi_instance_directories: the instance in %.*s is not touched; "
				"it needs a resource of its own",
				(int)word.len, word.text);
	return 0;
}

/* dns alone by default, so that a name in /etc/hosts means nothing to smtp(8). */
static int order_of(struct pf *pf, const char *name, enum resolve_order *ret)
{
	struct traced list, word;
	bool dns = false, native = false, native_first = false;

	if (pf_value(pf, name, &list) < 0)
		return -1;
	while (traced_word(&list, ", \t\r\n", false, &word)) {
		if (text_equal_nocase(traced_span(word), "dns"))
			dns = true;
		if (text_equal_nocase(traced_span(word), "native")) {
			native = true;
			native_first = !dns;
		}
	}
	*ret = !native ? RESOLVE_DNS : native_first ? RESOLVE_HOSTS_DNS : RESOLVE_DNS_HOSTS;
	return 0;
}

/* A name must lead each client of remote hosts to the same place: where they differ, what all of
 * them see is DNS. */
static int lookup_scan(struct pf *pf)
{
	enum resolve_order all, one;

	if (order_of(pf, "smtp_host_lookup", &all) < 0)
		return -1;
	for (size_t i = 0; i < pf->n_services; i++) {
		const struct service *s = &pf->services[i];

		if (s->replaced || !service_is_client(s) || (s->uses & USE_REMOTE) == 0)
			continue;
		pf->context = s;
		if (order_of(pf, service_is_lmtp(s) ? "lmtp_host_lookup" : "smtp_host_lookup",
			     &one) < 0)
			return -1;
		pf->context = NULL;
		if (one != all)
			all = RESOLVE_DNS;
	}
	pf->scan->lookup = all;
	return 0;
}

static int scan_all(struct pf *pf)
{
	if (ask(pf, "main.cf", &pf->main_cf) < 0 || ask(pf, "master.cf", &pf->master_cf) < 0)
		return -1;
	if (scan_wants(pf->scan))
		return 0;
	if (main_cf_read(pf) < 0 || master_cf_read(pf) < 0)
		return -1;
	secrets_scan(pf);
	if (process_scan(pf) < 0 || listen_scan(pf) < 0 || places_scan(pf) < 0)
		return -1;
	if (scan_wants(pf->scan))
		return 0;
	if (lookup_scan(pf) < 0 || keys_settle(pf) < 0 || warn_of_instances(pf) < 0 ||
	    clients_scan(pf) < 0)
		return -1;
	return copy_scan(pf);
}

static int scan(struct scan *s, struct diag *ret_diag)
{
	struct pf pf = {
		.scan = s, .diag = ret_diag, .trace = {.pool = &pf.pool}, .pool = POOL_INIT};
	int rc = scan_all(&pf);

	if (rc == 0 && (!pool_ok(&pf.pool) || !pool_ok(&s->pool)))
		rc = diag_oom(ret_diag);
	release(&pf);
	return rc;
}

/* Defaults that the scanner asks for; postconf -d reads no configuration. */
static const char *const facts_argv[] = {"postconf",
					 "-c",
					 "{config}",
					 "-d",
					 "mail_version",
					 "default_database_type",
					 "queue_directory",
					 "daemon_directory",
					 "data_directory",
					 "myhostname",
					 "mydomain",
					 "compatibility_level",
					 NULL};

/* What main.cf and master.cf say, what they expand to, and whether a program would start with it.
 * Not `postfix check`: that repairs the live queue directory. */
static const char *const check_main[] = {"postconf", "-c", "{config}", "-x", NULL};
static const char *const check_master[] = {"postconf", "-c", "{config}", "-Px", NULL};
static const char *const check_start[] = {"postmap", "-c", "{config}", "-q", "x", "static:x", NULL};
static const char *const *const check_argvs[] = {check_main, check_master, check_start, NULL};

/* The first is said of a parameter that nothing refers to any more, such as one that the bind
 * address was taken from; the second of a parameter that is set twice. */
static const char *const remarks[] = {"unused parameter:", "overriding earlier entry:", NULL};

static const char *const start_argv[] = {"postfix", "-c", "{config}", "start", NULL};
static const char *const stop_argv[] = {"postfix", "-c", "{config}", "stop", NULL};
static const char *const abort_argv[] = {"postfix", "-c", "{config}", "abort", NULL};
static const char *const reload_argv[] = {"postfix", "-c", "{config}", "reload", NULL};

/* scache keeps connections for later, tlsproxy encrypts them for others. smtpd's proxies, milters
 * and policy servers are no deliveries. */
static const char *const delivery[] = {"smtp", "lmtp", "scache", "tlsproxy", NULL};

const struct backend backend_postfix = {
	.name = "postfix",
	.title = "Postfix",
	.copies = true,
	.default_config = "/etc/postfix",
	.scan = scan,
	.facts_argv = facts_argv,
	.check_argvs = check_argvs,
	.remarks = remarks,
	.start_argv = start_argv,
	.stop_argv = stop_argv,
	.abort_argv = abort_argv,
	.ends_with_master = true, /* its script looks once a second */
	.reload_argv = reload_argv,
	.delivery = delivery,
	/* Debian's postfix.service runs nothing; it pulls in postfix@-.service, which does. */
	.unit = "postfix.service",
};
