/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model: what a disk may hold after a power cut.
 *
 *     model_begin(&m)                reads the world as it is: all of it durable
 *     (run the action; the shim's events become steps)
 *     model_end(&m)
 *     for each prefix, each subset of what is not durable then:
 *             model_tree(&m, prefix, subset, &tree); tree_hash; tree_write
 *
 * The rule is POSIX's, harder than any journalling file system's: bytes and mode of a file are
 * durable when that file was fsynced after, an entry of a directory when that directory was. What
 * is not durable may be there or not, each step on its own; one rename is one step.
 */
#ifndef FAULT_MODEL_H
#define FAULT_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shim.h"
#include "world.h"

#define MODEL_NODES   160
#define MODEL_ENTRIES 40
#define MODEL_STEPS   1024
#define MODEL_BYTES   8192 /* of one file */
#define MODEL_PENDING 12   /* above it, subsets are sampled */

struct step {
	enum shim_event_kind kind;
	int node, dir, to_dir;
	char name[64], to_name[64];
	off_t offset;
	size_t len;
	char *bytes;
	mode_t mode;
	const void *site;
};

struct tree_node {
	bool dir;
	mode_t mode;
	size_t len;
	char bytes[MODEL_BYTES];
	struct {
		char name[64];
		int node; /* -1: empty slot */
	} entries[MODEL_ENTRIES];
};

struct tree {
	int n;
	struct tree_node nodes[MODEL_NODES]; /* 0: the root of the world */
};

struct model {
	struct tree start;
	struct step steps[MODEL_STEPS];
	int n_steps, n_fsyncs;
};

void model_begin(struct model *m);
void model_end(struct model *m);

/* The steps before `prefix` that are not durable there, when the fsync number `without` (1: the
 * first; 0: none) was left out. Returns how many; ret_steps has room for MODEL_STEPS. */
int model_pending(const struct model *m, int prefix, int without, int ret_steps[MODEL_STEPS]);

/* The tree with all durable steps, and of the pending ones those whose bit is set. */
void model_tree(const struct model *m, int prefix, const int *pending, int n_pending,
		const bool *included, struct tree *ret_tree);

uint64_t tree_hash(const struct tree *t);

/* The bytes at a path below the root; NULL: no such file. */
const struct tree_node *tree_find(const struct tree *t, const char *path);

/* Make the world hold exactly this. */
void tree_write(const struct tree *t);

#endif
