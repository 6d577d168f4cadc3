/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tables: compiled tables, kept from one start to the next, so that a failover does not wait for
 * postmap(1) again.
 *
 *     STATE_DIR/NAME/tables/SUM.table     what the tool made for the file whose path has this sum
 *     STATE_DIR/NAME/tables/SUM.key       what it was made from and by, and the table's own sum
 *
 * One generation for each file. The key is text: the tool with its size and time, its arguments,
 * the sum and length of the source. A table is used only if the key is the same byte for byte and
 * the table's bytes are those that were kept; anything else, be it damaged, cut short or not there,
 * means that the tool runs again. So nothing here has to be durable, and no failure is told.
 */
#ifndef MTA_STACK_TABLES_H
#define MTA_STACK_TABLES_H

#include <stdbool.h>

#include "data/buf.h"
#include "effects/store.h"
#include "pure/scan.h"
#include "pure/text.h"

/* False: it is not to be kept. Otherwise *ret_key says what the table is made from and by. */
bool tables_key(const struct derived *derived, struct span source, struct buf *ret_key);

/* True: there was one with this key, and it is at `path` now, which must not be there yet. */
bool tables_find(const struct store *s, const char *derived, struct span key, const char *path);

/* Keep what is at `path`. It must not be written to any more; it may be renamed or removed. */
void tables_keep(const struct store *s, const char *derived, struct span key, const char *path);

/* Remove what is not of a derived file in this state. */
void tables_collect(const struct store *s, const struct state *state);

#endif
