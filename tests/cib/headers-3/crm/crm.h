/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Pacemaker 3.0's public <crm/crm.h> declares of the functions that helper/cib uses; see
 * headers.sh. Nothing else is here on purpose: a use of anything else does not compile.
 */
#ifndef SHIM_CRM_H
#define SHIM_CRM_H

#include <stdint.h>

#include <glib.h>
#include <libxml/tree.h>

gboolean crm_log_init(const char *entity, uint8_t level, gboolean daemon, gboolean to_stderr,
		      int argc, char **argv, gboolean quiet);

void free_xml(xmlNode *child);

#endif
