/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opensmtpd.c guarantees the order of one scan and gives its memory back. --config is smtpd.conf.
 */
#include "mta/opensmtpd/opensmtpd.h"

#include <stdlib.h>

#include "mta/backend.h"

const char *od_string(struct od *od, struct traced t)
{
	return pool_dup(&od->scan->pool, t.text, t.len);
}

const char *od_place(struct od *od, const struct token *t)
{
	const struct file *f = od_file(od, t->file);

	return pool_printf(&od->pool, "%s line %u", f->path, text_line_number(f->bytes, t->off));
}

int od_bad(struct od *od, const struct token *t, const char *why)
{
	return diag_set(od->diag, EX_INSTALLED, "cannot understand %s: %s", od_place(od, t), why);
}

void od_path(struct od *od, struct traced path, size_t to)
{
	struct scan *s = od->scan;
	size_t file, off;
	bool whole = traced_where(&od->trace, path, &file, &off);
	struct finding *f;

	if (s->copy == NULL || (!whole && !traced_start(&od->trace, path, &file, &off)))
		return;
	for (size_t i = 0; i < s->n_findings; i++)
		if (s->findings[i].kind == FIND_PATH && s->findings[i].file == file &&
		    s->findings[i].off == off)
			return;
	f = scan_add(s, FIND_PATH, od_file(od, file), off, whole ? path.len : 0);
	f->path = od_string(od, path);
	f->to = to;
	f->what = "path";
	if (!whole)
		f->reason = "its path is put together from several places";
}

bool od_token_is(const struct token *t, const char *keyword)
{
	return t->kind == TOKEN_WORD && text_equal(traced_span(t->text), keyword);
}

bool od_token_is_char(const struct token *t, char c)
{
	return t->kind == TOKEN_CHAR && t->c == c;
}

bool od_token_is_text(const struct token *t)
{
	return t->kind == TOKEN_WORD || t->kind == TOKEN_STRING;
}

static void release(struct od *od)
{
	free(od->tokens);
	free(od->macros);
	free(od->tables);
	free(od->uses);
	free(od->trace.pieces);
	pool_release(&od->pool);
}

/* smtpd writes its number at last, when all of its processes are there; on Linux nobody holds a
 * lock on the file. But the processes that it starts run the same program, as other users. */
static void process_scan(struct scan *s)
{
	s->process.pid_file = "/var/run/smtpd.pid";
	s->process.exe = "/usr/sbin/smtpd";
	s->process.heads_family = true;
}

static int scan_all(struct od *od)
{
	struct scan *s = od->scan;
	size_t main_file;

	s->lookup = RESOLVE_DNS_HOSTS; /* libasr: "lookup bind file" */
	process_scan(s);
	if (scan_need(s, s->config, 0, false, &main_file, od->diag) < 0)
		return -1;
	if (scan_wants(s))
		return 0;
	if (od_statements_read(od, main_file) < 0)
		return -1;
	if (scan_wants(s))
		return 0;
	return od_tables_scan(od) < 0 ? -1 : od_uses_settle(od);
}

static int scan(struct scan *s, struct diag *ret_diag)
{
	struct od od = {.scan = s, .diag = ret_diag, .pool = POOL_INIT};
	int rc;

	od.trace.pool = &od.pool;
	rc = scan_all(&od);
	if (rc == 0 && (!pool_ok(&od.pool) || !pool_ok(&s->pool)))
		rc = diag_oom(ret_diag);
	release(&od);
	return rc;
}

static const char *const check_syntax[] = {"smtpd", "-n", "-f", "{config}", NULL};
static const char *const *const check_argvs[] = {check_syntax, NULL};

/* It says so on standard error. */
static const char *const remarks[] = {"configuration OK", NULL};

/* smtpctl(8) has no command to stop it, and smtpd reads its configuration once. */
static const char *const start_argv[] = {"smtpd", "-f", "{config}", NULL};

/* One of its processes carries mail in both directions. */
static const char *const delivery[] = {"smtpd", NULL};

const struct backend backend_opensmtpd = {
	.name = "opensmtpd",
	.title = "OpenSMTPD",
	.copies = true,
	.default_config = "/etc/smtpd.conf",
	.scan = scan,
	.check_argvs = check_argvs,
	.remarks = remarks,
	.start_argv = start_argv,
	.delivery = delivery,
	.unit = "opensmtpd.service",
};
