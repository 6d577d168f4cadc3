/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memo: what is known of disks that were seen before.
 *
 *     memo_forget()                   at the beginning of a scenario
 *     hash = disk_hash(question)      of the world as it is on the disk; tree_hash() of a model's
 *     if (memo_get(hash) == MEMO_NEW)
 *             memo_put(hash, is it good?)
 *
 * Two disks are the same when names, kinds, modes, bytes, links and extended attributes are. In
 * what the program writes down (JSON), inode numbers and times differ from run to run: of a
 * recorded file only this counts, which live file it is, if any, and whether that one has the
 * recorded time. Programs that start on the same disk do the same, so each needs to be looked at
 * once.
 */
#ifndef FAULT_MEMO_H
#define FAULT_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum memo {
	MEMO_NEW,
	MEMO_GOOD,
	MEMO_BAD,
};

/* Shared with children. With FAULT_EVERY in the environment each is always new, and memo_put() ends
 * the program when the verdict is not that of the first time: whoever doubts the hash can see. */
void memo_forget(void);
enum memo memo_get(uint64_t hash);
enum memo memo_put(uint64_t hash, bool good);

/* How many disks are known. */
unsigned long memo_size(void);

/* Continue a hash. */
uint64_t memo_more(uint64_t sum, const void *bytes, size_t len);

/* The same for what may be the program's JSON. live() finds a live file by its inode number: a hash
 * of its name, 0: none; then also its time of modification. NULL: no recorded file is live. */
struct memo_time {
	long long sec, nsec;
};
typedef uint64_t memo_live(unsigned long long ino, struct memo_time *ret_time);
uint64_t memo_text(uint64_t sum, const char *text, size_t len, memo_live *live);

/* Of the whole world. question: what is asked of it, part of the hash. */
uint64_t disk_hash(unsigned question);

#endif
