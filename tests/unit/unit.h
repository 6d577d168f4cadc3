/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unit: the headers that cmocka wants, in its order. */
#ifndef MTA_STACK_UNIT_H
#define MTA_STACK_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
