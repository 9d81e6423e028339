/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files about mediated devices share. Private to src/host. */
#pragma once

#include "src/host/facts.h"

/* mdev_parse.c: bytes, no input or output. Those that return int: 0 or -ENOMEM. */

/*
 * The lines "ID : NAME" of creatable_vgpu_types, as types that can be made once. Lines that are
 * none (a heading) go to *bad.
 */
int pg_mdev_read_creatable(const char *text, struct pg_mdev_parent *parent, struct pg_strv *bad);
/* "…framebuffer=1024M…": 1024; "low_gm_size: 64MB\nhigh_gm_size: 384MB": 448; else 0. */
uint64_t pg_mdev_framebuffer(const char *description);
/* By NVIDIA's way of naming, in which the last number is the framebuffer in GiB: "GRID T4-4Q": 4096;
 * "GRID M10-0B": 512; else 0. */
uint64_t pg_mdev_nvidia_framebuffer(const char *name);
/* A lower-case UUID, as the kernel writes it: what else stands in the folder is no instance. */
bool pg_mdev_is_uuid(const char *s);
/* Does a module's file end as a signed one does (kernel/module_signature.c)? */
bool pg_module_is_signed(const struct pg_bytes *bytes);
