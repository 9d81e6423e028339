/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtual functions. What a physical one says of itself is in pg_dev; here is where they are or
 * will be, and what of this node makes them beside pve-gpu.
 */
#pragma once

#include "src/host/facts.h"

/*
 * The address of virtual function n of pf, from 0: that of its link virtfnN, else as drivers/pci/iov.c
 * reckons it (routing id + offset + stride * n). False: not known. Some devices have another
 * offset once there are virtual functions.
 */
bool pg_vf_addr(const struct pg_dev *pf, unsigned n, struct pg_bdf *ret);
/* Its number; -1: it is none, or that is not known. */
int pg_vf_index(const struct pg_facts *facts, const struct pg_dev *vf);
/* How many have a bus number: drivers/pci/iov.c refuses more ("out of range of"). The device's
 * total where the limit is not known. */
unsigned pg_vf_max_by_bus(const struct pg_facts *facts, const struct pg_dev *pf);
/* The network interface on it, or NULL. */
const struct pg_nic *pg_pf_nic(const struct pg_facts *facts, const struct pg_dev *pf);

/*
 * The line or unit that makes virtual functions of the device when the node starts, not ours; NULL:
 * none. `inert` of them do nothing and are left out. Borrowed.
 */
const struct pg_vf_maker *pg_vf_maker_of(const struct pg_facts *facts, const struct pg_dev *pf);
/* "a line of sysfsutils", for sentences. Static. */
const char *pg_vf_maker_words(enum pg_vf_maker_kind kind);
/* A line that nothing reads (/etc/pve/sriov.conf) about the device; NULL: none. Borrowed. */
const struct pg_vf_maker *pg_vf_inert_of(const struct pg_facts *facts, const struct pg_dev *pf);
