/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/collect.h"

int pg_collect_system(const struct pg_root *root, struct pg_facts *facts)
{
	(void)root;
	(void)facts;
	return 0;
}
