/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clients.c guarantees that every smtp(8) and lmtp(8) client that goes to remote hosts is bound,
 * keeps to it, and says its name, and that one which serves this machine alone is not bound. It
 * does not know to what: the planner does.
 */
#include "mta/postfix/postfix.h"

#include <stdlib.h>
#include <string.h>

struct local_setting {
	const char *smtp, *lmtp; /* names of the parameter */
	enum setting setting;
	const char *remote;   /* SET_FIXED: what a client of remote hosts wants */
	const char *loopback; /* what one of loopback wants; NULL: do not care */
	bool enforces;	      /* not known to old releases */
};

static const struct local_setting settings[] = {
	{"smtp_bind_address", "lmtp_bind_address", SET_BIND4, NULL, "", false},
	{"smtp_bind_address6", "lmtp_bind_address6", SET_BIND6, NULL, "", false},
	{"smtp_bind_address_enforce", "lmtp_bind_address_enforce", SET_FIXED, "yes", "no", true},
	{"smtp_helo_name", "lmtp_lhlo_name", SET_NAME, NULL, NULL, false},
};

#define N_SETTINGS (sizeof(settings) / sizeof(settings[0]))

static const char *name_of(const struct local_setting *l, bool lmtp)
{
	return lmtp ? l->lmtp : l->smtp;
}

/* smtp_bind_address_enforce came with Postfix 3.7. */
static bool can_enforce(const struct pf *pf)
{
	struct span version;
	long major, minor = 0;
	char text[32], *end;

	if (!scan_fact(pf->scan, "mail_version", &version) || version.len == 0 ||
	    version.len >= sizeof(text))
		return true;
	memcpy(text, version.at, version.len);
	text[version.len] = '\0';
	major = strtol(text, &end, 10);
	if (*end == '.')
		minor = strtol(end + 1, NULL, 10);
	return major == 0 || major > 3 || (major == 3 && minor >= 7);
}

static int check_version(struct pf *pf)
{
	struct span version = {"", 0};

	if (can_enforce(pf))
		return 0;
	(void)scan_fact(pf->scan, "mail_version", &version);
	if (!pf->scan->accept_leak)
		return diag_set(
			pf->diag, EX_INSTALLED,
			"cannot keep Postfix %.*s to the VIP: without the VIP its mail "
			"would leave from the node's address, as smtp_bind_address_enforce "
			"came with Postfix 3.7; upgrade it, or accept that with leak=accept",
			(int)version.len, version.at);
	scan_warn(
		pf->scan,
		"Postfix %.*s knows no smtp_bind_address_enforce: without the VIP its mail leaves "
		"from the node's address (accepted with leak=accept)",
		(int)version.len, version.at);
	return 0;
}

static struct finding *add_setting(struct pf *pf, const struct local_setting *l, bool lmtp,
				   size_t file, size_t off, size_t len)
{
	struct finding *f = scan_add(pf->scan, FIND_SETTING, pf_file(pf, file), off, len);

	f->setting = l->setting;
	f->fixed = l->remote;
	f->what = name_of(l, lmtp);
	return f;
}

/* The setting is written somewhere: change it there. */
static int edit_setting(struct pf *pf, const struct local_setting *l, bool lmtp,
			const struct param *p)
{
	size_t file, off, last_file, last_off, len = 0;
	struct traced value;
	struct finding *f;

	if (expand(pf, p->value, &value) < 0)
		return -1;
	if (!traced_point(&pf->trace, p->value, &file, &off))
		return pf_bad(pf, p->value, "value without a place");
	if (p->value.len > 0 && traced_start(&pf->trace, traced_part(p->value, p->value.len - 1, 1),
					     &last_file, &last_off))
		len = last_off + 1 - off;
	f = add_setting(pf, l, lmtp, file, off, len);
	f->current = pf_string(pf, value);
	if (file == pf->main_cf && off > 0 && pf_file(pf, file)->bytes.at[off - 1] == '=')
		f->before = " ";
	return 0;
}

/* It is not: add a line to main.cf. */
static int append_setting(struct pf *pf, const struct local_setting *l, bool lmtp)
{
	struct finding *f =
		add_setting(pf, l, lmtp, pf->main_cf, pf_file(pf, pf->main_cf)->bytes.len, 0);
	struct pool *pool = &pf->scan->pool;

	f->before = pool_printf(pool, "%s%s = ", pf->main_open_end ? "\n" : "", f->what);
	f->after = pf->main_open_end ? "" : "\n";
	if (l->setting == SET_NAME) {
		struct traced now;

		if (pf_value(pf, f->what, &now) < 0)
			return -1;
		f->current = now.len > 0 ? pf_string(pf, now) : NULL;
	}
	return 0;
}

static int main_settings(struct pf *pf, bool lmtp)
{
	for (size_t i = 0; i < N_SETTINGS; i++) {
		const char *name = name_of(&settings[i], lmtp);
		const struct param *p = param_find(&pf->params, (struct span){name, strlen(name)});

		if (p != NULL ? edit_setting(pf, &settings[i], lmtp, p) < 0
			      : append_setting(pf, &settings[i], lmtp) < 0)
			return -1;
	}
	return 0;
}

/* An override that stays as the admin wrote it. */
static int look_at_override(struct pf *pf, const struct local_setting *l, const char *name,
			    const struct param *p)
{
	struct traced value;

	if (l->setting == SET_FIXED)
		return 0;
	if (expand(pf, p->value, &value) < 0)
		return -1;
	locals_scan(pf, value, name, "the service goes to loopback alone: leave the value empty");
	return 0;
}

/* A service of its own for loopback: what main.cf says must not reach it. */
static int release_service(struct pf *pf, const struct service *s, bool lmtp)
{
	pf->context = s;
	for (size_t i = 0; i < N_SETTINGS; i++) {
		const struct local_setting *l = &settings[i];
		const char *name = name_of(l, lmtp);
		const struct param *p =
			param_find(&s->overrides, (struct span){name, strlen(name)});
		struct finding *f;

		if (l->loopback == NULL || (l->enforces && !can_enforce(pf)))
			continue;
		if (p != NULL) {
			if (look_at_override(pf, l, name, p) < 0)
				return -1;
			continue;
		}
		f = add_setting(pf, l, lmtp, pf->master_cf, s->end, 0);
		f->setting = SET_FIXED;
		f->fixed = l->loopback;
		f->before = pool_printf(&pf->scan->pool, "\n  -o %s=", name);
	}
	pf->context = NULL;
	return 0;
}

static int bind_service(struct pf *pf, const struct service *s, bool lmtp)
{
	pf->context = s;
	for (size_t i = 0; i < N_SETTINGS; i++) {
		const char *name = name_of(&settings[i], lmtp);
		const struct param *p =
			param_find(&s->overrides, (struct span){name, strlen(name)});

		if (p != NULL && edit_setting(pf, &settings[i], lmtp, p) < 0)
			return -1;
	}
	pf->context = NULL;
	if ((s->uses & (USE_LOOPBACK | USE_REMOTE)) == (USE_LOOPBACK | USE_REMOTE))
		scan_warn(pf->scan,
			  "the service %.*s in master.cf serves this machine as well as remote "
			  "hosts: what listens on loopback will see the VIP; give it a service "
			  "of its own",
			  (int)s->name.len, s->name.at);
	return 0;
}

static bool is_counted(const struct service *s)
{
	return !s->replaced && service_is_client(s) && !text_equal(s->type, "inet");
}

int clients_scan(struct pf *pf)
{
	bool lmtp_remote = false;

	if (check_version(pf) < 0)
		return -1;
	for (size_t i = 0; i < pf->n_services; i++)
		if (is_counted(&pf->services[i]) && service_is_lmtp(&pf->services[i]))
			lmtp_remote |= (pf->services[i].uses & USE_REMOTE) != 0;
	if (main_settings(pf, false) < 0 || (lmtp_remote && main_settings(pf, true) < 0))
		return -1;
	for (size_t i = 0; i < pf->n_services; i++) {
		const struct service *s = &pf->services[i];
		bool lmtp = service_is_lmtp(s);

		if (!is_counted(s) || (lmtp && !lmtp_remote))
			continue;
		if (s->uses == USE_LOOPBACK ? release_service(pf, s, lmtp) < 0
					    : bind_service(pf, s, lmtp) < 0)
			return -1;
	}
	return 0;
}
