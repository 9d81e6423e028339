/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units of systemd that start pve-gpu. */
#pragma once

#include "src/base/strbuf.h"

/* The template with the program in place of @PROGRAM@, as a word of ExecStart= (systemd.service(5),
 * "Command lines"). Returns 0 or -ENOMEM. */
int pg_unit_fill(const struct pg_bytes *text, const char *program, struct pg_bytes *ret);
