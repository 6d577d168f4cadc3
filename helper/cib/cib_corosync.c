/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_corosync.c guarantees that nothing here waits longer than it was told to, and that the child
 * does not outlive its parent.
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

#define SELF	  "self=" /* ID NAME: from the child to its parent only */
#define LINKS_MAX 8	  /* knet's */

static long now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

/* A string of the map, to be freed, or NULL. */
static char *get(cmap_handle_t map, const char *format, unsigned n, const char *tail)
{
	char key[CMAP_KEYNAME_MAXLEN + 1], *value = NULL;

	(void)snprintf(key, sizeof(key), "%s%u%s", format, n, tail);
	return cmap_get_string(map, key, &value) == CS_OK ? value : NULL;
}

/* "r(0) ip(192.0.2.11) r(1) ip(2001:db8::11) ", as corosync resolved it when the node was seen; the
 * prefix is another one before corosync 3. */
static bool resolved(const char *ips, unsigned link, char ret_text[IPADDR_STRLEN])
{
	char mark[sizeof("r(4294967295) ip(")];
	const char *at, *end;
	struct ipaddr a;

	(void)snprintf(mark, sizeof(mark), "r(%u) ip(", link);
	at = ips ? strstr(ips, mark) : NULL;
	if (at == NULL)
		return false;
	at += strlen(mark);
	end = strchr(at, ')');
	if (end == NULL || !ipaddr_parse(at, (size_t)(end - at), &a))
		return false;
	(void)ipaddr_format(&a, ret_text);
	return true;
}

static void add_link(const char *given, const char *ips, unsigned link, const char *name,
		     struct buf *out)
{
	char text[IPADDR_STRLEN];
	struct ipaddr a;

	if (ipaddr_parse(given, strlen(given), &a))
		buf_addf(out, "own=%s %s\n", given, name);
	else if (resolved(ips, link, text))
		buf_addf(out, "own=%s %s\n", text, name);
	else
		buf_addf(out,
			 "finding=the address of node %s is not known: corosync.conf has the name "
			 "%s for it, and corosync has not seen the node yet\n",
			 name, given);
}

/* The first may be without an id, where corosync makes one of its address. */
static bool has_node(cmap_handle_t map, unsigned node, uint32_t *ret_id)
{
	char key[CMAP_KEYNAME_MAXLEN + 1];

	(void)snprintf(key, sizeof(key), "nodelist.node.%u.nodeid", node);
	*ret_id = 0;
	return cmap_get_uint32(map, key, ret_id) == CS_OK || node == 0;
}

static void add_node(cmap_handle_t map, unsigned node, uint32_t id, struct buf *out)
{
	char *name = get(map, "nodelist.node.", node, ".name"), *given;
	char *ips = get(map, "runtime.members.", id, ".ip"), number[16], ring[24];

	if (ips == NULL)
		ips = get(map, "runtime.totem.pg.mrp.srp.members.", id, ".ip");
	(void)snprintf(number, sizeof(number), "%u", id);
	for (unsigned link = 0; link < LINKS_MAX; link++) {
		(void)snprintf(ring, sizeof(ring), ".ring%u_addr", link);
		given = get(map, "nodelist.node.", node, ring);
		if (given != NULL)
			add_link(given, ips, link, name ? name : number, out);
		free(given);
	}
	free(name);
	free(ips);
}

/* The line that the parent keeps for itself comes first. Without a list of nodes, the quorum
 * service has the id. */
static void add_self(cmap_handle_t map, struct buf *out)
{
	uint32_t position, id;
	char *name = NULL;
	bool known;

	if (cmap_get_uint32(map, "nodelist.local_node_pos", &position) == CS_OK) {
		known = has_node(map, position, &id);
		name = get(map, "nodelist.node.", position, ".name");
	} else {
		known = cmap_get_uint32(map, "runtime.votequorum.this_node_id", &id) == CS_OK;
	}
	if (known)
		buf_addf(out, SELF "%u %s\n", id, name ? name : "");
	free(name);
}

static void ask_cmap(struct buf *out)
{
	cmap_handle_t map;
	char *cluster = NULL;
	uint32_t id;

	if (cmap_initialize(&map) != CS_OK)
		return;
	add_self(map, out);
	if (cmap_get_string(map, "totem.cluster_name", &cluster) == CS_OK) {
		buf_addf(out, "cluster=%s\n", cluster);
		free(cluster);
	}
	for (unsigned node = 0; has_node(map, node, &id); node++)
		add_node(map, node, id, out);
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

void cib_corosync_start(struct cib_corosync *c, long limit_ms)
{
	pid_t parent = getpid();
	int fds[2];

	*c = (struct cib_corosync){.fd = -1, .until = now_ms() + limit_ms};
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
static bool drain(struct cib_corosync *c)
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
			buf_add(&c->said, bytes, (size_t)n);
	}
}

/* Cut the first line, the one that is for us, off the rest. */
static void take_self(struct cib_corosync *c)
{
	char *line = c->said.data, *space, *end = line ? strchr(line, '\n') : NULL;

	if (end == NULL || strncmp(line, SELF, strlen(SELF)) != 0)
		return;
	*end = '\0';
	space = strchr(line, ' ');
	if (space == NULL)
		return;
	*space = '\0';
	c->id = line + strlen(SELF);
	c->name = space + 1;
	c->rest = (size_t)(end + 1 - line);
}

static void wait_for(struct cib_corosync *c)
{
	if (c->pid == 0)
		return;
	if (!drain(c)) {
		buf_clear(&c->said);
		buf_adds(&c->said,
			 "finding=corosync does not answer: the nodes' own addresses are not "
			 "known\n");
		if (c->asked_self)
			buf_adds(&c->said, "finding=corosync does not answer: this node is taken "
					   "for the one that is named like this host\n");
	}
	(void)kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	(void)close(c->fd);
	c->pid = 0;
	c->fd = -1;
	take_self(c);
}

bool cib_corosync_self(struct cib_corosync *c, const char **ret_id, const char **ret_name)
{
	c->asked_self = true;
	wait_for(c);
	if (c->id == NULL)
		return false;
	*ret_id = c->id;
	*ret_name = c->name;
	return true;
}

void cib_corosync_finish(struct cib_corosync *c, struct buf *lines)
{
	wait_for(c);
	buf_adds(lines, buf_str(&c->said) + c->rest);
	if (!buf_ok(&c->said))
		lines->failed = true;
	buf_release(&c->said);
	*c = (struct cib_corosync){.fd = -1};
}
