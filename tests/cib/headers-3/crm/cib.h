/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same for <crm/cib.h> and <crm/cib/cib_types.h>. */
#ifndef SHIM_CIB_H
#define SHIM_CIB_H

#include <glib.h>
#include <libxml/tree.h>

enum cib_conn_type { cib_command, cib_query, cib_no_connection };

enum cib_call_options {
	cib_none = 0,
	cib_xpath = (1 << 1),
	cib_no_children = (1 << 5),
	cib_sync_call = (1 << 12),
};

typedef struct cib_s cib_t;

typedef struct cib_api_operations_s {
	int (*signon)(cib_t *cib, const char *name, enum cib_conn_type type);
	int (*signoff)(cib_t *cib);
	int (*query)(cib_t *cib, const char *section, xmlNode **output_data, int call_options);
} cib_api_operations_t;

struct cib_s {
	cib_api_operations_t *cmds;
};

cib_t *cib_new(void);
void cib_delete(cib_t *cib);

#endif
