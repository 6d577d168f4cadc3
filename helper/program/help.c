/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * help.c holds the text of --help and nothing else. The man page says the same at more length; the
 * lint target compares the two lists of options.
 */
#include <stdio.h>

#include "program/options.h"

static const char usage[] =
	"mta-stack: make a mail server on a Pacemaker cluster speak as the cluster's virtual IP\n"
	"\n"
	"Usage: mta-stack COMMAND [OPTION…]\n"
	"\n"
	"Look:\n"
	"  vip        which virtual IPs serve this resource, why these, and whether they are here\n"
	"  plan       what apply would change, as a unified diff; writes nothing\n"
	"  check      0 in sync, 7 not applied, 1 drifted: file and reason\n"
	"  probe      connect from the VIP to each remote: does it answer, and what\n"
	"  peer       what the operator on the other side must set (--for) so that they recognise "
	"us\n"
	"  explain    decode a network address in hexadecimal from the other side's log (event "
	"9301);\n"
	"             the argument, or a pasted event from standard input\n"
	"Change:\n"
	"  apply      save the originals, rewrite the configuration, ask the MTA's own checker\n"
	"  restore    put the originals back\n"
	"For the resource agent:\n"
	"  service start|stop|reload|status   the MTA itself, recognised by more than a pid file\n"
	"  monitor    state of the stack and the MTA: 0 running, 7 stopped, 1 failed, 190 "
	"degraded\n"
	"  validate   the parameters; with --level 10 this node too\n"
	"\n"
	"Options (defaults: the resource's parameters in OCF_RESKEY_*, then those named here):\n"
	"  --resource ID          the cluster resource this is for\n"
	"  --vip ID|ADDRESS       the virtual IP: a resource, or an address (then no cluster is\n"
	"                         needed); may be repeated; default: found in the CIB\n"
	"  --mta NAME             postfix, x400\n"
	"  --config PATH          Postfix: its configuration directory (/etc/postfix); X.400: a "
	"table\n"
	"                         of addresses\n"
	"  --name HOST            what the MTA calls itself; default: the VIP's confirmed name\n"
	"  --names FILE           pinned names of remote hosts, as in hosts(5)\n"
	"  --remote-names HOW     proven (default), pinned or off: which remotes are renamed\n"
	"  --unnamed WHAT         keep (default) or fail: a remote that has no name\n"
	"  --for WHAT             peer: pp, isode, exchange or postfix\n"
	"  --offline              no look-up; pinned names are believed\n"
	"  --service HOW          managed (default): the agent starts and stops the MTA; external\n"
	"  --leak WHAT            report (default) or fail: monitor sees mail leave from the "
	"node's\n"
	"                         address; accept: as report, and an MTA that cannot be kept to "
	"the\n"
	"                         VIP may start\n"
	"  --monitor-remotes WHAT report (default), off or fail: remotes that do not answer, at\n"
	"                         level 20\n"
	"  --drift WHAT           report (default) or fail: files changed by others meanwhile\n"
	"  --state-dir DIR        where originals are kept (" LOCALSTATEDIR "/lib/mta-stack)\n"
	"  --cib-file FILE        read the CIB from a file\n"
	"  --node NAME            be this node of the CIB\n"
	"  --level N              depth of monitor and validate (0)\n"
	"  --quick                check: by the files' dates and sizes only\n"
	"  --names-only           apply: refresh names where the stack is applied; elsewhere only\n"
	"                         remember them for the day when DNS is dead\n"
	"  --stale                restore: what an earlier boot left behind, of all instances\n"
	"  --ours                 service: the caller has started the MTA that runs\n"
	"  --deadline SECONDS     end by then (58)\n"
	"  --output-as=text|json  (text)\n"
	"  --help, --version\n"
	"\n"
	"Exit codes are OCF's: 0 done, 1 failed, 2 bad command line, 3 no such command, 4 not\n"
	"permitted, 5 not installed or not readable here, 6 wrong parameters, 7 not running,\n"
	"190 degraded. See mta-stack(8) and ocf_mta_stack(7).\n";

void options_help(void)
{
	(void)fputs(usage, stdout);
}
