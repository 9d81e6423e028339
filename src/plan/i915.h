/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters of the module i915, as the files on disk have them. Private to src/plan. */
#pragma once

#include "src/host/facts.h"

/* The value that a parameter will have at the next boot: the last of modprobe.d and the kernel
 * command line, which comes last (kmod). *ret NULL: nothing sets it. Returns 0 or -ENOMEM. */
int pg_i915_configured(const struct pg_facts *facts, const char *parameter, char **ret);
/* Is GuC submission asked for: bit 0 of enable_guc (i915_params.c; -1 is the driver's choice)? */
bool pg_i915_is_guc(const char *value);
/* Is it true to the kernel (kstrtobool): 1, y, on? */
bool pg_i915_is_true(const char *value);
