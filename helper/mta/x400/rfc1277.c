/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rfc1277.c guarantees that an address is seen only where all digits are where RFC 1277 has them.
 */
#include "mta/x400/rfc1277.h"

#include <string.h>

#define AFI_TELEX_DECIMAL "54"
#define IDI_DIGITS	  8
#define ADDRESS_AT	  12 /* AFI 2, IDI 8, prefix 2 */
#define ADDRESS_DIGITS	  12
#define DIGITS_MAX	  40

static bool address(const char *digits, struct ipaddr *ret_addr)
{
	struct ipaddr a = {.family = 4};

	for (size_t i = 0; i < 4; i++) {
		unsigned n = 0;

		for (size_t k = 0; k < 3; k++) {
			char c = digits[3 * i + k];

			if (c < '0' || c > '9')
				return false;
			n = n * 10 + (unsigned)(c - '0');
		}
		if (n > 255)
			return false;
		a.bytes[i] = (uint8_t)n;
	}
	*ret_addr = a;
	return true;
}

bool rfc1277_digits(struct span first, struct span second, struct ipaddr *ret_addr)
{
	char digits[DIGITS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < first.len + second.len; i++) {
		char c = i < first.len ? first.at[i] : second.at[i - first.len];

		if (c == '.')
			continue;
		if (n == sizeof(digits))
			return false;
		digits[n++] = c;
	}
	return n >= ADDRESS_AT + ADDRESS_DIGITS && memcmp(digits, AFI_TELEX_DECIMAL, 2) == 0 &&
	       address(digits + ADDRESS_AT, ret_addr);
}

bool rfc1277_telex(struct span idi, struct span dsp, struct ipaddr *ret_addr)
{
	return idi.len == IDI_DIGITS && dsp.len >= 2 + ADDRESS_DIGITS &&
	       address(dsp.at + 2, ret_addr);
}
