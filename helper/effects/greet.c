/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * greet.c guarantees that it never blocks outside poll(2), that by SMTP no byte is sent before
 * the other side has finished speaking, and that the connection leaves from the given source or not
 * at all.
 */
#include "effects/greet.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t fill(union address *ret, const struct ipaddr *a, uint16_t port)
{
	memset(ret, 0, sizeof(*ret));
	if (a->family == 4) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons(port);
		memcpy(&ret->v4.sin_addr, a->bytes, 4);
		return sizeof(ret->v4);
	}
	ret->v6.sin6_family = AF_INET6;
	ret->v6.sin6_port = htons(port);
	memcpy(&ret->v6.sin6_addr, a->bytes, 16);
	return sizeof(ret->v6);
}

static int since_ms(const struct timespec *began)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int)((now.tv_sec - began->tv_sec) * 1000 +
		     (now.tv_nsec - began->tv_nsec) / 1000000);
}

static void decide(struct greeting *g, enum greet_end end, int error, const char *text)
{
	if (g->decided)
		return;
	g->decided = true;
	g->result.end = end;
	g->result.error = error;
	g->result.ms = since_ms(&g->began);
	(void)snprintf(g->result.text, sizeof(g->result.text), "%s", text);
}

static void close_fd(struct greeting *g)
{
	if (g->fd >= 0)
		(void)close(g->fd);
	g->fd = -1;
	g->events = 0;
}

static void failed(struct greeting *g, enum greet_end end, int error)
{
	decide(g, end, error, strerror(error));
	close_fd(g);
}

void greeting_end(struct greeting *g)
{
	decide(g, GREET_NO_ANSWER, ETIMEDOUT,
	       g->result.connected ? "connected, but nothing was said in time"
				   : "no connection in time");
	close_fd(g);
}

int greeting_start(struct greeting *g, const struct greet *want, struct diag *ret_diag)
{
	int af = want->addr.family == 4 ? AF_INET : AF_INET6;
	int one = 1;
	union address to, from;
	socklen_t len;

	memset(g, 0, sizeof(*g));
	(void)clock_gettime(CLOCK_MONOTONIC, &g->began);
	if (want->rfc1006 != NULL)
		talk_tpkt(&g->talk, want->rfc1006);
	else
		talk_smtp(&g->talk, want->ehlo);
	g->fd = socket(af, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (g->fd < 0 && errno == EAFNOSUPPORT) {
		failed(g, GREET_NO_CONNECT, errno);
		return 0;
	}
	if (g->fd < 0)
		return diag_set(ret_diag, EX_FAILED, "cannot open a socket: %s", strerror(errno));
	g->events = POLLOUT;
	if (want->source.family != 0) {
		/* the port is chosen at connect, among all that are free for that destination */
		(void)setsockopt(g->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
		len = fill(&from, &want->source, 0);
		if (bind(g->fd, &from.any, len) < 0) {
			failed(g, GREET_NO_SOURCE, errno);
			return 0;
		}
	}
	len = fill(&to, &want->addr, want->port);
	if (connect(g->fd, &to.any, len) < 0 && errno != EINPROGRESS)
		failed(g, GREET_NO_CONNECT, errno);
	return 0;
}

/* True when the connection stands. */
static bool connected(struct greeting *g)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (g->result.connected)
		return true;
	if (getsockopt(g->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error != 0) {
		failed(g, GREET_NO_CONNECT, error);
		return false;
	}
	g->result.connected = true;
	return true;
}

/* Read once. False when there is nothing for now. */
static bool hear(struct greeting *g)
{
	char bytes[4096];
	ssize_t n = recv(g->fd, bytes, sizeof(bytes), 0);

	if (n > 0) {
		talk_feed(&g->talk, (struct span){bytes, (size_t)n});
		return true;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < 0)
		decide(g, GREET_BROKEN, errno, strerror(errno));
	talk_closed(&g->talk);
	return true;
}

static void speak(struct greeting *g)
{
	struct span out = talk_output(&g->talk);
	ssize_t n;

	if (out.len == 0)
		return;
	n = send(g->fd, out.at, out.len, MSG_NOSIGNAL);
	if (n > 0)
		talk_sent(&g->talk, (size_t)n);
	else if (errno != EAGAIN && errno != EINTR)
		talk_closed(&g->talk);
}

bool greeting_step(struct greeting *g)
{
	static const enum greet_end ends[] = {
		[TALK_READY] = GREET_READY,
		[TALK_LATER] = GREET_LATER,
		[TALK_REFUSED] = GREET_REFUSED,
		[TALK_BROKEN] = GREET_BROKEN,
	};

	if (g->fd < 0 || !connected(g))
		return true;
	while (!talk_done(&g->talk) && hear(g))
		continue;
	speak(g);
	if (talk_verdict(&g->talk) != TALK_OPEN)
		decide(g, ends[talk_verdict(&g->talk)], 0, talk_reply(&g->talk));
	if (talk_done(&g->talk)) {
		close_fd(g);
		return true;
	}
	g->events = POLLIN;
	if (talk_output(&g->talk).len > 0)
		g->events |= POLLOUT;
	return false;
}

int greet_once(const struct greet *want, const struct deadline *d, struct greet_result *ret_result,
	       struct diag *ret_diag)
{
	struct deadline until = *d;
	struct greeting g;
	bool polite = false;

	if (greeting_start(&g, want, ret_diag) < 0)
		return -1;
	while (g.fd >= 0) {
		struct pollfd p = {.fd = g.fd, .events = g.events};
		int left = deadline_left_ms(&until);
		int n = poll(&p, 1, left);

		if (n > 0 && greeting_step(&g))
			break;
		if ((n == 0 && left == 0) || (n < 0 && errno != EINTR))
			break;
		if (g.decided && !polite) {
			until = deadline_within(&until, GREET_COURTESY_MS);
			polite = true;
		}
	}
	greeting_end(&g);
	*ret_result = g.result;
	return 0;
}

int greet_wait(const struct greet *want, const struct deadline *d, struct greet_result *ret_result,
	       struct diag *ret_diag)
{
	char text[IPADDR_STRLEN];
	long pause = 20;

	for (;;) {
		struct deadline attempt = deadline_within(d, GREET_ATTEMPT_MS);

		if (greet_once(want, &attempt, ret_result, ret_diag) < 0)
			return -1;
		if (ret_result->end == GREET_READY)
			return 0;
		if (deadline_passed(d))
			return diag_set(ret_diag, EX_FAILED, "cannot reach %s port %u by SMTP: %s",
					ipaddr_format(&want->addr, text), want->port,
					ret_result->text);
		deadline_nap(d, pause);
		pause = pause < 250 ? pause * 2 : 500;
	}
}
