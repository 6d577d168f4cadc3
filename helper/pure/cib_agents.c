/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_agents.c guarantees one row per agent of the resource-agents package that moves an address.
 * Sources: the agents' meta-data, resource-agents 4.12 to 4.16.
 */
#include "pure/cib_agents.h"

#include <stddef.h>
#include <string.h>

#define ADDRESS(type, param, prefix, interface)                                                    \
	{                                                                                          \
		"heartbeat", type, CIB_HOLDS_ADDRESS, param, prefix, interface, false              \
	}
#define NO_ADDRESS(type, holds)                                                                    \
	{                                                                                          \
		"heartbeat", type, holds, NULL, NULL, NULL, false                                  \
	}

static const struct cib_agent agents[] = {
	ADDRESS("IPaddr2", "ip", "cidr_netmask", "nic"),
	ADDRESS("IPaddr", "ip", "cidr_netmask", "nic"),
	{"heartbeat", "IPv6addr", CIB_HOLDS_ADDRESS, "ipv6addr", "cidr_netmask", "nic", true},
	ADDRESS("VIPArip", "ip", NULL, "nic"),
	ADDRESS("aws-vpc-move-ip", "ip", NULL, "interface"),
	ADDRESS("gcp-vpc-move-ip", "ip", NULL, "interface"),
	ADDRESS("gcp-vpc-move-route", "ip", NULL, "interface"),
	ADDRESS("openstack-virtual-ip", "ip", NULL, NULL),
	ADDRESS("aliyun-vpc-move-ip", "address", NULL, "interface"),
	ADDRESS("awsvip", "secondary_private_ip", NULL, NULL),
	ADDRESS("ocivip", "secondary_private_ip", "cidr_netmask", NULL),
	{"heartbeat", "gcp-vpc-move-vip", CIB_HOLDS_ADDRESS, "alias_ip", NULL, NULL, true},
	NO_ADDRESS("awseip", CIB_HOLDS_PUBLIC),
	NO_ADDRESS("osceip", CIB_HOLDS_PUBLIC),
	NO_ADDRESS("openstack-floating-ip", CIB_HOLDS_PUBLIC),
	NO_ADDRESS("azure-lb", CIB_HOLDS_NONE),
	NO_ADDRESS("gcp-ilb", CIB_HOLDS_NONE),
};

const struct cib_agent *cib_agent_find(const char *standard, const char *provider, const char *type)
{
	if (standard == NULL || provider == NULL || type == NULL || strcmp(standard, "ocf") != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++)
		if (strcmp(agents[i].provider, provider) == 0 && strcmp(agents[i].type, type) == 0)
			return &agents[i];
	return NULL;
}
