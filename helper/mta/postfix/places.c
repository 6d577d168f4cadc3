/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * places.c guarantees that every parameter that can name a host is looked at, in main.cf and with
 * the -o overrides of each service.
 */
#include "mta/postfix/postfix.h"

#include <string.h>

#define SEPARATORS ", \t\r\n"

enum grammar { NEXTHOPS, TRANSPORT, MAPS, HOSTS, RESTRICTIONS, CLASSES };

struct place {
	const char *name;
	enum grammar grammar;
	enum table_kind kind; /* MAPS */
};

static const struct place places[] = {
	{"relayhost", NEXTHOPS, 0},
	{"smtp_fallback_relay", NEXTHOPS, 0},
	{"fallback_relay", NEXTHOPS, 0},
	{"lmtp_fallback_relay", NEXTHOPS, 0},
	{"default_filter_nexthop", NEXTHOPS, 0},
	{"address_verify_relayhost", NEXTHOPS, 0},
	{"default_transport", TRANSPORT, 0},
	{"relay_transport", TRANSPORT, 0},
	{"virtual_transport", TRANSPORT, 0},
	{"local_transport", TRANSPORT, 0},
	{"address_verify_default_transport", TRANSPORT, 0},
	{"address_verify_relay_transport", TRANSPORT, 0},
	{"address_verify_virtual_transport", TRANSPORT, 0},
	{"address_verify_local_transport", TRANSPORT, 0},
	{"best_mx_transport", TRANSPORT, 0},
	{"content_filter", TRANSPORT, 0},
	{"mailbox_transport", TRANSPORT, 0},
	{"fallback_transport", TRANSPORT, 0},
	{"transport_maps", MAPS, TABLE_TRANSPORT},
	{"mailbox_transport_maps", MAPS, TABLE_TRANSPORT},
	{"fallback_transport_maps", MAPS, TABLE_TRANSPORT},
	{"sender_dependent_default_transport_maps", MAPS, TABLE_TRANSPORT},
	{"sender_dependent_relayhost_maps", MAPS, TABLE_NEXTHOP},
	{"address_verify_transport_maps", MAPS, TABLE_TRANSPORT},
	{"address_verify_sender_dependent_default_transport_maps", MAPS, TABLE_TRANSPORT},
	{"address_verify_sender_dependent_relayhost_maps", MAPS, TABLE_NEXTHOP},
	{"header_checks", MAPS, TABLE_FILTER},
	{"mime_header_checks", MAPS, TABLE_FILTER},
	{"nested_header_checks", MAPS, TABLE_FILTER},
	{"milter_header_checks", MAPS, TABLE_FILTER},
	{"body_checks", MAPS, TABLE_FILTER},
	{"smtp_sasl_password_maps", MAPS, TABLE_PASSWORD},
	{"lmtp_sasl_password_maps", MAPS, TABLE_PASSWORD},
	{"smtp_tls_policy_maps", MAPS, TABLE_POLICY},
	{"lmtp_tls_policy_maps", MAPS, TABLE_POLICY},
	{"smtp_tls_per_site", MAPS, TABLE_SITE},
	{"lmtp_tls_per_site", MAPS, TABLE_SITE},
	{"smtp_connection_cache_destinations", HOSTS, 0},
	{"lmtp_connection_cache_destinations", HOSTS, 0},
	{"smtpd_client_restrictions", RESTRICTIONS, 0},
	{"smtpd_helo_restrictions", RESTRICTIONS, 0},
	{"smtpd_sender_restrictions", RESTRICTIONS, 0},
	{"smtpd_relay_restrictions", RESTRICTIONS, 0},
	{"smtpd_recipient_restrictions", RESTRICTIONS, 0},
	{"smtpd_data_restrictions", RESTRICTIONS, 0},
	{"smtpd_end_of_data_restrictions", RESTRICTIONS, 0},
	{"smtpd_etrn_restrictions", RESTRICTIONS, 0},
	{"smtpd_restriction_classes", CLASSES, 0},
};

static bool is_policy_check(struct span word)
{
	return text_equal_nocase(word, "check_policy_service");
}

/* What stands behind check_…_access, or alone, with a colon in it, is a table. */
static int restrictions_scan(struct pf *pf, struct traced list, const char *what)
{
	struct traced word;
	bool policy = false;

	while (traced_word(&list, SEPARATORS, true, &word)) {
		bool table = !policy && word.text[0] != '{' && traced_find(word, ':') < word.len;

		policy = is_policy_check(traced_span(word));
		if (table && maps_scan(pf, word, TABLE_FILTER, what) < 0)
			return -1;
	}
	return 0;
}

static int classes_scan(struct pf *pf, struct traced list)
{
	struct traced name, value;

	while (traced_word(&list, SEPARATORS, false, &name)) {
		const char *what = pf_string(pf, name);

		if (pf_value(pf, what, &value) < 0 || restrictions_scan(pf, value, what) < 0)
			return -1;
	}
	return 0;
}

static void hosts_scan(struct pf *pf, struct traced list, const char *what)
{
	struct traced word;

	while (traced_word(&list, SEPARATORS, false, &word)) {
		while (word.len > 0 && word.text[0] == '!')
			word = traced_part(word, 1, word.len - 1);
		host_scan(pf, word, what);
	}
}

/* relayhost is delivered to by the default transports. */
static int nexthop_place(struct pf *pf, struct traced value, const char *what)
{
	struct setting_place in = {.what = what, .plain = strncmp(what, "lmtp_", 5) == 0};

	if (strcmp(what, "relayhost") == 0) {
		struct traced transport;

		if (pf_value(pf, "default_transport", &transport) < 0)
			return -1;
		transport.len = traced_find(transport, ':');
		in.service = service_find(pf, traced_span(transport));
		if (in.service != NULL && !service_is_client(in.service))
			in.service = NULL;
	}
	nexthops_scan(pf, value, &in);
	return 0;
}

static int place_scan(struct pf *pf, const struct place *p)
{
	struct traced value;

	if (pf_value(pf, p->name, &value) < 0)
		return -1;
	switch (p->grammar) {
	case NEXTHOPS:
		return nexthop_place(pf, value, p->name);
	case TRANSPORT:
		if (value.len > 0)
			transport_scan(pf, value, p->name);
		return 0;
	case MAPS:
		return maps_scan(pf, value, p->kind, p->name);
	case HOSTS:
		hosts_scan(pf, value, p->name);
		return 0;
	case RESTRICTIONS:
		return restrictions_scan(pf, value, p->name);
	case CLASSES:
		return classes_scan(pf, value);
	}
	return 0;
}

static int context_scan(struct pf *pf, const struct service *context)
{
	pf->context = context;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (place_scan(pf, &places[i]) < 0)
			return -1;
	pf->context = NULL;
	return 0;
}

/* A client goes to its fallback relay too, a filter's client as well. */
static int fallback_scan(struct pf *pf, struct service *s)
{
	struct traced list;

	pf->context = s;
	if (pf_value(pf, service_is_lmtp(s) ? "lmtp_fallback_relay" : "smtp_fallback_relay",
		     &list) < 0)
		return -1;
	nexthops_use(list, s);
	pf->context = NULL;
	return 0;
}

int places_scan(struct pf *pf)
{
	if (context_scan(pf, NULL) < 0)
		return -1;
	for (size_t i = 0; i < pf->n_services; i++) {
		struct service *s = &pf->services[i];

		if (s->replaced)
			continue;
		if (s->overrides.n > 0 && context_scan(pf, s) < 0)
			return -1;
		if (service_is_client(s) && fallback_scan(pf, s) < 0)
			return -1;
	}
	return 0;
}
