/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_print.c guarantees one line a fact: whatever a value holds, it makes no second line.
 */
#include "cib/cib_print.h"

#include <string.h>

#include "pure/text.h"

static void line(struct buf *out, const char *key, const char *value)
{
	size_t from;

	if (value == NULL)
		return;
	buf_addf(out, "%s=", key);
	from = out->len;
	buf_adds(out, value);
	for (size_t i = from; out->data != NULL && i < out->len; i++)
		if ((unsigned char)out->data[i] < 0x20 || out->data[i] == 0x7f)
			out->data[i] = '?';
	buf_adds(out, "\n");
}

static void finding(struct buf *out, const char *a, const char *b, const char *c, const char *d)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s%s%s%s", a, b, c, d);
	line(out, "finding", buf_str(&text));
	buf_release(&text);
}

/* Is it in a line "own=ADDRESS NODE"? The node's name, or NULL; *ret_len its length. */
static const char *owner(const char *corosync, const struct ipaddr *addr, size_t *ret_len)
{
	struct span bytes = {corosync, strlen(corosync)}, l;
	size_t from = 0;

	while (text_line(bytes, from, &l, &from)) {
		const char *space = memchr(l.at, ' ', l.len);
		struct ipaddr a;

		if (l.len < 4 || memcmp(l.at, "own=", 4) != 0 || space == NULL)
			continue;
		if (!ipaddr_parse(l.at + 4, (size_t)(space - l.at - 4), &a) ||
		    !ipaddr_equal(&a, addr))
			continue;
		*ret_len = (size_t)(l.at + l.len - space - 1);
		return space + 1;
	}
	return NULL;
}

static void find_owner(const struct cib_vip *v, const char *corosync, struct buf *out)
{
	char text[IPADDR_STRLEN];
	size_t len = 0;
	const char *node = owner(corosync, &v->address.addr, &len);
	struct buf b = BUF_INIT;

	if (node == NULL)
		return;
	buf_addf(&b, "%s is node %.*s's own address by corosync.conf: it will not move",
		 ipaddr_format(&v->address.addr, text), (int)len, node);
	line(out, "finding", buf_str(&b));
	buf_release(&b);
}

static void find_several(const struct cib_vip *v, const char *const *active, struct buf *out)
{
	struct buf names = BUF_INIT;

	for (const char *const *n = active; n != NULL && *n != NULL; n++)
		buf_addf(&names, "%s%s", n == active ? "" : ", ", *n);
	if (active != NULL && active[0] != NULL && active[1] != NULL)
		finding(out, v->resource->id, " is active on several nodes: ", buf_str(&names), "");
	buf_release(&names);
}

static void findings(const struct cib_print *p, const char *corosync, struct buf *out)
{
	const struct cib_choice *c = &p->choice;

	if (p->own.unsure_rule != NULL)
		finding(out, "whether ", c->own->id,
			" is managed hangs on a rule that cannot be "
			"judged here: ",
			p->own.unsure_rule);
	if (p->read->node == NULL && p->states != NULL)
		finding(out,
			"this machine is no node of the cluster: rules about nodes count as "
			"not met",
			"", "", "");
	for (size_t i = 0; i < c->findings.n; i++)
		finding(out, "passed over as VIP: ", c->findings.items[i], "", "");
	if (p->states != NULL && cib_read_may_be_partial(p->read))
		finding(out,
			"ACLs are in force: this user may see a part of the CIB only, root sees "
			"all of it",
			"", "", "");
	for (size_t i = 0; i < c->n; i++) {
		const char *const *active = p->states ? p->states[i].active : NULL;

		find_owner(&c->vips[i], corosync, out);
		find_several(&c->vips[i], active, out);
		if (p->states != NULL && p->states[i].mode.unsure_rule != NULL)
			finding(out, "whether ", c->vips[i].resource->id,
				" is managed hangs on a rule that cannot be judged here: ",
				p->states[i].mode.unsure_rule);
	}
}

static void mode(const struct cib_mode *m, struct buf *out)
{
	line(out, "managed", m->managed ? "yes" : "no");
	line(out, "target-role", m->target_role);
}

static void vip(const struct cib_print *p, size_t i, struct buf *out)
{
	const struct cib_vip *v = &p->choice.vips[i];
	char text[IPADDR_STRLEN];

	(void)ipaddr_format(&v->address.addr, text);
	line(out, "vip", v->resource ? v->resource->id : text);
	line(out, "address", text);
	if (v->address.prefix >= 0)
		buf_addf(out, "prefix=%d\n", v->address.prefix);
	line(out, "interface", v->address.interface);
	line(out, "why", v->why);
	if (v->resource == NULL || p->states == NULL)
		return;
	line(out, "agent", p->states[i].agent);
	for (const char *const *n = p->states[i].active; *n != NULL; n++)
		line(out, "active", *n);
	mode(&p->states[i].mode, out);
}

void cib_print(const struct cib_print *p, const char *corosync, struct buf *out)
{
	line(out, "format", "1");
	line(out, "node", p->read->node);
	if (strstr(corosync, "quorate=") == NULL)
		line(out, "quorate", p->read->quorate);
	buf_adds(out, corosync);
	if (p->choice.own != NULL)
		mode(&p->own, out);
	findings(p, corosync, out);
	for (size_t i = 0; i < p->choice.n; i++)
		vip(p, i, out);
}
