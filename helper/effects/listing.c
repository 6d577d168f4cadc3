/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listing.c guarantees an order that does not depend on the locale. What changes while it reads may
 * be in it or not.
 */
#include "effects/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/buf.h"

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int listing_read(struct file *f, struct pool *pool, struct diag *ret_diag)
{
	struct dirent **names = NULL;
	int n = scandir(f->path, &names, NULL, by_bytes);
	struct buf text = BUF_INIT;
	struct stat st;
	char *path;

	if (n < 0 && errno == ENOMEM)
		return diag_oom(ret_diag);
	if (n < 0) {
		f->state = errno == ENOENT || errno == ENOTDIR ? FILE_ABSENT : FILE_UNREADABLE;
		f->why = strerror(errno);
		return 0;
	}
	for (int i = 0; i < n; i++) {
		if (asprintf(&path, "%s%s", f->path, names[i]->d_name) < 0) {
			text.failed = true;
		} else {
			if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
				buf_addf(&text, "%s\n", names[i]->d_name);
			free(path);
		}
		free(names[i]);
	}
	free(names);
	if (buf_ok(&text)) {
		f->bytes = (struct span){pool_dup(pool, buf_str(&text), text.len), text.len};
		f->state = FILE_LISTED;
	}
	n = buf_ok(&text) && pool_ok(pool) ? 0 : diag_oom(ret_diag);
	buf_release(&text);
	return n;
}
