#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The stand-in for Proxmox against its own table: every *.case, see the head of pvecases.c.
set -u
"$top_builddir/tests/plans/pve/pvecases" "$top_srcdir"/tests/plans/pve/rows/*.case
