/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_opensmtpd: smtpd.conf, a file that it includes, and one table (config.h).
 */
#include "config.h"

static const struct fuzz_mta mta = {
	.backend = "opensmtpd",
	.config = "/etc/smtpd.conf",
	.first = "/etc/smtpd.conf",
	.second = "/etc/mail/relays.conf",
};
