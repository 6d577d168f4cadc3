/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * instance_build.c: compiled tables. Guarantees that the MTA's tool sees only a private copy, and
 * that no half-made table is taken for a whole one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "effects/fs.h"
#include "effects/instance_priv.h"
#include "effects/spawn.h"
#include "effects/tables.h"
#include "pure/sum.h"

#define WORDS_MAX 32

/* The derived file's argv with "{source}" replaced, and whether it reads the source itself. */
static int fill_argv(struct pool *p, const char *const *argv, const char *source,
		     const char *ret_argv[WORDS_MAX], bool *ret_reads)
{
	size_t n = 0;

	*ret_reads = false;
	for (; argv[n] != NULL; n++) {
		const char *hole = strstr(argv[n], "{source}");

		if (n == WORDS_MAX - 1)
			return -1;
		if (strcmp(argv[n], "<") == 0 && argv[n + 1] == NULL) {
			*ret_reads = true;
			break;
		}
		ret_argv[n] = hole == NULL
				      ? argv[n]
				      : pool_printf(p, "%.*s%s%s", (int)(hole - argv[n]), argv[n],
						    source, hole + strlen("{source}"));
	}
	ret_argv[n] = NULL;
	return 0;
}

static int run(struct pool *p, const struct derived *derived, const char *source, struct span bytes,
	       const struct deadline *d, struct diag *ret_diag)
{
	const char *argv[WORDS_MAX];
	struct spawn job = {.argv = argv};
	struct spawn_result r = SPAWN_RESULT_INIT;
	bool reads;
	int rc;

	if (fill_argv(p, derived->argv, source, argv, &reads) < 0)
		return diag_set(ret_diag, EX_FAILED, "cannot make %s: too many words",
				derived->path);
	if (!pool_ok(p))
		return diag_oom(ret_diag);
	if (reads)
		job.input = bytes;
	if (spawn_run(&job, d, &r, ret_diag) < 0)
		return -1;
	rc = spawn_expect_zero(argv[0], &r, ret_diag);
	spawn_result_release(&r);
	return rc;
}

/* The copy that the tool works on. */
static int put_source(struct instance *inst, const char *name, struct span source,
		      const char **ret_path, struct diag *ret_diag)
{
	char *dir = NULL;
	int fd, rc;

	if (store_build_dir(&inst->store, &dir, ret_diag) < 0)
		return -1;
	*ret_path = pool_printf(&inst->pool, "%s/%s", dir, name);
	fd = fs_open_dir(dir);
	rc = fd < 0 ? -1 : fs_make_file(fd, name, source);
	if (rc < 0)
		(void)fs_error(ret_diag, "write into", dir);
	fs_close(fd);
	free(dir);
	return rc;
}

/* A sum of the path keeps two sources of the same name apart. */
static const char *build_name(struct instance *inst, const char *source_path)
{
	const char *slash = strrchr(source_path, '/');

	return pool_printf(
		&inst->pool, "%016llx-%s",
		(unsigned long long)sum_of((struct span){source_path, strlen(source_path)}),
		slash ? slash + 1 : source_path);
}

static int make(struct instance *inst, const struct derived *derived, const char *copy,
		const char *content, struct span source, const struct deadline *d,
		struct diag *ret_diag)
{
	struct stat st;

	if (derived->suffix[0] != '\0' && unlink(content) < 0 && errno != ENOENT)
		return fs_error(ret_diag, "remove", content);
	if (run(&inst->pool, derived, copy, source, d, ret_diag) < 0)
		return -1;
	if (lstat(content, &st) < 0)
		return errno != ENOENT ? fs_error(ret_diag, "look at", content)
				       : diag_set(ret_diag, EX_INSTALLED,
						  "cannot make %s: %s ended well, but made no %s",
						  derived->path, derived->argv[0], content);
	if (!S_ISREG(st.st_mode))
		return diag_set(ret_diag, EX_INSTALLED, "cannot make %s: %s is no regular file",
				derived->path, content);
	return 0;
}

int instance_make(struct instance *inst, const char *source_path, struct span source,
		  const struct derived *derived, const struct deadline *d, const char **ret_content,
		  struct diag *ret_diag)
{
	const char *copy, *content;

	if (put_source(inst, build_name(inst, source_path), source, &copy, ret_diag) < 0)
		return -1;
	content = pool_printf(&inst->pool, "%s%s", copy, derived->suffix);
	if (!pool_ok(&inst->pool))
		return diag_oom(ret_diag);
	if (make(inst, derived, copy, content, source, d, ret_diag) < 0) {
		/* there may be passwords in them; a directory is the tool's own idea */
		(void)unlink(copy);
		(void)(unlink(content) == 0 || rmdir(content) == 0);
		return -1;
	}
	*ret_content = content;
	return 0;
}

/* One from an earlier start. 1: it is there now. */
static int find_kept(struct instance *inst, const char *source_path, const struct derived *derived,
		     struct span key, const char **ret_content, struct diag *ret_diag)
{
	const char *content;
	char *dir = NULL;

	if (store_build_dir(&inst->store, &dir, ret_diag) < 0)
		return -1;
	content = pool_printf(&inst->pool, "%s/%s%s", dir, build_name(inst, source_path),
			      derived->suffix);
	free(dir);
	if (!pool_ok(&inst->pool))
		return diag_oom(ret_diag);
	if (unlink(content) < 0 && errno != ENOENT)
		return fs_error(ret_diag, "remove", content);
	if (!tables_find(&inst->store, derived->path, key, content))
		return 0;
	*ret_content = content;
	return 1;
}

int instance_build(struct instance *inst, const char *source_path, struct span source,
		   const struct derived *derived, const struct deadline *d,
		   const char **ret_content, struct diag *ret_diag)
{
	struct buf key = BUF_INIT;
	const bool keep = tables_key(derived, source, &key);
	const struct span k = {key.data, key.len};
	int rc = keep ? find_kept(inst, source_path, derived, k, ret_content, ret_diag) : 0;

	if (rc == 0) {
		rc = instance_make(inst, source_path, source, derived, d, ret_content, ret_diag);
		if (rc == 0 && keep)
			tables_keep(&inst->store, derived->path, k, *ret_content);
	}
	buf_release(&key);
	return rc < 0 ? -1 : 0;
}
