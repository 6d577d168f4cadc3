/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.c guarantees that an address gets a name only by the rule in names.h, and otherwise a
 * reason. It asks nobody: what DNS says is handed in, and it is believed to be what DNS said.
 */
#include "pure/names.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/array.h"
#include "data/buf.h"

void names_init(struct names *n)
{
	*n = (struct names){.pool = POOL_INIT};
}

void names_release(struct names *n)
{
	free(n->items);
	pool_release(&n->pool);
	names_init(n);
}

/* Where addr is or belongs. */
static size_t position(const struct names *n, const struct ipaddr *addr)
{
	size_t low = 0, high = n->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (ipaddr_compare(&n->items[mid].addr, addr) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct name *names_find(const struct names *n, const struct ipaddr *addr)
{
	size_t at = position(n, addr);

	return at < n->n && ipaddr_equal(&n->items[at].addr, addr) ? &n->items[at] : NULL;
}

struct name *names_entry(struct names *n, const struct ipaddr *addr)
{
	size_t at = position(n, addr);

	if (at < n->n && ipaddr_equal(&n->items[at].addr, addr))
		return &n->items[at];
	if (array_grow(&n->items, &n->n, &n->cap) == NULL)
		return NULL;
	memmove(&n->items[at + 1], &n->items[at], (n->n - 1 - at) * sizeof(*n->items));
	n->items[at] = (struct name){.addr = *addr};
	return &n->items[at];
}

/* --- reading ------------------------------------------------------------------------------------
 */

struct pin {
	struct ipaddr addr;
	struct span host;
	unsigned line;
};

struct pins {
	struct pin *items;
	size_t n, cap;
};

static bool equal_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (text_lower(a.at[i]) != text_lower(b.at[i]))
			return false;
	return true;
}

static int compare_pins(const void *a, const void *b)
{
	const struct pin *x = a, *y = b;
	int order = ipaddr_compare(&x->addr, &y->addr);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* The next word of *rest, which loses it; empty at the end. */
static struct span word(struct span *rest)
{
	struct span w = text_trim(*rest);
	size_t len = 0;

	while (len < w.len && !text_is_blank(w.at[len]))
		len++;
	*rest = (struct span){w.at + len, w.len - len};
	w.len = len;
	return w;
}

/* Addresses that are nobody's, or everybody's. */
static bool is_no_host(const struct ipaddr *a)
{
	static const uint8_t broadcast[4] = {255, 255, 255, 255};

	if (ipaddr_is_loopback(a) || ipaddr_is_any(a))
		return true;
	if (a->family == 4)
		return (a->bytes[0] & 0xf0) == 0xe0 || memcmp(a->bytes, broadcast, 4) == 0;
	return a->bytes[0] == 0xff;
}

static bool is_local_name(struct span s)
{
	static const char suffix[] = ".localhost";
	const size_t len = sizeof(suffix) - 1;

	if (s.len > len && text_equal_nocase((struct span){s.at + s.len - len, len}, suffix))
		return true;
	return text_equal_nocase(s, "localhost") || text_starts_nocase(s, "localhost.") ||
	       text_starts_nocase(s, "ip6-");
}

static int shown(struct span s)
{
	return s.len > 200 ? 200 : (int)s.len;
}

/* One line. 1: *ret_pin is filled; 0: nothing in it for us; -1. */
static int read_line(struct span line, unsigned number, const char *path, enum exit_code code,
		     struct pin *ret_pin, struct diag *ret_diag)
{
	const char *hash = line.len > 0 ? memchr(line.at, '#', line.len) : NULL;
	struct pin pin = {.line = number};
	struct span address;

	if (hash != NULL)
		line.len = (size_t)(hash - line.at);
	address = word(&line);
	pin.host = word(&line);
	if (address.len == 0 || is_local_name(pin.host))
		return 0;
	if (!ipaddr_parse(address.at, address.len, &pin.addr))
		return diag_set(ret_diag, code, "cannot read %s: line %u: %.*s is no IP address",
				path, number, shown(address), address.at);
	if (is_no_host(&pin.addr))
		return 0;
	if (pin.host.len == 0)
		return diag_set(ret_diag, code, "cannot read %s: line %u: no name for %.*s", path,
				number, shown(address), address.at);
	if (!text_is_fqdn(pin.host))
		return diag_set(ret_diag, code,
				"cannot read %s: line %u: %.*s is no full host name "
				"(like mx.example.com)",
				path, number, shown(pin.host), pin.host.at);
	*ret_pin = pin;
	return 1;
}

static int read_pins(struct pins *pins, struct span bytes, const char *path, enum exit_code code,
		     struct diag *ret_diag)
{
	struct span line;
	unsigned number = 0;

	for (size_t at = 0; text_line(bytes, at, &line, &at);) {
		struct pin pin, *slot;
		int got;

		number++;
		if (memchr(line.at, '\0', line.len) != NULL)
			return diag_set(ret_diag, code,
					"cannot read %s: line %u: it is damaged, there are NUL "
					"bytes in it",
					path, number);
		got = read_line(line, number, path, code, &pin, ret_diag);
		if (got < 0)
			return -1;
		if (got == 0)
			continue;
		slot = array_grow(&pins->items, &pins->n, &pins->cap);
		if (slot == NULL)
			return diag_oom(ret_diag);
		*slot = pin;
	}
	if (pins->n > 1)
		qsort(pins->items, pins->n, sizeof(*pins->items), compare_pins);
	return 0;
}

/* No address may have two names, neither here nor with what n has already. */
static int check_pins(const struct names *n, const struct pins *pins, const char *path,
		      enum exit_code code, struct diag *ret_diag)
{
	for (size_t i = 0; i < pins->n; i++) {
		const struct pin *p = &pins->items[i];
		const struct name *known = names_find(n, &p->addr);
		const char *before = known == NULL   ? NULL
				     : known->pinned ? known->pin
						     : known->host;
		struct span other = p->host;
		char text[IPADDR_STRLEN];

		if (i > 0 && ipaddr_equal(&p[-1].addr, &p->addr))
			other = p[-1].host;
		else if (before != NULL)
			other = (struct span){before, strlen(before)};
		if (!equal_nocase(other, p->host))
			return diag_set(ret_diag, code,
					"cannot read %s: line %u: %s is named %.*s here and %.*s "
					"before",
					path, p->line, ipaddr_format(&p->addr, text),
					(int)p->host.len, p->host.at, (int)other.len, other.at);
	}
	return 0;
}

static int read_map(struct names *n, struct span bytes, const char *path, enum exit_code code,
		    enum name_origin origin, struct diag *ret_diag)
{
	struct pins pins = {0};
	int done = read_pins(&pins, bytes, path, code, ret_diag);

	if (done == 0)
		done = check_pins(n, &pins, path, code, ret_diag);
	for (size_t i = 0; done == 0 && i < pins.n; i++) {
		const struct pin *p = &pins.items[i];
		struct name *e = names_entry(n, &p->addr);

		if (e == NULL) {
			done = diag_oom(ret_diag);
			break;
		}
		if (e->host == NULL)
			e->host = pool_dup(&n->pool, p->host.at, p->host.len);
		e->origin = origin;
		e->pinned = origin == NAME_PINNED;
		e->pin = e->pinned ? e->host : NULL;
	}
	free(pins.items);
	if (done == 0 && !pool_ok(&n->pool))
		done = diag_oom(ret_diag);
	return done;
}

static int compare_pin_names(const void *a, const void *b)
{
	const struct name *const *x = a, *const *y = b;

	return strcasecmp((*x)->pin, (*y)->pin);
}

/* One look at all of them, so that judging an address need not look at the others. */
static int mark_shared_pins(struct names *n)
{
	struct name **pinned = calloc(n->n + 1, sizeof(*pinned));
	size_t count = 0;

	if (pinned == NULL)
		return -1;
	for (size_t i = 0; i < n->n; i++)
		if (n->items[i].pinned)
			pinned[count++] = &n->items[i];
	qsort(pinned, count, sizeof(*pinned), compare_pin_names);
	for (size_t i = 1; i < count; i++)
		if (strcasecmp(pinned[i - 1]->pin, pinned[i]->pin) == 0)
			pinned[i - 1]->pin_shared = pinned[i]->pin_shared = true;
	free(pinned);
	return 0;
}

int names_parse(struct names *n, struct span bytes, const char *path, struct diag *ret_diag)
{
	if (read_map(n, bytes, path, EX_INSTALLED, NAME_PINNED, ret_diag) < 0)
		return -1;
	return mark_shared_pins(n) < 0 ? diag_oom(ret_diag) : 0;
}

int names_parse_saved(struct names *saved, struct span bytes, struct diag *ret_diag)
{
	return read_map(saved, bytes, "the saved names", EX_FAILED, NAME_SAVED, ret_diag);
}

void names_save(const struct names *n, struct buf *out)
{
	char text[IPADDR_STRLEN];

	buf_adds(out,
		 "# Names that DNS has confirmed. Written by mta-stack, used when DNS fails.\n");
	for (size_t i = 0; i < n->n; i++) {
		const struct name *e = &n->items[i];

		if (e->origin == NAME_PROVEN || e->origin == NAME_SAVED)
			buf_addf(out, "%s\t%s\n", ipaddr_format(&e->addr, text), e->host);
	}
}
