/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.c guarantees that a step that a later fsync covers is in every tree, and that a file which
 * no durable name leads to is in none. Owners, times and extended attributes are not modelled.
 */
#include "model.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct model *recording;
static struct {
	ino_t ino;
	int node;
} known[MODEL_NODES];
static int n_known;

static int node_of(ino_t ino)
{
	for (int i = n_known - 1; i >= 0; i--)
		if (known[i].ino == ino)
			return known[i].node;
	return -1;
}

static int new_node(struct tree *t, ino_t ino, bool dir, mode_t mode)
{
	struct tree_node *n = &t->nodes[t->n];

	if (t->n == MODEL_NODES || n_known == MODEL_NODES)
		broken("the model has too few nodes");
	memset(n, 0, sizeof(*n));
	n->dir = dir;
	n->mode = mode;
	for (int i = 0; i < MODEL_ENTRIES; i++)
		n->entries[i].node = -1;
	known[n_known].ino = ino;
	known[n_known++].node = t->n;
	return t->n++;
}

static void set_entry(struct tree *t, int dir, const char *name, int node)
{
	int slot = -1;

	for (int i = 0; i < MODEL_ENTRIES; i++) {
		if (t->nodes[dir].entries[i].node >= 0 &&
		    strcmp(t->nodes[dir].entries[i].name, name) == 0)
			slot = i;
		else if (t->nodes[dir].entries[i].node < 0 && slot < 0)
			slot = i;
	}
	for (int i = 0; i < MODEL_ENTRIES; i++) /* an old entry of that name anywhere */
		if (t->nodes[dir].entries[i].node >= 0 &&
		    strcmp(t->nodes[dir].entries[i].name, name) == 0) {
			t->nodes[dir].entries[i].node = -1;
			slot = i;
		}
	if (slot < 0)
		broken("the model has too few entries");
	(void)snprintf(t->nodes[dir].entries[slot].name, 64, "%s", name);
	t->nodes[dir].entries[slot].node = node;
}

static void drop_entry(struct tree *t, int dir, const char *name)
{
	for (int i = 0; i < MODEL_ENTRIES; i++)
		if (t->nodes[dir].entries[i].node >= 0 &&
		    strcmp(t->nodes[dir].entries[i].name, name) == 0)
			t->nodes[dir].entries[i].node = -1;
}

static size_t slurp(int fd, char *out)
{
	ssize_t n = pread(fd, out, MODEL_BYTES, 0);

	if (n < 0 || n == MODEL_BYTES)
		broken("the model has too small files");
	return (size_t)n;
}

static void read_dir(struct tree *t, int node, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	if (dir == NULL)
		broken(path);
	while ((e = readdir(dir)) != NULL) {
		char below[PATH_MAX];
		struct stat st;
		int child;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		(void)snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
		if (lstat(below, &st) < 0)
			broken(below);
		child = new_node(t, st.st_ino, S_ISDIR(st.st_mode), st.st_mode & 07777);
		set_entry(t, node, e->d_name, child);
		if (S_ISDIR(st.st_mode)) {
			read_dir(t, child, below);
		} else {
			int fd = open(below, O_RDONLY);

			t->nodes[child].len = slurp(fd, t->nodes[child].bytes);
			(void)close(fd);
		}
	}
	(void)closedir(dir);
}

static struct step *add(enum shim_event_kind kind)
{
	struct step *s = &recording->steps[recording->n_steps];

	if (recording->n_steps++ == MODEL_STEPS)
		broken("the model has too few steps");
	memset(s, 0, sizeof(*s));
	s->kind = kind;
	return s;
}

static char *copy(const void *bytes, size_t len)
{
	char *c = malloc(len + 1);

	if (c == NULL)
		broken("memory");
	memcpy(c, bytes, len);
	return c;
}

/* A file that was made by somebody else, a compiler say: nothing of it is durable. */
static void seen(const struct shim_event *e)
{
	char bytes[MODEL_BYTES];
	struct step *s;

	if (node_of(e->node) >= 0)
		return;
	s = add(EVENT_WRITE);
	s->node = new_node(&recording->start, e->node, e->is_dir, e->mode);
	if (!e->is_dir) {
		s->len = slurp(e->fd, bytes);
		s->bytes = copy(bytes, s->len);
	}
}

static void record(const struct shim_event *e)
{
	struct step *s;

	if (e->kind == EVENT_SEEN) {
		seen(e);
		return;
	}
	s = add(e->kind);
	if (e->kind == EVENT_CREATE || e->kind == EVENT_MKDIR)
		s->node = new_node(&recording->start, e->node, e->kind == EVENT_MKDIR,
				   e->kind == EVENT_MKDIR ? 0700 : e->mode);
	else
		s->node = node_of(e->node);
	s->dir = node_of(e->dir);
	s->to_dir = node_of(e->to_dir);
	(void)snprintf(s->name, sizeof(s->name), "%s", e->name ? e->name : "");
	(void)snprintf(s->to_name, sizeof(s->to_name), "%s", e->to_name ? e->to_name : "");
	s->offset = e->offset;
	s->len = e->len;
	s->bytes = e->kind == EVENT_WRITE ? copy(e->bytes, e->len) : NULL;
	s->mode = e->mode;
	s->site = e->site;
	recording->n_fsyncs += e->kind == EVENT_FSYNC;
}

void model_begin(struct model *m)
{
	struct stat st;

	for (int i = 0; i < m->n_steps; i++)
		free(m->steps[i].bytes);
	m->n_steps = m->n_fsyncs = 0;
	m->start.n = n_known = 0;
	if (stat(world_root, &st) < 0)
		broken(world_root);
	(void)new_node(&m->start, st.st_ino, true, 0700);
	read_dir(&m->start, 0, world_root);
	recording = m;
	shim_listen(st.st_dev, record);
}

void model_end(struct model *m)
{
	(void)m;
	shim_listen(0, NULL);
	recording = NULL;
}

static bool is_entry(enum shim_event_kind kind)
{
	return kind == EVENT_CREATE || kind == EVENT_MKDIR || kind == EVENT_RENAME ||
	       kind == EVENT_LINK || kind == EVENT_UNLINK;
}

/* The node whose fsync makes this step durable. */
static int keeper(const struct step *s)
{
	if (s->kind == EVENT_RENAME || s->kind == EVENT_LINK)
		return s->to_dir;
	return is_entry(s->kind) ? s->dir : s->node;
}

int model_pending(const struct model *m, int prefix, int without, int ret_steps[MODEL_STEPS])
{
	bool synced[MODEL_NODES] = {false};
	int n = 0, number = m->n_fsyncs + 1;

	for (int i = m->n_steps; i-- > 0;) {
		const struct step *s = &m->steps[i];

		if (s->kind == EVENT_FSYNC) {
			number--;
			if (i < prefix && number != without && s->node >= 0)
				synced[s->node] = true;
		} else if (i < prefix && (keeper(s) < 0 || !synced[keeper(s)])) {
			ret_steps[n++] = i;
		}
	}
	for (int i = 0; i < n / 2; i++) { /* ascending */
		int swap = ret_steps[i];

		ret_steps[i] = ret_steps[n - 1 - i];
		ret_steps[n - 1 - i] = swap;
	}
	return n;
}

static void play(struct tree *t, const struct step *s)
{
	struct tree_node *n = s->node >= 0 ? &t->nodes[s->node] : NULL;

	switch (s->kind) {
	case EVENT_CREATE:
	case EVENT_MKDIR:
		set_entry(t, s->dir, s->name, s->node);
		break;
	case EVENT_WRITE:
		if ((size_t)s->offset + s->len > MODEL_BYTES)
			broken("the model has too small files");
		if (n->dir)
			break;
		if ((size_t)s->offset > n->len) /* a hole */
			memset(n->bytes + n->len, 0, (size_t)s->offset - n->len);
		memcpy(n->bytes + s->offset, s->bytes, s->len);
		if ((size_t)s->offset + s->len > n->len)
			n->len = (size_t)s->offset + s->len;
		break;
	case EVENT_TRUNCATE:
		n->len = (size_t)s->offset < n->len ? (size_t)s->offset : n->len;
		break;
	case EVENT_MODE:
		n->mode = s->mode;
		break;
	case EVENT_RENAME:
		drop_entry(t, s->dir, s->name);
		set_entry(t, s->to_dir, s->to_name, s->node);
		break;
	case EVENT_LINK:
		set_entry(t, s->to_dir, s->to_name, s->node);
		break;
	case EVENT_UNLINK:
		drop_entry(t, s->dir, s->name);
		break;
	case EVENT_FSYNC:
	case EVENT_SEEN:
		break;
	}
}

static void copy_start(const struct tree *from, struct tree *to)
{
	to->n = from->n;
	for (int i = 0; i < from->n; i++) {
		const struct tree_node *a = &from->nodes[i];
		struct tree_node *b = &to->nodes[i];

		b->dir = a->dir;
		b->mode = a->mode;
		b->len = a->len;
		memcpy(b->bytes, a->bytes, a->len);
		memcpy(b->entries, a->entries, sizeof(a->entries));
	}
}

void model_tree(const struct model *m, int prefix, const int *pending, int n_pending,
		const bool *included, struct tree *ret_tree)
{
	int p = 0;

	copy_start(&m->start, ret_tree);
	for (int i = 0; i < prefix; i++) {
		if (p < n_pending && pending[p] == i) {
			if (included[p++])
				play(ret_tree, &m->steps[i]);
		} else {
			play(ret_tree, &m->steps[i]);
		}
	}
}
