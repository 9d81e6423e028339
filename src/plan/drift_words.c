/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/drift.h"

#include <string.h>

#include "src/base/i18n.h"
/* "0000:02:00.0" or "0000:02:00.0, 0000:02:00.1" */
static char *targets(const struct pg_drift *d)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < d->n_to; i++)
		pg_strbuf_addf(&b, "%s%s", i ? ", " : "", pg_pick_str(d->to[i].addr, d->to[i].slot).s);
	return pg_strbuf_steal(&b);
}

const char *pg_drift_id(const struct pg_drift *d)
{
	static const char *const moved[] = {
		[PG_DRIFT_HOSTPCI] = "hostpci-points-elsewhere",
		[PG_DRIFT_BIND] = "binding-moved",
		[PG_DRIFT_MAPPING] = "mapping-moved",
	};

	return d->how == PG_DRIFT_MOVED	  ? moved[d->what] :
	       d->how == PG_DRIFT_CHANGED ? "mapping-changed" :
	       d->how == PG_DRIFT_UNMADE  ? "vf-not-made" :
	       d->how == PG_DRIFT_GONE	  ? "device-gone" :
					    "device-unsure";
}

/* "is at 0000:02:00 now" */
static char *whereabouts(const struct pg_drift *d)
{
	char *to pg_autofree = targets(d);

	if (!to)
		return NULL;
	if (d->how == PG_DRIFT_MOVED)
		return pg_strf(_("is at %s now"), to);
	if (d->how == PG_DRIFT_UNMADE)
		return pg_strf(_("is virtual function %u of %s, and not there at present"), d->vf,
			       pg_bdf_str(d->card->addr).s);
	return strdup(d->how == PG_DRIFT_GONE ? _("is not on this node any more") :
						_("is not in its place any more, and nothing tells which "
						"of those with its ids it is"));
}

static char *bind_text(const struct pg_drift *d, const char *where)
{
	const char *then = "";

	if (d->how == PG_DRIFT_MOVED && d->there)
		then = _(": vfio-pci does not get it at boot, and may take what has that address instead");
	else if (d->how == PG_DRIFT_MOVED)
		then = _(": vfio-pci does not get it at boot");
	else if (d->value)
		then = _(", and another with its ids has come to the address: vfio-pci takes that at boot");
	return pg_strf(_("The device that is bound by its address %s %s%s."), pg_bdf_str(d->from).s,
		       where, then);
}

char *pg_drift_text(const struct pg_drift *d)
{
	struct pg_bdf_str from = pg_pick_str(d->from, d->slot);
	char *where pg_autofree = whereabouts(d);

	if (!where)
		return NULL;
	if (d->mdev)
		return pg_strf(d->mapping->mdev ?
			       _("The mapping %s is one for mediated devices or vGPUs (mdev), and %s offers "
				 "none: Proxmox starts no VM with it.") :
			       _("The mapping %s is not one for mediated devices or vGPUs (mdev), and %s offers "
				 "them: Proxmox starts no VM with it."), d->mapping->id, from.s);
	if (d->how == PG_DRIFT_CHANGED)
		return pg_strf(_("The mapping %s says other ids or another IOMMU group of %s than it has: "
			       "Proxmox starts no VM with it (hardware probably changed)."),
			       d->mapping->id, from.s);
	if (d->what == PG_DRIFT_MAPPING)
		return pg_strf(_("The device that the mapping %s means by %s %s: Proxmox starts no VM with "
			       "it."), d->mapping->id, from.s, where);
	if (d->what == PG_DRIFT_BIND)
		return bind_text(d, where);
	return pg_strf(_("The device that VM %u means by %s %s: a start of the VM %s."), d->guest->vmid,
		       from.s, where,
		       d->there ? _("takes another, which has that address now") :
				  _("does not find it and ends"));
}

char *pg_drift_evidence(const struct pg_drift *d)
{
	char *tells pg_autofree = !d->by ? strdup("") :
				  d->card ? pg_strf(_("; virtual function %u of %s; the card is told by %s"),
						    d->vf, pg_bdf_str(d->card->addr).s, d->by) :
					    pg_strf(_("; told by %s"), d->by);

	if (!tells)
		return NULL;
	if (d->what == PG_DRIFT_HOSTPCI)
		return pg_strf("%s: hostpci%u: %s%s%s", d->guest->path, d->hp->index, d->hp->value,
			       d->hp->pending ? _(" (pending)") : "", tells);
	if (d->what == PG_DRIFT_BIND)
		return pg_strf("%s:%u%s", PG_PATH_BIND_CONF, d->line, tells);
	return pg_strf(_("/etc/pve/mapping/pci.cfg: %s: map %s%s"), d->mapping->id, d->map->value, tells);
}

static char *unmade_advice(const struct pg_drift *d)
{
	struct pg_bdf_str card = pg_bdf_str(d->card->addr);

	if (d->will_be_there)
		return pg_strf(_("Have it made: `pve-gpu sriov` shows what makes the virtual functions of %s, and "
				 "how many."), card.s);
	return pg_strf(_("Have it made: `pve-gpu sriov` shows what makes the virtual functions of %s, and how "
			 "many. Then `pve-gpu %s` gives the entry its address."), card.s, PG_DRIFT_FIX);
}

char *pg_drift_advice(const struct pg_drift *d)
{
	if (d->value)
		return pg_strf(_("`pve-gpu %s` shows the repair as a plan, and with --apply does it."),
			       PG_DRIFT_FIX);
	if (d->how == PG_DRIFT_UNMADE)
		return unmade_advice(d);
	if (d->what == PG_DRIFT_BIND)
		return strdup(_("Plan the device again by its new address, and take this line out."));
	if (d->mdev)
		return strdup(d->mapping->mdev ?
				      _("Load the driver that offers them, or choose a mapping of its own "
				      "for the device.") :
				      _("Give the device a mapping of its own: what is said of mdev counts for "
				      "the entries of all nodes."));
	if (d->what == PG_DRIFT_MAPPING)
		return pg_strf(_("`pve-gpu mapping %s ADDRESS --replace` writes this node's entry anew, "
			       "`pve-gpu mapping %s --remove` takes it away."), d->mapping->id,
			       d->mapping->id);
	if (d->how == PG_DRIFT_GONE && d->there)
		return pg_strf(_("Was the card replaced, and this one is meant? Then delete the entry (`qm set %u "
			       "--delete hostpci%u`) and give the card to the VM anew. Else name the device by "
			       "its new address (`pve-gpu list --all`)."), d->guest->vmid, d->hp->index);
	return pg_strf(_("Name the device by its new address (`pve-gpu list --all`), or delete the entry: "
		       "`qm set %u --delete hostpci%u`."), d->guest->vmid, d->hp->index);
}
