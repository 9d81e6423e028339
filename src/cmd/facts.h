/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the table of named facts (src/plan/rule.h). */
#pragma once

#include <stdio.h>

/* For a person: `pve-gpu --help facts`. */
void pg_facts_print(FILE *out);
/* The same in mdoc(7), for the manual. */
void pg_facts_print_man(FILE *out);
