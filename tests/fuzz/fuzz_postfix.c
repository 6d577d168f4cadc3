/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_postfix: main.cf, master.cf and one table (config.h).
 */
#include "config.h"

static const struct fuzz_mta mta = {
	.backend = "postfix",
	.config = "/etc/postfix",
	.first = "/etc/postfix/main.cf",
	.second = "/etc/postfix/master.cf",
};
