/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why nothing can be made of a card. */
#include "src/plan/vgpu.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/i915.h"
#include "src/plan/planner.h"

enum { INTEL = 0x8086, NVIDIA = 0x10de, AMD = 0x1002 };

/* One look at a card. */
struct look {
	const struct pg_facts *facts;
	const struct pg_dev *dev;
	enum pg_level level;
	struct pg_findings *f;
};

/* 1: it is so, and said; 0: it is not. */
typedef int why_fn(const struct look *l);

static struct pg_finding *about(const struct look *l, const char *id, const char *text)
{
	return pg_findings_add(l->f, id, l->level, pg_bdf_str(l->dev->addr).s, "%s", text);
}

static int done(struct pg_finding *f, const char *advice)
{
	int r = pg_finding_advice(f, "%s", advice);

	return r < 0 ? r : 1;
}

static const char *driver(const struct look *l)
{
	return l->dev->driver ? l->dev->driver : "none";
}

static bool has_driver(const struct look *l, const char *name)
{
	return l->dev->driver && pg_same_module(l->dev->driver, name);
}

/* What ties the evidence to the card. */
static int card_evidence(const struct look *l, struct pg_finding *f, const char *more)
{
	return pg_finding_evidence(f, "%04x:%04x%s%s; driver: %s%s%s", l->dev->vendor, l->dev->device,
				   l->dev->name ? " " : "", l->dev->name ? l->dev->name : "",
				   driver(l), *more ? "; " : "", more);
}

/* ---- all makes ---- */

static int with_vfio(const struct look *l)
{
	struct pg_finding *f;

	if (!pg_dev_on_vfio(l->dev))
		return 0;
	f = about(l, "vgpu-on-vfio", _("The card is with vfio-pci, to be passed whole: only its own driver "
				     "divides it."));
	if (card_evidence(l, f, "") < 0)
		return -ENOMEM;
	return done(f, _("Take it out of what binds it (`pve-gpu status` says what does), and reboot."));
}

/* ---- NVIDIA ---- */

static int consumer(const struct look *l)
{
	struct pg_finding *f;

	if (pg_nvidia_card(l->dev) != PG_NO)
		return 0;
	f = about(l, "vgpu-consumer", _("This is a consumer card. NVIDIA's vGPU software does not support "
				      "these, whatever driver is installed."));
	if (card_evidence(l, f, "") < 0)
		return -ENOMEM;
	return done(f, _("Pass the whole card to one VM, `pve-gpu passthrough`; or use a card of the data "
		       "centre or workstation line that NVIDIA lists for vGPU."));
}

static int other_kernel(const struct look *l)
{
	const struct pg_vgpu *v = &l->facts->vgpu;
	struct pg_finding *f;

	if (!v->nvidia_other)
		return 0;
	f = about(l, "vgpu-kernel", _("The vGPU driver was not built for the running kernel: another kernel "
				    "of this node has it. It may be too old for this one."));
	if (pg_finding_evidence(f, "nvidia-vgpu-vfio.ko: in modules.dep of %s, not of %s",
				v->nvidia_other, l->facts->system.kernel) < 0)
		return -ENOMEM;
	return done(f, _("Look at `dkms status` and its log. Install a vGPU driver that supports this kernel "
		       "(from Linux 6.8 on: vGPU 17 or later), or keep the other kernel: "
		       "`proxmox-boot-tool kernel pin`."));
}

static int no_host_driver(const struct look *l)
{
	const struct pg_vgpu *v = &l->facts->vgpu;
	bool ordinary = v->nvidia || v->nvidia_there == PG_YES;
	struct pg_finding *f;

	if (v->nvidia_host == PG_YES || pg_facts_loaded(l->facts, "nvidia_vgpu_vfio"))
		return 0;
	if (v->nvidia_other)
		return other_kernel(l);
	if (has_driver(l, "nouveau"))
		f = about(l, "vgpu-nouveau", _("The free driver nouveau has the card, and it makes no vGPUs."));
	else if (ordinary)
		f = about(l, "vgpu-ordinary-driver",
			  _("NVIDIA's ordinary driver is installed. It makes no vGPUs: the one for vGPU hosts "
			  "has a module nvidia_vgpu_vfio."));
	else
		f = about(l, "vgpu-no-driver", _("NVIDIA's driver for vGPU hosts is not installed."));
	if (card_evidence(l, f, v->nvidia ? v->nvidia : _("no module nvidia_vgpu_vfio")) < 0)
		return -ENOMEM;
	return done(f, pg_nvidia_card(l->dev) == PG_YES ?
			       _("Install NVIDIA's vGPU driver for KVM hosts (`pve-nvidia-vgpu-helper setup` "
			       "prepares the node); it needs a licence.") :
			       _("Whether NVIDIA's vGPU software supports this card is not known here: look in "
			       "its list. If it does, install the vGPU driver for KVM hosts "
			       "(`pve-nvidia-vgpu-helper setup` prepares the node)."));
}

/* It is installed for this kernel, and was not taken. */
static int secure_boot(const struct look *l)
{
	const struct pg_vgpu *v = &l->facts->vgpu;
	struct pg_finding *f;

	if (l->facts->boot.secure_boot != PG_YES || v->nvidia ||
	    l->facts->modules.loaded_known != PG_YES || pg_facts_loaded(l->facts, "nvidia"))
		return 0;
	f = about(l, "vgpu-secure-boot",
		  v->nvidia_signed == PG_NO ?
			  _("Secure Boot is on, and the vGPU driver's module is not signed: the kernel refuses "
			  "it.") :
			  _("Secure Boot is on, and the vGPU driver is installed but not loaded: the kernel "
			  "refuses modules whose signature it has no key for (Key was rejected by service)."));
	if (pg_finding_evidence(f, "SecureBoot: 1; nvidia-vgpu-vfio.ko: %s; not in /proc/modules",
				v->nvidia_signed == PG_NO  ? _("no signature") :
				v->nvidia_signed == PG_YES ? _("signed") :
							     _("signature not looked at")) < 0)
		return -ENOMEM;
	return done(f, _("`journalctl -k -b | grep -iE 'lockdown|rejected'` shows the refusal. Enroll the key "
		       "that signs it (`mokutil --import /var/lib/dkms/mok.pub`, then reboot and confirm), "
		       "or switch Secure Boot off in the firmware."));
}

static int not_bound(const struct look *l)
{
	struct pg_finding *f;

	if (has_driver(l, "nvidia"))
		return 0;
	f = about(l, "vgpu-not-bound", _("The vGPU driver is installed, and does not have the card."));
	if (card_evidence(l, f, "") < 0)
		return -ENOMEM;
	return done(f, _("Look for a blacklist of nvidia in /etc/modprobe.d, blacklist nouveau instead, rebuild "
		       "the initramfs and reboot."));
}

static int no_vfs(const struct look *l)
{
	struct pg_finding *f;

	if (!l->dev->total_vfs || l->dev->num_vfs)
		return 0;
	f = about(l, "vgpu-no-vfs", _("From Ampere on a card is divided on its virtual functions, and there are "
				    "none."));
	if (pg_finding_evidence(f, "%s: sriov_numvfs 0 of %u", pg_bdf_str(l->dev->addr).s,
				l->dev->total_vfs) < 0)
		return -ENOMEM;
	return done(f, _("`systemctl enable --now pve-nvidia-sriov@ALL.service` makes them at every start "
		       "(package pve-nvidia-vgpu-helper); `pve-gpu sriov` shows them."));
}

static int nothing_else(const struct look *l)
{
	struct pg_finding *f = about(l, "vgpu-not-known",
				     _("The driver for vGPU hosts has the card, and offers no types. Why is not "
				     "known here."));

	if (card_evidence(l, f, l->facts->vgpu.nvidia ? l->facts->vgpu.nvidia : "") < 0)
		return -ENOMEM;
	return done(f, pg_nvidia_card(l->dev) == PG_YES ?
			       _("Look whether nvidia-vgpu-mgr runs: `systemctl status nvidia-vgpu-mgr`, "
			       "`nvidia-smi vgpu -s`.") :
			       _("Whether NVIDIA's vGPU software supports this card is not known here either: "
			       "`nvidia-smi vgpu -s`, and NVIDIA's list of cards."));
}

/* ---- Intel ---- */

static int by_sriov(const struct look *l)
{
	struct pg_finding *f;

	if (!l->dev->total_vfs)
		return 0;
	f = about(l, "vgpu-sriov", _("This card has no mediated devices: it is divided into virtual functions "
				   "(SR-IOV), each of which a VM gets whole."));
	if (pg_finding_evidence(f, "%04x:%04x; sriov_totalvfs: %u", l->dev->vendor, l->dev->device,
				l->dev->total_vfs) < 0)
		return -ENOMEM;
	return done(f, _("`pve-gpu sriov` makes virtual functions."));
}

static int generation(const struct look *l)
{
	struct pg_finding *f;

	if (pg_gvt_generation(l->dev))
		return 0;
	f = about(l, "gvt-generation", _("Intel's GVT-g is there on Broadwell to Comet Lake only, and this GPU is "
				       "of none of these generations (Unsupported device. GVT-g is disabled)."));
	if (card_evidence(l, f, "") < 0)
		return -ENOMEM;
	return done(f, _("From the 11th generation on graphics are divided by SR-IOV: by the driver xe on newer "
		       "ones, by i915-sriov-dkms on others. `pve-gpu sriov` shows what this one can."));
}

static int no_i915(const struct look *l)
{
	struct pg_finding *f;

	if (has_driver(l, "i915"))
		return 0;
	f = about(l, "gvt-no-i915", _("GVT-g is a part of the driver i915, which does not have this GPU."));
	if (card_evidence(l, f, "") < 0)
		return -ENOMEM;
	return done(f, _("Take i915 out of blacklists, rebuild the initramfs and reboot."));
}

static int no_kvmgt(const struct look *l)
{
	struct pg_finding *f;

	if (l->facts->vgpu.kvmgt != PG_NO)
		return 0;
	f = about(l, "gvt-no-kvmgt", _("The running kernel was built without GVT-g: it has no module kvmgt."));
	if (pg_finding_evidence(f, "/lib/modules/%s/modules.dep: no kvmgt.ko",
				l->facts->system.kernel) < 0)
		return -ENOMEM;
	return done(f, _("Boot a kernel of Proxmox, which has it."));
}

static int guc(const struct look *l)
{
	char *configured pg_autofree = NULL;
	const char *running = l->facts->vgpu.guc;
	struct pg_finding *f;

	if (pg_i915_configured(l->facts, "enable_guc", &configured) < 0)
		return -ENOMEM;
	if (!pg_i915_is_guc(running) && !pg_i915_is_guc(configured))
		return 0;
	f = about(l, "gvt-guc", _("The GPU's own firmware (GuC) is to submit its work, and GVT-g cannot go with "
				"that (Graphics virtualization is not yet supported with GuC submission)."));
	if (pg_finding_evidence(f, "i915.enable_guc: %s now, %s configured", running ? running : _("unknown"),
				configured ? configured : _("not")) < 0)
		return -ENOMEM;
	return done(f, _("Take i915.enable_guc out of the kernel options and of /etc/modprobe.d, or set it to "
		       "0; rebuild the initramfs and reboot."));
}

static int off(const struct look *l)
{
	bool configured = pg_gvt_is_configured(l->facts);
	struct pg_finding *f;

	if (l->facts->vgpu.gvt == PG_YES)
		return 0;
	f = about(l, configured ? "gvt-after-reboot" : "gvt-off",
		  configured ? _("GVT-g is switched on in the configuration, and the running kernel was started "
			       "without.") :
			       _("GVT-g is switched off. This GPU's generation has it."));
	if (pg_finding_evidence(f, "%s; i915.enable_gvt: %s", pg_gvt_generation(l->dev),
				l->facts->vgpu.gvt == PG_NO ? "N" : _("unknown")) < 0)
		return -ENOMEM;
	if (!configured && pg_finding_fix(f, "pve-gpu vgpu %s", pg_bdf_str(l->dev->addr).s) < 0)
		return -ENOMEM;
	return done(f, configured ? _("Reboot the node.") :
				    _("Have the kernel option and the module planned: then a reboot."));
}

static int kvmgt_not_loaded(const struct look *l)
{
	bool loaded = pg_facts_loaded(l->facts, "kvmgt");
	struct pg_finding *f = about(l, loaded ? "gvt-not-known" : "gvt-not-loaded",
				     loaded ? _("GVT-g is switched on and its module is loaded, and no types are "
					      "offered. Why is not known here.") :
					      _("GVT-g is switched on, and its module kvmgt is not loaded."));

	if (card_evidence(l, f, loaded ? "i915.enable_gvt=1" : _("no kvmgt in /proc/modules")) < 0)
		return -ENOMEM;
	if (!loaded && pg_finding_fix(f, "pve-gpu vgpu %s", pg_bdf_str(l->dev->addr).s) < 0)
		return -ENOMEM;
	return done(f, loaded ? _("`journalctl -k -b | grep -iE 'gvt|i915'` shows what the driver says.") :
				_("`modprobe kvmgt` loads it now; the plan has it loaded at every start."));
}

/* ---- others ---- */

static int amd(const struct look *l)
{
	struct pg_finding *f = about(l, "vgpu-amd", _("AMD's cards have no mediated devices. Those made for it are "
						    "divided by SR-IOV (MxGPU), with AMD's own driver; this one "
						    "shows no virtual functions."));

	if (card_evidence(l, f, "") < 0)
		return -ENOMEM;
	return done(f, _("Pass the whole card to one VM, `pve-gpu passthrough`."));
}

static int unknown(const struct look *l)
{
	struct pg_finding *f = about(l, "vgpu-none", _("Nothing is known here of a driver that divides this "
						     "device."));

	if (card_evidence(l, f, "") < 0)
		return -ENOMEM;
	return done(f, _("Pass it whole, or use another."));
}

/* ---- all ---- */

/* In this order: what no driver would help against first. */
static why_fn *const nvidia[] = { consumer, with_vfio, no_host_driver, secure_boot, not_bound, no_vfs,
				  nothing_else, NULL };
static why_fn *const intel[] = { by_sriov, generation, with_vfio, no_i915, no_kvmgt, guc, off,
				 kvmgt_not_loaded, NULL };
static why_fn *const of_amd[] = { by_sriov, amd, NULL };
static why_fn *const others[] = { by_sriov, unknown, NULL };

static why_fn *const *reasons(const struct pg_dev *dev)
{
	if (dev->kind != PG_KIND_GPU)
		return others;
	return dev->vendor == NVIDIA ? nvidia : dev->vendor == INTEL ? intel : dev->vendor == AMD ? of_amd :
												    others;
}

/* A virtual function of it is one. */
static bool is_parent(const struct pg_facts *facts, const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_vf; i++)
		if (pg_mdev_at(facts, dev->vf[i]))
			return true;
	return pg_mdev_at(facts, dev->addr) != NULL;
}

int pg_vgpu_why(const struct pg_facts *facts, const struct pg_dev *dev, enum pg_level level,
		struct pg_findings *f)
{
	const struct look l = { facts, dev, level, f };
	why_fn *const *why = reasons(dev);
	int r = 0;

	if (is_parent(facts, dev))
		return 0;
	while (r == 0 && *why)
		r = (*why++)(&l);
	return r < 0 ? r : 0;
}

bool pg_gvt_can_be_planned(const struct pg_facts *facts, const struct pg_dev *dev)
{
	struct pg_findings f PG_CLEANUP(pg_findings_done) = { 0 };
	const struct look l = { facts, dev, PG_LEVEL_NOTE, &f };

	return dev->kind == PG_KIND_GPU && dev->vendor == INTEL && !is_parent(facts, dev) &&
	       by_sriov(&l) == 0 && generation(&l) == 0 && with_vfio(&l) == 0 && no_i915(&l) == 0 &&
	       no_kvmgt(&l) == 0 && guc(&l) == 0;
}
