/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attributes.c guarantees that two instances on one node do not mix, and that a cluster daemon that
 * hangs costs a bounded time.
 */
#include "program/attributes.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WRITE_MS 3000 /* for all that changed */
#define WAS	 "until "
#define IS	 "since "

void attributes_begin(struct attributes *a, const struct options *o)
{
	char memory[256];

	*a = (struct attributes){.cluster = NODEATTRS_INIT, .instance = options_instance(o)};
	(void)snprintf(memory, sizeof(memory), "mta-stack-%.200s.attributes", a->instance);
	a->off = !o->from_agent || nodeattrs_open(&a->cluster, o->run_dir, memory, NULL) < 0;
	if (!a->off && !o->recurring)
		nodeattrs_doubt(&a->cluster);
}

void attributes_end(struct attributes *a, const struct deadline *d)
{
	struct deadline mine = deadline_within(d, WRITE_MS);

	if (!a->off)
		(void)nodeattrs_write(&a->cluster, &mine, NULL);
	nodeattrs_release(&a->cluster);
}

static const char *full_name(const struct attributes *a, const char *what, char out[256])
{
	(void)snprintf(out, 256, "%.200s-%s", a->instance, what);
	return out;
}

void attributes_set(struct attributes *a, const char *what, const char *value)
{
	char name[256];

	nodeattrs_set(&a->cluster, full_name(a, what, name), value);
}

const char *attributes_get(struct attributes *a, const char *what)
{
	char name[256];

	return nodeattrs_get(&a->cluster, full_name(a, what, name));
}

void attributes_stack(struct attributes *a, const struct stack_record *r)
{
	const char *v4 = r->vip4 != NULL ? r->vip4 : "", *v6 = r->vip6 != NULL ? r->vip6 : "";
	char text[2 * IPADDR_STRLEN + 1];

	(void)snprintf(text, sizeof(text), "%s%s%s", v4, *v4 && *v6 ? " " : "", v6);
	attributes_set(a, "vip", text);
	attributes_set(a, "name", r->name);
	(void)snprintf(text, sizeof(text), "%d of %d by name", r->named, r->remotes);
	attributes_set(a, "remotes", text);
}

/* "since 2026-11-22T21:30Z: 198.51.100.25 port 25: unreachable"; while the text is the same, the
 * time stays. When it is over "until TIME: …" remains as the last failure. */
void attributes_outage(struct attributes *a, const char *text)
{
	const char *old = attributes_get(a, "remote-failure");
	const char *said = old != NULL ? strstr(old, ": ") : NULL;
	bool lasts = old != NULL && strncmp(old, IS, strlen(IS)) == 0;
	const time_t now = time(NULL);
	struct tm utc;
	char when[32] = "?", value[NODEATTR_MAX];

	if (text == NULL && !lasts)
		return;
	if (text != NULL && lasts && said != NULL &&
	    strncmp(said + 2, text, NODEATTR_MAX - 1 - (size_t)(said + 2 - old)) == 0)
		return;
	if (gmtime_r(&now, &utc) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%MZ", &utc);
	(void)snprintf(value, sizeof(value), "%s%s: %s", text != NULL ? IS : WAS, when,
		       text != NULL   ? text
		       : said != NULL ? said + 2
				      : "");
	attributes_set(a, "remote-failure", value);
}

void attributes_failed(struct attributes *a, const struct diag *why)
{
	char text[NODEATTR_MAX];

	(void)snprintf(text, sizeof(text), "failed: %.200s", why->text);
	attributes_set(a, "state", text);
}

void attributes_clear(struct attributes *a)
{
	nodeattrs_clear(&a->cluster);
}
