/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What check_sriov.c and check_sriov_use.c share. Private to src/plan. */
#pragma once

#include "src/plan/planner.h"
#include "src/plan/sriov.h"

/* About the device of the choices; NULL: no memory. */
struct pg_finding *pg_sriov_finding(struct pg_checker *c, const char *id, enum pg_level level,
				    const char *text);

/* check_sriov_use.c; each returns 0 or -ENOMEM: who has functions that would go; the way in over the
 * card itself; drivers that keep what they have; the VM that is to have one; a card of sriov.conf that is not as it should be. */
int pg_check_sriov_users(struct pg_checker *c, const struct pg_dev *pf);
int pg_check_sriov_link(struct pg_checker *c, const struct pg_dev *pf);
int pg_check_sriov_later(struct pg_checker *c, const struct pg_dev *pf);
int pg_check_sriov_vm(struct pg_checker *c, const struct pg_dev *pf);
int pg_check_sriov_state(struct pg_checker *c, const struct pg_sriov_state *state);
