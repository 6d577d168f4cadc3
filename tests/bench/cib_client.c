/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_client: connects to the CIB, asks nothing, and leaves: what every client of the library pays.
 */
#include <crm/crm.h>
#include <crm/cib.h>

int main(void)
{
	cib_t *cib = cib_new();

	if (cib == NULL || cib->cmds->signon(cib, "cib-client", cib_query) != pcmk_ok)
		return 1;
	cib->cmds->signoff(cib);
	cib_delete(cib);
	return 0;
}
