/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of choices about USB: its memory. Private to src/plan. */
#pragma once

#include "src/plan/choices.h"

void pg_choices_usb_done(struct pg_choices *choices);
/* Empties it without freeing: what it held belongs to another. */
void pg_choices_usb_forget(struct pg_choices *choices);
/* Returns 0 or -ENOMEM; what was copied so far belongs to `to`. */
int pg_choices_usb_copy(const struct pg_choices *from, struct pg_choices *to);
