/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The demo node as it comes up after a reboot: its sysfs and /proc are files, rewritten
 * to what its configuration asks for. Private to src/exec.
 */
#pragma once

#include "src/base/root.h"
#include "src/host/facts.h"

/* All parts, in order. Returns 0 or a negative errno with err. */
int pg_demo_reboot(struct pg_root *root, const struct pg_facts *facts,
		   struct pg_err *err);

/* demo_boot.c: /proc/cmdline of the next boot: what the loader adds by itself, and the
 * configured options. *ret is NULL where the loader is not known. */
int pg_demo_cmdline(const struct pg_facts *facts, char **ret, struct pg_err *err);
/* demo_iommu.c: IOMMU and groups, on or off by that command line. */
int pg_demo_iommu(struct pg_root *root, const struct pg_facts *facts, const char *cmdline,
		  struct pg_err *err);
/* demo_driver.c: which driver each device comes up with. */
int pg_demo_drivers(struct pg_root *root, const struct pg_facts *facts,
		    struct pg_err *err);

/* ---- small acts on the tree ---- */

/* Removes a file or link; one that is not there is no error. */
int pg_demo_remove(struct pg_root *root, const char *path, struct pg_err *err);
/* A link to a folder of /sys, relative as the kernel makes them; its folder is made. */
int pg_demo_link(struct pg_root *root, const char *path, const char *to,
		 struct pg_err *err);
/* Sets a file that may be missing (then it is made). */
int pg_demo_set(struct pg_root *root, const char *path, const char *value,
		struct pg_err *err);
