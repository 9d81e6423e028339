/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/collect.h"

int pg_collect_names(struct pg_facts *facts)
{
	(void)facts;
	return 0;
}
