/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nexthop.c guarantees to find an address wherever a nexthop names one, by the grammar of
 * host_port() in Postfix's util/host_port.c and smtp_connect() in smtp/smtp_connect.c, and to note
 * which client goes where. What is no address is left alone, right or wrong.
 */
#include "mta/postfix/postfix.h"

#include <string.h>

#include "data/array.h"

#define SEPARATORS ", \t\r\n"

struct host {
	struct traced text; /* what a name would replace, with the tag IPv6: */
	struct ipaddr addr; /* family 0: it is a name */
	bool bracketed;
	bool port; /* something follows it */
};

static struct traced skip(struct traced t, size_t n)
{
	return traced_part(t, n, t.len - n);
}

static void parse_address(struct host *h)
{
	struct traced t = h->text;

	if (h->bracketed && text_starts_nocase(traced_span(t), "IPv6:"))
		t = skip(t, strlen("IPv6:"));
	if (t.len == 0 || !ipaddr_parse(t.text, t.len, &h->addr))
		h->addr.family = 0;
}

/* [host] [host]: [host]:port host host: host:port */
static bool parse_host(struct traced t, struct host *ret)
{
	struct host h = {0};
	size_t end;

	if (t.len > 0 && t.text[0] == '[') {
		end = traced_find(t, ']');
		if (end == t.len || (end + 1 < t.len && t.text[end + 1] != ':'))
			return false;
		h.bracketed = true;
		h.port = end + 1 < t.len;
		h.text = traced_part(t, 1, end - 1);
	} else {
		for (end = t.len; end > 0 && t.text[end - 1] != ':'; end--)
			;
		h.port = end > 0;
		h.text = h.port ? traced_part(t, 0, end - 1) : t;
	}
	parse_address(&h);
	*ret = h;
	return h.text.len > 0;
}

static bool is_elsewhere(const struct host *h)
{
	if (h->addr.family == 0)
		return !text_is_loopback_name(traced_span(h->text));
	return !ipaddr_is_loopback(&h->addr) && !ipaddr_is_any(&h->addr);
}

/* A place that was found before, through another parameter or context. */
static const struct seen *find_seen(const struct pf *pf, size_t file, size_t off)
{
	for (size_t i = 0; i < pf->n_seen; i++)
		if (pf->seen[i].file == file && pf->seen[i].off == off)
			return &pf->seen[i];
	return NULL;
}

static void remember(struct pf *pf, size_t file, size_t off, size_t len)
{
	struct seen *seen;

	/* Tables are visited once for each meaning; only these two are come to by many ways. */
	if (file != pf->main_cf && file != pf->master_cf)
		return;
	seen = array_grow(&pf->seen, &pf->n_seen, &pf->cap_seen);
	if (seen == NULL)
		pf->pool.failed = true;
	else
		*seen = (struct seen){file, off, len, pf->scan->n_findings - 1};
}

static void add_kept(struct pf *pf, struct traced t, struct ipaddr addr, const char *what,
		     const char *reason)
{
	size_t file = pf->main_cf, off = 0;
	struct finding *f;

	(void)traced_start(&pf->trace, t, &file, &off);
	if (find_seen(pf, file, off) != NULL)
		return;
	f = scan_add(pf->scan, FIND_KEPT, pf_file(pf, file), off, 0);
	f->addr = addr;
	f->what = what;
	f->reason = reason;
	remember(pf, file, off, 0);
}

static struct finding *add_place(struct pf *pf, enum finding_kind kind, struct traced t,
				 struct ipaddr addr, const char *bracket, const char *what)
{
	const char *close = bracket[0] != '\0' ? "]" : "";
	const struct seen *seen;
	size_t file, off;
	struct finding *f;

	if (!traced_where(&pf->trace, t, &file, &off)) {
		add_kept(pf, t, addr, what, "the address is put together from several places");
		return NULL;
	}
	seen = find_seen(pf, file, off);
	if (seen != NULL) {
		f = &pf->scan->findings[seen->finding];
		if (f->kind == FIND_REMOTE && strcmp(f->before, bracket) != 0) {
			f->kind = FIND_KEPT;
			f->reason =
				"used where a name needs brackets, and where they stand already";
		}
		return NULL;
	}
	f = scan_add(pf->scan, kind, pf_file(pf, file), off, t.len);
	f->addr = addr;
	f->before = bracket;
	f->after = close;
	f->what = what;
	remember(pf, file, off, t.len);
	return f;
}

static void note_use(struct service *s, const struct host *h)
{
	if (s != NULL)
		s->uses |= is_elsewhere(h) ? USE_REMOTE : USE_LOOPBACK;
}

void nexthops_scan(struct pf *pf, struct traced list, const struct setting_place *in)
{
	struct traced word;
	struct host h;

	while (traced_word(&list, SEPARATORS, false, &word)) {
		if (!parse_host(word, &h))
			continue;
		note_use(in->service, &h);
		if (h.addr.family != 0 && is_elsewhere(&h))
			(void)add_place(pf, FIND_REMOTE, h.text, h.addr,
					h.bracketed || in->plain ? "" : "[", in->what);
	}
}

void nexthops_use(struct traced list, struct service *s)
{
	struct traced word;
	struct host h;

	while (traced_word(&list, SEPARATORS, false, &word))
		if (parse_host(word, &h))
			note_use(s, &h);
}

void host_scan(struct pf *pf, struct traced host, const char *what)
{
	struct host h = {.text = host};

	parse_address(&h);
	if (h.addr.family != 0 && is_elsewhere(&h))
		(void)add_place(pf, FIND_REMOTE, h.text, h.addr, "", what);
}

/* A nexthop for a service that is no client of ours: say that the address stays. */
static void keep_all(struct pf *pf, struct traced list, const char *what, const char *reason)
{
	struct traced word;
	struct host h;

	while (traced_word(&list, SEPARATORS, false, &word))
		if (parse_host(word, &h) && h.addr.family != 0 && is_elsewhere(&h))
			add_kept(pf, h.text, h.addr, what, reason);
}

static bool takes_no_host(const struct service *s)
{
	return text_equal(s->command, "error") || text_equal(s->command, "discard") ||
	       text_equal(s->command, "local") || text_equal(s->command, "virtual");
}

void transport_scan(struct pf *pf, struct traced value, const char *what)
{
	size_t colon = traced_find(value, ':');
	struct traced name = traced_part(value, 0, colon);
	struct traced next = colon < value.len ? skip(value, colon + 1) : skip(value, colon);
	struct setting_place in = {.what = what};

	if (name.len > 0) {
		in.service = service_find(pf, traced_span(name));
		if (in.service == NULL) {
			keep_all(pf, next, what, "master.cf has no service for its transport");
			return;
		}
		if (!service_is_client(in.service)) {
			if (!takes_no_host(in.service))
				keep_all(pf, next, what, "its transport is no smtp or lmtp client");
			return;
		}
		if (traced_trim(next).len == 0)
			in.service->uses |= USE_REMOTE;
		in.plain = service_is_lmtp(in.service);
	}
	if (in.plain && next.len >= 5 && memcmp(next.text, "unix:", 5) == 0)
		return;
	if (in.plain && next.len >= 5 && memcmp(next.text, "inet:", 5) == 0)
		next = skip(next, 5);
	nexthops_scan(pf, next, &in);
}

void result_scan(struct pf *pf, struct traced value, const struct map *m)
{
	struct setting_place in = {.what = m->what};
	struct traced word, rest = value;

	switch (m->kind) {
	case TABLE_TRANSPORT:
		transport_scan(pf, value, m->what);
		break;
	case TABLE_NEXTHOP:
		if (!text_equal_nocase(traced_span(value), "DUNNO"))
			nexthops_scan(pf, value, &in);
		break;
	case TABLE_FILTER:
		if (traced_word(&rest, " \t", false, &word) &&
		    text_equal_nocase(traced_span(word), "FILTER"))
			transport_scan(pf, traced_trim(rest), m->what);
		break;
	case TABLE_PASSWORD:
	case TABLE_POLICY:
	case TABLE_SITE:
		break;
	}
}

void key_scan(struct pf *pf, struct traced key, const struct map *m, struct span line,
	      const char *join)
{
	struct host h = {.text = key};
	struct finding *f;
	const char *bracket = "";
	size_t file, off;

	parse_address(&h);
	if (h.addr.family == 0 || m->kind == TABLE_POLICY) {
		if (!parse_host(key, &h))
			return;
		bracket = h.bracketed || m->lmtp ? "" : "[";
	}
	if (h.addr.family == 0 || !is_elsewhere(&h))
		return;
	if (line.at == NULL || !traced_where(&pf->trace, h.text, &file, &off)) {
		add_kept(pf, h.text, h.addr, m->what,
			 "its entry is put together from several places");
		if (!m->idle)
			pf->lost_keys = m->what;
		return;
	}
	f = add_place(pf, FIND_KEY, h.text, h.addr, bracket, m->what);
	if (f != NULL) {
		f->join = join;
		f->line_off = (size_t)(line.at - pf_file(pf, file)->bytes.at);
		f->line_len = line.len;
	}
}
