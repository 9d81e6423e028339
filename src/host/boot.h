/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the firmware tells of the boot, in its variables (UEFI 2.10, chapter 3; efivarfs in
 * the kernel's Documentation/filesystems/efivarfs.rst; LoaderInfo in systemd's Boot Loader
 * Interface). Private to src/host: efi.c reads them, boot.c judges.
 */
#pragma once

#include "src/host/facts.h"

/* How the boot loader names itself ("systemd-boot 257.9"): printable ASCII, at most 64
 * characters. Returns 0, -ENOENT, -EBADMSG, -ENOMEM or what reading gave. */
int pg_efi_loader_info(const struct pg_root *root, char **ret);
/* The file that the current boot entry names ("\EFI\proxmox\shimx64.efi"), printable ASCII.
 * Errors as above; -ENOENT also where the entry names none. */
int pg_efi_boot_path(const struct pg_root *root, char **ret);
/* Unknown where the variables cannot be read. */
enum pg_tri pg_efi_secure_boot(const struct pg_root *root);
