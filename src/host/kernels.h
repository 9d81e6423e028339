/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readers of what describes an installed kernel; each adds what it finds and returns 0 or -ENOMEM.
 * Private to src/host. */
#pragma once

#include "src/host/facts.h"

/* modules.dep(5) */
int pg_kernel_from_dep(const struct pg_bytes *text, struct pg_kernel *k);
/* modules.builtin: a path a line */
int pg_kernel_from_builtin(const struct pg_bytes *text, struct pg_kernel *k);
/* /boot/config-RELEASE: only of what passthrough stands on */
int pg_kernel_from_config(const struct pg_bytes *text, struct pg_kernel *k);
