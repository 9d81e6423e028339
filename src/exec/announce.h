/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the node tells of a trial: to logins (pam_motd(8), /run/motd.d), above the login
 * prompt (agetty(8), /run/issue.d), on the console, and to those logged in (wall(1)). Best
 * effort: none of it holds anything up. Private to src/exec.
 */
#pragma once

#include "src/exec/trial.h"

/* Everywhere, whole sentences, lines of at most 80 columns. */
void pg_announce(const struct pg_run *run, const char *text);
/* Is that what is announced? */
bool pg_announce_is(const struct pg_run *run, const char *text);
/* Takes the announcements at logins and prompts away. */
void pg_announce_clear(const struct pg_run *run);
/* As pg_announce_clear, where none is on trial any more. */
void pg_announce_tidy(const struct pg_run *run);
