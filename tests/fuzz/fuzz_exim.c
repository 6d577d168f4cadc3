/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_exim: exim4.conf, a table of hubs, and one other file; or what Debian puts together, in one
 * file or split, and one other (config.h).
 *
 * Links: helper/effects/edits.c helper/effects/undo.c helper/effects/fs.c helper/effects/clock.c
 */
#include "config.h"

#define ETC "/etc/exim4/"

static const struct listing debian[] = {
	{ETC "conf.d/main/", "00_localmacros\n01_macros\n"},
	{ETC "conf.d/acl/", ""},
	{ETC "conf.d/router/", "00_header\n200_primary\n300_own\n300_own.rul\n400_old.dpkg-old\n"},
	{ETC "conf.d/transport/", "00_header\n30_smtp\n"},
	{ETC "conf.d/retry/", ""},
	{ETC "conf.d/rewrite/", ""},
	{ETC "conf.d/auth/", "00_header\n"},
	{0},
};

static const struct layout layouts[MAX_LAYOUTS] = {
	{
		.backend = "exim",
		.config = ETC "exim4.conf",
		.parts = {ETC "exim4.conf", ETC "hubs"},
	},
	{
		.backend = "exim",
		.config = ETC "update-exim4.conf.conf",
		.parts = {ETC "update-exim4.conf.conf", ETC "exim4.conf.localmacros",
			  ETC "exim4.conf.template", ETC "conf.d/main/00_localmacros",
			  ETC "conf.d/main/01_macros", ETC "conf.d/router/00_header",
			  ETC "conf.d/router/200_primary", ETC "conf.d/router/300_own.rul",
			  ETC "conf.d/transport/00_header", ETC "conf.d/transport/30_smtp",
			  ETC "conf.d/auth/00_header"},
		.absent = ETC "exim4.conf",
		.listings = debian,
	},
};
