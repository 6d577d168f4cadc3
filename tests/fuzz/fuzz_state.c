/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_state: what is read back from state.json and journal.json (effects/state.h). The input is
 * the file.
 *
 * Links: helper/effects/state.c helper/effects/statejson.c helper/effects/attrs.c -ljansson
 */
#include "fuzz.h"

#include "effects/state.h"

static bool is_plain(const char *name)
{
	return name == NULL || (name[0] != '\0' && strchr(name, '/') == NULL);
}

/* What everybody who acts on a state relies on. */
static void check(const struct state *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct record *r = &s->records[i];

		PROMISE(r->path != NULL && r->real != NULL);
		PROMISE(is_plain(r->original) && is_plain(r->edits) && is_plain(r->content) &&
			is_plain(r->temp));
		PROMISE(r->edits == NULL || r->original != NULL);
		PROMISE(r->argv == NULL || r->argv[0] != NULL);
		PROMISE((r->attrs.mode & ~07777U) == 0);
		PROMISE(strcmp(state_find(s, r->real)->real, r->real) == 0);
	}
	for (size_t i = 0; i < s->n_undos; i++)
		PROMISE(s->undos[i].real != NULL && is_plain(s->undos[i].temp));
	PROMISE(s->stack.port >= 0 && s->stack.port <= UINT16_MAX);
	PROMISE(s->stack.named <= s->stack.remotes);
	PROMISE(s->stack.rebuild == NULL || s->stack.rebuild[0] != NULL);
}

/* Written, read and written again: the same bytes. */
static void check_round_trip(const struct state *s)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct diag diag = {EX_OK, ""};
	struct state again;

	state_init(&again);
	PROMISE(state_format(s, &once, &diag) == 0);
	PROMISE(state_parse(&again, (struct span){once.data, once.len}, "again", &diag) == 0);
	check(&again);
	PROMISE(state_format(&again, &twice, &diag) == 0);
	PROMISE(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
	for (size_t i = 0; i < s->n; i++)
		PROMISE(state_add_copy(&again, &s->records[i]) != NULL);
	state_release(&again);
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct diag diag = {EX_OK, ""};
	struct state s;

	state_init(&s);
	s.generation = 77;
	if (state_parse(&s, (struct span){(const char *)bytes, len}, "/state.json", &diag) < 0) {
		PROMISE(fuzz_is_failure(&diag, EX_FAILED));
		PROMISE(s.generation == 77 && s.n == 0 && s.n_undos == 0);
	} else {
		check(&s);
		check_round_trip(&s);
	}
	state_release(&s);
	return 0;
}
