/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe: connect from the VIP to each remote and say what answered.
 *
 * It changes nothing. A remote that does not answer is degraded, never an error; only a VIP that is
 * not here is.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "program/commands.h"
#include "program/output.h"
#include "program/remotes.h"
#include "program/survey_names.h"

static int print_json(const struct remotes *r, struct diag *ret_diag)
{
	json_t *remotes = json_array();

	for (size_t i = 0; i < r->targets.n; i++) {
		const struct target *x = &r->targets.items[i];
		char addr[IPADDR_STRLEN], source[IPADDR_STRLEN];

		(void)json_array_append_new(
			remotes,
			json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:i}", "remote", x->remote,
				  "address", ipaddr_format(&x->addr, addr), "port", (int)x->port,
				  "source", ipaddr_format(&x->source, source), "state",
				  remotes_state(r, i), "detail", remotes_detail(r, i), "ms",
				  r->probes[i].result.ms));
	}
	return output_json(json_pack("{s:o}", "remotes", remotes), ret_diag);
}

static void print_text(const struct remotes *r)
{
	for (size_t i = 0; i < r->targets.n; i++) {
		const struct target *x = &r->targets.items[i];
		char addr[IPADDR_STRLEN];

		ipaddr_format(&x->addr, addr);
		(void)printf("%s", x->remote);
		if (x->addr.family != 0 && strcmp(addr, x->remote) != 0)
			(void)printf(" (%s)", addr);
		(void)printf(" port %u: %s: %s", x->port, remotes_state(r, i),
			     remotes_detail(r, i));
		if (x->why == NULL)
			(void)printf(" (%d ms)", r->probes[i].result.ms);
		(void)putchar('\n');
	}
	if (r->targets.n == 0)
		(void)puts("there is no remote to be probed");
}

static void show_progress(void *arg, size_t done, size_t all)
{
	(void)arg;
	(void)fprintf(stderr, "\r%zu of %zu remotes%s", done, all, done == all ? "\r\033[K" : "");
}

static int judge(const struct remotes *r, struct diag *ret_diag)
{
	const struct target *bad = remotes_local_fault(r);
	size_t answer;

	if (bad != NULL)
		return diag_set(ret_diag, EX_FAILED, "cannot probe %s from the VIP: %s",
				bad->remote, remotes_detail(r, (size_t)(bad - r->targets.items)));
	answer = remotes_answers(r, &bad);
	if (bad == NULL)
		return EX_OK;
	return diag_set(ret_diag, EX_DEGRADED, "%zu of %zu remotes did not answer as they should",
			r->targets.n - answer, r->targets.n);
}

static int probe(const struct options *o, struct survey *s, const struct deadline *d,
		 struct diag *ret_diag)
{
	const struct probe_watch watch = {show_progress, NULL};
	bool terminal = isatty(STDERR_FILENO) == 1;
	struct remotes r = REMOTES_INIT;
	int status = remotes_ask(&r, s, o, terminal ? &watch : NULL, d, ret_diag);

	if (status == 0 && o->json)
		status = print_json(&r, ret_diag);
	else if (status == 0)
		print_text(&r);
	if (status == 0)
		status = judge(&r, ret_diag);
	remotes_release(&r);
	return status;
}

int cmd_probe(const struct options *o, struct diag *ret_diag)
{
	struct deadline d = deadline_in_ms(o->deadline_ms);
	struct instance *inst = NULL;
	struct survey s;
	int status;

	survey_init(&s);
	status = survey_vips(&s, o, false, &d, ret_diag);
	if (status == 0)
		status = instance_open_readonly(o->state_dir, options_instance(o), &inst, ret_diag);
	if (status == 0 && o->backend->probe == PROBE_SMTP)
		status = survey_own_name(&s, o, &d, ret_diag);
	if (status == 0)
		status = survey_scan(&s, o, inst, false, &d, ret_diag);
	if (status == 0)
		status = probe(o, &s, &d, ret_diag);
	survey_release(&s);
	instance_close(inst);
	return status;
}
