/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main_cf.c guarantees the parameters of main.cf as Postfix reads them, and what a parameter is
 * worth in a context: -o of the service, else main.cf, else the facts, else what is built in.
 */
#include "mta/postfix/postfix.h"

#include <string.h>

#include "data/array.h"

struct file *pf_file(const struct pf *pf, size_t index)
{
	return &pf->scan->files[index];
}

int pf_bad(struct pf *pf, struct traced where, const char *reason)
{
	size_t file = pf->main_cf, off = 0;
	const struct file *f;

	if (!traced_start(&pf->trace, where, &file, &off))
		return diag_set(pf->diag, EX_INSTALLED, "cannot understand %s: %s",
				pf_file(pf, file)->path, reason);
	f = pf_file(pf, file);
	return diag_set(pf->diag, EX_INSTALLED, "cannot understand %s line %u: %s", f->path,
			text_line_number(f->bytes, off), reason);
}

const char *pf_string(struct pf *pf, struct traced t)
{
	return pool_dup(&pf->scan->pool, t.text, t.len);
}

int main_cf_read(struct pf *pf)
{
	const struct file *f = pf_file(pf, pf->main_cf);
	struct lines it = {.file = pf->main_cf, .bytes = f->bytes};
	struct traced line, name;

	while (lines_next(pf, &it, &line)) {
		struct traced value;
		const char *why = split_nameval(line, &name, &value);
		struct param *p;

		if (why != NULL)
			return pf_bad(pf, line, why);
		p = array_grow(&pf->params.items, &pf->params.n, &pf->params.cap);
		if (p == NULL)
			return diag_oom(pf->diag);
		p->name = traced_span(name);
		p->value = value;
	}
	pf->main_open_end = f->bytes.len > 0 && f->bytes.at[f->bytes.len - 1] != '\n';
	return 0;
}

static bool same(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

const struct param *param_find(const struct params *p, struct span name)
{
	for (size_t i = p->n; i-- > 0;)
		if (same(p->items[i].name, name))
			return &p->items[i];
	return NULL;
}

const struct param *pf_param(const struct pf *pf, struct span name)
{
	const struct param *p = NULL;

	if (pf->context != NULL)
		p = param_find(&pf->context->overrides, name);
	return p != NULL ? p : param_find(&pf->params, name);
}

/* mail_params.h; a default that is empty need not be here. */
struct span default_value(const struct pf *pf, struct span name)
{
	static const char *const defaults[][2] = {
		{"address_verify_default_transport", "$default_transport"},
		{"address_verify_local_transport", "$local_transport"},
		{"address_verify_relay_transport", "$relay_transport"},
		{"address_verify_relayhost", "$relayhost"},
		{"address_verify_sender_dependent_default_transport_maps",
		 "$sender_dependent_default_transport_maps"},
		{"address_verify_sender_dependent_relayhost_maps",
		 "$sender_dependent_relayhost_maps"},
		{"address_verify_transport_maps", "$transport_maps"},
		{"address_verify_virtual_transport", "$virtual_transport"},
		{"default_database_type", "hash"},
		{"default_transport", "smtp"},
		{"lmtp_lhlo_name", "$myhostname"},
		{"local_transport", "local:$myhostname"},
		{"mime_header_checks", "$header_checks"},
		{"nested_header_checks", "$header_checks"},
		{"queue_directory", "/var/spool/postfix"},
		{"relay_transport", "relay"},
		{"smtp_fallback_relay", "$fallback_relay"},
		{"smtp_helo_name", "$myhostname"},
		{"virtual_transport", "virtual"},
	};
	struct span value = {"", 0};
	char key[128];

	if (name.len == 0 || name.len >= sizeof(key))
		return value;
	memcpy(key, name.at, name.len);
	key[name.len] = '\0';
	if (strcmp(key, "config_directory") == 0)
		return (struct span){pf->scan->config, strlen(pf->scan->config)};
	if (scan_fact(pf->scan, key, &value))
		return value;
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (strcmp(defaults[i][0], key) == 0)
			return (struct span){defaults[i][1], strlen(defaults[i][1])};
	return value;
}

int pf_value(struct pf *pf, const char *name, struct traced *ret)
{
	struct span key = {name, strlen(name)};
	const struct param *p = pf_param(pf, key);
	struct traced raw;

	if (p != NULL)
		raw = p->value;
	else
		raw = traced_plain(default_value(pf, key));
	return expand(pf, raw, ret);
}
