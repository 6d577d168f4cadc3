/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_choose: the conversation between a question and its reader. What is chosen in which CIB is
 * tested on whole CIBs (tests/cib).
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "pure/cib_choose.h"

static struct cib_wants wants;
static struct cib_model model;

static int setup(void **state)
{
	(void)state;
	cib_model_init(&model, &wants);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cib_model_release(&model);
	cib_wants_release(&wants);
	return 0;
}

static bool wanted(enum cib_want_kind kind, const char *id)
{
	for (size_t i = 0; i < wants.n; i++)
		if (wants.items[i].kind == kind && !wants.items[i].asked &&
		    strcmp(wants.items[i].id, id) == 0)
			return true;
	return false;
}

static void all_read(void)
{
	for (size_t i = 0; i < wants.n; i++)
		wants.items[i].asked = true;
}

static struct cib_resource *ip(const char *id, const char *address,
			       const struct cib_resource *parent, size_t order)
{
	struct cib_resource *r = cib_model_add_resource(&model, id, CIB_PRIMITIVE, parent);
	struct cib_set *set = cib_model_add_set(&model, id, 0);

	r->order = order;
	r->standard = "ocf";
	r->provider = "heartbeat";
	r->type = "IPaddr2";
	set->pairs = calloc(1, sizeof(*set->pairs));
	assert_non_null(set->pairs);
	set->pairs[0] = (struct cib_pair){"ip", address};
	set->n_pairs = set->cap_pairs = 1;
	r->params.items = calloc(1, sizeof(*r->params.items));
	assert_non_null(r->params.items);
	r->params.items[0] = set;
	r->params.n = r->params.cap = 1;
	return r;
}

static void asks_for_what_it_lacks(void **state)
{
	const struct cib_question q = {.resource = "mail-mta"};
	struct cib_choice c = {0};
	struct diag d = {0};
	struct cib_resource *group, *own;

	(void)state;
	assert_int_equal(cib_choose(&model, &q, &c, &d), 0);
	assert_int_equal(c.n, 0);
	assert_true(wanted(CIB_WANT_NAME, "mail-mta"));
	cib_choice_release(&c);

	/* Asked for, and not there. */
	all_read();
	assert_int_equal(cib_choose(&model, &q, &c, &d), -1);
	assert_false(cib_wants_pending(&wants));
	assert_int_equal(d.code, EX_CONFIGURED);

	/* There, but nothing before it: now constraints matter. */
	group = cib_model_add_resource(&model, "mail", CIB_GROUP, NULL);
	own = cib_model_add_resource(&model, "mail-mta", CIB_PRIMITIVE, group);
	own->order = 1;
	assert_int_equal(cib_choose(&model, &q, &c, &d), -1);
	assert_true(wanted(CIB_WANT_LINKS, "mail-mta"));
	assert_true(wanted(CIB_WANT_LINKS, "mail"));

	/* With an IP resource before it they do not. */
	all_read();
	(void)ip("mail-vip", "192.0.2.10", group, 0);
	assert_int_equal(cib_choose(&model, &q, &c, &d), 0);
	assert_false(cib_wants_pending(&wants));
	assert_int_equal(c.n, 1);
	assert_ptr_equal(c.own, own);
	assert_string_equal(c.vips[0].resource->id, "mail-vip");
	assert_string_equal(c.vips[0].why, "before mail-mta in group mail");
	cib_choice_release(&c);
}

static void addresses_need_no_cluster(void **state)
{
	static const char *const vips[] = {"192.0.2.10", "2001:db8::10"};
	static const char *const names[] = {"mail-vip"};
	struct cib_question q = {
		.resource = "mail-mta", .vips = vips, .n_vips = 2, .no_cluster = true};
	struct cib_choice c = {0};
	struct diag d = {0};

	(void)state;
	assert_int_equal(cib_choose(&model, &q, &c, &d), 0);
	assert_int_equal(c.n, 2);
	assert_null(c.vips[0].resource);
	assert_int_equal(c.vips[1].address.addr.family, 6);
	assert_false(cib_wants_pending(&wants));
	cib_choice_release(&c);
	q.vips = names;
	q.n_vips = 1;
	assert_int_equal(cib_choose(&model, &q, &c, &d), -1);
	assert_int_equal(d.code, EX_CONFIGURED);
}

static void status_decides_where(void **state)
{
	struct cib_node nodes[] = {{.id = "1", .name = "node1", .online = true},
				   {.id = "2", .name = "node2", .online = true}};
	struct cib_op ops[] = {
		{"vip", "node1", "monitor", 7, 0, 4, 0}, {"vip", "node1", "start", 0, 0, 9, 0},
		{"vip", "node2", "start", 0, 0, 5, 0},	 {"vip", "node2", "stop", 0, 0, 6, 0},
		{"vip2", "node2", "start", 0, 0, 7, 0},
	};
	const struct cib_resource *vip = ip("vip", "192.0.2.10", NULL, 0);
	const char *const *active = cib_active(&model, vip);

	(void)state;
	assert_null(active[0]);
	assert_true(wanted(CIB_WANT_STATUS, "vip"));
	all_read();
	model.nodes = nodes;
	model.n_nodes = 2;
	model.ops = ops;
	model.n_ops = 5;
	active = cib_active(&model, vip);
	assert_string_equal(active[0], "node1");
	assert_null(active[1]);

	/* Not finished, failed, on a node that is down: none of them counts. */
	ops[1].status = -1;
	assert_null(cib_active(&model, vip)[0]);
	ops[1].status = 0;
	ops[1].rc = 1;
	assert_null(cib_active(&model, vip)[0]);
	ops[1].rc = 0;
	nodes[0].online = false;
	assert_null(cib_active(&model, vip)[0]);
	/* A stop that failed leaves it started. */
	ops[3].rc = 1;
	assert_string_equal(cib_active(&model, vip)[0], "node2");
	model.nodes = NULL;
	model.ops = NULL;
	model.n_nodes = model.n_ops = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(asks_for_what_it_lacks, setup, teardown),
		cmocka_unit_test_setup_teardown(addresses_need_no_cluster, setup, teardown),
		cmocka_unit_test_setup_teardown(status_decides_where, setup, teardown),
	};

	return cmocka_run_group_tests_name("cib_choose", tests, NULL, NULL);
}
