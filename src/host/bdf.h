/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PCI addresses: domain:bus:device.function, lower-case hexadecimal, as sysfs and Proxmox
 * write them (Documentation/ABI/testing/sysfs-bus-pci; PVE::SysFSTools). Domains above
 * ffff exist (Intel VMD, Hyper-V) and have up to eight digits.
 */
#pragma once

#include "src/base/macro.h"

struct pg_bdf {
	uint32_t domain;
	uint8_t bus;
	uint8_t dev;	/* 0 to 31 */
	uint8_t fn;	/* 0 to 7 */
};

/* "ffffffff:ff:1f.7" and a NUL */
#define PG_BDF_LEN 17

struct pg_bdf_str {
	char s[PG_BDF_LEN];
};

/* "0000:01:00.0"; the domain has at least four digits. */
struct pg_bdf_str pg_bdf_str(struct pg_bdf addr);
/* "0000:01:00": the slot with all its functions. */
struct pg_bdf_str pg_bdf_slot_str(struct pg_bdf addr);
/* "01:00.0" where the domain is 0, else the whole: for lists that people read. */
struct pg_bdf_str pg_bdf_short(struct pg_bdf addr);

/* The kernel's form only: domain required. Returns 0 or -EINVAL. */
int pg_bdf_parse(const char *s, struct pg_bdf *ret);
/* What people type: the domain may be left out (0), upper case is taken, and without a
 * function the slot is meant (*ret_slot true, fn 0). Returns 0 or -EINVAL. */
int pg_bdf_parse_loose(const char *s, struct pg_bdf *ret, bool *ret_slot);

/* By domain, bus, device, function: <0, 0, >0. */
int pg_bdf_cmp(struct pg_bdf a, struct pg_bdf b);
bool pg_bdf_equal(struct pg_bdf a, struct pg_bdf b);
bool pg_bdf_same_slot(struct pg_bdf a, struct pg_bdf b);
