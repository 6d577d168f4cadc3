/* SPDX-License-Identifier: GPL-2.0-or-later */
/* postfix: what golden cases do not show: files and how they are asked for, the process, the port.
 */
#include "unit.h"

#include <string.h>

#include "data/buf.h"
#include "mta/backend.h"

static const char master[] = "smtp inet n - y - - smtpd\n"
			     "smtp unix - - y - - smtp\n"
			     "relay unix - - y - - smtp\n";

struct given {
	const char *path, *text;
};

static struct span span_of(const char *s)
{
	return (struct span){s, strlen(s)};
}

static void load(struct scan *s, const struct given *files)
{
	for (size_t i = 0; i < s->n_files; i++) {
		struct file *f = &s->files[i];

		if (f->state != FILE_WANTED)
			continue;
		f->state = FILE_ABSENT;
		for (const struct given *g = files; g->path != NULL; g++) {
			if (strcmp(g->path, f->path) != 0)
				continue;
			f->state = FILE_LOADED;
			f->bytes = span_of(g->text);
		}
	}
}

static int run(struct scan *s, const char *facts, const struct given *files, struct diag *d)
{
	const struct backend *b = backend_find("postfix");
	bool wanted;

	assert_non_null(b);
	scan_init(s, "/etc/postfix");
	s->facts = span_of(facts);
	do {
		scan_restart(s);
		if (b->scan(s, d) < 0)
			return -1;
		wanted = scan_wants(s);
		load(s, files);
	} while (wanted);
	return 0;
}

static const struct file *file_of(const struct scan *s, const char *path)
{
	for (size_t i = 0; i < s->n_files; i++)
		if (strcmp(s->files[i].path, path) == 0)
			return &s->files[i];
	return NULL;
}

static void missing_files_are_named(void **state)
{
	const struct given none[] = {{NULL, NULL}},
			   main_only[] = {{"/etc/postfix/main.cf", ""}, {NULL, NULL}};
	struct scan s;
	struct diag d;

	(void)state;
	assert_int_equal(run(&s, "", none, &d), -1);
	assert_int_equal(d.code, EX_INSTALLED);
	assert_string_equal(d.text, "cannot open /etc/postfix/main.cf: No such file or directory");
	scan_release(&s);
	assert_int_equal(run(&s, "", main_only, &d), -1);
	assert_string_equal(d.text,
			    "cannot open /etc/postfix/master.cf: No such file or directory");
	scan_release(&s);
}

static void an_unreadable_file_tells_why(void **state)
{
	const struct backend *b = backend_find("postfix");
	struct scan s;
	struct diag d;

	(void)state;
	scan_init(&s, "/etc/postfix");
	assert_int_equal(b->scan(&s, &d), 0);
	assert_int_equal(s.n_files, 2);
	s.files[0].state = FILE_UNREADABLE;
	s.files[0].why = "Permission denied";
	assert_int_equal(b->scan(&s, &d), -1);
	assert_string_equal(d.text, "cannot open /etc/postfix/main.cf: Permission denied");
	scan_release(&s);
}

static void secrets_and_editors_are_told_of(void **state)
{
	const struct given files[] = {{"/etc/postfix/main.cf",
				       "smtp_sasl_password_maps = lmdb:/etc/postfix/sasl\n"
				       "smtp_tls_policy_maps = texthash:/etc/postfix/tls\n"},
				      {"/etc/postfix/master.cf", master},
				      {"/etc/postfix/sasl", "[198.51.100.7] u:p\n"},
				      {"/etc/postfix/tls", "x may\n"},
				      {NULL, NULL}};
	struct scan s;
	struct diag d;

	(void)state;
	assert_int_equal(run(&s, "", files, &d), 0);
	assert_true(file_of(&s, "/etc/postfix/main.cf")->tmp_lock);
	assert_true(file_of(&s, "/etc/postfix/master.cf")->tmp_lock);
	assert_true(file_of(&s, "/etc/postfix/sasl")->secret);
	assert_false(file_of(&s, "/etc/postfix/tls")->secret);
	assert_int_equal(file_of(&s, "/etc/postfix/sasl")->n_derived, 1);
	assert_int_equal(file_of(&s, "/etc/postfix/tls")->n_derived, 0);
	scan_release(&s);
}

static void the_process_is_where_the_queue_is(void **state)
{
	const struct given files[] = {
		{"/etc/postfix/main.cf", "spool = /srv/mail\nqueue_directory = $spool/queue\n"},
		{"/etc/postfix/master.cf", master},
		{NULL, NULL}};
	struct scan s;
	struct diag d;

	(void)state;
	assert_int_equal(run(&s, "daemon_directory = /usr/libexec/postfix\n", files, &d), 0);
	assert_string_equal(s.process.pid_file, "/srv/mail/queue/pid/master.pid");
	assert_string_equal(s.process.exe, "/usr/libexec/postfix/master");
	assert_true(s.process.pid_file_locked);
	scan_release(&s);
	assert_int_equal(run(&s, "", files, &d), 0);
	assert_null(s.process.exe);
	scan_release(&s);
}

static int port_of(const char *main_cf, const char *master_cf)
{
	const struct given files[] = {{"/etc/postfix/main.cf", main_cf},
				      {"/etc/postfix/master.cf", master_cf},
				      {NULL, NULL}};
	struct scan s;
	struct diag d;
	int port;

	assert_int_equal(run(&s, "", files, &d), 0);
	port = s.process.port;
	scan_release(&s);
	return port;
}

static void the_port_is_one_that_is_open_to_the_network(void **state)
{
	(void)state;
	assert_int_equal(port_of("", master), 25);
	assert_int_equal(port_of("inet_interfaces = loopback-only\n", master), 0);
	assert_int_equal(port_of("inet_interfaces = 127.0.0.1, [::1] localhost\n", master), 0);
	assert_int_equal(port_of("inet_interfaces = 127.0.0.1, 192.0.2.10\n", master), 25);
	assert_int_equal(port_of("inet_interfaces = loopback-only\n",
				 "[192.0.2.10]:smtp inet n - y - - smtpd\n"),
			 25);
	assert_int_equal(port_of("", "127.0.0.1:10025 inet n - y - - smtpd\n"), 0);
	assert_int_equal(port_of("", "submission inet n - y - - smtpd\n"
				     "25 inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n"),
			 25);
	assert_int_equal(port_of("", "2525 inet n - y - - smtpd\n"), 2525);
	assert_int_equal(port_of("", "70000 inet n - y - - smtpd\nqmqp inet n - n - - qmqpd\n"), 0);
}

static enum resolve_order order(const char *main_cf, const char *master_cf)
{
	const struct given files[] = {{"/etc/postfix/main.cf", main_cf},
				      {"/etc/postfix/master.cf", master_cf},
				      {NULL, NULL}};
	enum resolve_order got;
	struct scan s;
	struct diag d;

	assert_int_equal(run(&s, "", files, &d), 0);
	got = s.lookup;
	scan_release(&s);
	return got;
}

static void a_name_is_looked_up_as_the_clients_do(void **state)
{
	static const char lmtp[] = "smtp unix - - y - - smtp\nlmtp unix - - y - - lmtp\n";
	static const char native[] = "relay unix - - y - - smtp -o smtp_host_lookup=native,dns\n"
				     "smtp unix - - y - - smtp\n";

	(void)state;
	assert_int_equal(order("", master), RESOLVE_DNS);
	assert_int_equal(order("smtp_host_lookup = dns, native\n", master), RESOLVE_DNS_HOSTS);
	assert_int_equal(order("smtp_host_lookup = Native dns\n", master), RESOLVE_HOSTS_DNS);
	assert_int_equal(order("smtp_host_lookup = native\nlmtp_host_lookup = dns\n", lmtp),
			 RESOLVE_HOSTS_DNS);
	assert_int_equal(order("smtp_host_lookup = native\n"
			       "virtual_transport = lmtp:[198.51.100.7]:24\n",
			       lmtp),
			 RESOLVE_DNS);
	assert_int_equal(order("smtp_host_lookup = native\nlmtp_host_lookup = native\n"
			       "virtual_transport = lmtp:[198.51.100.7]:24\n",
			       lmtp),
			 RESOLVE_HOSTS_DNS);
	/* a service that goes nowhere does not count */
	assert_int_equal(order("smtp_host_lookup = native\nrelayhost = [198.51.100.7]\n"
			       "relay_transport = relay:[127.0.0.1]:10024\n",
			       "relay unix - - y - - smtp -o smtp_host_lookup=dns\n"
			       "smtp unix - - y - - smtp\n"),
			 RESOLVE_HOSTS_DNS);
	assert_int_equal(order("relay_transport = relay:[198.51.100.7]\n", native), RESOLVE_DNS);
}

static void the_row_is_complete(void **state)
{
	const struct backend *b = backend_find("postfix");

	(void)state;
	assert_string_equal(b->default_config, "/etc/postfix");
	assert_string_equal(b->unit, "postfix.service");
	assert_string_equal(b->start_argv[3], "start");
	assert_string_equal(b->stop_argv[3], "stop");
	assert_string_equal(b->abort_argv[3], "abort");
	assert_string_equal(b->reload_argv[3], "reload");
	for (size_t i = 0; b->check_argvs[i] != NULL; i++)
		for (size_t k = 0; b->check_argvs[i][k] != NULL; k++)
			assert_string_not_equal(b->check_argvs[i][k], "check");
	assert_null(backend_find("nosuch"));
}

/* 1: the address of a route stands there, behind all before. */
static size_t is_route(const struct buf *table, const struct finding *f, size_t *at)
{
	struct ipaddr a;

	if (f->kind != FIND_REMOTE)
		return 0;
	assert_true(f->off > *at);
	*at = f->off;
	assert_int_equal(table->data[f->off - 1], '[');
	assert_int_equal(table->data[f->off + f->len], ']');
	assert_true(ipaddr_parse(table->data + f->off, f->len, &a));
	assert_true(ipaddr_equal(&a, &f->addr));
	return 1;
}

/* Results that come again are found where they stand, also beside others of the same slot. */
static void a_large_table_is_read_like_a_small_one(void **state)
{
	enum { LINES = 20000, ADDRESSES = 6000 };
	struct given files[] = {{"/etc/postfix/main.cf", "transport_maps = texthash:/t\n"},
				{"/etc/postfix/master.cf", master},
				{"/t", NULL},
				{NULL, NULL}};
	struct buf table = BUF_INIT;
	struct scan s;
	struct diag d;
	size_t n = 0, n_repeats = 0;

	(void)state;
	for (unsigned i = 0; i < LINES; i++)
		buf_addf(&table,
			 i % 7 ? "d%u.example smtp:[198.18.%u.%u]:%u\n" : "d%u.example local:\n", i,
			 i * 31 % ADDRESSES / 250, i * 31 % ADDRESSES % 250 + 1, 25 + i % 3);
	files[2].text = buf_str(&table);
	assert_int_equal(run(&s, "", files, &d), 0);
	/* Many are noted, many have lost their slot by then. */
	assert_in_range(s.n_repeats, LINES / 20, LINES / 2);
	for (size_t i = 0, at = 0; i <= s.n_findings; i++) {
		for (; n_repeats < s.n_repeats && s.repeats[n_repeats].after <= i; n_repeats++) {
			struct finding again = s.findings[s.repeats[n_repeats].like];

			again.off = s.repeats[n_repeats].off;
			n += is_route(&table, &again, &at);
		}
		if (i < s.n_findings)
			n += is_route(&table, &s.findings[i], &at);
	}
	assert_int_equal(n, LINES - (LINES + 6) / 7);
	scan_release(&s);
	buf_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_files_are_named),
		cmocka_unit_test(an_unreadable_file_tells_why),
		cmocka_unit_test(secrets_and_editors_are_told_of),
		cmocka_unit_test(the_process_is_where_the_queue_is),
		cmocka_unit_test(the_port_is_one_that_is_open_to_the_network),
		cmocka_unit_test(a_name_is_looked_up_as_the_clients_do),
		cmocka_unit_test(the_row_is_complete),
		cmocka_unit_test(a_large_table_is_read_like_a_small_one),
	};

	return cmocka_run_group_tests_name("postfix", tests, NULL, NULL);
}
