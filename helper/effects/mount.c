/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.c guarantees that the way back lies where the rewritten file lies: a file system that moves
 * to, or is shared with, another node takes the rewritten file there, and without the state nobody
 * there could undo it; and a state that other nodes share would be taken for their own. A bind
 * mount of a part of the root file system is no other file system. It does not guarantee to know
 * every network file system: FUSE ones count as such.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "effects/fs.h"
#include "effects/instance_priv.h"

struct place {
	uint64_t mount; /* 0 where the kernel knows no mount ids */
	uint32_t major, minor;
};

static int place_of(int dir, const char *path, int flags, struct place *ret_place)
{
	struct statx x;

	if (statx(dir, path, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_MNT_ID, &x) < 0)
		return -1;
	*ret_place = (struct place){x.stx_mask & STATX_MNT_ID ? x.stx_mnt_id : 0, x.stx_dev_major,
				    x.stx_dev_minor};
	return 0;
}

/* One mount, or two of one file system. On an overlay only the mount tells: its files may have
 * devices of their own. */
static bool together(const struct place *a, const struct place *b)
{
	return (a->mount != 0 && a->mount == b->mount) ||
	       (a->major == b->major && a->minor == b->minor);
}

static bool is_network(int fd)
{
	static const uint32_t types[] = {
		NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC,  CIFS_SUPER_MAGIC,	   SMB2_SUPER_MAGIC,
		CEPH_SUPER_MAGIC, AFS_SUPER_MAGIC,  CODA_SUPER_MAGIC,	   OCFS2_SUPER_MAGIC,
		V9FS_MAGIC,	  FUSE_SUPER_MAGIC, 0x01161970 /* GFS2 */,
	};
	struct statfs st;

	if (fstatfs(fd, &st) < 0)
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if ((uint32_t)st.f_type == types[i])
			return true;
	return false;
}

int instance_check_mount(const struct instance *inst, const char *real, struct diag *ret_diag)
{
	const char *slash = strrchr(real, '/');
	size_t len = slash == real ? 1 : (size_t)(slash - real);
	struct place root, state, file;
	char dir[PATH_MAX];

	if (len >= sizeof(dir)) {
		errno = ENAMETOOLONG;
		return fs_error(ret_diag, "look at", real);
	}
	memcpy(dir, real, len);
	dir[len] = '\0';
	/* The file itself may be a bind mount, as containers do it; it may also not be there yet.
	 */
	if ((place_of(AT_FDCWD, real, 0, &file) < 0 && place_of(AT_FDCWD, dir, 0, &file) < 0) ||
	    place_of(AT_FDCWD, "/", 0, &root) < 0 ||
	    place_of(inst->store.dir, "", AT_EMPTY_PATH, &state) < 0)
		return fs_error(ret_diag, "find the mount of", real);
	if (together(&file, &state))
		return 0;
	if (!together(&file, &root))
		return diag_set(
			ret_diag, EX_CONFIGURED,
			"cannot rewrite %s: it is on a mount of its own, which another node may "
			"get without the state in %s; add state_dir=%s/.mta-stack",
			real, inst->store.path, dir);
	if (!is_network(inst->store.dir))
		return 0;
	return diag_set(ret_diag, EX_CONFIGURED,
			"cannot rewrite %s: the state in %s is on a network file system, and other "
			"nodes would take it for theirs; set state_dir to a directory of this node",
			real, inst->store.path);
}
