/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.c guarantees that the way back lies where the rewritten file lies: a file system that moves
 * to, or is shared with, another node takes the rewritten file there, and without the state nobody
 * there could undo it. A bind mount counts as a mount of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "effects/fs.h"
#include "effects/instance_priv.h"

/* A number for the mount that holds a path; the device where the kernel knows no mount ids. */
static int mount_of(int dir, const char *path, int flags, uint64_t *ret_id)
{
	struct statx x;

	if (statx(dir, path, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_MNT_ID, &x) < 0)
		return -1;
	*ret_id = x.stx_mask & STATX_MNT_ID ? x.stx_mnt_id
					    : ((uint64_t)x.stx_dev_major << 32 | x.stx_dev_minor);
	return 0;
}

int instance_check_mount(const struct instance *inst, const char *real, struct diag *ret_diag)
{
	uint64_t root, state, file;
	const char *slash = strrchr(real, '/');
	char dir[PATH_MAX];
	size_t len = slash == real ? 1 : (size_t)(slash - real);

	if (len >= sizeof(dir)) {
		errno = ENAMETOOLONG;
		return fs_error(ret_diag, "look at", real);
	}
	memcpy(dir, real, len);
	dir[len] = '\0';
	/* The file itself may be a bind mount, as containers do it; it may also not be there yet.
	 */
	if ((mount_of(AT_FDCWD, real, 0, &file) < 0 && mount_of(AT_FDCWD, dir, 0, &file) < 0) ||
	    mount_of(AT_FDCWD, "/", 0, &root) < 0 ||
	    mount_of(inst->store.dir, "", AT_EMPTY_PATH, &state) < 0)
		return fs_error(ret_diag, "find the mount of", real);
	if (file == root || file == state)
		return 0;
	return diag_set(ret_diag, EX_CONFIGURED,
			"cannot rewrite %s: it is on a mount of its own, which another node may "
			"get without the state in %s; add state_dir=%s/.mta-stack",
			real, inst->store.path, dir);
}
