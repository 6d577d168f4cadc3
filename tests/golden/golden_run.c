/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * golden_run: the core, from files in a folder to texts that can be compared.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"

static void bad_stack(const char *path, const char *line)
{
	(void)fprintf(stderr, "golden: %s: cannot understand \"%s\"\n", path, line);
	exit(2);
}

static bool address(const char *text, struct ipaddr *ret)
{
	return ipaddr_parse(text, strlen(text), ret);
}

static bool set_keys(char text[128], const char *value, const char *ret_keys[8])
{
	char *save = NULL;
	size_t n = 0;

	(void)snprintf(text, 128, "%s", value);
	for (char *key = strtok_r(text, " ", &save); key != NULL; key = strtok_r(NULL, " ", &save))
		if (n < 7)
			ret_keys[n++] = key;
	return n > 0;
}

static bool set_stack(struct stack_file *s, const char *key, const char *value)
{
	if (strcmp(key, "vip4") == 0)
		return address(value, &s->stack.vip4);
	if (strcmp(key, "vip6") == 0)
		return address(value, &s->stack.vip6);
	if (strcmp(key, "own") == 0)
		return s->stack.n_own < 16 && address(value, &s->own[s->stack.n_own++]);
	if (strcmp(key, "node") == 0)
		return s->stack.n_nodes < 16 && address(value, &s->nodes[s->stack.n_nodes++]);
	if (strcmp(key, "name") == 0)
		return snprintf(s->name, sizeof(s->name), "%s", value) > 0;
	if (strcmp(key, "config") == 0)
		return snprintf(s->config, sizeof(s->config), "%s", value) > 0;
	if (strcmp(key, "copy") == 0)
		return snprintf(s->copy, sizeof(s->copy), "%s", value) > 0;
	if (strcmp(key, "accept_leak") == 0)
		return (s->accept_leak = strcmp(value, "yes") == 0);
	if (strcmp(key, "address_keys") == 0)
		return set_keys(s->keys[0], value, s->address_keys);
	if (strcmp(key, "local_keys") == 0)
		return set_keys(s->keys[1], value, s->local_keys);
	if (strcmp(key, "policy") != 0)
		return false;
	s->policy = strcmp(value, "pinned") == 0 ? NAMES_PINNED
		    : strcmp(value, "off") == 0	 ? NAMES_OFF
						 : NAMES_PROVEN;
	return true;
}

void stack_read(const char *path, const struct backend *b, struct stack_file *ret)
{
	struct buf text = BUF_INIT;
	char *save = NULL;

	memset(ret, 0, sizeof(*ret));
	(void)snprintf(ret->config, sizeof(ret->config), "%s", b->default_config);
	if (!io_read(path, &text))
		bad_stack(path, "no such file");
	for (char *line = strtok_r(text.data, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		char *eq = strchr(line, '=');

		if (line[0] == '#')
			continue;
		if (eq == NULL)
			bad_stack(path, line);
		*eq = '\0';
		if (!set_stack(ret, line, eq + 1))
			bad_stack(path, line);
	}
	ret->stack.own = ret->own;
	ret->stack.resource = "mail-mta";
	ret->stack.nodes = ret->nodes;
	ret->stack.name = ret->name[0] != '\0' ? ret->name : NULL;
	buf_release(&text);
}

/* A file that most cases have alike stands in _common beside them. */
static bool read_common(const char *in, const char *path, struct buf *ret)
{
	char *common = NULL;
	bool there;

	if (asprintf(&common, "%s/../../_common/in%s", in, path) < 0)
		abort();
	there = io_read(common, ret);
	free(common);
	return there;
}

/* The names in a directory, added to those of another one. False if there is none. */
static bool add_names(const char *dir, char ***names, size_t *n)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		*names = realloc(*names, (*n + 1) * sizeof(**names));
		(*names)[(*n)++] = strdup(e->d_name);
	}
	if (d != NULL)
		(void)closedir(d);
	return d != NULL;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A directory: what the folder has and what it shares with others, each name once. */
static void list(const char *in, struct file *f, struct buf *b)
{
	char *own = io_path(in, f->path), *common = NULL, **names = NULL;
	size_t n = 0;
	bool there;

	if (asprintf(&common, "%s/../../_common/in%s", in, f->path) < 0)
		abort();
	there = add_names(own, &names, &n);
	there |= add_names(common, &names, &n);
	if (n > 0)
		qsort(names, n, sizeof(*names), by_bytes);
	for (size_t i = 0; i < n; i++)
		if (i + 1 == n || strcmp(names[i], names[i + 1]) != 0)
			buf_addf(b, "%s\n", names[i]);
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
	free(own);
	free(common);
	f->state = there ? FILE_LISTED : FILE_ABSENT;
	f->bytes = (struct span){buf_str(b), b->len};
}

static void load(struct outcome *o, const char *in, const char *over)
{
	struct scan *s = &o->scan;

	o->loaded = realloc(o->loaded, s->n_files * sizeof(*o->loaded));
	for (; o->n_loaded < s->n_files; o->n_loaded++) {
		struct file *f = &s->files[o->n_loaded];
		struct buf *b = &o->loaded[o->n_loaded];
		char *mine = io_path(in, f->path);
		char *changed = over ? io_path(over, f->path) : NULL;

		*b = (struct buf)BUF_INIT;
		if (scan_is_listing(f)) {
			list(in, f, b);
			free(mine);
			free(changed);
			continue;
		}
		f->state = (changed && io_read(changed, b)) || io_read(mine, b) ||
					   read_common(in, f->path, b)
				   ? FILE_LOADED
				   : FILE_ABSENT;
		f->bytes = (struct span){buf_str(b), b->len};
		free(mine);
		free(changed);
	}
}

static int scan_loop(struct outcome *o, const struct backend *b, const char *in, const char *over,
		     struct diag *d)
{
	bool wanted;

	do {
		scan_restart(&o->scan);
		if (b->scan(&o->scan, d) < 0)
			return -1;
		wanted = scan_wants(&o->scan);
		load(o, in, over);
	} while (wanted);
	return 0;
}

static int judge(struct outcome *o, const char *folder, const struct stack_file *want,
		 struct diag *d)
{
	char *path = io_path(folder, "names");
	struct buf text = BUF_INIT;
	struct remote_addr *addrs = NULL;
	size_t n = 0;
	int rc = 0;

	if (io_read(path, &text))
		rc = names_parse(&o->names, (struct span){text.data, text.len}, "names", d);
	if (rc == 0)
		rc = plan_addresses(&o->scan, &want->stack, &addrs, &n, d);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct evidence e = {.addr = addrs[i].addr};

		rc = names_judge(&o->names, &e, want->policy, want->own, want->stack.n_own, NULL,
				 d);
	}
	free(addrs);
	free(path);
	buf_release(&text);
	return rc;
}

static void add_quoted(struct buf *b, struct span text)
{
	buf_adds(b, "\"");
	for (const char *c = text.at; c < text.at + text.len; c++) {
		if (*c == '\n')
			buf_adds(b, "\\n");
		else if (*c == '\t')
			buf_adds(b, "\\t");
		else if (*c == '"' || *c == '\\')
			buf_addf(b, "\\%c", *c);
		else
			buf_add(b, c, 1);
	}
	buf_adds(b, "\"");
}

static void tell_derived(struct outcome *o, size_t file)
{
	const struct file *f = &o->scan.files[file];

	if (!plan_touches(&o->plan, file))
		return;
	for (size_t i = 0; i < f->n_derived; i++) {
		const struct derived *d = &f->derived[i];

		buf_addf(&o->derived, "%s (%s):", d->path, d->suffix);
		for (const char *const *a = d->argv; *a != NULL; a++)
			buf_addf(&o->derived, " %s", *a);
		buf_adds(&o->derived, "\n");
	}
}

static void tell(struct outcome *o)
{
	char text[IPADDR_STRLEN];
	struct plan_line at = {0};

	for (size_t i = 0; i < o->plan.n_edits; i++) {
		const struct edit *e = &o->plan.edits[i];

		buf_addf(&o->edits, "%s %s:%u %s ", edit_kind_name(e->kind),
			 o->scan.files[e->file].path, plan_line(&at, &o->scan, e->file, e->off),
			 e->what);
		add_quoted(&o->edits, plan_old(&o->scan, e));
		buf_adds(&o->edits, " -> ");
		add_quoted(&o->edits, (struct span){e->text, e->text_len});
		buf_adds(&o->edits, "\n");
	}
	for (size_t i = 0; i < o->plan.n_kept; i++) {
		const struct kept *k = &o->plan.kept[i];

		buf_addf(&o->kept, "%s:%u %s %s: %s\n", o->scan.files[k->file].path, k->line,
			 ipaddr_format(&k->addr, text), k->what, k->reason);
	}
	for (size_t i = 0; i < o->plan.n_pinned; i++) {
		const struct pinned *k = &o->plan.pinned[i];

		buf_addf(&o->pinned, "%s:%u %s %s: %s\n", o->scan.files[k->file].path, k->line,
			 ipaddr_format(&k->addr, text), k->what, k->cure);
	}
	for (size_t i = 0; i < o->scan.n_secrets; i++) {
		const struct span *t = &o->scan.secrets[i];

		buf_addf(&o->secrets, "%.*s\n", (int)t->len, t->at);
	}
	for (size_t i = 0; i < o->scan.n_warnings; i++)
		buf_addf(&o->warnings, "%s\n", o->scan.warnings[i]);
	for (size_t i = 0; i < o->scan.n_files; i++)
		tell_derived(o, i);
}

void outcome_run(struct outcome *o, const struct backend *b, const char *folder, const char *in,
		 const char *over, const struct stack_file *want)
{
	struct diag d = {.code = EX_OK};
	char *facts = io_path(folder, "facts");

	memset(o, 0, sizeof(*o));
	scan_init(&o->scan, want->config);
	o->scan.accept_leak = want->accept_leak;
	o->scan.copy = want->copy[0] != '\0' ? want->copy : NULL;
	o->scan.address_keys = want->address_keys[0] != NULL ? want->address_keys : NULL;
	o->scan.local_keys = want->local_keys[0] != NULL ? want->local_keys : NULL;
	plan_init(&o->plan);
	names_init(&o->names);
	if (io_read(facts, &o->facts))
		o->scan.facts = (struct span){o->facts.data, o->facts.len};
	free(facts);
	if (scan_loop(o, b, in, over, &d) < 0 || judge(o, folder, want, &d) < 0 ||
	    plan_make(&o->plan, &o->scan, &want->stack, &o->names, &d) < 0)
		buf_addf(&o->error, "%d %s\n", d.code, d.text);
	else
		tell(o);
}

void outcome_release(struct outcome *o)
{
	for (size_t i = 0; i < o->n_loaded; i++)
		buf_release(&o->loaded[i]);
	free(o->loaded);
	buf_release(&o->edits);
	buf_release(&o->kept);
	buf_release(&o->pinned);
	buf_release(&o->secrets);
	buf_release(&o->warnings);
	buf_release(&o->derived);
	buf_release(&o->error);
	buf_release(&o->facts);
	names_release(&o->names);
	plan_release(&o->plan);
	scan_release(&o->scan);
}
