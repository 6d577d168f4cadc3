/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_spawn: what effects/spawn.h promises, against real children.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effects/spawn.h"

static struct spawn_result result = SPAWN_RESULT_INIT;
static struct diag diag;

/* Run a shell command within ms. */
static int run_sh(const char *script, struct spawn job, long ms)
{
	const char *argv[] = {"sh", "-c", script, NULL};
	struct deadline d = deadline_in_ms(ms);

	job.argv = argv;
	return spawn_run(&job, &d, &result, &diag);
}

static int release(void **state)
{
	(void)state;
	spawn_result_release(&result);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD); /* no zombie, no child */
	return 0;
}

static void gives_output_and_status(void **state)
{
	(void)state;
	assert_int_equal(run_sh("echo out; echo err >&2; exit 3", (struct spawn){0}, 5000), 0);
	assert_int_equal(result.end, SPAWN_EXITED);
	assert_int_equal(result.number, 3);
	assert_string_equal(buf_str(&result.out), "out\n");
	assert_string_equal(buf_str(&result.err), "err\n");
	assert_int_equal(spawn_expect_zero("sh", &result, &diag), -1);
	assert_int_equal(diag.code, EX_FAILED);
	assert_string_equal(diag.text, "sh failed with status 3: err");
}

static void tells_a_signal_apart(void **state)
{
	(void)state;
	assert_int_equal(run_sh("kill -USR1 $$", (struct spawn){0}, 5000), 0);
	assert_int_equal(result.end, SPAWN_SIGNALED);
	assert_int_equal(result.number, SIGUSR1);
}

static void environment_is_clean(void **state)
{
	const char *const add[] = {"MAIL_CONFIG=/x y", "LC_ALL=POSIX", NULL};
	const char *argv[] = {"env", NULL};
	struct spawn job = {.argv = argv, .env = add};
	struct deadline d = deadline_in_ms(5000);

	(void)state;
	assert_int_equal(setenv("SECRET", "1", 1), 0);
	assert_int_equal(spawn_run(&job, &d, &result, &diag), 0);
	assert_string_equal(buf_str(&result.out),
			    "PATH=" SPAWN_PATH "\nMAIL_CONFIG=/x y\nLC_ALL=POSIX\n");
	job.env = NULL;
	assert_int_equal(spawn_run(&job, &d, &result, &diag), 0);
	assert_string_equal(buf_str(&result.out), "PATH=" SPAWN_PATH "\nLC_ALL=C\n");
}

static void input_comes_from_the_span_or_null(void **state)
{
	size_t len = 300000; /* more than a pipe holds */
	char *big = malloc(len);

	(void)state;
	assert_non_null(big);
	memset(big, 'x', len);
	assert_int_equal(run_sh("wc -c", (struct spawn){.input = {big, len}}, 5000), 0);
	assert_int_equal(atoi(buf_str(&result.out)), (int)len);
	/* a child that does not read does not hurt */
	assert_int_equal(run_sh("true", (struct spawn){.input = {big, len}}, 5000), 0);
	assert_int_equal(result.number, 0);
	assert_int_equal(run_sh("wc -c", (struct spawn){0}, 5000), 0);
	assert_int_equal(atoi(buf_str(&result.out)), 0);
	assert_int_equal(run_sh("wc -c", (struct spawn){.input = {"", 0}}, 5000), 0);
	assert_int_equal(atoi(buf_str(&result.out)), 0);
	free(big);
}

static void output_is_bounded(void **state)
{
	struct spawn job = {.max_out = 10, .max_err = 4};

	(void)state;
	assert_int_equal(run_sh("head -c 500000 /dev/zero | tr '\\0' a; echo 12345 >&2", job, 9000),
			 0);
	assert_int_equal(result.number, 0);
	assert_string_equal(buf_str(&result.out), "aaaaaaaaaa");
	assert_string_equal(buf_str(&result.err), "1234");
	assert_true(result.out_cut && result.err_cut);
	assert_int_equal(run_sh("printf 0123456789", job, 5000), 0);
	assert_string_equal(buf_str(&result.out), "0123456789");
	assert_false(result.out_cut);
}

static void working_directory(void **state)
{
	(void)state;
	assert_int_equal(run_sh("pwd", (struct spawn){.dir = "/usr"}, 5000), 0);
	assert_string_equal(buf_str(&result.out), "/usr\n");
	assert_int_equal(run_sh("pwd", (struct spawn){.dir = "/nowhere/at/all"}, 5000), -1);
	assert_int_equal(diag.code, EX_FAILED);
	assert_non_null(strstr(diag.text, "sh in /nowhere/at/all: No such file or directory"));
}

static void no_descriptor_leaks(void **state)
{
	int fd = open("/dev/null", O_RDONLY); /* on purpose without O_CLOEXEC */
	int high;

	(void)state;
	assert_true(fd >= 0);
	high = dup2(fd, 700);
	assert_int_equal(run_sh("ls /proc/$$/fd; :", (struct spawn){0}, 5000), 0);
	assert_string_equal(buf_str(&result.out), "0\n1\n2\n");
	(void)close(fd);
	(void)close(high);
}

static void works_without_standard_descriptors(void **state)
{
	pid_t pid = fork();
	int status = 0;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(0);
		(void)close(1);
		(void)close(2);
		if (run_sh("cat; echo b >&2", (struct spawn){.input = {"a", 1}}, 5000) < 0)
			_exit(2);
		_exit(strcmp(buf_str(&result.out), "a") == 0 &&
				      strcmp(buf_str(&result.err), "b\n") == 0
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void not_started(void **state)
{
	const char *argv[] = {"no-such-program-here", NULL};
	struct spawn job = {.argv = argv};
	struct deadline d = deadline_in_ms(5000);
	char name[] = "/tmp/test_spawn.XXXXXX";
	int fd;

	(void)state;
	assert_int_equal(spawn_run(&job, &d, &result, &diag), -1);
	assert_int_equal(diag.code, EX_INSTALLED);
	assert_string_equal(diag.text, "cannot run no-such-program-here: there is no such program "
				       "in " SPAWN_PATH);
	argv[0] = "../bin/true"; /* neither a name nor absolute */
	assert_int_equal(spawn_run(&job, &d, &result, &diag), -1);
	assert_int_equal(diag.code, EX_INSTALLED);
	argv[0] = "/etc";
	assert_int_equal(spawn_run(&job, &d, &result, &diag), -1);
	assert_int_equal(diag.code, EX_INSTALLED);
	fd = mkstemp(name); /* executable, but nothing that can be executed */
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "junk\n", 5), 5);
	assert_int_equal(fchmod(fd, 0700), 0);
	(void)close(fd);
	argv[0] = name;
	assert_int_equal(spawn_run(&job, &d, &result, &diag), -1);
	assert_int_equal(diag.code, EX_INSTALLED);
	assert_non_null(strstr(diag.text, strerror(ENOEXEC)));
	(void)unlink(name);
}

static void deadline_ends_the_group(void **state)
{
	struct deadline all = deadline_in_ms(3000);
	long grandchild;

	(void)state;
	/* neither the shell nor its child heeds SIGTERM */
	assert_int_equal(
		run_sh("trap '' TERM; sleep 60 & echo $!; wait; sleep 60", (struct spawn){0}, 800),
		0);
	assert_int_equal(result.end, SPAWN_TIMED_OUT);
	assert_false(deadline_passed(&all));
	grandchild = strtol(buf_str(&result.out), NULL, 10);
	assert_true(grandchild > 1);
	while (kill((pid_t)grandchild, 0) == 0 && !deadline_passed(&all)) {
		char stat_path[64], line[256] = "";
		FILE *f;

		/* whoever inherited it may leave it a zombie for a while */
		(void)snprintf(stat_path, sizeof(stat_path), "/proc/%ld/stat", grandchild);
		f = fopen(stat_path, "re");
		if (f == NULL)
			break;
		(void)!fgets(line, sizeof(line), f);
		(void)fclose(f);
		if (strstr(line, ") Z ") != NULL || strstr(line, ") X ") != NULL)
			break;
		deadline_nap(&all, 20);
	}
	assert_false(deadline_passed(&all));
	assert_int_equal(spawn_expect_zero("sh", &result, &diag), -1);
	assert_string_equal(diag.text, "sh did not end in time");
}

static void termination_is_polite_first(void **state)
{
	(void)state;
	assert_int_equal(run_sh("trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done",
				(struct spawn){0}, 1000),
			 0);
	assert_int_equal(result.end, SPAWN_TIMED_OUT);
	assert_string_equal(buf_str(&result.out), "bye\n");
}

/* What it was to bring about has come about. */
static void enough_ends_it(void **state)
{
	struct deadline soon = deadline_in_ms(10000);
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(run_sh("echo begun; exit 3", (struct spawn){.enough = fds[0]}, 20000), 0);
	assert_int_equal(result.end, SPAWN_EXITED); /* not readable yet */
	assert_int_equal(result.number, 3);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(run_sh("trap '' TERM; sleep 60", (struct spawn){.enough = fds[0]}, 60000),
			 0);
	assert_int_equal(result.end, SPAWN_ENOUGH);
	assert_int_equal(spawn_expect_zero("sh", &result, &diag), 0);
	assert_false(deadline_passed(&soon));
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void a_passed_deadline_starts_nothing(void **state)
{
	char mark[] = "/tmp/test_spawn.XXXXXX", script[80];
	int fd = mkstemp(mark);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(script, sizeof(script), "rm -f %s", mark);
	assert_int_equal(run_sh(script, (struct spawn){0}, 0), 0);
	assert_int_equal(result.end, SPAWN_TIMED_OUT);
	assert_int_equal(unlink(mark), 0); /* still there */
}

static void a_daemon_is_not_waited_for(void **state)
{
	struct deadline soon = deadline_in_ms(4000);
	long daemon_pid;

	(void)state;
	/* one that holds the pipe, and one that floods it */
	assert_int_equal(run_sh("setsid sleep 30 & echo $!", (struct spawn){0}, 20000), 0);
	daemon_pid = strtol(buf_str(&result.out), NULL, 10);
	assert_int_equal(result.end, SPAWN_EXITED);
	assert_int_equal(result.number, 0);
	assert_true(daemon_pid > 1);
	assert_int_equal(kill((pid_t)daemon_pid, SIGKILL), 0); /* it lives on, until here */
	assert_int_equal(run_sh("setsid yes & sleep 0.2", (struct spawn){.max_out = 100}, 20000),
			 0);
	assert_int_equal(result.end, SPAWN_EXITED);
	assert_true(result.out_cut);
	assert_false(deadline_passed(&soon));
}

static void signals_are_default(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, now;
	sigset_t block, old;

	(void)state;
	(void)sigemptyset(&block);
	(void)sigaddset(&block, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &block, &old), 0);
	assert_int_equal(sigaction(SIGPIPE, &ignore, NULL), 0);
	assert_int_equal(sigaction(SIGCHLD, &ignore, NULL), 0);
	assert_int_equal(run_sh("grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f2; exit 4",
				(struct spawn){0}, 5000),
			 0);
	assert_int_equal(result.number, 4); /* in spite of SIGCHLD being ignored */
	(void)sigaction(SIGCHLD, NULL, &now);
	ignore.sa_handler = SIG_DFL;
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGCHLD, &ignore, NULL);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	assert_true(now.sa_handler == SIG_IGN); /* was put back */
	assert_int_equal(result.out.len, 34);
	assert_int_equal(strtoull(result.out.data, NULL, 16), 0);
	/* 32 and 33 belong to the C library, which lets nobody change them */
	assert_int_equal(strtoull(result.out.data + 17, NULL, 16) & ~0x180000000ULL, 0);
}

static void dies_with_us(void **state)
{
	struct deadline all = deadline_in_ms(5000);
	int ends[2], n_gone = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		char script[64];

		(void)close(ends[0]);
		(void)snprintf(script, sizeof(script), "echo $$ >/proc/%d/fd/%d; exec sleep 60",
			       getpid(), ends[1]);
		(void)run_sh(script, (struct spawn){0}, 60000);
		_exit(0);
	}
	(void)close(ends[1]);
	{
		char line[32] = "";
		long child;

		assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
		child = strtol(line, NULL, 10);
		assert_true(child > 1);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		while (!deadline_passed(&all) && n_gone == 0) {
			char path[64], text[256] = "";
			FILE *f;

			(void)snprintf(path, sizeof(path), "/proc/%ld/stat", child);
			f = fopen(path, "re");
			if (f != NULL) {
				(void)!fgets(text, sizeof(text), f);
				(void)fclose(f);
			}
			if (f == NULL || strstr(text, ") Z ") != NULL)
				n_gone++;
			else
				deadline_nap(&all, 20);
		}
	}
	(void)close(ends[0]);
	assert_int_equal(n_gone, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(gives_output_and_status, release),
		cmocka_unit_test_teardown(tells_a_signal_apart, release),
		cmocka_unit_test_teardown(environment_is_clean, release),
		cmocka_unit_test_teardown(input_comes_from_the_span_or_null, release),
		cmocka_unit_test_teardown(output_is_bounded, release),
		cmocka_unit_test_teardown(working_directory, release),
		cmocka_unit_test_teardown(no_descriptor_leaks, release),
		cmocka_unit_test_teardown(works_without_standard_descriptors, release),
		cmocka_unit_test_teardown(not_started, release),
		cmocka_unit_test_teardown(deadline_ends_the_group, release),
		cmocka_unit_test_teardown(termination_is_polite_first, release),
		cmocka_unit_test_teardown(enough_ends_it, release),
		cmocka_unit_test_teardown(a_passed_deadline_starts_nothing, release),
		cmocka_unit_test_teardown(a_daemon_is_not_waited_for, release),
		cmocka_unit_test_teardown(signals_are_default, release),
		cmocka_unit_test_teardown(dies_with_us, release),
	};

	return cmocka_run_group_tests_name("spawn", tests, NULL, NULL);
}
