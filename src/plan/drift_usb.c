/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB mappings whose device is not where this node's entry says (PVE::Mapping::USB, assert_valid). A
 * device without a port in the entry has none to lose; one that is simply not plugged in is gone.
 */
#include "src/plan/drift_usb.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/drift.h"
#include "src/plan/usb.h"

void pg_usb_drifts_done(struct pg_usb_drifts *drifts)
{
	for (size_t i = 0; i < drifts->n; i++)
		free(drifts->v[i].value);
	free(drifts->v);
	*drifts = (struct pg_usb_drifts){ 0 };
}

static const struct pg_usb_map *own_line(const struct pg_usb_mapping *m)
{
	for (size_t i = 0; i < m->n_map; i++)
		if (m->map[i].here)
			return &m->map[i];
	return NULL;
}

/* Does another mapping, or a VM by its port, mean the device? */
static bool is_meant(const struct pg_facts *facts, const struct pg_usb_mapping *but,
		     const struct pg_usb_dev *dev)
{
	for (size_t i = 0; i < facts->n_usb_mapping; i++) {
		const struct pg_usb_mapping *m = &facts->usb_mapping[i];

		if (m != but && m->n_here == 1 && m->port && strcmp(m->port, dev->name) == 0)
			return true;
	}
	for (size_t i = 0; i < facts->n_guest; i++)
		for (size_t k = 0; facts->guest[i].local && k < facts->guest[i].n_usb; k++) {
			const struct pg_usb_spec *spec = &facts->guest[i].usb[k].spec;

			if (spec->by == PG_USB_BY_PORT && strcmp(spec->name, dev->name) == 0)
				return true;
		}
	return false;
}

/* The line with another path=; the rest as it is. */
static char *moved_value(const struct pg_usb_map *map, const char *port)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_split(map->value, ",", &part) < 0)
		return NULL;
	for (size_t i = 0; i < part.n; i++)
		if (pg_text_starts(part.v[i], "path="))
			pg_strbuf_addf(&b, "%spath=%s", b.len ? "," : "", port);
		else
			pg_strbuf_addf(&b, "%s%s", b.len ? "," : "", part.v[i]);
	return pg_strbuf_steal(&b);
}

static int look(const struct pg_facts *facts, const struct pg_usb_mapping *m, struct pg_usb_drift *d)
{
	size_t loose = 0;

	for (size_t i = 0; i < facts->n_usb; i++) {
		const struct pg_usb_dev *dev = &facts->usb[i];

		if (dev->is_root || !dev->has_ids || dev->vendor != m->vendor ||
		    dev->product != m->product || is_meant(facts, m, dev))
			continue;
		loose++;
		d->to = dev;
	}
	d->how = loose == 1 ? PG_DRIFT_MOVED : loose ? PG_DRIFT_UNSURE : PG_DRIFT_GONE;
	if (d->how != PG_DRIFT_MOVED) {
		d->to = NULL;
		return 0;
	}
	d->value = moved_value(d->map, d->to->name);
	return d->value ? 0 : -ENOMEM;
}

int pg_usb_drifts_find(const struct pg_facts *facts, struct pg_usb_drifts *ret)
{
	struct pg_usb_drifts found PG_CLEANUP(pg_usb_drifts_done) = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_usb_mapping; i++) {
		const struct pg_usb_mapping *m = &facts->usb_mapping[i];
		struct pg_usb_drift *d;

		if (m->n_here != 1 || !m->has_ids || !m->port || !pg_usb_mapping_wrong(facts, m->id))
			continue;
		d = pg_vec_add(&found.v, &found.n, sizeof(*d));
		if (!d)
			return -ENOMEM;
		*d = (struct pg_usb_drift){ .mapping = m, .map = own_line(m) };
		r = look(facts, m, d);
	}
	if (r < 0)
		return r;
	*ret = found;
	found = (struct pg_usb_drifts){ 0 };
	return 0;
}

/* ---- words ---- */

const char *pg_usb_drift_id(const struct pg_usb_drift *d)
{
	return d->how == PG_DRIFT_MOVED ? "usb-mapping-moved" :
	       d->how == PG_DRIFT_GONE	? "usb-mapping-gone" :
					  "usb-mapping-unsure";
}

char *pg_usb_drift_text(const struct pg_usb_drift *d)
{
	const char *starts_none = _("Proxmox starts no VM with it");

	if (d->how == PG_DRIFT_MOVED)
		return pg_strf(_("The device that the USB mapping %s means by port %s is at %s now: %s."),
			       d->mapping->id, d->mapping->port, d->to->name, starts_none);
	return pg_strf(_("The device that the USB mapping %s means by port %s is not there%s: %s."),
		       d->mapping->id, d->mapping->port,
		       d->how == PG_DRIFT_GONE ? "" : _(", and several with its ids are elsewhere"),
		       starts_none);
}

char *pg_usb_drift_evidence(const struct pg_usb_drift *d)
{
	return pg_strf(_("/etc/pve/mapping/usb.cfg: %s: map %s"), d->mapping->id, d->map->value);
}

char *pg_usb_drift_advice(const struct pg_usb_drift *d)
{
	if (d->value)
		return pg_strf(_("`pve-gpu %s` shows the repair as a plan, and with --apply does it."),
			       PG_DRIFT_FIX);
	return pg_strf(_("Plug it in there, or write this node's entry anew: `pve-gpu mapping %s PORT "
		       "--replace`."), d->mapping->id);
}
