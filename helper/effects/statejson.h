/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * statejson: the parts of a state as JSON values. For state.c only.
 *
 * put_*() add to an object; what cannot be added (no memory, not UTF-8) makes the object lack it,
 * and put_item() then adds no element, which the caller counts. get_*() are false when a member is
 * missing or of the wrong type. An optional text is null.
 */
#ifndef MTA_STACK_STATEJSON_H
#define MTA_STACK_STATEJSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "effects/state.h"

bool put(json_t *o, const char *key, json_t *value);
bool put_int(json_t *o, const char *key, int64_t value);
bool put_bool(json_t *o, const char *key, bool value);
bool put_text(json_t *o, const char *key, const char *text);
void put_item(json_t *array, json_t *value);

bool get_int(const json_t *o, const char *key, int64_t *ret_value);
bool get_bool(const json_t *o, const char *key, bool *ret_value);
bool get_text(struct state *s, const json_t *o, const char *key, const char **ret_text);

bool statejson_put_stack(json_t *root, const struct stack_record *k);
bool statejson_get_stack(struct state *s, const json_t *root);

/* NULL when a value cannot be represented. */
json_t *statejson_of_record(const struct record *r);
json_t *statejson_of_undo(const struct undo *u);
bool statejson_get_record(struct state *s, const json_t *o, struct record *ret_record);
bool statejson_get_undo(struct state *s, const json_t *o, struct undo *ret_undo);

#endif
