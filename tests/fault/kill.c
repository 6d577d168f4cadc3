/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kill.c: SIGKILL before and after every call that changes something, in the command and again in
 * the recovery that follows.
 *
 * Asked after each: every file holds the old or the new content, whole; then the command gets to
 * the end, and a restore to the beginning.
 */
#include "fault.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memo.h"
#include "shim.h"

/* Run with a kill at one change. True: it was killed; false: it ended by itself, well. */
static bool killed(int (*act)(struct diag *), enum shim_act how, long at)
{
	struct shim_plan plan = {how, at, 0};
	int status;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct diag diag;
		int rc;

		shim_on(&plan);
		rc = act(&diag);
		shim_off();
		_exit(rc == 0 ? 0 : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		broken("fork");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return true;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		broken("an action failed without a fault");
	return false;
}

static unsigned tell(const struct scenario *s, enum shim_act how, long at, long second,
		     const char *why)
{
	(void)printf("FAILED %s: killed %s change %ld", s->name,
		     how == SHIM_KILL_BEFORE ? "before" : "after", at);
	if (second > 0)
		(void)printf(", its recovery after change %ld", second);
	(void)printf(": %s; %s\n  repeat: tests/fault/run.sh BUILDDIR --only=kill,%s,%ld,%d,%ld\n",
		     why, world_describe(s), s->name, at, (int)how, second);
	return 1;
}

static unsigned check(const struct scenario *s, enum shim_act how, long at, long second)
{
	const char *why = "an earlier one left the same";
	uint64_t hash = disk_hash(0);
	enum memo known = memo_get(hash);

	if (known == MEMO_NEW && !world_is_sound(s)) {
		why = "a file is neither old nor new";
		known = memo_put(hash, false);
	} else if (known == MEMO_NEW) {
		known = memo_put(hash, world_converges(s, &why));
	}
	return known == MEMO_GOOD ? 0 : tell(s, how, at, second, why);
}

static void begin(const struct scenario *s)
{
	world_clear();
	s->begin();
}

/* Has the recovery from the disk as it is been killed at each change already? Many calls, fsync(2)
 * for one, leave it as it was. */
static bool recovery_seen(void)
{
	uint64_t hash = disk_hash(2);

	if (memo_get(hash) != MEMO_NEW)
		return true;
	(void)memo_put(hash, true);
	return false;
}

/* The recovery after this kill is killed too, at each of its changes. */
static unsigned kill_recovery(const struct scenario *s, long at, const struct only *only,
			      unsigned long *n, unsigned long *ret_disks)
{
	unsigned bad = 0;

	for (long second = only->set ? only->second : 1;; second++) {
		begin(s);
		if (!killed(s->act, SHIM_KILL_AFTER, at))
			return bad;
		if (second == 1 && !only->set) {
			if (recovery_seen())
				return bad;
			++*ret_disks;
		}
		if (!killed(world_recover, SHIM_KILL_AFTER, second))
			return bad;
		(*n)++;
		bad += check(s, SHIM_KILL_AFTER, at, second);
		if (only->set)
			return bad;
	}
}

/* A machine that was killed boots: of copies nothing is left. */
static unsigned boot_after(const struct scenario *s, long at)
{
	const char *why = "an earlier one left the same, after a boot";
	enum memo known;
	uint64_t hash;

	begin(s);
	(void)killed(s->act, SHIM_KILL_AFTER, at);
	hash = disk_hash(1);
	known = memo_get(hash);
	if (known == MEMO_NEW)
		known = memo_put(hash, world_converges_after_boot(s, &why));
	return known == MEMO_GOOD ? 0 : tell(s, SHIM_KILL_AFTER, at, 0, why);
}

unsigned fault_kill(const struct scenario *s, const struct only *only)
{
	static const enum shim_act hows[] = {SHIM_KILL_BEFORE, SHIM_KILL_AFTER};
	unsigned long n = 0, nested = 0, disks = 0;
	unsigned bad = 0;

	memo_forget();
	if (only->set && only->second > 0)
		return kill_recovery(s, only->call, only, &nested, &disks);
	for (size_t i = 0; i < 2; i++)
		for (long at = only->set ? only->call : 1;; at++) {
			if (only->set && (int)hows[i] != only->kind)
				break;
			begin(s);
			if (!killed(s->act, hows[i], at))
				break;
			n++;
			bad += check(s, hows[i], at, 0);
			if (s->copies && hows[i] == SHIM_KILL_AFTER)
				bad += boot_after(s, at);
			if (only->set)
				break;
			if (hows[i] == SHIM_KILL_AFTER)
				bad += kill_recovery(s, at, only, &nested, &disks);
		}
	fault_points += n + nested;
	(void)printf("kill   %-12s %5lu kills, %lu kills of the recoveries from %lu disks: %lu "
		     "different, %u wrong\n",
		     s->name, n, nested, disks, memo_size() - disks, bad);
	return bad;
}
