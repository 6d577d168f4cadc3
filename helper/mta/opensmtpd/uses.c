/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uses.c guarantees that a text which macros or tables put to other uses too, where a name would
 * not mean what the address means, is not rewritten, and that no two edits claim the same bytes.
 */
#include "mta/opensmtpd/opensmtpd.h"

#include "data/array.h"

static int add_use(struct od *od, size_t file, size_t off, size_t len)
{
	struct use *u = array_grow(&od->uses, &od->n_uses, &od->cap_uses);

	if (u == NULL)
		return diag_oom(od->diag);
	*u = (struct use){.file = file, .off = off, .len = len};
	return 0;
}

static int add_text(struct od *od, const struct token *t)
{
	for (size_t i = 0; i < t->text.n; i++) {
		const struct piece *p = &od->trace.pieces[t->text.first + i];

		if (add_use(od, p->file, p->off, p->len) < 0)
			return -1;
	}
	return 0;
}

static void keep_secret(struct od *od, const struct token *t)
{
	for (size_t i = 0; i < t->text.n; i++) {
		const struct piece *p = &od->trace.pieces[t->text.first + i];

		scan_secret(od->scan, od_file(od, p->file), p->off, p->len);
	}
}

/* label = "user:password" */
static void keep_passwords(struct od *od, struct range list)
{
	size_t key, value;

	while (od_list_next(od, &list, &key, &value))
		if (value > 0)
			keep_secret(od, od_token(od, value));
}

/* Passwords written here, the key that senders are signed with, and that of the queue. */
static void note_secrets(struct od *od, struct range statement)
{
	for (size_t i = statement.first; i + 1 < statement.end; i++) {
		const struct token *t = od_token(od, i);
		const struct table *table = NULL;

		if (od_token_is(t, "encryption") ||
		    (i > statement.first && od_token_is(t, "key") && od_token_is(t - 1, "srs")))
			keep_secret(od, od_token_is(t + 1, "backup") && i + 2 < statement.end
						? t + 2
						: t + 1);
		if (!od_token_is(t, "auth") && !od_token_is(t, "auth-optional"))
			continue;
		if (od_token_is_char(t + 1, '{'))
			keep_passwords(od, (struct range){i + 1, statement.end});
		if (od_token_is_char(t + 1, '<') && i + 2 < statement.end)
			table = od_table_find(od, (t + 2)->text);
		if (table != NULL && table->kind == TABLE_INLINE)
			keep_passwords(od, (struct range){table->first, table->first + table->n});
	}
}

int od_uses_note(struct od *od, struct range statement)
{
	note_secrets(od, statement);
	for (size_t i = statement.first; i < statement.end; i++) {
		const struct token *t = od_token(od, i);
		struct table *table;

		if (t->ours)
			continue;
		if (t->macro && add_text(od, t) < 0)
			return -1;
		if (!od_token_is_char(t, '<') || i + 2 >= statement.end ||
		    !od_token_is_char(t + 2, '>'))
			continue;
		table = od_table_find(od, (t + 1)->text);
		if (table != NULL)
			table->other = true;
	}
	return 0;
}

static int add_table(struct od *od, const struct table *t)
{
	if (t->kind == TABLE_INLINE) {
		for (size_t i = t->first; i < t->first + t->n; i++)
			if ((t->relays || od_token(od, i)->macro) &&
			    add_text(od, od_token(od, i)) < 0)
				return -1;
		return 0;
	}
	/* a file that was not read holds nothing that could change */
	for (size_t i = 0; t->path != NULL && i < od->scan->n_files; i++)
		if (strcmp(od_file(od, i)->path, t->path) == 0)
			return add_use(od, i, 0, od_file(od, i)->bytes.len);
	return 0;
}

static bool overlap(const struct finding *f, size_t file, size_t off, size_t len)
{
	return f->file == file && off < f->off + f->len && f->off < off + len;
}

/* What is inserted goes with the byte before it. */
static bool is_used(const struct od *od, const struct finding *f)
{
	struct finding bytes = *f;

	if (f->len == 0 && f->off > 0) {
		bytes.off--;
		bytes.len = 1;
	}
	for (size_t i = 0; i < od->n_uses; i++) {
		const struct use *u = &od->uses[i];

		if (overlap(&bytes, u->file, u->off, u->len))
			return true;
	}
	return false;
}

/* The bytes of a macro that an option got its value from serve nothing else. */
static int check_setting(struct od *od, const struct finding *f)
{
	const struct scan *s = od->scan;
	const struct token at = {.file = f->file, .off = f->off};

	if (is_used(od, f))
		return od_bad(od, &at,
			      pool_printf(&od->pool,
					  "the same text is used for %s and for something else; "
					  "write it in the action",
					  f->what));
	for (size_t i = 0; i < s->n_findings; i++) {
		const struct finding *g = &s->findings[i];

		if (g == f || (g->kind != FIND_SETTING && g->kind != FIND_REMOTE) ||
		    !overlap(g, f->file, f->off, f->len))
			continue;
		return od_bad(od, &at,
			      pool_printf(&od->pool,
					  "the same text is used for %s and for %s; write them in "
					  "the action",
					  f->what, g->what));
	}
	return 0;
}

int od_uses_settle(struct od *od)
{
	struct scan *s = od->scan;

	for (size_t i = 0; i < od->n_tables; i++)
		if (od->tables[i].other && add_table(od, &od->tables[i]) < 0)
			return -1;
	for (size_t i = 0; i < s->n_findings; i++) {
		struct finding *f = &s->findings[i];

		if (f->kind != FIND_REMOTE || !is_used(od, f))
			continue;
		f->kind = FIND_KEPT;
		f->reason = "the same text is used for something else too, which a name would "
			    "change";
	}
	for (size_t i = 0; i < s->n_findings; i++)
		if (s->findings[i].kind == FIND_SETTING && check_setting(od, &s->findings[i]) < 0)
			return -1;
	return 0;
}
