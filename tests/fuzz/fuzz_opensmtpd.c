/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_opensmtpd: smtpd.conf, a file that it includes, and one table (config.h).
 *
 * Links: helper/effects/edits.c helper/effects/undo.c helper/effects/fs.c helper/effects/clock.c
 */
#include "config.h"

static const struct layout layouts[MAX_LAYOUTS] = {{
	.backend = "opensmtpd",
	.config = "/etc/smtpd.conf",
	.parts = {"/etc/smtpd.conf", "/etc/mail/relays.conf"},
}};
