/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procfs.c guarantees that a process which ends while it is read is simply not there. It needs the
 * rights of root to see the descriptors and programs of others.
 */
#include "effects/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "data/array.h"

#define DELETED " (deleted)" /* what the kernel adds to the path of a removed file */

int procfs_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool procfs_alive(int pidfd)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	return poll(&p, 1, 0) == 0;
}

bool procfs_signal(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) == 0;
}

/* The first bytes of a small file, as a string. */
static bool read_small(const char *path, char *out, size_t size, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return false;
	while (len < size - 1 &&
	       ((n = read(fd, out + len, size - 1 - len)) > 0 || (n < 0 && errno == EINTR)))
		len += n > 0 ? (size_t)n : 0;
	(void)close(fd);
	out[len] = '\0';
	if (ret_len != NULL)
		*ret_len = len;
	return len > 0;
}

bool procfs_read(pid_t pid, struct procfs_stat *ret_stat)
{
	struct procfs_stat s = {.pid = pid};
	char path[64], text[1024];
	const char *after;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!read_small(path, text, sizeof(text), NULL))
		return false;
	after = strrchr(text, ')'); /* the command's name before it may hold anything */
	if (after == NULL ||
	    sscanf(after + 1,
		   " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &s.state, &s.parent, &s.group, &s.session, &s.start) != 5)
		return false;
	*ret_stat = s;
	return true;
}

int procfs_list(struct procfs_stat **ret_list, size_t *ret_n)
{
	DIR *dir = opendir("/proc");
	struct procfs_stat *list = NULL, *slot, s;
	size_t n = 0, cap = 0;
	struct dirent *e;

	if (dir == NULL)
		return -1;
	while ((e = readdir(dir)) != NULL) {
		char *end;
		long pid = strtol(e->d_name, &end, 10);

		if (*end != '\0' || pid <= 0 || pid > INT_MAX || !procfs_read((pid_t)pid, &s))
			continue;
		slot = array_grow(&list, &n, &cap);
		if (slot == NULL) {
			free(list);
			(void)closedir(dir);
			errno = ENOMEM;
			return -1;
		}
		*slot = s;
	}
	(void)closedir(dir);
	*ret_list = list;
	*ret_n = n;
	return 0;
}

static bool read_link(const char *path, char out[PATH_MAX])
{
	ssize_t n = readlink(path, out, PATH_MAX - 1);

	if (n < 0)
		return false;
	out[n] = '\0';
	return true;
}

/* The kernel's text for path, perhaps removed since. */
static bool names_path(const char *text, const char *path)
{
	size_t len = strlen(path);

	return strncmp(text, path, len) == 0 &&
	       (text[len] == '\0' || strcmp(text + len, DELETED) == 0);
}

bool procfs_runs(pid_t pid, const char *exe)
{
	char path[64], runs[PATH_MAX], real[PATH_MAX];

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (!read_link(path, runs))
		return false;
	return names_path(runs, exe) || (realpath(exe, real) != NULL && names_path(runs, real));
}

bool procfs_has_argument(pid_t pid, const char *word)
{
	char path[64], text[4096];
	size_t len, at = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	if (!read_small(path, text, sizeof(text), &len))
		return false;
	while ((at += strlen(text + at) + 1) < len)
		if (strcmp(text + at, word) == 0)
			return true;
	return false;
}

bool procfs_is_roots(pid_t pid)
{
	char path[64], text[4096];
	unsigned real = 1, effective = 1;
	const char *uids;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	uids = read_small(path, text, sizeof(text), NULL) ? strstr(text, "\nUid:") : NULL;
	return uids != NULL && sscanf(uids, " Uid: %u %u", &real, &effective) == 2 && real == 0 &&
	       effective == 0;
}

bool procfs_ours(pid_t pid)
{
	char path[64];
	struct stat its, own;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	return stat(path, &its) == 0 && stat("/proc/self/ns/pid", &own) == 0 &&
	       its.st_ino == own.st_ino && its.st_dev == own.st_dev;
}

bool procfs_hidden(pid_t pid)
{
	char path[64], runs[PATH_MAX];

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return !read_link(path, runs) && (errno == EACCES || errno == EPERM);
}

bool procfs_program(pid_t pid, char ret_name[PROCFS_PROGRAM_MAX])
{
	char path[64], runs[PATH_MAX];
	const char *name;
	size_t len;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (!read_link(path, runs))
		return false;
	name = strrchr(runs, '/') != NULL ? strrchr(runs, '/') + 1 : runs;
	len = strlen(name);
	if (len > strlen(DELETED) && strcmp(name + len - strlen(DELETED), DELETED) == 0)
		len -= strlen(DELETED);
	if (len >= PROCFS_PROGRAM_MAX)
		return false;
	memcpy(ret_name, name, len);
	ret_name[len] = '\0';
	return true;
}

static bool has_write_lock(pid_t pid, const char *fd)
{
	char path[PATH_MAX], text[4096];
	const char *p = text;

	(void)snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", pid, fd);
	if (!read_small(path, text, sizeof(text), NULL))
		return false;
	while ((p = strstr(p, "lock:")) != NULL) {
		const char *end = strchrnul(p, '\n');
		const char *write = strstr(p, " WRITE ");

		if (write != NULL && write < end)
			return true;
		p = end;
	}
	return false;
}

/* The path as the kernel has it, though the file itself may be gone: /var/run/x is /run/x. */
static const char *in_real_directory(const char *path, char out[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	size_t len;

	if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof(dir))
		return path;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	if (realpath(dir, out) == NULL)
		return path;
	len = strlen(out);
	if (len + strlen(slash) >= PATH_MAX)
		return path;
	memcpy(out + len, slash, strlen(slash) + 1);
	return out;
}

static bool same_file(const char *fd_path, const struct stat *file, const char *path)
{
	char text[PATH_MAX];
	struct stat st;

	if (file != NULL)
		return stat(fd_path, &st) == 0 && st.st_dev == file->st_dev &&
		       st.st_ino == file->st_ino;
	return read_link(fd_path, text) && names_path(text, path);
}

bool procfs_locks(pid_t pid, const struct stat *file, const char *path)
{
	char dir_path[64], fd_path[PATH_MAX], real[PATH_MAX];
	bool found = false;
	struct dirent *e;
	DIR *dir;

	if (file == NULL)
		path = in_real_directory(path, real);

	(void)snprintf(dir_path, sizeof(dir_path), "/proc/%d/fd", pid);
	dir = opendir(dir_path);
	while (dir != NULL && !found && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(fd_path, sizeof(fd_path), "%s/%s", dir_path, e->d_name);
		found = same_file(fd_path, file, path) && has_write_lock(pid, e->d_name);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return found;
}

void procfs_inodes_release(struct procfs_inodes *i)
{
	free(i->items);
	*i = (struct procfs_inodes)PROCFS_INODES_INIT;
}

bool procfs_inodes_have(const struct procfs_inodes *i, unsigned long inode)
{
	for (size_t k = 0; k < i->n; k++)
		if (i->items[k] == inode)
			return true;
	return false;
}

/* "socket:[12345]" */
static bool socket_inode(const char *link, unsigned long *ret_inode)
{
	return sscanf(link, "socket:[%lu]", ret_inode) == 1;
}

int procfs_sockets(pid_t pid, struct procfs_inodes *ret_open)
{
	char dir_path[64], fd_path[PATH_MAX], link[PATH_MAX];
	unsigned long inode, *slot;
	const struct dirent *e;
	int status = 0;
	DIR *dir;

	(void)snprintf(dir_path, sizeof(dir_path), "/proc/%d/fd", pid);
	dir = opendir(dir_path);
	while (dir != NULL && status == 0 && (e = readdir(dir)) != NULL) {
		(void)snprintf(fd_path, sizeof(fd_path), "%s/%s", dir_path, e->d_name);
		if (!read_link(fd_path, link) || !socket_inode(link, &inode))
			continue;
		slot = array_grow(&ret_open->items, &ret_open->n, &ret_open->cap);
		if (slot == NULL)
			status = -1;
		else
			*slot = inode;
	}
	if (dir != NULL)
		(void)closedir(dir);
	return status;
}
