/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VM's own display, beside or instead of that of its device. */
#include "src/plan/lint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/plan/vm_check.h"

/* It starts all the same, with no display at all (PVE::QemuServer, config_to_command); the console
 * dies (PVE::CLI::qm, terminal). */
static int serial(const struct pg_lint *l, const char *vga)
{
	const char *key = pg_vga_serial(vga), *port = key ? pg_vm_value(l->g, key) : NULL;
	struct pg_finding *f;
	char option[32];

	if (!key || (port && strcmp(port, "socket") == 0))
		return 0;
	f = pg_lint_add(l, "vga-no-serial", PG_LEVEL_WARN,
			"The VM's display is a serial terminal, and it has no such port: Proxmox's console "
			"of it shows nothing (serial interface '%s' is not configured).", key);
	if (pg_lint_key(l, f, "vga") < 0 ||
	    pg_finding_advice(f, "Give it the port (`qm set %s --%s socket`), or another display.",
			      l->scope.number, key) < 0)
		return -ENOMEM;
	(void)snprintf(option, sizeof(option), "--vga %s", port ? "std" : key);
	return pg_lint_fix(l, f, NULL, option);
}

static int render(const struct pg_lint *l, const char *vga)
{
	struct pg_effects effects PG_CLEANUP(pg_effects_done) = { 0 };
	struct pg_finding *f = NULL;
	int r = pg_effects_make(l->c->facts, &(struct pg_taking){ .guest = l->g }, &effects);

	if (r == 0)
		r = pg_check_render(l->c->facts, l->g, vga, &effects, l->c->f, &f);
	return r < 0 || !f ? r : pg_lint_fix(l, f, NULL, "--vga virtio");
}

int pg_lint_display(const struct pg_lint *l)
{
	const char *vga = pg_vm_value(l->g, "vga");
	int r;

	if (!vga || !pg_lint_has_device(l->g))
		return 0;
	r = serial(l, vga);
	return r < 0 ? r : render(l, vga);
}
