/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /etc/pve-gpu/pve-gpu.conf (pve-gpu.conf(5)): what a node wants of this program where nothing else is
 * said. Read by libconfuse; a file that is not right counts as none, and is told.
 */
#pragma once

#include "src/base/strbuf.h"
#include "src/base/vec.h"

#define PG_PATH_SETTINGS "/etc/pve-gpu/pve-gpu.conf"
#define PG_PATH_RULES "/etc/pve-gpu/rules.d"

/* A trial's minutes after the boot. */
#define PG_TRIAL_MINUTES 10
#define PG_TRIAL_MINUTES_MAX 1440

enum pg_theme {
	PG_THEME_AUTO,		/* colours that most backgrounds bear */
	PG_THEME_LIGHT,		/* for a light background */
	PG_THEME_PLAIN,		/* without colours */
};

struct pg_settings {
	unsigned trial_minutes;	/* 1 to PG_TRIAL_MINUTES_MAX */
	enum pg_theme theme;
	bool mouse;		/* the wizard takes clicks and the wheel */
	char *storage;		/* for disks that a VM needs; NULL: by the VM's other disks */
	struct pg_strv rules;	/* folders of the person's own rules, absolute; only "/" ends with '/' */
	char *bad;		/* "/etc/pve-gpu/pve-gpu.conf:3: …": why nothing of the file counts */
};

void pg_settings_done(struct pg_settings *s);
/* What counts without a file. Returns 0 or -ENOMEM. */
int pg_settings_usual(struct pg_settings *ret);
/* Reads the file's bytes, which it changes (comments become blanks). Returns 0, also where they are not
 * right (->bad says why, and the rest is as usual), or -ENOMEM. */
int pg_settings_parse(struct pg_bytes *bytes, struct pg_settings *ret);
