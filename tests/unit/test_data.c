/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Floor 0: buf, pool, array, diag. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "data/buf.h"
#include "data/diag.h"
#include "data/pool.h"

static void buf_grows_and_terminates(void **state)
{
	struct buf b = BUF_INIT;
	char *text;

	(void)state;
	assert_string_equal(buf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "%d,", i);
	assert_true(buf_ok(&b));
	assert_int_equal(b.len, strlen(b.data));
	assert_memory_equal(b.data, "0,1,2,", 6);
	text = buf_detach(&b);
	assert_non_null(text);
	assert_int_equal(b.len, 0);
	free(text);
}

static void buf_keeps_nul_bytes(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_add(&b, "a\0b", 3);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
	buf_release(&b);
}

static void buf_failure_sticks(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_adds(&b, "x");
	buf_add(&b, "y", SIZE_MAX);
	assert_false(buf_ok(&b));
	buf_adds(&b, "z");
	assert_int_equal(b.len, 1);
	assert_null(buf_detach(&b));
}

static void pool_strings_stay(void **state)
{
	struct pool p = POOL_INIT;
	const char *first = pool_dups(&p, "first");

	(void)state;
	for (int i = 0; i < 20000; i++)
		(void)pool_printf(&p, "filler %d", i);
	assert_string_equal(first, "first");
	assert_true(pool_ok(&p));
	pool_release(&p);
}

static void pool_serves_large_strings(void **state)
{
	struct pool p = POOL_INIT;
	char *big = malloc(100000);
	const char *copy;

	(void)state;
	assert_non_null(big);
	memset(big, 'x', 100000);
	copy = pool_dup(&p, big, 100000);
	assert_int_equal(strlen(copy), 100000);
	pool_release(&p);
	free(big);
}

static void pool_failure_yields_usable_memory(void **state)
{
	struct pool p = POOL_INIT;
	char *object;

	(void)state;
	object = pool_alloc(&p, POOL_OBJECT_MAX + 1);
	assert_false(pool_ok(&p));
	object[0] = 1;
	assert_string_equal(pool_dups(&p, "x"), "");
}

static void array_grows_zeroed(void **state)
{
	int *items = NULL;
	size_t n = 0, cap = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		int *slot = array_grow(&items, &n, &cap);

		assert_non_null(slot);
		assert_int_equal(*slot, 0);
		*slot = i;
	}
	assert_int_equal(n, 100);
	assert_int_equal(items[99], 99);
	free(items);
}

static void diag_is_one_clean_line(void **state)
{
	struct diag d;
	char big[3000];

	(void)state;
	assert_int_equal(diag_set(&d, EX_ARGS, "a\nb%c", 0x1b), -1);
	assert_string_equal(d.text, "a?b?");
	assert_int_equal(d.code, EX_ARGS);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	(void)diag_set(&d, EX_FAILED, "%s", big);
	assert_int_equal(strlen(d.text), DIAG_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf_grows_and_terminates),
		cmocka_unit_test(buf_keeps_nul_bytes),
		cmocka_unit_test(buf_failure_sticks),
		cmocka_unit_test(pool_strings_stay),
		cmocka_unit_test(pool_serves_large_strings),
		cmocka_unit_test(pool_failure_yields_usable_memory),
		cmocka_unit_test(array_grows_zeroed),
		cmocka_unit_test(diag_is_one_clean_line),
	};

	return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
