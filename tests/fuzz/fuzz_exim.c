/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_exim: exim4.conf, a table of hubs, and one other file (config.h).
 */
#include "config.h"

static const struct fuzz_mta mta = {
	.backend = "exim",
	.config = "/etc/exim4/exim4.conf",
	.first = "/etc/exim4/exim4.conf",
	.second = "/etc/exim4/hubs",
};
