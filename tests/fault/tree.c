/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.c: look at, compare and write out one possible content of the disk.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "memo.h"
#include "model.h"

/* Independent of the order of entries. */
static uint64_t hash_node(const struct tree *t, int node)
{
	static char text[MODEL_BYTES + 1];
	const struct tree_node *n = &t->nodes[node];
	uint64_t sum = memo_more(0xcbf29ce484222325u, &n->mode, sizeof(n->mode)), entries = 0;

	if (!n->dir) {
		memcpy(text, n->bytes, n->len);
		text[n->len] = '\0';
		return memo_text(sum, text, n->len, NULL); /* written out, each is another */
	}
	for (int i = 0; i < MODEL_ENTRIES; i++)
		if (n->entries[i].node >= 0) {
			uint64_t below = hash_node(t, n->entries[i].node);

			entries += memo_more(memo_more(1, &below, sizeof(below)),
					     n->entries[i].name, strlen(n->entries[i].name));
		}
	return memo_more(sum, &entries, sizeof(entries));
}

uint64_t tree_hash(const struct tree *t)
{
	return hash_node(t, 0);
}

const struct tree_node *tree_find(const struct tree *t, const char *path)
{
	int at = 0;

	while (at >= 0 && *path != '\0') {
		size_t len = strcspn(path, "/");
		int next = -1;

		for (int i = 0; i < MODEL_ENTRIES; i++)
			if (t->nodes[at].entries[i].node >= 0 &&
			    strlen(t->nodes[at].entries[i].name) == len &&
			    memcmp(t->nodes[at].entries[i].name, path, len) == 0)
				next = t->nodes[at].entries[i].node;
		at = next;
		path += len + (path[len] == '/');
	}
	return at >= 0 ? &t->nodes[at] : NULL;
}

static void write_node(const struct tree *t, int node, const char *path)
{
	const struct tree_node *n = &t->nodes[node];
	char below[PATH_MAX];
	int fd;

	if (n->dir) {
		if (node != 0 && mkdir(path, 0700) < 0)
			broken(path);
		for (int i = 0; i < MODEL_ENTRIES; i++)
			if (n->entries[i].node >= 0) {
				(void)snprintf(below, sizeof(below), "%s/%s", path,
					       n->entries[i].name);
				write_node(t, n->entries[i].node, below);
			}
		if (chmod(path, n->mode) < 0)
			broken(path);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || write(fd, n->bytes, n->len) != (ssize_t)n->len || fchmod(fd, n->mode) < 0 ||
	    close(fd) < 0)
		broken(path);
}

void tree_write(const struct tree *t)
{
	world_clear();
	write_node(t, 0, world_root);
}
