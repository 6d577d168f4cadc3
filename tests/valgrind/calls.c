/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls: preloaded into what runs under valgrind(1). System calls that valgrind 3.19 does not know
 * (all that we make by number) are made on the real processor, and a program sees of itself in
 * /proc what others see of it, valgrind's own program.
 *
 * Guarantees that valgrind knows what readlink(2) wrote; the others here write nothing.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <valgrind/memcheck.h>

enum { NUMBER, ARGUMENTS, CELLS = 7 };

/* No errno in here: what belongs to a thread belongs to the simulated one. */
static long real(unsigned long thread, const long *cells)
{
	register long r10 __asm__("r10") = cells[4];
	register long r8 __asm__("r8") = cells[5];
	register long r9 __asm__("r9") = cells[6];
	long result;

	(void)thread;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(cells[NUMBER]), "D"(cells[1]), "S"(cells[2]), "d"(cells[3]),
			   "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static long call(const long cells[CELLS])
{
	/* who is started without valgrind may inherit us */
	long result =
		RUNNING_ON_VALGRIND ? (long)VALGRIND_NON_SIMD_CALL1(real, cells) : real(0, cells);

	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

long syscall(long number, ...)
{
	long cells[CELLS] = {number};
	va_list ap;

	va_start(ap, number);
	for (int i = ARGUMENTS; i < CELLS; i++)
		cells[i] = va_arg(ap, long);
	va_end(ap);
	return call(cells);
}

ssize_t readlink(const char *restrict path, char *restrict to, size_t size)
{
	const long cells[CELLS] = {SYS_readlink, (long)path, (long)to, (long)size};
	ssize_t n = call(cells);

	if (n > 0)
		(void)VALGRIND_MAKE_MEM_DEFINED(to, n);
	return n;
}
