/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every forum asks for, as a text in Markdown: the node, what was found, devices and groups,
 * options of modules, VMs with devices. Names, addresses and serial numbers are masked (mask.h).
 */
#pragma once

#include "src/plan/finding.h"

/* Returns 0 or -ENOMEM. */
int pg_report_make(const struct pg_facts *facts, const struct pg_findings *found,
		   struct pg_bytes *ret);
