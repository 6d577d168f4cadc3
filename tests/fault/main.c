/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c: run the fault tests. `faults [KIND…] [SCENARIO…]`, or `faults
 * --only=KIND,SCENARIO,CALL[,KIND[,SECOND]]`, `faults --list` names the scenarios.
 *
 * Exit status 0: nothing was wrong. The mutants are judged by the runner, which knows lines.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

static const struct {
	const char *name;
	unsigned (*run)(const struct scenario *s, const struct only *only);
} kinds[] = {
	{"fail", fault_fail},	    {"kill", fault_kill},     {"power", fault_power},
	{"repower", fault_repower}, {"mutate", fault_mutate},
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

static bool is_kind(const char *word)
{
	for (size_t k = 0; k < KINDS; k++)
		if (strcmp(word, kinds[k].name) == 0)
			return true;
	return false;
}

/* Named, or no word of its sort (kind or scenario) is. */
static bool wanted(const char *name, int argc, char **argv)
{
	bool others = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], name) == 0)
			return true;
		others = others || is_kind(argv[i]) == is_kind(name);
	}
	return !others;
}

static unsigned run_all(int argc, char **argv)
{
	const struct only all = {0};
	unsigned bad = 0;

	for (size_t k = 0; k < KINDS; k++)
		for (size_t i = 0; i < n_scenarios && wanted(kinds[k].name, argc, argv); i++) {
			if (!wanted(scenarios[i].name, argc, argv))
				continue;
			bad += kinds[k].run(&scenarios[i], &all);
			(void)fflush(stdout);
		}
	(void)printf("total  %lu fault points, %lu power-cut states, %lu of %lu mutants caught, %u "
		     "wrong\n",
		     fault_points, fault_states, fault_caught, fault_mutants, bad);
	return bad;
}

static int run_one(const char *what)
{
	struct only only = {.set = true};
	char kind[16], name[32];

	if (sscanf(what, "%15[^,],%31[^,],%ld,%ld,%ld", kind, name, &only.call, &only.kind,
		   &only.second) < 3)
		return 2;
	for (size_t k = 0; k < KINDS; k++)
		for (size_t i = 0; i < n_scenarios; i++)
			if (strcmp(kind, kinds[k].name) == 0 &&
			    strcmp(name, scenarios[i].name) == 0)
				return kinds[k].run(&scenarios[i], &only) > 0;
	return 2;
}

int main(int argc, char **argv)
{
	int rc;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < n_scenarios; i++)
			(void)puts(scenarios[i].name);
		return 0;
	}
	/* What is under test removes trees, and its calls are lied to. */
	if (getenv("GUARDED") == NULL || access("/", W_OK) == 0) {
		(void)fprintf(stderr, "faults: only in tests/fault/guarded\n");
		return 2;
	}
	json_set_alloc_funcs(malloc, free); /* through the shim */
	world_make();
	if (argc == 2 && strncmp(argv[1], "--only=", 7) == 0)
		rc = run_one(argv[1] + 7);
	else
		rc = run_all(argc, argv) > 0;
	world_remove();
	if (rc == 2)
		(void)fprintf(stderr, "usage: faults [fail] [kill] [power] [repower] [mutate] | "
				      "--only=KIND,SCENARIO,CALL[,KIND[,SECOND]]\n");
	return rc;
}
