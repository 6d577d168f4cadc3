/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.c guarantees that credentials and TLS policies go with a remote to its name. The rule sets
 * authinfo, tls_server, try_tls and tls_clt_features of cf/m4/proto.m4 ask for the name that the
 * host was called by, in brackets if it is an address, then for the bare address, then for shorter
 * and shorter parts of it, then for the tag alone. So a key keeps its old form too: hosts that are
 * found in other ways, such as an MX record, are known by their address.
 */
#include "mta/sendmail/sendmail.h"

/* Keys of access that say something of a host that we call. */
static const char *const tags[] = {"AuthInfo:", "TLS_Srv:", "Try_TLS:", "TLS_Clt_Features:"};

static size_t tag_length(struct span key)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (text_starts_nocase(key, tags[i]))
			return strlen(tags[i]);
	return 0;
}

/* Nothing, or the beginning of an address: for many hosts. */
static bool is_general(struct span rest)
{
	if (text_starts_nocase(rest, "IPv6:"))
		return true;
	for (size_t i = 0; i < rest.len; i++)
		if (rest.at[i] != '.' && (rest.at[i] < '0' || rest.at[i] > '9'))
			return false;
	return true;
}

/* An entry of the same file and tag for the same address, in the other spelling. */
static struct finding *find_twin(const struct sm *sm, const struct finding *f)
{
	for (size_t i = 0; i < sm->scan->n_findings; i++) {
		struct finding *g = &sm->scan->findings[i];
		const char *bytes = sm->scan->files[f->file].bytes.at;

		if (g != f && g->kind == FIND_KEY && g->file == f->file &&
		    ipaddr_equal(&g->addr, &f->addr) &&
		    g->off - g->line_off == f->off - f->line_off &&
		    strncasecmp(bytes + g->line_off, bytes + f->line_off, f->off - f->line_off) ==
			    0)
			return g;
	}
	return NULL;
}

/* The name would be one key: the form in brackets is asked for first, so that it is what counts. */
static void drop_twin(struct sm *sm, struct finding *f)
{
	struct finding *twin = find_twin(sm, f);

	if (twin == NULL)
		return;
	if (sm->scan->files[f->file].bytes.at[f->off] == '[')
		*twin = *f;
	sm->scan->n_findings--;
}

void sm_key(struct sm *sm, struct placed line, struct placed key)
{
	size_t n = tag_length(key.text);
	struct file *file = sm_file(sm, line.file);
	struct placed host;
	struct span t;
	struct ipaddr addr;
	struct finding *f;

	if (n == 0)
		return;
	file->secret |= n == strlen("AuthInfo:");
	host = placed_skip(key, n);
	t = host.text;
	if (t.len > 1 && t.at[0] == '[' && t.at[t.len - 1] == ']')
		t = (struct span){t.at + 1, t.len - 2};
	if (text_starts_nocase(t, "IPv6:"))
		t = (struct span){t.at + 5, t.len - 5};
	if (!ipaddr_parse(t.at, t.len, &addr)) {
		sm->pin |= is_general(host.text);
		return;
	}
	f = scan_add(sm->scan, FIND_KEY, file, host.off, host.text.len);
	f->addr = addr;
	f->what = pool_dup(&sm->scan->pool, key.text.at, n - 1);
	f->join = "\n";
	f->line_off = line.off;
	f->line_len = line.text.len;
	sm->scan->blind = true;
	drop_twin(sm, f);
}

void sm_keys_settle(struct sm *sm)
{
	for (size_t i = 0; i < sm->scan->n_findings; i++) {
		struct finding *f = &sm->scan->findings[i];

		if (f->kind != FIND_REMOTE)
			continue;
		f->pin |= sm->pin;
		if (sm->lost_keys == NULL)
			continue;
		f->kind = FIND_KEPT;
		f->reason =
			pool_printf(&sm->scan->pool,
				    "%s may have a key for it that could not follow it to a name",
				    sm->lost_keys);
	}
}
