/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VM's own display, and the agent in it: for the plan, and for doctor. */
#include "src/plan/vm_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/usb.h"

struct pg_vga pg_vga_type(const char *vga)
{
	struct pg_vga type = { "" };
	size_t n = 0;
	const char *at = vga ? pg_pve_part(vga, "type", true, &n) : NULL;

	if (at)
		(void)snprintf(type.s, sizeof(type.s), "%.*s", (int)n, at);
	return type;
}

bool pg_vm_has_agent(const struct pg_guest *guest)
{
	const char *agent = pg_vm_value(guest, "agent"), *at;
	char word[8];
	size_t n = 0;

	at = agent ? pg_pve_part(agent, "enabled", true, &n) : NULL;
	if (!at)
		return false;
	(void)snprintf(word, sizeof(word), "%.*s", (int)n, at);
	return n < sizeof(word) && pg_pve_true(word);
}

/* ---- serial terminals ---- */

const char *pg_vga_serial(const char *vga)
{
	static const char *const port[] = { "serial0", "serial1", "serial2", "serial3" };
	struct pg_vga type = pg_vga_type(vga);

	for (size_t i = 0; i < PG_ARRAY_SIZE(port); i++)
		if (strcmp(type.s, port[i]) == 0)
			return port[i];
	return NULL;
}

/* ---- render nodes ---- */

/* Does the device, with what hangs on it, leave the host: now, or with the next boot? */
static bool leaves(const struct pg_facts *facts, const struct pg_effects *effects,
		   const struct pg_dev *dev)
{
	const char *expected = pg_plan_expected_driver(facts, dev);

	for (size_t i = 0; i < effects->n; i++)
		if (pg_bdf_equal(effects->v[i].addr, dev->addr))
			return true;
	return expected && strcmp(expected, "vfio-pci") == 0;
}

/* The first that has a render node, and leaves. *ret_stays: another one has one, and stays. */
static const struct pg_dev *last_render(const struct pg_facts *facts,
					const struct pg_effects *effects, bool *ret_stays)
{
	const struct pg_dev *first = NULL;

	*ret_stays = facts->n_render_other > 0;
	for (size_t i = 0; i < facts->n_dev; i++) {
		const struct pg_dev *dev = &facts->dev[i];

		if (!dev->render)
			continue;
		if (!leaves(facts, effects, dev))
			*ret_stays = true;
		else if (!first)
			first = dev;
	}
	return first;
}

int pg_check_render(const struct pg_facts *facts, const struct pg_guest *guest, const char *vga,
		    const struct pg_effects *effects, struct pg_findings *f, struct pg_finding **ret)
{
	struct pg_vga type = pg_vga_type(vga);
	const struct pg_dev *dev;
	struct pg_vm_scope scope;
	bool stays;
	int r;

	*ret = NULL;
	if (strcmp(type.s, "virtio-gl") != 0 || facts->render_known != PG_YES)
		return 0;
	dev = last_render(facts, effects, &stays);
	if (stays)
		return 0;
	pg_vm_scope(guest->vmid, &scope);
	*ret = pg_findings_add(f, "vga-no-render", PG_LEVEL_BLOCK, scope.s,
			       "The VM's own display (vga: virtio-gl) is drawn by a GPU of the node, and "
			       "none is left: the VM will not start (no DRM render node).");
	r = dev ? pg_finding_evidence(*ret, "vga: %s; the render node is that of %s, which leaves", vga,
				      pg_bdf_str(dev->addr).s) :
		  pg_finding_evidence(*ret, "vga: %s; /sys/class/drm has no render node", vga);
	return r < 0 ? r :
		       pg_finding_advice(*ret, "Give the VM a display that needs no GPU (--vga virtio or "
					       "std), or leave a GPU with the node.");
}
