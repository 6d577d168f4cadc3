/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag: one failure, told once.
 *
 * A function that can fail in a way that a person must hear of takes a `struct diag *ret_diag`
 * as its last argument, returns 0 or -1, and fills it on -1. The text is one line without the
 * program's name and without a full stop: "cannot open /etc/postfix/main.cf: Permission denied".
 * Only main.c prints it. The text ends with the cure where there is one.
 *
 * Nothing here allocates, so running out of memory can be reported too.
 */
#ifndef MTA_STACK_DIAG_H
#define MTA_STACK_DIAG_H

/* Exit codes: OCF's (OCF Resource Agent API 1.1, section "Exit status codes"), used by every
 * command of both programs, so that the agent can pass them on. */
enum exit_code {
	EX_OK = 0,	      /* done; check: in sync */
	EX_FAILED = 1,	      /* generic error; check: drifted */
	EX_ARGS = 2,	      /* bad command line */
	EX_UNIMPLEMENTED = 3, /* unknown command or backend */
	EX_PERM = 4,	      /* not allowed to */
	EX_INSTALLED = 5,     /* a file or program is missing or broken on this node */
	EX_CONFIGURED = 6,    /* the resource's parameters are wrong, on any node */
	EX_NOT_RUNNING = 7,   /* check, monitor: not applied, stopped */
	EX_DEGRADED = 190,    /* running, but somebody should look */
};

#define DIAG_MAX 1024 /* bytes, with the final NUL; longer texts are cut */

struct diag {
	enum exit_code code;
	char text[DIAG_MAX];
};

/* Fill *d and return -1, so that callers can write `return diag_set(…);`. d may be NULL.
 * Control characters in the result become '?', so that a hostile file cannot forge log lines. */
int diag_set(struct diag *d, enum exit_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The one text for lack of memory; EX_FAILED. */
int diag_oom(struct diag *d);

#endif
