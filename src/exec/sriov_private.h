/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between sriov.c, which knows what is wanted, and sriov_make.c, which does it. */
#pragma once

#include "src/exec/run.h"
#include "src/exec/sriov.h"
#include "src/plan/sriov.h"

struct pg_vf_work {
	struct pg_root *root;
	struct pg_run run;
	struct pg_facts *facts;
	struct pg_sriov_report report;
};

void pg_vf_work_done(struct pg_vf_work *work);
/* Reads the node again. */
int pg_vf_collect(struct pg_vf_work *work, struct pg_err *err);

/* What one device is to have. */
struct pg_vf_aim {
	struct pg_bdf addr;
	unsigned count;
	bool host_driver;
	const struct pg_sriov_card *card;	/* with the settings of single ones; or NULL */
};

/* Makes it so; what came of it is in the report. The device is there. Returns 0 or -ENOMEM. */
int pg_vf_make(struct pg_vf_work *work, const struct pg_vf_aim *aim);
