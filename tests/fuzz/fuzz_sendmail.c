/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_sendmail: sendmail.cf, sendmail.mc and one table (config.h).
 */
#include "config.h"

static const struct fuzz_mta mta = {
	.backend = "sendmail",
	.config = "/etc/mail/sendmail.cf",
	.first = "/etc/mail/sendmail.cf",
	.second = "/etc/mail/sendmail.mc",
	.absent = "/etc/mail/submit.",
};
