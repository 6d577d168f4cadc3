/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_tpkt: the other side of a transport connection (pure/tpkt.h).
 *
 * First byte of the input: bit 0: we send selectors; bit 1: we are slow to send; the rest: how many
 * bytes come at once. The other bytes are what the peer says, then it closes.
 */
#include "fuzz.h"

#include "pure/tpkt.h"

struct talk {
	struct tpkt tpkt;
	enum tpkt_verdict verdict; /* as it was first known */
	char reply[TPKT_REPLY_MAX];
};

/* What holds after each step. */
static void look(struct talk *t)
{
	PROMISE(fuzz_is_line(t->tpkt.reply));
	if (t->verdict == TPKT_OPEN) {
		t->verdict = t->tpkt.verdict;
		memcpy(t->reply, t->tpkt.reply, sizeof(t->reply));
	}
	PROMISE(t->tpkt.verdict == t->verdict);
	PROMISE(strcmp(t->tpkt.reply, t->reply) == 0);
	PROMISE(tpkt_done(&t->tpkt) == (t->verdict != TPKT_OPEN));
	PROMISE(!tpkt_done(&t->tpkt) || tpkt_output(&t->tpkt).len == 0);
}

/* A confirmation is believed only if these bytes are at these places. */
static bool confirms(const uint8_t *in, size_t len)
{
	return len >= 11 && in[0] == 3 && in[4] >= 6 && (in[5] & 0xf0) == 0xd0 && in[6] == 0x12 &&
	       in[7] == 0x34 && in[10] >> 4 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct tpkt_want want = {{"", 0}, {"", 0}, 0x1234};
	struct talk t = {.verdict = TPKT_OPEN};
	struct span out;
	size_t step;

	if (len == 0)
		return 0;
	if ((bytes[0] & 1) != 0)
		want.called = want.calling = (struct span){"591", 3};
	tpkt_init(&t.tpkt, &want);
	out = tpkt_output(&t.tpkt);
	PROMISE(out.len == ((bytes[0] & 1) != 0 ? 24 : 14) && out.at[3] == (char)out.len);
	if ((bytes[0] & 2) == 0)
		tpkt_sent(&t.tpkt, out.len);
	step = (size_t)(bytes[0] >> 2) + 1;
	look(&t);
	for (size_t at = 1; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;
		char *piece = malloc(n); /* of its exact size: reading past it is found */

		PROMISE(piece != NULL);
		memcpy(piece, bytes + at, n);
		tpkt_feed(&t.tpkt, (struct span){piece, n});
		free(piece);
		look(&t);
	}
	tpkt_closed(&t.tpkt);
	look(&t);
	PROMISE(tpkt_done(&t.tpkt) && t.reply[0] != '\0');
	PROMISE(t.verdict != TPKT_ANSWERS || confirms(bytes + 1, len - 1));
	return 0;
}
