/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node, a VM and choices that are made up of a seed. */
#pragma once

#include "src/plan/plan.h"

struct pve_case {
	uint64_t seed;
	struct pg_facts *facts;
	struct pg_choices *choices;
	char *conf;			/* of VM 100 */
	char *pci_cfg, *usb_cfg;
	bool running;
};

/* Everything of it comes from the seed alone. */
void pve_case_make(uint64_t seed, struct pve_case *ret);
/* Reads the VM's configuration again, as it is now. */
void pve_case_read_vm(struct pve_case *c, const char *conf);
void pve_case_done(struct pve_case *c);
