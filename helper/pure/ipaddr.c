/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ipaddr.c guarantees one canonical spelling per address, and that parsing accepts nothing that
 * inet_pton(3) would not.
 */
#include "pure/ipaddr.h"

#include <arpa/inet.h>
#include <string.h>

bool ipaddr_parse(const char *text, size_t len, struct ipaddr *ret_addr)
{
	struct ipaddr a = {0};
	char s[IPADDR_STRLEN];

	if (len == 0 || len >= sizeof(s) || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(s, text, len);
	s[len] = '\0';
	if (inet_pton(AF_INET, s, a.bytes) == 1)
		a.family = 4;
	else if (inet_pton(AF_INET6, s, a.bytes) == 1)
		a.family = 6;
	else
		return false;
	*ret_addr = a;
	return true;
}

const char *ipaddr_format(const struct ipaddr *a, char out[IPADDR_STRLEN])
{
	int af = a->family == 4 ? AF_INET : AF_INET6;

	if (a->family == 0 || inet_ntop(af, a->bytes, out, IPADDR_STRLEN) == NULL)
		out[0] = '\0';
	return out;
}

int ipaddr_compare(const struct ipaddr *a, const struct ipaddr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : 16);
}

bool ipaddr_is_loopback(const struct ipaddr *a)
{
	static const uint8_t one[16] = {[15] = 1};
	static const uint8_t mapped[13] = {[10] = 0xff, [11] = 0xff, [12] = 127};

	if (a->family == 4)
		return a->bytes[0] == 127;
	return a->family == 6 && (memcmp(a->bytes, one, sizeof(one)) == 0 ||
				  memcmp(a->bytes, mapped, sizeof(mapped)) == 0);
}

bool ipaddr_is_any(const struct ipaddr *a)
{
	static const uint8_t zero[16];

	return a->family != 0 && memcmp(a->bytes, zero, a->family == 4 ? 4 : 16) == 0;
}

bool ipaddr_is_unicast(const struct ipaddr *a)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (a->family == 0 || ipaddr_is_any(a) || ipaddr_is_loopback(a))
		return false;
	if (a->family == 4)
		return a->bytes[0] < 224;
	return a->bytes[0] != 0xff && memcmp(a->bytes, mapped, sizeof(mapped)) != 0;
}
