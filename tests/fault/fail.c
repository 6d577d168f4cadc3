/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail.c: every call fails once, in every way that it can.
 *
 * Asked after each: success was reported, then all is done; failure was reported, then it was told
 * in a line and every file is as before, or the line says that the next run puts it right. Then the
 * same command without a fault gets to the end, and a restore to the beginning.
 */
#include "fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memo.h"
#include "shim.h"

static const struct {
	const char *name;
	enum shim_act act;
	int error;
} kinds[] = {
	{"EIO", SHIM_ERROR, EIO},     {"ENOSPC", SHIM_ERROR, ENOSPC},
	{"EINTR", SHIM_ERROR, EINTR}, {"EMFILE", SHIM_ERROR, EMFILE},
	{"EROFS", SHIM_ERROR, EROFS}, {"EDQUOT", SHIM_ERROR, EDQUOT},
	{"short", SHIM_SHORT, 0},     {"done-but-EIO", SHIM_DONE_ERROR, EIO},
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

enum {
	CHILD_NOT_HIT = 0,
	CHILD_REPORTED,
	CHILD_HARMLESS,
	CHILD_BAD,
	CHILD_MEMORY = 8, /* added to one of these: no need to try other errors */
};

/* One line that says what could not be done, and why: in the system's words, if they were asked
 * for.
 */
static bool is_clear(const char *text, size_t kind)
{
	if (strncmp(text, "cannot ", 7) != 0 && !shim_hit_memory())
		return false;
	return text[0] != '\0' && strchr(text, '\n') == NULL &&
	       (kinds[kind].act != SHIM_ERROR || shim_hit_memory() ||
		strstr(text, strerror(kinds[kind].error)) != NULL);
}

static int judge(const struct scenario *s, int rc, size_t kind, const struct diag *diag,
		 const char **ret_why)
{
	bool torn = strstr(diag->text, "the next run does it") != NULL;

	if (rc == 0 && (!world_is(s, HOLDS_AFTER) || !world_remembers(s))) {
		*ret_why = "success was reported";
		return CHILD_BAD;
	}
	if (rc < 0 && !is_clear(diag->text, kind)) {
		*ret_why = "it was not said in one clear line";
		return CHILD_BAD;
	}
	/* When only the very last steps failed, everything is done and said to be in doubt. */
	if (rc < 0 && !(torn ? world_is_sound(s) : world_is_but_lock(s, HOLDS_BEFORE)) &&
	    !world_is(s, HOLDS_AFTER)) {
		*ret_why = "failure was reported";
		return CHILD_BAD;
	}
	return rc < 0 ? CHILD_REPORTED : CHILD_HARMLESS;
}

/* From a disk that was seen before, it goes as it went then. */
static bool converges(const struct scenario *s, const char **ret_why)
{
	uint64_t hash = disk_hash(0);
	enum memo known = memo_get(hash);

	*ret_why = "an earlier fault left the same";
	if (known == MEMO_NEW)
		known = memo_put(hash, world_converges(s, ret_why));
	return known == MEMO_GOOD;
}

/* There when built with AddressSanitizer. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

/* In a child, so that nothing of one run is left to the next. */
static int one(const struct scenario *s, long call, size_t kind)
{
	struct shim_plan plan = {kinds[kind].act, call, kinds[kind].error};
	struct diag diag = {EX_OK, ""};
	const char *why = "";
	int rc, end;

	world_clear();
	s->begin();
	shim_on(&plan);
	rc = s->act(&diag);
	shim_off();
	if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0) {
		why = "memory leaked";
		end = CHILD_BAD;
	} else if (!shim_hit()) {
		if (rc == 0 && world_is(s, HOLDS_AFTER))
			return shim_calls() < call ? CHILD_NOT_HIT : CHILD_HARMLESS;
		why = "it failed without a fault";
		end = CHILD_BAD;
	} else {
		end = judge(s, rc, kind, &diag, &why);
		if (end != CHILD_BAD && !converges(s, &why))
			end = CHILD_BAD;
	}
	if (end == CHILD_BAD)
		(void)printf("FAILED %s: call %ld (%s) %s: %s: %s; \"%s\"\n"
			     "  repeat: tests/fault/run.sh BUILDDIR --only=fail,%s,%ld,%zu\n",
			     s->name, call, shim_name(), kinds[kind].name, why, world_describe(s),
			     diag.text, s->name, call, kind);
	return end + (shim_hit_memory() ? CHILD_MEMORY : 0);
}

unsigned fault_fail(const struct scenario *s, const struct only *only)
{
	unsigned long n[4] = {0};
	bool more = true;

	memo_forget();
	for (long call = only->set ? only->call : 1; more; call++) {
		more = false;
		for (size_t kind = 0; kind < KINDS; kind++) {
			int status;
			pid_t pid;

			if (only->set && kind != (size_t)only->kind)
				continue;
			(void)fflush(stdout);
			pid = fork();
			if (pid == 0) {
				int end = one(s, call, kind);

				(void)fflush(stdout);
				_exit(end);
			}
			if (pid < 0 || waitpid(pid, &status, 0) != pid)
				broken("fork");
			if (!WIFEXITED(status) || WEXITSTATUS(status) > CHILD_BAD + CHILD_MEMORY) {
				(void)printf("FAILED %s: call %ld %s: the program died (%#x)\n"
					     "  repeat: tests/fault/run.sh BUILDDIR "
					     "--only=fail,%s,%ld,%zu\n",
					     s->name, call, kinds[kind].name, (unsigned)status,
					     s->name, call, kind);
				n[CHILD_BAD]++;
				more = true;
				continue;
			}
			n[WEXITSTATUS(status) % CHILD_MEMORY]++;
			more = more || WEXITSTATUS(status) != CHILD_NOT_HIT;
			if (WEXITSTATUS(status) >= CHILD_MEMORY)
				break;
		}
		if (only->set)
			break;
	}
	fault_points += n[CHILD_REPORTED] + n[CHILD_HARMLESS];
	(void)printf("fail   %-12s %5lu faults: %lu reported, %lu harmless: %lu different disks, "
		     "%lu wrong\n",
		     s->name, n[1] + n[2] + n[3], n[CHILD_REPORTED], n[CHILD_HARMLESS], memo_size(),
		     n[CHILD_BAD]);
	return (unsigned)n[CHILD_BAD];
}
