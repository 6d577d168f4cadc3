/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe: connect from the VIP to each remote and say what answered.
 *
 * It claims no more than was seen: that a stack answers does not mean that it accepts us. It sends
 * no mail and changes nothing. A remote that does not answer is degraded, never an error; only a
 * VIP that is not here is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "effects/probe.h"
#include "program/commands.h"
#include "program/output.h"
#include "program/survey_names.h"
#include "program/targets.h"

static const char *state_of(const struct target *t, const struct greet_result *r)
{
	static const char *const names[] = {
		[GREET_READY] = "answers",	   [GREET_LATER] = "later",
		[GREET_REFUSED] = "refused",	   [GREET_BROKEN] = "unusable",
		[GREET_NO_SOURCE] = "local-fault", [GREET_NO_CONNECT] = "unreachable",
		[GREET_NO_ANSWER] = "silent",
	};

	if (t->local_fault)
		return "local-fault";
	return t->why != NULL ? "unresolved" : names[r->end];
}

struct asked {
	struct probe *items; /* of those that are asked, in the targets' order */
	struct tpkt_want *wants;
	size_t n;
};

static const struct greet_result *result_of(const struct target *t, const struct asked *a,
					    size_t *next)
{
	static const struct greet_result none;

	return t->why != NULL ? &none : &a->items[(*next)++].result;
}

static int print_json(const struct targets *t, const struct asked *a, struct diag *ret_diag)
{
	json_t *remotes = json_array();
	size_t next = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct target *x = &t->items[i];
		const struct greet_result *r = result_of(x, a, &next);
		char addr[IPADDR_STRLEN], source[IPADDR_STRLEN];

		(void)json_array_append_new(
			remotes,
			json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:i}", "remote", x->remote,
				  "address", ipaddr_format(&x->addr, addr), "port", (int)x->port,
				  "source", ipaddr_format(&x->source, source), "state",
				  state_of(x, r), "detail", x->why ? x->why : r->text, "ms",
				  r->ms));
	}
	return output_json(json_pack("{s:o}", "remotes", remotes), ret_diag);
}

static void print_text(const struct targets *t, const struct asked *a)
{
	size_t next = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct target *x = &t->items[i];
		const struct greet_result *r = result_of(x, a, &next);
		char addr[IPADDR_STRLEN];

		ipaddr_format(&x->addr, addr);
		(void)printf("%s", x->remote);
		if (x->addr.family != 0 && strcmp(addr, x->remote) != 0)
			(void)printf(" (%s)", addr);
		(void)printf(" port %u: %s: %s", x->port, state_of(x, r),
			     x->why ? x->why : r->text);
		if (x->why == NULL)
			(void)printf(" (%d ms)", r->ms);
		(void)putchar('\n');
	}
	if (t->n == 0)
		(void)puts("there is no remote to be probed");
}

static void show_progress(void *arg, size_t done, size_t all)
{
	(void)arg;
	(void)fprintf(stderr, "\r%zu of %zu remotes%s", done, all, done == all ? "\r\033[K" : "");
}

static int ask(const struct options *o, const struct survey *s, const struct targets *t,
	       struct asked *a, const struct deadline *d, struct diag *ret_diag)
{
	const struct probe_watch watch = {show_progress, NULL};
	bool terminal = isatty(STDERR_FILENO) == 1;

	a->items = calloc(t->n + 1, sizeof(*a->items));
	a->wants = calloc(t->n + 1, sizeof(*a->wants));
	if (a->items == NULL || a->wants == NULL)
		return diag_oom(ret_diag);
	for (size_t i = 0; i < t->n; i++) {
		const struct target *x = &t->items[i];
		struct greet *want = &a->items[a->n].want;

		if (x->why != NULL)
			continue;
		*want = (struct greet){.addr = x->addr, .source = x->source, .port = x->port};
		a->wants[a->n] =
			(struct tpkt_want){x->called, x->calling, (uint16_t)(a->n % 65535 + 1)};
		if (o->backend->probe == PROBE_RFC1006)
			want->rfc1006 = &a->wants[a->n];
		else
			want->ehlo = s->want.name;
		a->n++;
	}
	return probe_all(a->items, a->n, terminal ? &watch : NULL, d, ret_diag);
}

static int judge(const struct targets *t, const struct asked *a, struct diag *ret_diag)
{
	size_t next = 0, answer = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct target *x = &t->items[i];
		const struct greet_result *r = result_of(x, a, &next);

		if (x->local_fault || (x->why == NULL && r->end == GREET_NO_SOURCE))
			return diag_set(ret_diag, EX_FAILED, "cannot probe %s from the VIP: %s",
					x->remote, x->why ? x->why : r->text);
		answer += x->why == NULL && r->end == GREET_READY;
	}
	if (answer == t->n)
		return EX_OK;
	return diag_set(ret_diag, EX_DEGRADED, "%zu of %zu remotes did not answer as they should",
			t->n - answer, t->n);
}

static int probe(const struct options *o, struct survey *s, const struct deadline *d,
		 struct diag *ret_diag)
{
	struct targets t = TARGETS_INIT;
	struct asked a = {NULL, NULL, 0};
	int status = targets_find(&t, s, o, d, ret_diag);

	if (status == 0)
		status = ask(o, s, &t, &a, d, ret_diag);
	if (status == 0 && o->json)
		status = print_json(&t, &a, ret_diag);
	else if (status == 0)
		print_text(&t, &a);
	if (status == 0)
		status = judge(&t, &a, ret_diag);
	targets_release(&t);
	free(a.items);
	free(a.wants);
	return status;
}

int cmd_probe(const struct options *o, struct diag *ret_diag)
{
	struct deadline d = deadline_in_ms(o->deadline_ms);
	struct instance *inst = NULL;
	struct survey s;
	int status;

	survey_init(&s);
	status = survey_vips(&s, o, &d, ret_diag);
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
