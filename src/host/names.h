/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "src/base/strbuf.h"

/* names_ids.c: the names that a pci.ids has; those that are there already are left alone. 0 or -ENOMEM. */
int pg_pci_ids_names(const struct pg_bytes *ids, uint16_t vendor, uint16_t device, char **ret_vendor,
		     char **ret_device);
