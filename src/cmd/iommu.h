/* SPDX-License-Identifier: GPL-3.0-or-later */
/* iommu --svg (iommu_svg.c): the groups as a picture, to env->out. Returns the exit status. */
#pragma once

#include "src/cmd/cmd.h"
#include "src/host/facts.h"

int pg_iommu_svg(const struct pg_cmd_env *env, const struct pg_facts *facts);
