/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vips.c guarantees an answer by the deadline, and passes the reader's own reason on. It does not
 * judge the answer.
 */
#include "effects/vips.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "effects/spawn.h"

#define READER	 HELPERDIR "/mta-stack-cib"
#define ON_NODE	 "OCF_RESKEY_CRM_meta_on_node" /* Pacemaker tells its agents which node this is */
#define NODE_MAX 512			       /* bytes of that line */

/* The one beside this program when it runs from its build directory, so that the two are of one
 * make; else the installed one. */
static const char *reader(char beside[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", beside, PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return READER;
	beside[n] = '\0';
	slash = strrchr(beside, '/');
	if (slash == NULL || (size_t)(slash - beside) + sizeof("/mta-stack-cib") > PATH_MAX)
		return READER;
	memcpy(slash, "/mta-stack-cib", sizeof("/mta-stack-cib"));
	return access(beside, X_OK) == 0 ? beside : READER;
}

/* One of the codes that the reader ends with; the loader and a shell have others. */
static bool has_meaning(int status)
{
	return status >= EX_FAILED && status <= EX_CONFIGURED;
}

/* The reader's last line without its program's name. */
static int failed(const struct spawn_result *r, struct diag *ret_diag)
{
	struct span err = text_trim((struct span){buf_str(&r->err), r->err.len});
	static const char prefix[] = "mta-stack-cib: ";
	const char *nl;

	if (r->end == SPAWN_TIMED_OUT)
		return diag_set(ret_diag, EX_FAILED,
				"cannot read the CIB: no answer by the deadline; is "
				"pacemaker-based stopped or overloaded?");
	if (r->end == SPAWN_SIGNALED)
		return diag_set(ret_diag, EX_FAILED,
				"cannot read the CIB: mta-stack-cib was killed by signal %d",
				r->number);
	while (err.len > 0 && (nl = memrchr(err.at, '\n', err.len)) != NULL) {
		err.len -= (size_t)(nl + 1 - err.at);
		err.at = nl + 1;
	}
	if (text_starts_nocase(err, prefix)) {
		err.at += sizeof(prefix) - 1;
		err.len -= sizeof(prefix) - 1;
	}
	if (err.len == 0)
		return diag_set(ret_diag, EX_FAILED,
				"cannot read the CIB: mta-stack-cib failed with status %d",
				r->number);
	if (err.len > 900)
		err.len = 900;
	if (!has_meaning(r->number))
		return diag_set(ret_diag, EX_INSTALLED,
				"cannot run mta-stack-cib: it ended with status %d: %.*s; is it of "
				"the same package as mta-stack, and built for this release?",
				r->number, (int)err.len, err.at);
	return diag_set(ret_diag, (enum exit_code)r->number, "%.*s", (int)err.len, err.at);
}

/* Of our environment the reader gets that word alone; NULL if there is none, or no node is named
 * so. */
static const char *told(char line[NODE_MAX])
{
	const char *node = getenv(ON_NODE);
	int n = node ? snprintf(line, NODE_MAX, ON_NODE "=%s", node) : 0;

	return n > 0 && n < NODE_MAX ? line : NULL;
}

int vips_read(const struct vip_query *q, const struct deadline *d, struct vipfacts *ret_facts,
	      struct diag *ret_diag)
{
	char beside[PATH_MAX], seconds[24], line[NODE_MAX];
	const char *const env[] = {told(line), NULL};
	int left = deadline_left_ms(d);
	const char **argv = calloc(11 + 2 * q->n_vips, sizeof(*argv));
	struct spawn job = {.argv = argv, .env = env};
	struct spawn_result r = SPAWN_RESULT_INIT;
	size_t n = 0;
	int status;

	if (argv == NULL)
		return diag_oom(ret_diag);
	/* It also tells how long it may wait for what it can do without. */
	(void)snprintf(seconds, sizeof(seconds), "%d.%03d", left / 1000, left % 1000);
	argv[n++] = reader(beside);
	if (left > 0) {
		argv[n++] = "--deadline";
		argv[n++] = seconds;
	}
	if (q->resource != NULL) {
		argv[n++] = "--resource";
		argv[n++] = q->resource;
	}
	if (q->cib_file != NULL) {
		argv[n++] = "--cib-file";
		argv[n++] = q->cib_file;
	}
	if (q->node != NULL) {
		argv[n++] = "--node";
		argv[n++] = q->node;
	}
	if (!q->where)
		argv[n++] = "--brief";
	for (size_t i = 0; i < q->n_vips; i++) {
		argv[n++] = "--vip";
		argv[n++] = q->vips[i];
	}
	status = spawn_run(&job, d, &r, ret_diag);
	if (status == 0 && (r.end != SPAWN_EXITED || r.number != 0))
		status = failed(&r, ret_diag);
	if (status == 0)
		status = vipfacts_parse(ret_facts, (struct span){buf_str(&r.out), r.out.len},
					ret_diag);
	spawn_result_release(&r);
	free(argv);
	return status;
}
