/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture.c guarantees that it never waits and never keeps more than it was told to.
 */
#include "effects/capture.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PIECE ((size_t)16384)

void capture_close(struct capture *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
}

bool capture_some(struct capture *c, size_t most)
{
	char bytes[PIECE];
	size_t room, keep;
	ssize_t n;

	if (c->fd < 0)
		return false;
	do
		n = read(c->fd, bytes, most < PIECE ? most : PIECE);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			capture_close(c);
		return false;
	}
	room = c->max - c->into->len;
	keep = (size_t)n < room ? (size_t)n : room;
	buf_add(c->into, bytes, keep);
	if (keep < (size_t)n)
		*c->cut = true;
	return true;
}

void capture_rest(struct capture *c)
{
	int left = 0;

	if (c->fd < 0 || ioctl(c->fd, FIONREAD, &left) < 0)
		return;
	while (left > 0) {
		int most = left < (int)PIECE ? left : (int)PIECE;

		if (!capture_some(c, (size_t)most))
			break;
		left -= most;
	}
}
