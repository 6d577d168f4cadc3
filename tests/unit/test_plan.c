/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_plan: findings become edits, and nothing else changes. What becomes of keys is in
 * test_plan_keys.c.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan_world.h"

static void a_remote_becomes_its_name(void **state)
{
	static const char text[] = "a\nrelayhost = 198.51.100.7:27 # no\nb";
	struct world *w = *state;
	struct buf out = BUF_INIT;
	struct plan_line at = {0};
	struct finding *f;

	add_file(w, "/etc/x/main", text);
	f = remote(w, text, "198.51.100.7", FIND_REMOTE);
	f->before = "[";
	f->after = "]";
	pin(w, "198.51.100.7 mx.remote.example");
	make(w);
	assert_int_equal(w->plan.n_edits, 1);
	assert_int_equal(w->plan.edits[0].kind, EDIT_REMOTE);
	assert_int_equal(plan_line(&at, &w->scan, w->plan.edits[0].file, w->plan.edits[0].off), 2);
	assert_true(text_equal(plan_old(&w->scan, &w->plan.edits[0]), "198.51.100.7"));
	assert_string_equal(rendered(w, &out), "a\nrelayhost = [mx.remote.example]:27 # no\nb");
	assert_int_equal(w->plan.remotes, 1);
	assert_int_equal(w->plan.named, 1);
	buf_release(&out);
}

static void an_unnamed_remote_is_kept_with_its_reason(void **state)
{
	static const char text[] = "x\ny 198.51.100.7\n";
	struct world *w = *state;

	add_file(w, "/etc/x/main", text);
	remote(w, text, "198.51.100.7", FIND_REMOTE);
	make(w);
	assert_int_equal(w->plan.n_edits, 0);
	assert_int_equal(w->plan.n_kept, 1);
	assert_int_equal(w->plan.kept[0].line, 2);
	assert_non_null(w->plan.kept[0].reason);
}

static void own_and_loopback_addresses_are_no_remotes(void **state)
{
	static const char text[] = "127.0.0.1 192.0.2.10 192.0.2.11 ::1";
	struct world *w = *state;
	struct ipaddr own[] = {addr("192.0.2.11")};
	struct remote_addr *addrs = NULL;
	size_t n = 99;

	add_file(w, "/etc/x/main", text);
	w->want.own = own;
	w->want.n_own = 1;
	remote(w, text, "127.0.0.1", FIND_REMOTE);
	remote(w, text, "192.0.2.10", FIND_REMOTE);
	remote(w, text, "192.0.2.11", FIND_KEPT);
	remote(w, text, "::1", FIND_KEPT);
	assert_int_equal(plan_addresses(&w->scan, &w->want, &addrs, &n, &w->diag), 0);
	assert_int_equal(n, 0);
	free(addrs);
	make(w);
	assert_int_equal(w->plan.remotes, 0);
	assert_int_equal(w->plan.n_kept, 0);
}

static void addresses_are_asked_once_and_keys_are_noted(void **state)
{
	static const char text[] = "198.51.100.9 198.51.100.7 2001:db8::7";
	struct world *w = *state;
	struct remote_addr *addrs = NULL;
	size_t n = 0;

	add_file(w, "/etc/x/main", text);
	remote(w, text, "198.51.100.9", FIND_REMOTE);
	remote(w, text, "198.51.100.7", FIND_REMOTE);
	remote(w, text, "198.51.100.7", FIND_KEY);
	remote(w, text, "2001:db8::7", FIND_REMOTE);
	assert_int_equal(plan_addresses(&w->scan, &w->want, &addrs, &n, &w->diag), 0);
	assert_int_equal(n, 3);
	assert_true(addrs[0].has_key);
	assert_false(addrs[1].has_key);
	assert_int_equal(addrs[2].addr.family, 6);
	free(addrs);
}

static struct finding *setting(struct world *w, enum setting what, size_t off, size_t len)
{
	struct finding *f = scan_add(&w->scan, FIND_SETTING, &w->scan.files[0], off, len);

	f->setting = what;
	f->what = "setting";
	return f;
}

static void settings_are_inserted_in_the_scanners_order(void **state)
{
	struct world *w = *state;
	struct buf out = BUF_INIT;
	struct finding *f;

	add_file(w, "/etc/x/main", "a\n");
	f = setting(w, SET_BIND4, 2, 0);
	f->before = "bind4 = ";
	f->after = "\n";
	f = setting(w, SET_BIND6, 2, 0);
	f->before = "bind6 = ";
	f->after = "\n";
	f = setting(w, SET_FIXED, 2, 0);
	f->before = "enforce = ";
	f->fixed = "yes";
	f->after = "\n";
	f = setting(w, SET_NAME, 2, 0);
	f->before = "name = ";
	f->after = "\n";
	make(w);
	assert_string_equal(rendered(w, &out), "a\nbind4 = 192.0.2.10\nbind6 = 100::1\n"
					       "enforce = yes\nname = mail.cluster.example\n");
	assert_int_equal(w->plan.edits[0].kind, EDIT_BIND);
	assert_int_equal(w->plan.edits[1].kind, EDIT_FAMILY);
	assert_int_equal(w->plan.edits[3].kind, EDIT_NAME);
	buf_release(&out);
}

static void a_setting_that_says_it_already_is_left_alone(void **state)
{
	struct world *w = *state;
	struct finding *f;

	add_file(w, "/etc/x/main", "bind = [192.0.2.10]\nbind6=0100::0001\nname=other.example\n");
	f = setting(w, SET_BIND4, 7, 12);
	f->current = "[192.0.2.10]";
	f = setting(w, SET_BIND6, 26, 10);
	f->current = "0100::0001";
	w->want.name = NULL;
	f = setting(w, SET_NAME, 42, 13);
	f->current = "other.example";
	make(w);
	assert_int_equal(w->plan.n_edits, 0);
}

static void both_families_in_one_setting(void **state)
{
	struct world *w = *state;
	struct buf out = BUF_INIT;
	struct finding *f;

	add_file(w, "/etc/x/main", "interface = x\n");
	f = setting(w, SET_BINDS, 12, 1);
	f->before = "<; ";
	f->join = " ; ";
	f->bracketed_v6 = true;
	make(w);
	assert_string_equal(rendered(w, &out), "interface = <; 192.0.2.10 ; [100::1]\n");
	buf_release(&out);
}

static void a_list_of_what_there_is(void **state)
{
	static const char text[] = "src \n";
	struct world *w = *state;
	struct finding *f;

	add_file(w, "/etc/x/m", text);
	f = setting(w, SET_BINDS, 4, 0);
	f->join = ", ";
	f->present_only = true;
	make(w);
	assert_int_equal(w->plan.n_edits, 1);
	assert_string_equal(w->plan.edits[0].text, "192.0.2.10");
	assert_int_equal(w->plan.edits[0].kind, EDIT_BIND);
	plan_release(&w->plan);
	w->want.vip4.family = 0;
	w->want.vip6 = addr("2001:db8::10");
	make(w);
	assert_string_equal(w->plan.edits[0].text, "2001:db8::10");
	plan_release(&w->plan);
	w->want.vip4 = addr("192.0.2.10");
	make(w);
	assert_string_equal(w->plan.edits[0].text, "192.0.2.10, 2001:db8::10");
}

/* In any place that may hold it, and the VIP is none even if the kernel has it here. */
static void a_nodes_own_address_is_noticed(void **state)
{
	static const char text[] = "listen 192.0.2.11\nbind = <; 192.0.2.10 ; [2001:db8::11]\n";
	const struct ipaddr nodes[] = {addr("192.0.2.10"), addr("192.0.2.11"),
				       addr("2001:db8::11")};
	struct world *w = *state;
	struct finding *f;

	w->want.nodes = nodes;
	w->want.n_nodes = 3;
	add_file(w, "/etc/x/main", text);
	f = remote(w, text, "192.0.2.11", FIND_LOCAL);
	f->reason = "listen on all";
	f = remote(w, text, "192.0.2.10", FIND_LOCAL);
	f = setting(w, SET_BINDS, 25, 31);
	f->current = "<; 192.0.2.10 ; [2001:db8::11]";
	f->what = "interface";
	f = setting(w, SET_BIND4, 25, 0);
	f->current = "192.0.2.110";
	make(w);
	assert_int_equal(w->plan.n_pinned, 2);
	assert_int_equal(w->plan.pinned[0].line, 1);
	assert_string_equal(w->plan.pinned[0].cure, "listen on all");
	assert_int_equal(w->plan.pinned[1].line, 2);
	assert_true(ipaddr_equal(&w->plan.pinned[1].addr, &nodes[2]));
	assert_string_equal(w->plan.pinned[1].what, "interface");
	assert_int_equal(w->plan.remotes, 0);
}

static void overlapping_findings_are_a_fault(void **state)
{
	static const char text[] = "198.51.100.7";
	struct world *w = *state;

	add_file(w, "/etc/x/main", text);
	remote(w, text, "198.51.100.7", FIND_REMOTE);
	remote(w, text, "198.51.100.7", FIND_REMOTE);
	pin(w, "198.51.100.7 mx.remote.example");
	assert_int_equal(plan_make(&w->plan, &w->scan, &w->want, &w->names, &w->diag), -1);
	assert_int_equal(w->diag.code, EX_INSTALLED);
}

static void a_place_may_ask_for_a_pin(void **state)
{
	static const char text[] = "198.51.100.7";
	struct world *w = *state;
	struct remote_addr *addrs = NULL;
	size_t n = 0;

	add_file(w, "/etc/x/main", text);
	remote(w, text, "198.51.100.7", FIND_REMOTE)->pin = true;
	assert_int_equal(plan_addresses(&w->scan, &w->want, &addrs, &n, &w->diag), 0);
	assert_int_equal(n, 1);
	assert_true(addrs[0].has_key);
	free(addrs);
}

/* Lines of ten bytes, each with an address; the findings come in `runs` runs that lie like the
 * teeth of combs. */
static void in_order_whatever_the_scan_does(struct world *w, size_t runs)
{
	struct plan_line at = {0};
	enum { LINES = 900 };
	struct buf text = BUF_INIT, want = BUF_INIT, out = BUF_INIT;
	struct file *f;
	char line[20];

	for (size_t i = 0; i < LINES; i++) {
		const size_t host = i * 7 % 90 + 10;

		buf_addf(&text, "192.1.2.%zu", host);
		buf_adds(&text, "\n");
		buf_addf(&want, host == 99 ? "192.1.2.99\n" : "h%zu.example\n", host);
	}
	for (size_t i = 10; i < 99; i++) {
		char pinned[40];

		(void)snprintf(pinned, sizeof(pinned), "192.1.2.%zu h%zu.example\n", i, i);
		pin(w, pinned);
	}
	assert_int_equal(text.len, LINES * 11);
	f = add_file(w, "/etc/x/table", buf_str(&text));
	for (size_t run = runs; run-- > 0;)
		for (size_t i = run; i < LINES; i += runs) {
			struct finding *g = scan_add(&w->scan, FIND_REMOTE, f, i * 11, 10);

			memcpy(line, text.data + i * 11, 10);
			line[10] = '\0';
			g->addr = addr(line);
			g->what = "transport_maps";
		}
	make(w);
	assert_string_equal(rendered(w, &out), buf_str(&want));
	assert_int_equal(w->plan.n_edits + w->plan.n_kept, LINES);
	assert_int_equal(w->plan.n_kept, 10);
	for (size_t i = 0; i < w->plan.n_edits; i++)
		assert_int_equal(
			plan_line(&at, &w->scan, w->plan.edits[i].file, w->plan.edits[i].off),
			w->plan.edits[i].off / 11 + 1);
	for (size_t i = 0; i < w->plan.n_kept; i++)
		assert_int_equal(w->plan.kept[i].line, w->plan.kept[i].off / 11 + 1);
	buf_release(&text);
	buf_release(&want);
	buf_release(&out);
}

static void one_run(void **state)
{
	in_order_whatever_the_scan_does(*state, 1);
}

static void some_runs(void **state)
{
	in_order_whatever_the_scan_does(*state, 5);
}

static void many_runs(void **state)
{
	in_order_whatever_the_scan_does(*state, 300);
}

#define T(f) cmocka_unit_test_setup_teardown(f, plan_world_make, plan_world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_remote_becomes_its_name),
		T(an_unnamed_remote_is_kept_with_its_reason),
		T(own_and_loopback_addresses_are_no_remotes),
		T(addresses_are_asked_once_and_keys_are_noted),
		T(settings_are_inserted_in_the_scanners_order),
		T(a_setting_that_says_it_already_is_left_alone),
		T(both_families_in_one_setting),
		T(a_list_of_what_there_is),
		T(overlapping_findings_are_a_fault),
		T(a_nodes_own_address_is_noticed),
		T(a_place_may_ask_for_a_pin),
		T(one_run),
		T(some_runs),
		T(many_runs),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
