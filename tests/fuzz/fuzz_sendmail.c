/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_sendmail: sendmail.cf, sendmail.mc and one table (config.h).
 *
 * Links: helper/effects/edits.c helper/effects/undo.c helper/effects/fs.c helper/effects/clock.c
 */
#include "config.h"

static const struct layout layouts[MAX_LAYOUTS] = {{
	.backend = "sendmail",
	.config = "/etc/mail/sendmail.cf",
	.parts = {"/etc/mail/sendmail.cf", "/etc/mail/sendmail.mc"},
	.absent = "/etc/mail/submit.",
}};
