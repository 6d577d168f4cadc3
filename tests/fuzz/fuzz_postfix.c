/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_postfix: main.cf, master.cf and one table (config.h).
 *
 * Links: helper/effects/edits.c helper/effects/undo.c helper/effects/fs.c helper/effects/clock.c
 */
#include "config.h"

static const struct layout layouts[MAX_LAYOUTS] = {{
	.backend = "postfix",
	.config = "/etc/postfix",
	.parts = {"/etc/postfix/main.cf", "/etc/postfix/master.cf"},
}};
