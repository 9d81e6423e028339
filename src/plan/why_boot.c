/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/planner.h"
#include "src/plan/why.h"

static const char *file_of(enum pg_loader loader)
{
	return loader == PG_LOADER_GRUB ? PG_PATH_GRUB : PG_PATH_CMDLINE;
}

static enum pg_loader other_of(const struct pg_facts *facts)
{
	return facts->boot.loader == PG_LOADER_GRUB ? PG_LOADER_SYSTEMD_BOOT : PG_LOADER_GRUB;
}

static const char *refresh_of(const struct pg_facts *facts)
{
	return facts->boot.pbt || facts->boot.loader == PG_LOADER_SYSTEMD_BOOT ?
		       "proxmox-boot-tool refresh" : "update-grub";
}

static bool knows_loader(const struct pg_facts *facts)
{
	return facts->boot.loader != PG_LOADER_UNKNOWN && !facts->boot.disputed;
}

/* Words of a loader's file; none where it cannot be read. */
static int file_words(const struct pg_facts *facts, enum pg_loader which, struct pg_strv *ret)
{
	pg_autofree char *line = NULL;
	int r = pg_configured_cmdline(facts, which, &line, NULL);

	if (r == -ENOMEM)
		return r;
	return line ? pg_cmdline_split(line, ret) : 0;
}

/* ---- ids= in the other loader's file ---- */

static int misplaced_ids(const struct pg_facts *facts, const struct pg_dev *dev, char **ret)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *ids;

	*ret = NULL;
	if (!knows_loader(facts) || file_words(facts, other_of(facts), &words) < 0)
		return 0;
	ids = pg_cmdline_get(&words, "vfio-pci.ids");
	if (!ids || !pg_ids_match(ids, dev))
		return 0;
	*ret = pg_strf("vfio-pci.ids=%s", ids);
	return *ret ? 1 : -ENOMEM;
}

bool pg_why_is_misplaced(const struct pg_facts *facts, const struct pg_dev *dev)
{
	pg_autofree char *word = NULL;

	return misplaced_ids(facts, dev, &word) > 0;
}

/* `planned`: what a plan does about it, with a place for the address; NULL: nothing. */
static int say_misplaced(const struct pg_facts *facts, struct pg_status *s, const char *words,
			 const char *effect, const char *planned) PG_PRINTF(5, 0);

static int say_misplaced(const struct pg_facts *facts, struct pg_status *s, const char *words,
			 const char *effect, const char *planned)
{
	pg_autofree char *plan = !planned ? strdup("") : pg_strf(planned, pg_bdf_str(s->addr).s);

	if (pg_why_set(s, PG_STATUS_WRONG, "wrong-loader",
		       "%s The kernel option stands in %s, but this node boots with %s, which "
		       "reads %s: it has no effect.", effect, file_of(other_of(facts)),
		       pg_loader_name(facts->boot.loader), file_of(facts->boot.loader)) < 0 ||
	    pg_why_evidence(s, "%s: %s", file_of(other_of(facts)), words) < 0 ||
	    !plan ||
	    pg_why_fix(s, "Write the option in %s, run `%s`, then reboot.%s",
		       file_of(facts->boot.loader), refresh_of(facts), plan) < 0)
		return -ENOMEM;
	return 1;
}

int pg_why_misplaced(const struct pg_facts *facts, struct pg_status *s)
{
	pg_autofree char *word = NULL;
	int r = misplaced_ids(facts, s->dev, &word);

	return r <= 0 ? r : say_misplaced(facts, s, word,
					     _("It does not go to vfio-pci."),
					     _(" Or `pve-gpu passthrough VMID %s --bind early` plans it in modprobe.d."));
}

/* ---- the IOMMU is off ---- */

static bool is_iommu_word(const char *word)
{
	return pg_text_starts(word, "intel_iommu=") || pg_text_starts(word, "amd_iommu=") ||
	       pg_text_starts(word, "iommu=");
}

static bool is_off_word(const char *word)
{
	const char *value = strchr(word, '=');

	return is_iommu_word(word) && pg_list_has(value + 1, "off");
}

/* The words about the IOMMU that turn it on, not among `in`; joined, NULL: none. */
static int on_words(const struct pg_strv *from, const struct pg_strv *in, char **ret)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };

	for (size_t i = 0; i < from->n; i++)
		if (is_iommu_word(from->v[i]) && !is_off_word(from->v[i]) &&
		    !pg_strv_has(in, from->v[i]) && pg_strv_add(&words, from->v[i]) < 0)
			return -ENOMEM;
	*ret = words.n ? pg_strv_join(&words, " ") : NULL;
	return words.n && !*ret ? -ENOMEM : 0;
}

static int not_running(const struct pg_facts *facts, struct pg_status *s,
		       const struct pg_strv *configured, const char *lost)
{
	/* of a tree it is not known whether it was booted since */
	bool live = facts->system.live;
	const char *word;
	const struct pg_boot_entry *entry = live ? pg_entry_lacking(facts, configured, &word) : NULL;
	const char *file = file_of(facts->boot.loader);

	if (entry &&
	    (pg_why_set(s, PG_STATUS_WRONG, "not-written",
			"The IOMMU is off: the option stands in %s, but `%s` was not run since, so "
			"that the loader does not know of it.", file, refresh_of(facts)) < 0 ||
	     pg_why_evidence(s, "%s has %s; %s: %s", file, lost, entry->path,
			     entry->options) < 0))
		return -ENOMEM;
	if (!entry &&
	    (pg_why_set(s, live ? PG_STATUS_WRONG : PG_STATUS_PENDING, "not-running",
			"The IOMMU is off: the option stands in %s, but the running kernel was "
			"started without it.", file) < 0 ||
	     pg_why_evidence(s, "%s has %s; /proc/cmdline: %s", file, lost,
			     facts->boot.running) < 0))
		return -ENOMEM;
	return pg_why_fix(s, "Run `%s`, then reboot.", refresh_of(facts)) < 0 ? -ENOMEM : 1;
}

/* Was it turned off for this boot, and is so no more? */
static bool was_off(const struct pg_facts *facts)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };

	if (!facts->boot.running || pg_cmdline_split(facts->boot.running, &words) < 0)
		return false;
	for (size_t i = 0; i < words.n; i++)
		if (is_off_word(words.v[i]))
			return true;
	return false;
}

static int fix_off(const struct pg_facts *facts, struct pg_status *s, bool no_table)
{
	if (!no_table && pg_plans_iommu(facts))
		return pg_why_fix(s, "`pve-gpu passthrough VMID %s` plans the kernel option.",
				  pg_bdf_str(s->addr).s);
	if (!no_table && was_off(facts))
		return pg_why_fix(s, "The option that turned it off is not in the loader's file any "
				     "more. Run `%s`, then reboot.", refresh_of(facts));
	return pg_why_fix(s, "Turn on VT-d or AMD-Vi (IOMMU) in the firmware setup.");
}

static int other_causes(const struct pg_facts *facts, struct pg_status *s)
{
	bool none = facts->iommu.table_known && facts->iommu.table == PG_TABLE_NONE;

	/* a tree may not have been booted since */
	if (!facts->system.live && s->expected && strcmp(s->expected, "vfio-pci") == 0)
		return 0;
	if (pg_why_set(s, PG_STATUS_WRONG, "iommu-off", none ?
		       N_("The IOMMU is not active, and the firmware announces none: vfio-pci cannot "
		       "take it, and Proxmox will not start the VM.") :
		       N_("The IOMMU is not active: vfio-pci cannot take it, and Proxmox will not "
		       "start the VM.")) < 0 ||
	    pg_why_evidence(s, "/sys/class/iommu is empty; /proc/cmdline: %s",
			    facts->boot.running ? facts->boot.running : _("not read")) < 0)
		return -ENOMEM;
	return fix_off(facts, s, none) < 0 ? -ENOMEM : 1;
}

int pg_why_iommu(const struct pg_facts *facts, struct pg_status *s)
{
	struct pg_strv right PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv wrong PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv running PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *lost = NULL, *unread = NULL;

	if (facts->iommu.active != PG_NO)
		return 0;
	if (!knows_loader(facts) || !facts->boot.running)
		return other_causes(facts, s);
	if (file_words(facts, facts->boot.loader, &right) < 0 ||
	    file_words(facts, other_of(facts), &wrong) < 0 ||
	    pg_cmdline_split(facts->boot.running, &running) < 0 ||
	    on_words(&right, &running, &unread) < 0)
		return -ENOMEM;
	if (unread)
		return not_running(facts, s, &right, unread);
	if (on_words(&wrong, &right, &lost) < 0)
		return -ENOMEM;
	if (lost)
		return say_misplaced(facts, s, lost, _("The IOMMU is off."),
				     pg_plans_iommu(facts) ? _(" Or `pve-gpu passthrough VMID %s` plans it there.") : NULL);
	return other_causes(facts, s);
}
