/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_main.c: mta-stack-cib, which tells mta-stack what the cluster knows.
 *
 * Guarantees: the facts of pure/vipfacts.h on standard output, all or nothing; or one line on
 * standard error and OCF's exit code. It changes nothing.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "cib/cib_corosync.h"
#include "cib/cib_print.h"
#include "cib/cib_read.h"
#include "data/array.h"

#define COROSYNC_MS 2000 /* how long its answer is waited for at most */

struct arguments {
	const char *file, *node;
	struct cib_question question;
	const char **vips;
	size_t cap_vips;
	long deadline_ms; /* 0: none */
};

static void print_help(void)
{
	(void)printf("usage: mta-stack-cib [OPTION]…\n"
		     "Tells which VIPs serve a resource of the cluster, as key=value lines.\n\n"
		     "  --resource ID       the resource that the VIPs are for\n"
		     "  --vip ID|ADDRESS    this VIP and no other; repeatable\n"
		     "  --node NAME         answer for this node; default: this machine\n"
		     "  --brief             do not tell where the VIPs are started\n"
		     "  --cib-file FILE     read FILE instead of the running cluster's CIB\n"
		     "  --deadline SECONDS  give up after that time, 0.5 for half a second\n");
}

static int add_vip(struct arguments *a, const char *vip, struct diag *ret_diag)
{
	const char **slot = array_grow(&a->vips, &a->question.n_vips, &a->cap_vips);

	if (slot == NULL)
		return diag_oom(ret_diag);
	*slot = vip;
	a->question.vips = a->vips;
	return 0;
}

static int set_deadline(struct arguments *a, const char *text, struct diag *ret_diag)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end != '\0' || !(seconds >= 0.001 && seconds <= 86400))
		return diag_set(ret_diag, EX_ARGS,
				"cannot use --deadline %s: it is no number of seconds", text);
	a->deadline_ms = (long)(seconds * 1000);
	return 0;
}

/* 0, 1 after --help, -1. */
static int parse(struct arguments *a, int argc, char **argv, struct diag *ret_diag)
{
	static const struct option options[] = {
		{"cib-file", required_argument, NULL, 'f'}, {"node", required_argument, NULL, 'n'},
		{"resource", required_argument, NULL, 'r'}, {"vip", required_argument, NULL, 'v'},
		{"deadline", required_argument, NULL, 'd'}, {"brief", no_argument, NULL, 'b'},
		{"help", no_argument, NULL, 'h'},	    {NULL, 0, NULL, 0},
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'b')
			a->question.brief = true;
		else if (c == 'f')
			a->file = optarg;
		else if (c == 'n')
			a->node = optarg;
		else if (c == 'r')
			a->question.resource = optarg;
		else if (c == 'v' && add_vip(a, optarg, ret_diag) < 0)
			return -1;
		else if (c == 'd' && set_deadline(a, optarg, ret_diag) < 0)
			return -1;
		else if (c == 'h')
			return 1;
		else if (c == '?')
			return diag_set(ret_diag, EX_ARGS, "cannot use %s: see --help",
					argv[optind - 1]);
	}
	if (optind < argc)
		return diag_set(ret_diag, EX_ARGS, "cannot use %s: see --help", argv[optind]);
	if (a->question.resource == NULL && a->question.n_vips == 0)
		return diag_set(ret_diag, EX_ARGS,
				"cannot tell a VIP: neither --resource nor --vip is given");
	return 0;
}

static void out_of_time(int signal)
{
	static const char text[] = "mta-stack-cib: cannot read the CIB: no answer by the deadline; "
				   "is pacemaker-based stopped or overloaded?\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)signal;
	(void)n;
	_exit(EX_FAILED);
}

/* No time-out of libcib's holds against a stopped daemon. */
static void arm(long ms)
{
	struct sigaction action = {.sa_handler = out_of_time};
	struct itimerval in = {.it_value = {ms / 1000, ms % 1000 * 1000}};

	if (ms == 0)
		return;
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &in, NULL);
}

/* A third of the deadline at most: a corosync that hangs leaves enough of it for the CIB. */
static long corosync_ms(const struct arguments *a)
{
	long third = a->deadline_ms / 3;

	return a->deadline_ms > 0 && third < COROSYNC_MS ? third : COROSYNC_MS;
}

static bool only_addresses(const struct cib_question *q)
{
	struct ipaddr a;

	for (size_t i = 0; i < q->n_vips; i++)
		if (!ipaddr_parse(q->vips[i], strlen(q->vips[i]), &a))
			return false;
	return q->n_vips > 0;
}

/* With addresses alone, a machine without a cluster will do. */
static int open_source(struct arguments *a, struct cib_source *s, struct diag *ret_diag)
{
	enum cib_open opened;

	if (only_addresses(&a->question) && a->question.resource == NULL && a->file == NULL) {
		a->question.no_cluster = true;
		return 0;
	}
	opened = cib_source_open(s, a->file, ret_diag);
	if (opened == CIB_OPEN_NO_CLUSTER && only_addresses(&a->question)) {
		a->question.no_cluster = true;
		return 0;
	}
	return opened == CIB_OPEN_OK ? 0 : -1;
}

static int answer(struct arguments *a, struct cib_print *p, struct cib_source *s,
		  struct cib_corosync *corosync, struct cib_read *r, struct diag *ret_diag)
{
	if (open_source(a, s, ret_diag) < 0)
		return -1;
	cib_read_init(r, s, a->file ? NULL : corosync, a->node, a->file);
	if (!a->question.no_cluster)
		return cib_read_choose(r, &a->question, &p->choice, &p->own, &p->states, ret_diag);
	return cib_choose(&r->model, &a->question, &p->choice, ret_diag);
}

static int run(struct arguments *a, struct diag *ret_diag)
{
	struct cib_corosync corosync = {.fd = -1};
	struct cib_source source = {0};
	struct cib_read read = {0};
	struct cib_print print = {.read = &read};
	struct buf lines = BUF_INIT, out = BUF_INIT;
	int rc;

	if (a->file == NULL)
		cib_corosync_start(&corosync, corosync_ms(a));
	rc = answer(a, &print, &source, &corosync, &read, ret_diag);
	cib_corosync_finish(&corosync, &lines);
	if (rc == 0) {
		cib_print(&print, buf_str(&lines), &out);
		rc = buf_ok(&out) && buf_ok(&lines) ? 0 : diag_oom(ret_diag);
	}
	if (rc == 0 && (fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout) != 0))
		rc = diag_set(ret_diag, EX_FAILED, "cannot write: %s", strerror(errno));
	cib_choice_release(&print.choice);
	free(print.states);
	cib_read_release(&read);
	cib_source_close(&source);
	buf_release(&lines);
	buf_release(&out);
	return rc;
}

int main(int argc, char **argv)
{
	struct arguments a = {0};
	struct diag diag = {.code = EX_FAILED};
	int rc = parse(&a, argc, argv, &diag);

	if (rc == 1)
		print_help();
	if (rc == 0) {
		arm(a.deadline_ms);
		rc = run(&a, &diag);
	}
	free(a.vips);
	if (rc >= 0)
		return EX_OK;
	(void)fprintf(stderr, "mta-stack-cib: %s\n", diag.text);
	return diag.code;
}
