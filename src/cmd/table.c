/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/cmd/common.h"

const struct pg_cmd *pg_cmd_table(void)
{
	static const struct pg_cmd table[] = {
		{ "list", "[--all]", "GPUs: address, name, ids, driver, group, users",
		  "  --all              every PCI device\n", pg_cmd_list },
		{ "iommu", "", "the IOMMU's state and its groups, with a verdict for each", NULL,
		  pg_cmd_iommu },
		{ 0 },
	};

	return table;
}
