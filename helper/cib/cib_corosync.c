/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_corosync.c guarantees that nothing here waits longer than LIMIT_MS, and that the child does
 * not outlive its parent.
 */
#include "cib/cib_corosync.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <corosync/cmap.h>
#include <corosync/quorum.h>

#include "pure/ipaddr.h"

#define LIMIT_MS  2000
#define LINKS_MAX 8 /* knet's */

static long now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

/* Only what is an address; a name in corosync.conf would need a lookup. */
static bool add_link(cmap_handle_t map, unsigned node, unsigned link, const char *name,
		     struct buf *out)
{
	char key[CMAP_KEYNAME_MAXLEN + 1], *value = NULL;
	struct ipaddr a;

	(void)snprintf(key, sizeof(key), "nodelist.node.%u.ring%u_addr", node, link);
	if (cmap_get_string(map, key, &value) != CS_OK)
		return false;
	if (ipaddr_parse(value, strlen(value), &a))
		buf_addf(out, "own=%s %s\n", value, name);
	free(value);
	return true;
}

static bool add_node(cmap_handle_t map, unsigned node, struct buf *out)
{
	char key[CMAP_KEYNAME_MAXLEN + 1], *name = NULL;
	uint32_t id = 0;

	(void)snprintf(key, sizeof(key), "nodelist.node.%u.nodeid", node);
	if (cmap_get_uint32(map, key, &id) != CS_OK && node > 0)
		return false;
	(void)snprintf(key, sizeof(key), "nodelist.node.%u.name", node);
	if (cmap_get_string(map, key, &name) != CS_OK)
		name = NULL;
	for (unsigned link = 0; link < LINKS_MAX; link++)
		(void)add_link(map, node, link, name ? name : "", out);
	free(name);
	return true;
}

static void ask_cmap(struct buf *out)
{
	cmap_handle_t map;
	char *cluster = NULL;

	if (cmap_initialize(&map) != CS_OK)
		return;
	if (cmap_get_string(map, "totem.cluster_name", &cluster) == CS_OK) {
		buf_addf(out, "cluster=%s\n", cluster);
		free(cluster);
	}
	for (unsigned node = 0; add_node(map, node, out); node++)
		continue;
	(void)cmap_finalize(map);
}

static void ask_quorum(struct buf *out)
{
	quorum_callbacks_t none = {0};
	quorum_handle_t quorum;
	uint32_t type;
	int quorate = 0;

	if (quorum_initialize(&quorum, &none, &type) != CS_OK)
		return;
	if (quorum_getquorate(quorum, &quorate) == CS_OK)
		buf_addf(out, "quorate=%s\n", quorate ? "yes" : "no");
	(void)quorum_finalize(quorum);
}

static void child(int fd, pid_t parent)
{
	struct buf out = BUF_INIT;
	size_t done = 0;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	ask_cmap(&out);
	ask_quorum(&out);
	while (done < out.len) {
		ssize_t n = write(fd, out.data + done, out.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	_exit(0);
}

void cib_corosync_start(struct cib_corosync *c)
{
	pid_t parent = getpid();
	int fds[2];

	*c = (struct cib_corosync){.fd = -1, .until = now_ms() + LIMIT_MS};
	if (pipe2(fds, O_CLOEXEC) < 0)
		return;
	c->pid = fork();
	if (c->pid == 0)
		child(fds[1], parent);
	(void)close(fds[1]);
	if (c->pid < 0) {
		(void)close(fds[0]);
		c->pid = 0;
		return;
	}
	c->fd = fds[0];
}

/* False when time is up. */
static bool drain(struct cib_corosync *c, struct buf *lines)
{
	for (;;) {
		struct pollfd p = {.fd = c->fd, .events = POLLIN};
		long left = c->until - now_ms();
		char bytes[1024];
		ssize_t n;

		if (poll(&p, 1, left > 0 ? (int)left : 0) == 0)
			return false;
		n = read(c->fd, bytes, sizeof(bytes));
		if (n == 0 || (n < 0 && errno != EINTR))
			return true;
		if (n > 0)
			buf_add(lines, bytes, (size_t)n);
	}
}

void cib_corosync_finish(struct cib_corosync *c, struct buf *lines)
{
	if (c->pid == 0)
		return;
	if (!drain(c, lines)) {
		buf_clear(lines);
		buf_adds(lines,
			 "finding=corosync does not answer: the nodes' own addresses are not "
			 "known\n");
	}
	(void)kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	(void)close(c->fd);
	*c = (struct cib_corosync){.fd = -1};
}
