/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_names: the names file and the saved map (pure/names.h).
 */
#include "fuzz.h"

#include "data/buf.h"
#include "pure/names.h"

static void check_items(const struct names *n, enum name_origin origin)
{
	for (size_t i = 0; i < n->n; i++) {
		const struct name *e = &n->items[i];

		PROMISE(e->origin == origin);
		PROMISE(e->pinned == (origin == NAME_PINNED));
		PROMISE(e->host != NULL && text_is_fqdn((struct span){e->host, strlen(e->host)}));
		PROMISE(!ipaddr_is_loopback(&e->addr) && !ipaddr_is_any(&e->addr));
		PROMISE(i == 0 || ipaddr_compare(&n->items[i - 1].addr, &e->addr) < 0);
		PROMISE(names_find(n, &e->addr) == e);
	}
}

/* The same name is pinned to another address too. */
static bool is_shared(const struct names *n, size_t k)
{
	for (size_t i = 0; i < n->n; i++)
		if (i != k && n->items[i].pinned &&
		    strcasecmp(n->items[i].pin, n->items[k].pin) == 0)
			return true;
	return false;
}

/* Judging a pin with nothing asked gives the pin back, or says why not: a name of two addresses
 * stands for neither. */
static void judge_all(struct names *n, const struct names *saved)
{
	struct diag diag;

	for (size_t i = 0; i < n->n; i++) {
		struct evidence e = {.addr = n->items[i].addr};

		PROMISE(names_judge(n, &e, NAMES_PROVEN, NULL, 0, saved, &diag) == 0);
		PROMISE(n->items[i].origin == (is_shared(n, i) ? NAME_NONE : NAME_PINNED));
		e.reverse = LOOKUP_TEMPORARY;
		n->items[i].pinned = false;
		PROMISE(names_judge(n, &e, NAMES_PROVEN, NULL, 0, saved, &diag) == 0);
		PROMISE(n->items[i].origin == NAME_SAVED);
		PROMISE(fuzz_is_line(n->items[i].reason));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct span text = {(const char *)bytes, len};
	struct names pins, saved, again;
	struct buf out = BUF_INIT;
	struct diag diag = {0};

	names_init(&pins);
	names_init(&saved);
	names_init(&again);
	if (names_parse(&pins, text, "/names", &diag) < 0) {
		PROMISE(fuzz_is_failure(&diag, EX_INSTALLED));
		PROMISE(pins.n == 0);
		PROMISE(names_parse_saved(&saved, text, &diag) < 0);
		PROMISE(fuzz_is_failure(&diag, EX_FAILED));
	} else {
		check_items(&pins, NAME_PINNED);
		names_save(&pins, &out);
		PROMISE(buf_ok(&out) && out.data[0] == '#' && strchr(out.data, '\n')[1] == '\0');
		PROMISE(names_parse_saved(&saved, text, &diag) == 0);
		check_items(&saved, NAME_SAVED);
		PROMISE(saved.n == pins.n);
		buf_clear(&out);
		names_save(&saved, &out);
		PROMISE(names_parse_saved(&again, (struct span){out.data, out.len}, &diag) == 0);
		PROMISE(again.n == saved.n);
		for (size_t i = 0; i < saved.n; i++)
			PROMISE(strcmp(again.items[i].host, saved.items[i].host) == 0);
		judge_all(&pins, &saved);
	}
	buf_release(&out);
	names_release(&pins);
	names_release(&saved);
	names_release(&again);
	return 0;
}
