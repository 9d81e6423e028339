/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files about USB share. Private to src/host. */
#pragma once

#include "src/host/facts.h"

/* usb_read.c: the device of that name, to be filled. */
struct pg_usb_dev *pg_usb_at_mut(struct pg_facts *facts, const char *name);
/* usb_kind.c: adds what an interface says of its device: kind, driver, node. Returns 0 or
 * -ENOMEM. */
int pg_usb_read_interface(const struct pg_root *root, const char *path, struct pg_usb_dev *dev);
/* usb_mapping.c: fills usb_mapping[] from mapping/usb.cfg; node NULL: unknown, no mapping is here
 * then. Returns 0 or -ENOMEM. */
int pg_usb_mappings_parse(const struct pg_bytes *text, const char *node, struct pg_facts *facts);
/* usb_guest.c: fills usb[] of a VM from the main section and [PENDING]. A value that Proxmox would
 * refuse is noted in bad and names no device. Returns 0 or -ENOMEM. */
int pg_guest_read_usb(struct pg_guest *guest);
