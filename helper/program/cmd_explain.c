/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain: what the other side saw of us, decoded from its log (pure/explain.h), and which fault
 * that points to. The argument, or a whole pasted event from standard input. Asks nobody but the
 * kernel, for the addresses of this node.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "effects/netaddr.h"
#include "program/commands.h"
#include "program/output.h"
#include "pure/explain.h"

#define EVENT_MAX 65536 /* bytes of a pasted event */

static bool is_vip(const struct options *o, const struct ipaddr *a)
{
	struct ipaddr vip;

	for (size_t i = 0; i < o->n_vips; i++)
		if (ipaddr_parse(o->vips[i], strlen(o->vips[i]), &vip) && ipaddr_equal(&vip, a))
			return true;
	return false;
}

static const char *fault_of_address(const struct options *o, const struct netaddrs *here,
				    const struct ipaddr *a)
{
	if (is_vip(o, a))
		return "that is the VIP: the other side does not list it; have it set this "
		       "address, "
		       "or a name to which the VIP's PTR record leads";
	if (netaddr_find(here, a) != NULL)
		return "that is an address of this node: if it is not the VIP, the mail server "
		       "called "
		       "from the node's own address; apply the stack";
	return "the other side lists another address for this caller: if this is a cluster node's, "
	       "the mail server there called without the VIP; apply the stack on it";
}

static const char *fault_of_name(const struct explained *e)
{
	if (strlen(e->name) > EXPLAIN_STACK_NAME)
		return "it is longer than the 32 characters that the Stack tab takes: have the "
		       "other "
		       "side list the VIP's address, or give the VIP a shorter name";
	return "the other side got this name from the caller's PTR record and lists another one, "
	       "upper and lower case included; have it set this one, or mend the PTR record";
}

struct report {
	const struct options *o;
	struct netaddrs here;
	json_t *list; /* NULL: text */
	size_t n;
};

static void print(struct report *r, const struct explained *e)
{
	char addr[IPADDR_STRLEN];
	const char *of_addr =
		e->addr.family != 0 ? fault_of_address(r->o, &r->here, &e->addr) : NULL;
	const char *of_name = e->name[0] != '\0' ? fault_of_name(e) : NULL;

	r->n++;
	ipaddr_format(&e->addr, addr);
	if (r->list != NULL) {
		(void)json_array_append_new(
			r->list,
			json_pack("{s:s, s:s*, s:s*, s:s*, s:s*}", "hex", e->hex, "address",
				  of_addr ? addr : NULL, "address_means", of_addr, "name",
				  of_name ? e->name : NULL, "name_means", of_name));
		return;
	}
	if (of_addr != NULL)
		(void)printf("%s: the address %s: %s\n", e->hex, addr, of_addr);
	if (of_name != NULL)
		(void)printf("%s: %sthe name %s: %s\n", e->hex, of_addr ? "or " : "", e->name,
			     of_name);
}

static int from_input(struct report *r, struct diag *ret_diag)
{
	struct buf event = BUF_INIT;
	struct explained e;
	char bytes[4096];
	size_t at = 0;
	ssize_t n;

	if (isatty(STDIN_FILENO) == 1)
		(void)fputs("paste the event, then Control-D\n", stderr);
	while ((n = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0 && event.len < EVENT_MAX)
		buf_add(&event, bytes, (size_t)n);
	if (n < 0) {
		buf_release(&event);
		return diag_set(ret_diag, EX_FAILED, "cannot read standard input: %s",
				strerror(errno));
	}
	while (explain_next((struct span){buf_str(&event), event.len}, &at, &e))
		print(r, &e);
	buf_release(&event);
	return r->n > 0 ? 0
			: diag_set(ret_diag, EX_FAILED,
				   "cannot find a network address in hexadecimal in the input");
}

static int run(struct report *r, struct diag *ret_diag)
{
	const char *hex = r->o->argument;
	struct explained e;

	if (netaddr_list(&r->here, ret_diag) < 0)
		return -1;
	if (hex == NULL)
		return from_input(r, ret_diag);
	if (!explain_hex((struct span){hex, strlen(hex)}, &e))
		return diag_set(ret_diag, EX_ARGS,
				"cannot explain %s: give pairs of hexadecimal digits that are an "
				"address or a name, such as 91F5C11B",
				hex);
	print(r, &e);
	return 0;
}

int cmd_explain(const struct options *o, struct diag *ret_diag)
{
	struct report r = {.o = o, .here = NETADDRS_INIT, .list = o->json ? json_array() : NULL};
	int status = run(&r, ret_diag);

	if (status == 0 && r.list != NULL)
		status = output_json(json_pack("{s:o}", "addresses", r.list), ret_diag);
	else
		json_decref(r.list);
	netaddrs_release(&r.here);
	return status;
}
