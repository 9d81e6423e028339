/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The road's parts. Private to road.c and show_plan.c. */
#pragma once

#include "src/cmd/common.h"
#include "src/plan/plan.h"

/* The plan as text, to stdout. */
void pg_road_show(const struct pg_cmd_env *env, const struct pg_plan *plan);
