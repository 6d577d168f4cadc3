/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sum: the numbers of the specification, however the bytes are cut. */
#include "unit.h"

#include <string.h>

#include "pure/sum.h"

static uint64_t of(const char *s)
{
	return sum_of((struct span){s, strlen(s)});
}

/* As `xxhsum -H64` has them. */
static void known_numbers(void **state)
{
	(void)state;
	assert_true(of("") == 0xef46db3751d8e999u);
	assert_true(of("a") == 0xd24ec4f1a98c6e5bu);
	assert_true(of("abc") == 0x44bc2cf5ad770999u);
	assert_true(of("Nobody inspects the spammish repetition") == 0xfbcea83c8a378bf1u);
}

static void however_it_is_cut(void **state)
{
	unsigned char bytes[257];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 37 + i / 7);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		const uint64_t whole = sum_of((struct span){(const char *)bytes, len});

		for (size_t step = 1; step < 70; step += 3) {
			struct sum s;

			sum_init(&s);
			for (size_t at = 0; at < len; at += step)
				sum_add(&s, bytes + at, len - at < step ? len - at : step);
			assert_true(sum_end(&s) == whole);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_numbers),
		cmocka_unit_test(however_it_is_cut),
	};

	return cmocka_run_group_tests_name("sum", tests, NULL, NULL);
}
