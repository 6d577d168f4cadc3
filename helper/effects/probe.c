/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe.c guarantees that one remote that says nothing costs the others no time, unless there are
 * more of that kind than connections are open at once.
 */
#include "effects/probe.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

struct slot {
	struct greeting greeting;
	struct deadline until;
	struct probe *item; /* NULL: free */
	bool polite;	    /* the verdict is there, QUIT is not answered yet */
};

struct round {
	struct probe *items;
	size_t n, next, done;
	const struct probe_watch *watch;
	const struct deadline *d;
	struct slot *slots;
	size_t busy;
};

static void tell(struct round *r)
{
	r->done++;
	if (r->watch != NULL)
		r->watch->done(r->watch->arg, r->done, r->n);
}

static void finish(struct round *r, struct slot *s)
{
	greeting_end(&s->greeting);
	s->item->result = s->greeting.result;
	s->item = NULL;
	r->busy--;
	tell(r);
}

static void too_late(struct round *r)
{
	static const char why[] = "there was no time left to ask";

	for (; r->next < r->n; r->next++) {
		struct greet_result *result = &r->items[r->next].result;

		*result = (struct greet_result){.end = GREET_NO_ANSWER, .error = ETIMEDOUT};
		memcpy(result->text, why, sizeof(why));
		tell(r);
	}
}

/* Fill the free slots. Lack of sockets is no error while some connections go on. */
static int start(struct round *r, struct diag *ret_diag)
{
	if (deadline_passed(r->d))
		too_late(r);
	for (size_t i = 0; i < PROBE_AT_ONCE && r->next < r->n; i++) {
		struct slot *s = &r->slots[i];

		if (s->item != NULL)
			continue;
		if (greeting_start(&s->greeting, &r->items[r->next].want, ret_diag) < 0)
			return r->busy > 0 ? 0 : -1;
		s->item = &r->items[r->next++];
		s->until = deadline_within(r->d, PROBE_ATTEMPT_MS);
		s->polite = false;
		r->busy++;
		if (s->greeting.fd < 0)
			finish(r, s);
	}
	return 0;
}

static void step(struct round *r, struct slot *s, bool ready)
{
	if (ready && greeting_step(&s->greeting)) {
		finish(r, s);
		return;
	}
	if (s->greeting.decided && !s->polite) {
		s->until = deadline_within(&s->until, GREET_COURTESY_MS);
		s->polite = true;
	}
	if (deadline_passed(&s->until))
		finish(r, s);
}

static void wait(struct round *r)
{
	struct pollfd fds[PROBE_AT_ONCE];
	struct slot *whose[PROBE_AT_ONCE];
	nfds_t n = 0;
	int left = deadline_left_ms(r->d);

	for (size_t i = 0; i < PROBE_AT_ONCE; i++) {
		struct slot *s = &r->slots[i];
		int mine;

		if (s->item == NULL)
			continue;
		mine = deadline_left_ms(&s->until);
		left = mine < left ? mine : left;
		whose[n] = s;
		fds[n++] = (struct pollfd){.fd = s->greeting.fd, .events = s->greeting.events};
	}
	if (n == 0)
		return;
	if (poll(fds, n, left) < 0)
		for (nfds_t i = 0; i < n; i++)
			fds[i].revents = 0;
	for (nfds_t i = 0; i < n; i++)
		step(r, whose[i], fds[i].revents != 0);
}

int probe_all(struct probe *items, size_t n, const struct probe_watch *watch,
	      const struct deadline *d, struct diag *ret_diag)
{
	struct round r = {.items = items, .n = n, .watch = watch, .d = d};
	int status = 0;

	r.slots = calloc(PROBE_AT_ONCE, sizeof(*r.slots));
	if (r.slots == NULL)
		return diag_oom(ret_diag);
	while (status == 0 && r.done < n) {
		status = start(&r, ret_diag);
		wait(&r);
	}
	for (size_t i = 0; i < PROBE_AT_ONCE; i++)
		if (r.slots[i].item != NULL)
			finish(&r, &r.slots[i]);
	free(r.slots);
	return status;
}
