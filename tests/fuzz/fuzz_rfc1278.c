/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_rfc1278: presentation addresses (mta/x400/rfc1278.h). The input is the text.
 */
#include "fuzz.h"

#include "mta/x400/rfc1278.h"

/* The pieces put together again in the order of the grammar. */
static size_t put(char *out, size_t at, struct span piece, const char *after)
{
	memcpy(out + at, piece.at, piece.len);
	at += piece.len;
	memcpy(out + at, after, strlen(after));
	return at + strlen(after);
}

static bool inside(struct span part, struct span whole)
{
	return part.len == 0 || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len);
}

static void check_selector(const struct rfc1278_selector *s)
{
	uint8_t octets[RFC1278_SELECTOR_MAX];
	size_t n = 1000;

	PROMISE(rfc1278_same(s, s));
	if (rfc1278_octets(s, octets, &n))
		PROMISE(n <= RFC1278_SELECTOR_MAX);
	else
		PROMISE(n == 1000);
}

static void check_net(const struct rfc1278_net *n, struct span text)
{
	PROMISE(n->raw.len > 0 && inside(n->raw, text));
	PROMISE(inside(n->host, n->raw) && inside(n->port, n->raw) && inside(n->tset, n->raw));
	PROMISE(rfc1278_port(n) != 0);
	if (rfc1278_over_tcp(n))
		PROMISE(n->host.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1), *again = malloc(2 * len + 16); /* text: of its exact size */
	struct span all = {text + 1, len};
	const char *reason = NULL;
	struct rfc1278 r;
	size_t at = 0;

	PROMISE(text != NULL && again != NULL);
	memcpy(text + 1, bytes, len);
	if (!rfc1278_parse(all, &r, &reason)) {
		PROMISE(reason != NULL && reason[0] != '\0' && fuzz_is_line(reason));
	} else {
		const struct rfc1278_selector *sels[] = {&r.p, &r.s, &r.t};

		for (size_t i = 0; i < 3; i++) {
			check_selector(sels[i]);
			if (sels[i]->spelling != RFC1278_ABSENT)
				at = put(again, at, sels[i]->raw, "/");
		}
		PROMISE(r.n_nets >= 1 && r.n_nets <= RFC1278_NETS_MAX);
		for (size_t i = 0; i < r.n_nets; i++) {
			char sep[2] = "";

			check_net(&r.nets[i], all);
			if (i + 1 < r.n_nets)
				sep[0] = r.nets[i].raw.at[r.nets[i].raw.len];
			at = put(again, at, r.nets[i].raw, sep);
		}
		PROMISE(at == len && memcmp(again, bytes, len) == 0);
	}
	free(text);
	free(again);
	return 0;
}
