/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <systemd/sd-daemon.h>

#include "src/exec/watch.h"

void pg_notify(const char *state)
{
	(void)sd_notify(0, state);
}
