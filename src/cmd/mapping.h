/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What mapping.c and mapping_list.c share. */
#pragma once

#include "src/cmd/common.h"

/* mapping without arguments: the mappings over the nodes of the cluster. */
int pg_cmd_mapping_list(const struct pg_cmd_env *env);
