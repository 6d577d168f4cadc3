/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banned: calls that this project does not make, because a better one exists.
 * Force-included into every file by the build.
 */
#ifndef MTA_STACK_BANNED_H
#define MTA_STACK_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok
#pragma GCC poison system popen mktemp tmpnam tempnam
#pragma GCC poison asctime ctime gmtime localtime

#endif
