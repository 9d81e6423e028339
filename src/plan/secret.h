/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must leave a node in no copy of its files: passwords, keys, tokens. Found by the words that stand
 * before them and by their form, and replaced by a word, so that the line keeps its own form.
 */
#pragma once

#include "src/base/strbuf.h"

#define PG_SECRET_WORD "REMOVED"

/* Is nothing but secrets in that file (a key, /etc/shadow, /etc/pve/priv)? */
bool pg_secret_is_file(const char *path);
/* A copy without secrets; *ret_n is how many there were. Returns 0 or -ENOMEM. */
int pg_secret_hide(const char *path, const struct pg_bytes *text, struct pg_bytes *ret, size_t *ret_n);
