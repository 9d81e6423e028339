/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtual functions of one device, by sysfs and ip(8).
 *
 * They are made with sriov_drivers_autoprobe 0, so that no driver of the host has one before it has its
 * address. One for the host is then probed. One for VMs gets vfio-pci as its driver_override: the
 * host's driver, which udev may be loading just now, leaves it alone; and without it vfio-pci could not take
 * it (pci_device_can_probe() of drivers/pci/pci-driver.c: with autoprobe 0 only an override does).
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/sriov_private.h"
#include "src/host/sriov.h"

#define DEVICES "/sys/bus/pci/devices"
#define IP_OUTPUT 4096

/* ---- words ---- */

/* What the kernel means when it refuses a number (drivers/pci/iov.c, pci-sysfs.c). */
static const char *refusal(int code)
{
	switch (-code) {
	case ENOENT:
		return _("its driver does not make any");
	case ERANGE:
		return _("the device cannot have so many");
	case EBUSY:
		return _("others are there already");
	case ENOMEM:
		return _("there is no room for their memory, or there are no bus numbers for them");
	default:
		return pg_err_reason(code);
	}
}

static int decline(struct pg_vf_work *w, struct pg_bdf addr, const char *what, const char *why)
{
	return pg_strv_addf(&w->report.declined, "%s: %s: %s.", pg_bdf_str(addr).s, what, why);
}

/* ---- sysfs ---- */

static int set_attr(struct pg_vf_work *w, struct pg_bdf addr, const char *name, const char *value)
{
	pg_autofree char *path = pg_strf(DEVICES "/%s/%s", pg_bdf_str(addr).s, name);

	return path ? pg_root_write_attr(w->root, path, value, NULL) : -ENOMEM;
}

/* 1: it is so; 0: it is not, which is said; or -ENOMEM. */
static int set_number(struct pg_vf_work *w, struct pg_bdf addr, unsigned count)
{
	pg_autofree char *value = pg_strf("%u", count);
	pg_autofree char *what = pg_strf(_("%u virtual functions could not be made"), count);
	int r = value && what ? set_attr(w, addr, "sriov_numvfs", value) : -ENOMEM;

	if (!value || !what)
		return -ENOMEM;
	if (r == 0)
		return 1;
	r = decline(w, addr, count ? what : _("the virtual functions could not be taken away"), refusal(r));
	return r < 0 ? r : 0;
}

/* ---- who has one ---- */

static bool is_reserved(const struct pg_facts *facts, struct pg_bdf addr, uint32_t *ret)
{
	for (size_t i = 0; i < facts->n_reserved; i++) {
		if (!pg_bdf_equal(facts->reserved[i].addr, addr))
			continue;
		*ret = facts->reserved[i].vmid;
		return true;
	}
	return false;
}

/* The VM that runs with it; 0: none. */
static uint32_t runs_with(const struct pg_facts *facts, struct pg_bdf addr)
{
	const struct pg_dev *vf = pg_facts_dev(facts, addr);
	uint32_t vmid;

	for (size_t i = 0; vf && i < vf->n_vmid; i++) {
		const struct pg_guest *g = pg_facts_guest(facts, vf->vmid[i]);

		if (g && g->running == PG_YES)
			return g->vmid;
	}
	return is_reserved(facts, addr, &vmid) && pg_facts_guest(facts, vmid) &&
	       pg_facts_guest(facts, vmid)->running != PG_NO ? vmid : 0;
}

/* 1: nobody is in the way; 0: a VM is, which is said. */
static int is_free(struct pg_vf_work *w, const struct pg_dev *pf)
{
	for (size_t i = 0; i < pf->n_vf; i++) {
		uint32_t vmid = runs_with(w->facts, pf->vf[i]);
		int r;

		if (!vmid)
			continue;
		r = pg_strv_addf(&w->report.declined,
				 _("%s: the number of virtual functions is not changed, since VM %u runs "
				 "with %s. Shut it down first."), pg_bdf_str(pf->addr).s, (unsigned)vmid,
				 pg_bdf_str(pf->vf[i]).s);
		return r < 0 ? r : 0;
	}
	return 1;
}

/* ---- how many ---- */

/* 1: there are as many as wanted; 0: not, which is said; or -ENOMEM. */
static int make_number(struct pg_vf_work *w, const struct pg_vf_aim *aim)
{
	const struct pg_dev *pf = pg_facts_dev(w->facts, aim->addr);
	int r = 1;

	if (pf->num_vfs == aim->count)
		return 1;
	if (pf->num_vfs)
		r = is_free(w, pf);
	if (r == 1 && pf->num_vfs)
		r = set_number(w, aim->addr, 0);
	if (r == 1 && aim->count && pf->vf_probe != PG_UNKNOWN &&
	    set_attr(w, aim->addr, "sriov_drivers_autoprobe", "0") < 0)
		r = decline(w, aim->addr, "sriov_drivers_autoprobe", _("it could not be set"));
	if (r == 1 && aim->count)
		r = set_number(w, aim->addr, aim->count);
	return r;
}

/* ---- settings of network cards ---- */

static int add_word(struct pg_strv *argv, const char *key, const char *value)
{
	int r = pg_strv_add(argv, key);

	return r < 0 ? r : pg_strv_add(argv, value);
}

static int add_switch(struct pg_strv *argv, const char *key, enum pg_tri value)
{
	return value == PG_UNKNOWN ? 0 : add_word(argv, key, value == PG_YES ? "on" : "off");
}

/* ip link set dev enp7s0 vf 0 mac 02:… vlan 10 spoofchk on trust off */
static int ip_words(const char *name, const struct pg_vf_opts *vf, struct pg_strv *argv)
{
	pg_autofree char *number = pg_strf("%u", vf->n), *vlan = pg_strf("%d", vf->vlan);
	int r = number && vlan ? pg_strv_split("ip link set dev", " ", argv) : -ENOMEM;

	if (r == 0)
		r = pg_strv_add(argv, name);
	if (r == 0)
		r = add_word(argv, "vf", number);
	if (r == 0 && *vf->mac)
		r = add_word(argv, "mac", vf->mac);
	if (r == 0 && vf->vlan >= 0)
		r = add_word(argv, "vlan", vlan);
	if (r == 0)
		r = add_switch(argv, "spoofchk", vf->spoofchk);
	return r < 0 ? r : add_switch(argv, "trust", vf->trust);
}

static int run_ip(struct pg_vf_work *w, struct pg_bdf addr, const struct pg_strv *argv)
{
	struct pg_proc_opts opts = { .path = w->run.opts->path, .timeout_s = 20, .max_output = IP_OUTPUT };
	struct pg_proc_result result PG_CLEANUP(pg_proc_result_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *quoted = pg_proc_quote(argv->v);
	int r;

	if (!quoted)
		return -ENOMEM;
	if (!w->run.commands)
		return pg_run_list(&w->run, argv);
	r = pg_proc_run(argv->v, &opts, &result, &err);
	if (r == 0 && result.status == 0)
		return 0;
	return pg_strv_addf(&w->report.declined, _("%s: `%s` failed: %s"), pg_bdf_str(addr).s, quoted,
			    r < 0 ? (err.what ? err.what : pg_err_reason(r)) :
			    result.output.n ? result.output.p : _("it said nothing"));
}

/* Not of one that a VM runs with: it has them, and would lose its link. */
static int set_vf(struct pg_vf_work *w, const struct pg_dev *pf, const char *name,
		  const struct pg_vf_opts *vf)
{
	struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bdf addr;
	int r;

	if (pg_vf_addr(pf, vf->n, &addr) && runs_with(w->facts, addr))
		return 0;
	r = ip_words(name, vf, &argv);
	return r < 0 ? r : run_ip(w, pf->addr, &argv);
}

static int set_all(struct pg_vf_work *w, const struct pg_dev *pf, const struct pg_sriov_card *card)
{
	const struct pg_nic *nic = pg_pf_nic(w->facts, pf);
	int r = 0;

	if (card && card->n_vf && !nic)
		return decline(w, pf->addr, _("the settings of its virtual functions are not made"),
			       _("there is no network interface on the card"));
	for (size_t i = 0; r == 0 && card && i < card->n_vf; i++)
		r = set_vf(w, pf, nic->name, &card->vf[i]);
	return r;
}

/* ---- who takes them ---- */

static int probe(struct pg_vf_work *w, const struct pg_dev *pf)
{
	int r = set_attr(w, pf->addr, "sriov_drivers_autoprobe", "1");

	for (size_t i = 0; r == 0 && i < pf->n_vf; i++) {
		const struct pg_dev *vf = pg_facts_dev(w->facts, pf->vf[i]);

		if (vf && !vf->driver)
			r = pg_root_write_attr(w->root, "/sys/bus/pci/drivers_probe",
					       pg_bdf_str(vf->addr).s, NULL);
	}
	return r < 0 && r != -ENOMEM ? decline(w, pf->addr, _("the host's drivers did not take its virtual "
					       "functions"), pg_err_reason(r)) : r;
}

static int leave(struct pg_vf_work *w, const struct pg_dev *pf)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pf->n_vf; i++) {
		const struct pg_dev *vf = pg_facts_dev(w->facts, pf->vf[i]);

		if (vf && !vf->driver && !vf->driver_override)
			r = set_attr(w, vf->addr, "driver_override", "vfio-pci");
	}
	return r < 0 && r != -ENOMEM ? decline(w, pf->addr, _("its virtual functions could not be left to VMs"),
					       pg_err_reason(r)) : r;
}

/* ---- all of it ---- */

int pg_vf_make(struct pg_vf_work *w, const struct pg_vf_aim *aim)
{
	size_t before = w->report.declined.n;
	bool same = pg_facts_dev(w->facts, aim->addr)->num_vfs == aim->count;
	const struct pg_dev *pf;
	int r = make_number(w, aim);

	if (r != 1)
		return r;
	r = pg_vf_collect(w, NULL); /* they are there now */
	pf = r == 0 ? pg_facts_dev(w->facts, aim->addr) : NULL;
	if (!pf)
		return r < 0 ? r : -ENODEV;
	if (pf->num_vfs != aim->count)
		return decline(w, aim->addr, _("the virtual functions are not there"),
			       _("the kernel took the number, and shows another"));
	r = set_all(w, pf, aim->card);
	if (r == 0 && pf->vf_probe != PG_UNKNOWN)
		r = aim->host_driver ? probe(w, pf) : leave(w, pf);
	if (r < 0 || w->report.declined.n > before)
		return r;
	return pg_strv_addf(&w->report.done, same ? _("%s has its %u virtual functions.") :
					      _("%s has %u virtual functions."), pg_bdf_str(aim->addr).s, aim->count);
}
