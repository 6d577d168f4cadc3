/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nameset.c: see nameset.h. Does not judge: that is what is tested.
 */
#include "unit.h"

#include <string.h>

#include "nameset.h"

struct names names;
struct diag diag;

int nameset_make(void **state)
{
	(void)state;
	names_init(&names);
	diag = (struct diag){0};
	return 0;
}

int nameset_release(void **state)
{
	(void)state;
	names_release(&names);
	return 0;
}

struct ipaddr ip(const char *s)
{
	struct ipaddr a = {0};

	assert_true(ipaddr_parse(s, strlen(s), &a));
	return a;
}

int parse(const char *text)
{
	return names_parse(&names, (struct span){text, strlen(text)}, "/n", &diag);
}

const struct name *find(const char *addr)
{
	struct ipaddr a = ip(addr);

	return names_find(&names, &a);
}
