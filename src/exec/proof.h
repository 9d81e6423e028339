/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proof: does what the node boots from hold what was configured? Private to src/exec.
 */
#pragma once

#include "src/exec/run.h"

/*
 * initrd_look.c: looks into the initramfs with lsinitramfs(8) and unmkinitramfs(8) and fills
 * looked, has_vfio, has_script and differ. Returns 0; -ENOENT and the like where it could not
 * be looked at (looked stays false); -ECANCELED; -ENOMEM.
 */
int pg_initrd_look(struct pg_run *run, const struct pg_facts *facts, struct pg_initrd *rd);

/*
 * esp_look.c: adds what the EFI system partitions of proxmox-boot-tool boot to
 * facts->boot.entry; to be called once. What could not be mounted is named in unseen. Needs
 * root. Errors as above; -EBADMSG where the answer is no such list.
 */
int pg_esp_look(struct pg_run *run, struct pg_facts *facts, struct pg_strv *unseen);
/* What it makes of the script's output (the head of data/boot/esp-entries). Returns 0, -EBADMSG or -ENOMEM. */
int pg_esp_read(const struct pg_bytes *output, struct pg_facts *facts, struct pg_strv *unseen);

/*
 * klog.c: adds what the kernel said of the device since it started to facts->klog, by
 * journalctl(1) -k: at most 200 messages, oldest first. Errors as above; then klog.known is not set.
 */
int pg_klog_look(struct pg_run *run, struct pg_facts *facts, struct pg_bdf addr);
/* What it makes of journalctl's output, an object a line; what is none is passed over. Returns
 * 0 or -ENOMEM. */
int pg_klog_read(const struct pg_bytes *json, struct pg_bdf addr, struct pg_klog *klog);

/*
 * proof.c: after the commands of pg_apply ran well: compares grub.cfg (or what
 * is on the EFI system partitions) and the initramfs of every kernel with what is on
 * disk now. What is missing goes to ret->doubts, and ret->text then says not to reboot; what
 * could not be looked at is a note in ret->text. Does nothing where the commands were only listed. 0 or -ENOMEM.
 */
int pg_proof(struct pg_run *run, const struct pg_plan *plan, struct pg_outcome *ret);
