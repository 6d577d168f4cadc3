/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns.c guarantees that only an answer which says so is a negative one. For that it asks with
 * ares_query(3): c-ares' gethostby… calls report a time-out as "not found" once the last of their
 * sources has been tried.
 *
 * It does not check DNSSEC and does not follow the search list.
 */
#include "effects/dns.h"

#include <arpa/nameser.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ares.h>

#include "data/array.h"
#include "effects/dns_answer.h"

struct dns {
	ares_channel channel; /* asks servers; NULL: none to be had */
	ares_channel hosts;   /* reads the hosts file; NULL: not wanted or not to be had */
	enum resolve_order order;
	size_t open;
	struct pollfd *fds; /* what c-ares wants watched */
	size_t n_fds, cap_fds;
	bool lost; /* memory ran out for fds: nothing can be watched any more */
};

/* One question on its way. */
struct asked {
	struct dns *dns;
	struct dns_reply reply;
	struct ipaddr addr; /* of a PTR question */
	int family;	    /* 4, 6; 0: PTR */
	char host[RESOLVE_NAME_MAX];
};

/* --- what c-ares wants watched ------------------------------------------------------------------
 */

static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
	struct dns *d = data;
	short events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
	struct pollfd *slot = NULL;

	for (size_t i = 0; i < d->n_fds && slot == NULL; i++)
		if (d->fds[i].fd == fd)
			slot = &d->fds[i];
	if (events == 0) {
		if (slot != NULL)
			*slot = d->fds[--d->n_fds];
		return;
	}
	if (slot == NULL)
		slot = array_grow(&d->fds, &d->n_fds, &d->cap_fds);
	if (slot == NULL)
		d->lost = true;
	else
		*slot = (struct pollfd){.fd = fd, .events = events};
}

void dns_wait(struct dns *d, const struct deadline *until)
{
	struct timeval most = {0}, left, *next;
	int ms = deadline_left_ms(until);
	size_t n = d->n_fds;
	struct pollfd *ready;

	if (d->channel == NULL)
		return;
	most.tv_sec = ms / 1000;
	most.tv_usec = ms % 1000 * 1000;
	next = ares_timeout(d->channel, &most, &left);
	ms = (int)(next->tv_sec * 1000 + (next->tv_usec + 999) / 1000);
	/* c-ares changes fds while it works, so it is given a copy's events */
	ready = n > 0 ? malloc(n * sizeof(*ready)) : NULL;
	if (d->lost || (n > 0 && ready == NULL)) {
		dns_cancel(d);
		free(ready);
		return;
	}
	if (n > 0)
		memcpy(ready, d->fds, n * sizeof(*ready));
	if (poll(ready, n, ms) > 0)
		for (size_t i = 0; i < n; i++) {
			short r = ready[i].revents;
			bool failed = (r & (POLLERR | POLLHUP | POLLNVAL)) != 0;
			bool in = (r & POLLIN) != 0 || (failed && (ready[i].events & POLLIN) != 0);
			bool out =
				(r & POLLOUT) != 0 || (failed && (ready[i].events & POLLOUT) != 0);

			ares_process_fd(d->channel, in ? ready[i].fd : ARES_SOCKET_BAD,
					out ? ready[i].fd : ARES_SOCKET_BAD);
		}
	ares_process_fd(d->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD); /* time-outs */
	free(ready);
}

/* --- life ---------------------------------------------------------------------------------------
 */

struct dns *dns_new(enum resolve_order order)
{
	char from_file[] = "f";
	struct ares_options servers = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.timeout = DNS_TRY_MS,
		.tries = DNS_TRIES,
		.sock_state_cb = on_socket,
	};
	struct ares_options file = {.lookups = from_file};
	struct dns *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->order = order;
	servers.sock_state_cb_data = d;
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
		free(d);
		return NULL;
	}
	if (ares_init_options(&d->channel, &servers,
			      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
				      ARES_OPT_ROTATE | ARES_OPT_SOCK_STATE_CB) != ARES_SUCCESS)
		d->channel = NULL;
	if (order != RESOLVE_DNS &&
	    ares_init_options(&d->hosts, &file, ARES_OPT_LOOKUPS) != ARES_SUCCESS)
		d->hosts = NULL;
	return d;
}

void dns_free(struct dns *d)
{
	if (d == NULL)
		return;
	if (d->channel != NULL)
		ares_destroy(d->channel);
	if (d->hosts != NULL)
		ares_destroy(d->hosts);
	ares_library_cleanup();
	free(d->fds);
	free(d);
}

size_t dns_open(const struct dns *d)
{
	return d->open;
}

void dns_cancel(struct dns *d)
{
	if (d->channel != NULL)
		ares_cancel(d->channel);
}

/* --- answers ------------------------------------------------------------------------------------
 */

/* Tell whoever asked. Frees q. */
static void tell(struct asked *q, enum lookup_state state, const struct dns_answer *a)
{
	struct dns_reply reply = q->reply;
	int family = q->family;

	q->dns->open--;
	free(q);
	reply.done(reply.arg, family, state, a);
}

/* What the hosts file says. True, and told, if it has anything. */
static bool told_by_hosts(struct asked *q)
{
	struct dns_answer a = {0};

	if (q->dns->hosts == NULL)
		return false;
	if (q->family == 0)
		dns_hosts_ptr(q->dns->hosts, &q->addr, &a);
	else
		dns_hosts_addresses(q->dns->hosts, q->host, q->family, &a);
	if (a.n_names == 0 && a.n_addrs == 0)
		return false;
	tell(q, LOOKUP_OK, &a);
	return true;
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *bytes, int len)
{
	struct asked *q = arg;
	struct dns_answer a = {0};
	enum lookup_state state;

	(void)timeouts;
	if (status == ARES_SUCCESS)
		status = q->family == 0 ? dns_parse_ptr(bytes, len, &q->addr, &a)
					: dns_parse_addresses(bytes, len, q->family, &a);
	state = dns_state(status);
	a.trouble = dns_trouble(status);
	if (state != LOOKUP_NEGATIVE || q->dns->order != RESOLVE_DNS_HOSTS || !told_by_hosts(q))
		tell(q, state, &a);
}

/* --- questions ----------------------------------------------------------------------------------
 */

/* The name under which the PTR stands: RFC 1035 section 3.5, RFC 3596 section 2.5. */
static void reverse_name(const struct ipaddr *a, char *out, size_t size)
{
	size_t n = 0;

	if (a->family == 4) {
		(void)snprintf(out, size, "%u.%u.%u.%u.in-addr.arpa", a->bytes[3], a->bytes[2],
			       a->bytes[1], a->bytes[0]);
		return;
	}
	for (int i = 15; i >= 0; i--)
		n += (size_t)snprintf(out + n, size - n, "%x.%x.", a->bytes[i] & 15,
				      a->bytes[i] >> 4);
	(void)snprintf(out + n, size - n, "ip6.arpa");
}

static void ask(struct dns *d, struct asked *q, int type, struct dns_reply reply)
{
	static const struct dns_answer nothing;

	if (q == NULL) { /* no memory: as good as no answer */
		reply.done(reply.arg, type == ns_t_ptr ? 0 : (type == ns_t_a ? 4 : 6),
			   LOOKUP_TEMPORARY, &nothing);
		return;
	}
	q->dns = d;
	q->reply = reply;
	d->open++;
	if (d->order == RESOLVE_HOSTS_DNS && told_by_hosts(q))
		return;
	if (d->channel == NULL)
		tell(q, LOOKUP_TEMPORARY, &nothing);
	else
		ares_query(d->channel, q->host, ns_c_in, type, on_answer, q);
}

void dns_ptr(struct dns *d, const struct ipaddr *addr, struct dns_reply reply)
{
	struct asked *q = calloc(1, sizeof(*q));

	if (q != NULL) {
		q->addr = *addr;
		reverse_name(addr, q->host, sizeof(q->host));
	}
	ask(d, q, ns_t_ptr, reply);
}

void dns_addresses(struct dns *d, const char *host, int family, struct dns_reply reply)
{
	struct asked *q = calloc(1, sizeof(*q));

	if (q != NULL) {
		q->family = family;
		(void)snprintf(q->host, sizeof(q->host), "%s", host);
	}
	ask(d, q, family == 4 ? ns_t_a : ns_t_aaaa, reply);
}
