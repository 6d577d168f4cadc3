/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer: what the operator on the other side must set so that they recognise us. Printed to be sent
 * as it is; changes nothing.
 */
#include <stdio.h>
#include <string.h>

#include "mta/peer.h"
#include "program/commands.h"
#include "program/identity.h"
#include "program/output.h"
#include "program/survey_names.h"

/* Do all calls show the same? */
static bool is_same(const struct call *a, const struct call *b)
{
	return a->calling.len == b->calling.len &&
	       (a->calling.len == 0 || memcmp(a->calling.at, b->calling.at, a->calling.len) == 0) &&
	       (a->as == b->as || (a->as != NULL && b->as != NULL && strcmp(a->as, b->as) == 0)) &&
	       a->password == b->password;
}

/* How we are known where we call, from our own table. */
static int fill_call(struct survey *s, struct peer_card *ret, struct diag *ret_diag)
{
	const struct call *first = s->scan.calls;

	if (s->scan.n_calls == 0)
		return 0;
	for (size_t i = 1; i < s->scan.n_calls; i++)
		if (!is_same(first, &s->scan.calls[i])) {
			survey_note(s, "our table has entries with another selector, name or "
				       "password, too: this is for the first one");
			break;
		}
	ret->as = first->as;
	ret->password = first->password;
	return peer_selector(first->calling, ret, ret_diag);
}

static int fill(const struct options *o, struct survey *s, bool selector, struct peer_card *ret,
		const struct deadline *d, struct diag *ret_diag)
{
	struct instance *inst = NULL;
	int status = 0;

	(void)ipaddr_format(&s->want.vip4, ret->v4);
	(void)ipaddr_format(&s->want.vip6, ret->v6);
	ret->name = s->want.name;
	if (!selector || o->backend == NULL || o->backend->probe != PROBE_RFC1006)
		return 0;
	status = instance_open_readonly(o->state_dir, options_instance(o), &inst, ret_diag);
	if (status == 0)
		status = survey_scan(s, o, inst, false, d, ret_diag);
	if (status == 0)
		status = fill_call(s, ret, ret_diag);
	instance_close(inst);
	return status;
}

/* What they find in DNS about us, since most ask. */
static int identity(const struct options *o, const struct survey *s, struct buf *out,
		    const struct deadline *d, struct diag *ret_diag)
{
	struct identities who = IDENTITIES_INIT;
	int status = o->offline ? 0 : identities_check(&who, &s->want, d, ret_diag);

	for (size_t i = 0; status == 0 && i < who.n; i++)
		buf_addf(out, "# DNS: %s%s\n", who.items[i].text,
			 who.items[i].good ? "" : "; put that right before you send this");
	identities_release(&who);
	return status;
}

static int print(const struct options *o, const struct peer_kind *kind, struct survey *s,
		 struct buf *out, const struct deadline *d, struct diag *ret_diag)
{
	struct peer_card c = {.name = NULL};

	if (survey_vips(s, o, false, d, ret_diag) < 0 || survey_own_name(s, o, d, ret_diag) < 0 ||
	    fill(o, s, kind->selector, &c, d, ret_diag) < 0 || kind->write(&c, out, ret_diag) < 0)
		return -1;
	if (kind->selector && c.selector[0] == '\0')
		buf_adds(out,
			 "# our transport selector is empty, as far as is known: with --mta and "
			 "--config it is read from our table\n");
	if (identity(o, s, out, d, ret_diag) < 0)
		return -1;
	for (size_t i = 0; i < s->n_notes; i++)
		buf_addf(out, "# %s\n", s->notes[i]);
	if (!buf_ok(out))
		return diag_oom(ret_diag);
	(void)fputs(buf_str(out), stdout);
	return EX_OK;
}

int cmd_peer(const struct options *o, struct diag *ret_diag)
{
	struct deadline d = deadline_in_ms(o->deadline_ms);
	struct buf text = BUF_INIT;
	char known[128] = "";
	struct survey s;
	int status;

	for (const struct peer_kind *k = peer_kinds; k->name != NULL; k++) {
		size_t at = strlen(known);

		(void)snprintf(known + at, sizeof(known) - at, "%s%s", at ? ", " : "", k->name);
		if (o->peer == NULL || strcmp(k->name, o->peer) != 0)
			continue;
		survey_init(&s);
		status = print(o, k, &s, &text, &d, ret_diag);
		survey_release(&s);
		buf_release(&text);
		return status;
	}
	return diag_set(ret_diag, EX_ARGS,
			"cannot say what the other side must set: give --for with one of %s",
			known);
}
