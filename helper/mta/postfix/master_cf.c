/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * master_cf.c guarantees the services of master.cf and their -o overrides, as get_master_ent() in
 * Postfix's master/master_ent.c and the daemons' option parsing read them. What the master would
 * die of is an error.
 */
#include "mta/postfix/postfix.h"

#include <stdio.h>
#include <string.h>

#include "data/array.h"

#define BLANKS " \t\r\n"

static bool one_of(struct traced t, const char *const *words)
{
	for (; *words != NULL; words++)
		if (text_equal(traced_span(t), *words))
			return true;
	return false;
}

/* A number, with '?' perhaps behind the wakeup time; atoi() reads it. */
static bool is_count(struct traced t)
{
	return text_equal(traced_span(t), "-") || (t.text[0] >= '0' && t.text[0] <= '9');
}

static int read_fields(struct pf *pf, struct traced line, struct traced *ret_rest,
		       struct service *s)
{
	static const char *const names[] = {"service name",  "type",   "private",
					    "unprivileged",  "chroot", "wakeup time",
					    "process limit", "command"};
	static const char *const types[] = {"inet", "unix", "unix-dgram", "fifo", "pass", NULL};
	static const char *const flags[] = {"-", "y", "n", NULL};
	struct traced field[8], rest = line;
	size_t file;
	char why[80];

	for (size_t i = 0; i < 8; i++) {
		bool good;

		(void)snprintf(why, sizeof(why), "missing or bad \"%s\" field", names[i]);
		if (!traced_word(&rest, BLANKS, false, &field[i]))
			return pf_bad(pf, line, why);
		good = i == 1		  ? one_of(field[i], types)
		       : i >= 2 && i <= 4 ? one_of(field[i], flags)
		       : i == 5 || i == 6 ? is_count(field[i])
					  : true;
		if (!good)
			return pf_bad(pf, field[i], why);
	}
	s->name = traced_span(field[0]);
	(void)traced_start(&pf->trace, field[0], &file, &s->at);
	s->type = traced_span(field[1]);
	s->command = traced_span(field[7]);
	*ret_rest = rest;
	return 0;
}

static int add_override(struct pf *pf, struct service *s, struct traced setting)
{
	struct traced name, value;
	struct param *p;

	/* That daemon alone would die of it. */
	if (split_nameval(setting, &name, &value) != NULL) {
		scan_warn(pf->scan,
			  "master.cf: the service %.*s has an option -o without name=value",
			  (int)s->name.len, s->name.at);
		return 0;
	}
	p = array_grow(&s->overrides.items, &s->overrides.n, &s->overrides.cap);
	if (p == NULL)
		return diag_oom(pf->diag);
	p->name = traced_span(name);
	p->value = value;
	return 0;
}

/* The next argument, without the braces that may hold it together. */
static int next_argument(struct pf *pf, struct traced *rest, struct traced *ret, bool *ret_there)
{
	*ret_there = traced_word(rest, BLANKS, true, ret);
	if (*ret_there && ret->text[0] == '{') {
		struct traced whole = *ret;

		if (!traced_braced(whole, ret))
			return pf_bad(pf, whole, "unbalanced or misplaced {}");
	}
	return 0;
}

/* An open brace takes all that follows into its word. */
static bool is_open(struct traced word)
{
	size_t level = 0;

	for (size_t i = 0; i < word.len; i++)
		if (word.text[i] == '{')
			level++;
		else if (word.text[i] == '}' && level > 0)
			level--;
	return level > 0;
}

/* Options end at the first word that is none; -o, alone or behind others, takes name=value. More
 * options belong before such a word, before a last one whose value is missing, and before an open
 * brace. */
static int read_options(struct pf *pf, struct service *s, struct traced rest)
{
	struct traced arg, before;
	size_t file, off;
	bool there, more;

	for (;;) {
		size_t i = 1;

		before = rest;
		if (next_argument(pf, &rest, &arg, &there) < 0)
			return -1;
		more = there;
		if (!there || arg.len < 2 || arg.text[0] != '-' || is_open(arg))
			break;
		while (i < arg.len && strchr("oimnst", arg.text[i]) == NULL)
			i++;
		if (i == arg.len)
			continue;
		char option = arg.text[i];

		arg = traced_part(arg, i + 1, arg.len - i - 1);
		if (arg.len == 0 && next_argument(pf, &rest, &arg, &there) < 0)
			return -1;
		if (!there)
			break;
		if (option == 'o' && add_override(pf, s, arg) < 0)
			return -1;
		if (is_open(arg))
			break;
	}
	if (more && traced_start(&pf->trace, before, &file, &off))
		s->end = off;
	/* The master reads the rest too, and dies of unbalanced braces. */
	while (there)
		if (next_argument(pf, &rest, &arg, &there) < 0)
			return -1;
	return 0;
}

static bool same(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static void mark_replaced(struct pf *pf, const struct service *by)
{
	for (struct service *s = pf->services; s < by; s++)
		if (same(s->name, by->name) && same(s->type, by->type))
			s->replaced = true;
}

int master_cf_read(struct pf *pf)
{
	struct lines it = {.file = pf->master_cf, .bytes = pf_file(pf, pf->master_cf)->bytes};
	struct traced line, rest;

	while (lines_next(pf, &it, &line)) {
		struct service *s = array_grow(&pf->services, &pf->n_services, &pf->cap_services);

		if (s == NULL)
			return diag_oom(pf->diag);
		s->end = it.end;
		if (read_fields(pf, line, &rest, s) < 0 || read_options(pf, s, rest) < 0)
			return -1;
		mark_replaced(pf, s);
	}
	return 0;
}

struct service *service_find(struct pf *pf, struct span name)
{
	if (pf->recent != NULL && same(pf->recent->name, name))
		return pf->recent;
	for (size_t i = pf->n_services; i-- > 0;) {
		struct service *s = &pf->services[i];

		if (!s->replaced && same(s->name, name) && !text_equal(s->type, "inet"))
			return pf->recent = s;
	}
	return NULL;
}

static struct span base_name(struct span path)
{
	for (size_t i = path.len; i-- > 0;)
		if (path.at[i] == '/')
			return (struct span){path.at + i + 1, path.len - i - 1};
	return path;
}

bool service_is_lmtp(const struct service *s)
{
	return text_equal(base_name(s->command), "lmtp");
}

bool service_is_client(const struct service *s)
{
	return service_is_lmtp(s) || text_equal(base_name(s->command), "smtp");
}
