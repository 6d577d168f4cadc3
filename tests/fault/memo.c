/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memo.c guarantees that nothing but inode numbers and times is left out of a hash.
 */
#include "memo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "world.h"

#define SLOTS (1u << 20)

static struct memory {
	unsigned long n;
	struct {
		uint64_t hash; /* 0: empty */
		bool good;
	} slots[SLOTS];
} * memory;

void memo_forget(void)
{
	if (memory != NULL)
		(void)munmap(memory, sizeof(*memory));
	memory = mmap(NULL, sizeof(*memory), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED)
		broken("memory");
}

static size_t slot_of(uint64_t hash)
{
	size_t slot = hash % SLOTS;

	while (memory->slots[slot].hash != 0 && memory->slots[slot].hash != hash)
		slot = (slot + 1) % SLOTS;
	return slot;
}

enum memo memo_get(uint64_t hash)
{
	size_t slot = slot_of(hash);

	if (memory->slots[slot].hash == 0 || getenv("FAULT_EVERY") != NULL)
		return MEMO_NEW;
	return memory->slots[slot].good ? MEMO_GOOD : MEMO_BAD;
}

enum memo memo_put(uint64_t hash, bool good)
{
	size_t slot = slot_of(hash);

	if (memory->slots[slot].hash == hash && memory->slots[slot].good != good)
		broken("two disks are the same and end differently");
	if (memory->slots[slot].hash == 0 && memory->n++ > SLOTS / 2)
		broken("too many disks");
	memory->slots[slot].hash = hash;
	memory->slots[slot].good = good;
	return good ? MEMO_GOOD : MEMO_BAD;
}

unsigned long memo_size(void)
{
	return memory->n;
}

uint64_t memo_more(uint64_t sum, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ p[i]) * 0x100000001b3u;
	return sum;
}

/* Is this key at p? Then *ret_value is where its value begins. */
static bool has_key(const char *p, size_t left, const char *key, const char **ret_value)
{
	size_t len = strlen(key);

	if (left <= len || memcmp(p, key, len) != 0)
		return false;
	*ret_value = p + len;
	return true;
}

/* Inode numbers that no live file has, in the order of their appearance: equal ones stay equal. */
struct gone {
	unsigned long long ino[64];
	unsigned n;
};

static unsigned gone_number(struct gone *g, unsigned long long ino)
{
	unsigned i = 0;

	while (i < g->n && g->ino[i] != ino)
		i++;
	if (i == g->n && g->n < 64)
		g->ino[g->n++] = ino;
	return i;
}

uint64_t memo_text(uint64_t sum, const char *text, size_t len, memo_live *live)
{
	const char *p = text, *end = text + len, *value;
	struct gone gone = {.n = 0};
	struct memo_time time = {0, 0};
	uint64_t name = 0; /* of the live file that the latest number stands for */

	while (p < end) {
		size_t left = (size_t)(end - p);
		char token[40] = "";

		if (*p != '"') {
			sum = memo_more(sum, p++, 1);
		} else if (has_key(p, left, "\"ino\": ", &value)) {
			unsigned long long ino = strtoull(value, NULL, 10);

			name = live != NULL && ino != 0 ? live(ino, &time) : 0;
			if (name != 0)
				(void)snprintf(token, sizeof(token), "live %llx",
					       (unsigned long long)name);
			else
				(void)snprintf(token, sizeof(token), "gone %u",
					       ino ? gone_number(&gone, ino) : 99);
		} else if (has_key(p, left, "\"mtime\": ", &value)) {
			(void)snprintf(token, sizeof(token), "s %d",
				       name != 0 && strtoll(value, NULL, 10) == time.sec);
		} else if (has_key(p, left, "\"mtime_ns\": ", &value)) {
			(void)snprintf(token, sizeof(token), "ns %d",
				       name != 0 && strtoll(value, NULL, 10) == time.nsec);
			name = 0; /* another's from here on */
		} else if (has_key(p, left, "\"when\": \"", &value)) {
			(void)snprintf(token, sizeof(token), "when");
			value += strcspn(value, "\"");
		} else {
			sum = memo_more(sum, p++, 1);
		}
		if (token[0] != '\0') {
			sum = memo_more(sum, token, strlen(token));
			p = value + strspn(value, "-0123456789");
		}
	}
	return sum;
}
