/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * power.c: the power goes at every point, and of what was not durable any part is lost.
 *
 * Asked of each state: every file holds the old or the new content, whole and with its mode; if the
 * command had reported success, the new; then the command gets to the end, and a restore to the
 * beginning. A tree that was seen before is not looked at again.
 *
 * The mutants: the same with one fsync left out must find a state that is wrong, for each fsync.
 */
#include "fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memo.h"
#include "model.h"
#include "shim.h"

unsigned long fault_points, fault_states, fault_mutants, fault_caught, fault_sites,
	fault_sites_caught;

static struct model model;
static struct tree tree;

static void record(const struct scenario *s)
{
	static const struct shim_plan pass = {SHIM_PASS, 0, 0};
	struct diag diag;
	int rc;

	world_clear();
	s->begin();
	model_begin(&model);
	shim_on(&pass);
	rc = s->act(&diag);
	shim_off();
	model_end(&model);
	if (rc < 0)
		broken(diag.text);
}

/* Does the tree hold, for each file, one of the contents that `what` allows? */
static bool holds(const struct scenario *s, unsigned what)
{
	struct scenario own;

	if (s->copies) { /* of those none is left */
		own = world_own(s);
		s = &own;
	}
	for (unsigned i = 0; i < WORLD_FILES; i++) {
		const struct tree_node *n = tree_find(&tree, world_names[i]);
		const char *wanted[2] = {s->before[i], s->after[i]};
		bool ok = false;

		for (unsigned k = 0; k < 2; k++)
			if (what & 1u << k)
				ok = ok ||
				     (wanted[k] == NULL
					      ? n == NULL
					      : n != NULL && n->mode == 0640 &&
							n->len == strlen(wanted[k]) &&
							memcmp(n->bytes, wanted[k], n->len) == 0);
		if (!ok)
			return false;
	}
	return true;
}

/* In a child; the world holds the tree. */
static bool converges(const struct scenario *s, bool success, bool aloud)
{
	int status;
	pid_t pid;

	tree_write(&tree);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		const char *why = "";
		bool ok = !success || world_remembers(s);

		if (!ok)
			why = "the state does not say that it was done";
		else
			ok = s->copies ? world_converges_after_boot(s, &why)
				       : world_converges(s, &why);

		if (!ok && aloud)
			(void)printf("  %s\n", why);
		(void)fflush(stdout);
		_exit(ok ? 0 : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		broken("fork");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Is the tree at hand wrong? */
static bool is_bad(const struct scenario *s, bool success, unsigned final, bool aloud,
		   unsigned long *n)
{
	bool asked = success && final == HOLDS_AFTER;
	uint64_t hash = (tree_hash(&tree) << 2) + 2 * asked + 1; /* never 0 */
	enum memo known;

	if (!holds(s, success ? final : HOLDS_BEFORE | HOLDS_AFTER)) {
		if (aloud)
			(void)printf("  a file is neither as before nor as after\n");
		return true;
	}
	known = memo_get(hash);
	if (known == MEMO_NEW) {
		(*n)++;
		known = memo_put(hash, converges(s, success && final == HOLDS_AFTER, aloud));
	}
	return known == MEMO_BAD;
}

struct search {
	const struct scenario *s;
	int without;
	int all_up_to; /* of so many pending steps all subsets, of more a choice */
	bool stop_at_first;
	unsigned final;	     /* what the files hold when success was reported */
	unsigned long built; /* trees, before those seen earlier are left out */
	unsigned long looked;
	unsigned bad;
};

static void look(struct search *x, int prefix, const int *pending, int n, const bool *included)
{
	bool success = prefix == model.n_steps;

	model_tree(&model, prefix, pending, n, included, &tree);
	x->built++;
	if (!is_bad(x->s, success, x->final, !x->stop_at_first, &x->looked))
		return;
	x->bad++;
	if (x->stop_at_first)
		return;
	(void)printf("FAILED %s: power cut after step %d%s; of %d lost were kept:", x->s->name,
		     prefix, success ? " (success was reported)" : "", n);
	for (int i = 0; i < n; i++)
		if (included[i])
			(void)printf(" %d", pending[i]);
	(void)printf("\n  repeat: tests/fault/run.sh BUILDDIR --only=power,%s,%d\n", x->s->name,
		     prefix);
}

/* All subsets of what is pending, or, of many, each prefix, each single one, all but each one. */
static void cut(struct search *x, int prefix)
{
	int pending[MODEL_STEPS], n = model_pending(&model, prefix, x->without, pending);
	bool in[MODEL_STEPS];

	if (n <= x->all_up_to) {
		for (unsigned mask = 0; mask < 1u << n; mask++) {
			for (int i = 0; i < n; i++)
				in[i] = mask >> i & 1;
			look(x, prefix, pending, n, in);
			if (x->bad && x->stop_at_first)
				return;
		}
		return;
	}
	for (int shape = 0; shape < 3; shape++)
		for (int k = 0; k <= n; k++) {
			for (int i = 0; i < n; i++)
				in[i] = shape == 0 ? i < k : shape == 1 ? i == k : i != k;
			look(x, prefix, pending, n, in);
			if (x->bad && x->stop_at_first)
				return;
		}
}

/* For one who repeats a failure. */
static void list_steps(void)
{
	static const char *const words[] = {"create", "mkdir", "write",	 "truncate", "mode",
					    "rename", "link",  "unlink", "fsync",    "seen"};

	for (int i = 0; i < model.n_steps; i++) {
		const struct step *x = &model.steps[i];

		(void)printf(
			"  step %d: %s node %d dir %d %s -> dir %d %s at %ld len %zu mode %o\n", i,
			words[x->kind], x->node, x->dir, x->name, x->to_dir, x->to_name,
			(long)x->offset, x->len, (unsigned)x->mode);
	}
}

unsigned fault_power(const struct scenario *s, const struct only *only)
{
	struct search x = {.s = s, .all_up_to = MODEL_PENDING, .final = HOLDS_AFTER};

	memo_forget();
	record(s);
	if (only->set)
		list_steps();
	for (int prefix = 0; prefix <= model.n_steps; prefix++)
		if (!only->set || prefix == only->call)
			cut(&x, prefix);
	fault_states += x.built;
	(void)printf(
		"power  %-12s %5d steps, %d fsyncs: %lu states built, %lu different, %u wrong\n",
		s->name, model.n_steps, model.n_fsyncs, x.built, x.looked, x.bad);
	return x.bad;
}

/* The action is cut short after a change, its recovery runs, and then the power goes: of both, what
 * was not durable may be lost. The step with which the recovery begins; -1: there is no such
 * change. */
static int record_recovery(const struct scenario *s, long at)
{
	static const struct shim_plan pass = {SHIM_PASS, 0, 0};
	const struct shim_plan jump = {SHIM_JUMP, at, 0};
	static struct diag diag;
	int first;

	world_clear();
	s->begin();
	model_begin(&model);
	if (setjmp(shim_jump) == 0) {
		shim_on(&jump);
		(void)s->act(&diag);
		shim_off();
		model_end(&model);
		return -1;
	}
	(void)close_range(3, ~0u, 0); /* as a kill would, the locks with them */
	first = model.n_steps;
	shim_on(&pass);
	if (world_recover(&diag) < 0)
		broken(diag.text);
	shim_off();
	model_end(&model);
	return first;
}

unsigned fault_repower(const struct scenario *s, const struct only *only)
{
	struct search x = {.s = s, .all_up_to = MODEL_PENDING / 3};
	unsigned long cuts = 0;
	int first;

	memo_forget();
	for (long at = only->set ? only->call : 1; (first = record_recovery(s, at)) >= 0; at++) {
		unsigned before = x.bad;

		x.final = world_is(s, HOLDS_AFTER) ? HOLDS_AFTER : HOLDS_BEFORE;
		for (int prefix = first; prefix <= model.n_steps; prefix++, cuts++)
			cut(&x, prefix);
		if (x.bad > before)
			(void)printf("  these after a kill at change %ld: --only=repower,%s,%ld\n",
				     at, s->name, at);
		if (only->set)
			break;
	}
	fault_states += x.built;
	(void)printf("repower %-11s %5lu cuts in recoveries: %lu states built, %lu different, %u "
		     "wrong\n",
		     s->name, cuts, x.built, x.looked, x.bad);
	return x.bad;
}

/* Is a wrong state found when this fsync is left out? */
static bool caught(const struct scenario *s, int without)
{
	struct search x = {.s = s,
			   .without = without,
			   .all_up_to = MODEL_PENDING,
			   .stop_at_first = true,
			   .final = HOLDS_AFTER};

	for (int prefix = model.n_steps; prefix >= 0 && !x.bad; prefix--)
		cut(&x, prefix);
	fault_states += x.built;
	return x.bad > 0;
}

static const struct step *fsync_step(int number)
{
	for (int i = 0; i < model.n_steps; i++)
		if (model.steps[i].kind == EVENT_FSYNC && --number == 0)
			return &model.steps[i];
	return NULL;
}

unsigned fault_mutate(const struct scenario *s, const struct only *only)
{
	unsigned long n = 0, found = 0;

	if (s->copies)
		return 0; /* nobody needs a copy to be durable; of the state the others ask */
	memo_forget();
	record(s);
	for (int k = 1; k <= model.n_fsyncs; k++) {
		bool ok;

		if (only->set && k != only->call)
			continue;
		ok = caught(s, k);
		n++;
		found += ok;
		/* The runner turns addresses into lines and adds up by line. */
		(void)printf("mutant %s fsync %d at %p: %s\n", s->name, k, fsync_step(k)->site,
			     ok ? "caught" : "not-caught");
	}
	fault_mutants += n;
	fault_caught += found;
	(void)printf("mutate %-12s %5lu fsyncs left out, %lu caught\n", s->name, n, found);
	return 0;
}
