/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

static const char *file_of(enum pg_loader loader)
{
	return loader == PG_LOADER_GRUB ? PG_PATH_GRUB : PG_PATH_CMDLINE;
}

static int loader(struct pg_checker *c)
{
	const struct pg_boot *boot = &c->facts->boot;
	struct pg_finding *f;

	if (boot->loader != PG_LOADER_UNKNOWN && !boot->disputed)
		f = pg_findings_add(c->f, "loader", PG_LEVEL_OK, "host",
				    "The node boots with %s; its kernel options are those of %s%s.",
				    pg_loader_name(boot->loader), file_of(boot->loader),
				    pg_facts_file(c->facts, file_of(boot->loader)) ?
					    "" : _(", which is not there"));
	else
		f = pg_findings_add(c->f, boot->disputed ? "loader-disputed" : "loader-unknown",
				    PG_LEVEL_NOTE, "host",
				    boot->disputed ?
					    N_("The signs of which loader boots this node disagree. "
					    "Kernel options are set for both.") :
					    N_("Which loader boots this node could not be told. "
					    "Kernel options are set for both."));
	return boot->evidence ? pg_finding_evidence(f, "%s", boot->evidence) : f ? 0 : -ENOMEM;
}

/* ---- /etc/kernel/cmdline ---- */

static unsigned filled_lines(const struct pg_file *file)
{
	size_t pos = 0, len, full;
	const char *line;
	unsigned n = 0;

	while (pg_text_line(file->bytes.p, file->bytes.n, &pos, &line, &len, &full))
		for (size_t i = 0; i < len; i++)
			if (line[i] != ' ' && line[i] != '\t') {
				n++;
				break;
			}
	return n;
}

static int no_root(struct pg_checker *c)
{
	const struct pg_boot *boot = &c->facts->boot;
	bool matters = boot->pbt || boot->loader == PG_LOADER_SYSTEMD_BOOT;
	struct pg_finding *f = pg_findings_add(
		c->f, "cmdline-no-root", matters ? PG_LEVEL_BLOCK : PG_LEVEL_NOTE, "host",
		"%s has no root= option in its first line: `proxmox-boot-tool refresh` refuses "
		"it, and new kernels are not set up to boot.",
		PG_PATH_CMDLINE);

	if (pg_finding_evidence(f, "%s:1", PG_PATH_CMDLINE) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Put the root= option back into line 1; /proc/cmdline shows "
				    "the one that the node runs with.");
}

static int kernel_cmdline(struct pg_checker *c)
{
	const struct pg_file *file = pg_facts_file(c->facts, PG_PATH_CMDLINE);
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	char *line pg_autofree = NULL;
	struct pg_finding *f;

	if (!file || file->error || !file->bytes.p)
		return 0;
	if (pg_configured_cmdline(c->facts, PG_LOADER_SYSTEMD_BOOT, &line, NULL) < 0 ||
	    pg_cmdline_split(line, &words) < 0)
		return -ENOMEM;
	if (!pg_cmdline_get(&words, "root") && no_root(c) < 0)
		return -ENOMEM;
	if (filled_lines(file) < 2)
		return 0;
	f = pg_findings_add(c->f, "cmdline-second-line", PG_LEVEL_WARN, "host",
			    "%s has more than one line. Only the first is read: what the others "
			    "say has no effect.",
			    PG_PATH_CMDLINE);
	if (pg_finding_evidence(f, "%s:2", PG_PATH_CMDLINE) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Write all options into line 1.");
}

/* ---- options that concern passthrough ---- */

static bool concerns(const char *word)
{
	static const char *const prefix[] = { "intel_iommu", "amd_iommu", "iommu",
					      "pcie_acs_override", "vfio", "initcall_blacklist",
					      "module_blacklist", "modprobe.blacklist" };
	size_t n = strcspn(word, "=.");

	for (size_t i = 0; i < PG_ARRAY_SIZE(prefix); i++)
		if (pg_text_starts(word, prefix[i]) &&
		    (n == strlen(prefix[i]) || strlen(prefix[i]) > n ||
		     pg_text_starts(word, "vfio")))
			return true;
	return false;
}

/* Options that turn the IOMMU off are not to be waited for. */
static bool turns_off(const char *word)
{
	static const char *const prefix[] = { "iommu=", "intel_iommu=", "amd_iommu=" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(prefix); i++)
		if (pg_text_starts(word, prefix[i]) &&
		    pg_list_has(word + strlen(prefix[i]), "off"))
			return true;
	return false;
}

/* Words of `from` that concern passthrough and are not among `in`, joined. */
static int missing_words(const struct pg_strv *from, const struct pg_strv *in, char **ret)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };

	for (size_t i = 0; i < from->n; i++)
		if (concerns(from->v[i]) && !turns_off(from->v[i]) && !pg_strv_has(in, from->v[i]) &&
		    !pg_strv_has(&words, from->v[i]) && pg_strv_add(&words, from->v[i]) < 0)
			return -ENOMEM;
	*ret = words.n ? pg_strv_join(&words, " ") : NULL;
	return words.n && !*ret ? -ENOMEM : 0;
}

/* The options of a loader's file as words; unreadable files give none. */
static int file_words(const struct pg_facts *facts, enum pg_loader which, struct pg_strv *ret)
{
	char *line pg_autofree = NULL;
	int r = pg_configured_cmdline(facts, which, &line, NULL);

	if (r == -ENOMEM)
		return r;
	return line ? pg_cmdline_split(line, ret) : 0;
}

static int wrong_loader(struct pg_checker *c, const struct pg_strv *right)
{
	enum pg_loader other = c->facts->boot.loader == PG_LOADER_GRUB ? PG_LOADER_SYSTEMD_BOOT :
									 PG_LOADER_GRUB;
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	char *lost pg_autofree = NULL;
	struct pg_finding *f;

	if (file_words(c->facts, other, &words) < 0 || missing_words(&words, right, &lost) < 0)
		return -ENOMEM;
	if (!lost)
		return 0;
	f = pg_findings_add(c->f, "cmdline-wrong-loader", PG_LEVEL_WARN, "host",
			    "Kernel options are written in %s, which this node's loader (%s) does "
			    "not read: they have no effect.",
			    file_of(other), pg_loader_name(c->facts->boot.loader));
	if (pg_finding_evidence(f, "%s: %s", file_of(other), lost) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Write them in %s, then run `%s`.",
				 file_of(c->facts->boot.loader),
				 other == PG_LOADER_GRUB || c->facts->boot.pbt ?
					 "proxmox-boot-tool refresh" : "update-grub");
}

static int not_running(struct pg_checker *c, const struct pg_strv *configured)
{
	struct pg_strv running PG_CLEANUP(pg_strv_done) = { 0 };
	char *lost pg_autofree = NULL;
	struct pg_finding *f;

	if (!c->facts->boot.running)
		return 0;
	if (pg_cmdline_split(c->facts->boot.running, &running) < 0 ||
	    missing_words(configured, &running, &lost) < 0)
		return -ENOMEM;
	if (!lost)
		return 0;
	f = pg_findings_add(c->f, "cmdline-not-running", PG_LEVEL_WARN, "host",
			    "Kernel options are configured that the running kernel was not "
			    "started with.");
	if (pg_finding_evidence(f, "%s: %s", file_of(c->facts->boot.loader), lost) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Run `%s`, then reboot.",
				 c->facts->boot.pbt ||
						 c->facts->boot.loader == PG_LOADER_SYSTEMD_BOOT ?
					 "proxmox-boot-tool refresh" : "update-grub");
}

/* ---- single options of note ---- */

/* Said once, of what runs. */
static int amd_on(struct pg_checker *c, const struct pg_strv *words, const char *where)
{
	struct pg_finding *f;

	for (size_t i = 0; i < c->f->n; i++)
		if (strcmp(c->f->v[i].id, "amd-iommu-on") == 0)
			return 0;
	if (!pg_words_have(words, "amd_iommu", "on"))
		return 0;
	f = pg_findings_add(c->f, "amd-iommu-on", PG_LEVEL_NOTE, "host",
			    "There is no option amd_iommu=on: the kernel says that it does not "
			    "know it. AMD's IOMMU is on unless it is turned off.");
	if (pg_finding_evidence(f, "%s: amd_iommu=on", where) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "It does no harm and can be taken out.");
}

static int acs(struct pg_checker *c, const struct pg_strv *running)
{
	const char *value = pg_cmdline_get(running, "pcie_acs_override");
	struct pg_finding *f;

	if (!value)
		return 0;
	f = pg_findings_add(c->f, "acs-override", PG_LEVEL_WARN, "host",
			    "IOMMU groups are split by pcie_acs_override. The hardware does not "
			    "keep the devices apart: a VM may reach what is not its own.");
	if (pg_finding_evidence(f, "/proc/cmdline: pcie_acs_override=%s", value) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Keep it only where you trust every guest with a device.");
}

static int efifb(struct pg_checker *c, const struct pg_strv *running)
{
	struct pg_finding *f;

	if (!pg_words_have(running, "video", "efifb:off"))
		return 0;
	f = pg_findings_add(c->f, "efifb-off", PG_LEVEL_NOTE, "host",
			    "video=efifb:off has no effect since Linux 5.15: simpledrm holds the "
			    "boot screen now.");
	if (pg_finding_evidence(f, "/proc/cmdline: video=efifb:off") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "It can be taken out.");
}

/* Still active, but not after the next boot. With choices the plan mends it. */
static int configured_off(struct pg_checker *c, const struct pg_strv *words)
{
	struct pg_finding *f;

	for (size_t i = 0; i < words->n; i++) {
		if (!turns_off(words->v[i]))
			continue;
		f = pg_findings_add(c->f, "iommu-configured-off",
				    c->choices ? PG_LEVEL_NOTE : PG_LEVEL_WARN, "host",
				    "The configuration turns the IOMMU off.");
		if (pg_finding_evidence(f, "%s: %s", file_of(c->facts->boot.loader),
					words->v[i]) < 0)
			return -ENOMEM;
		return pg_finding_advice(f, c->choices ? N_("The plan takes that out.") :
							 N_("Take the option out, then reboot."));
	}
	return 0;
}

static int running_options(struct pg_checker *c)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *running = c->facts->boot.running;
	int r = pg_cmdline_split(running ? running : "", &words);

	if (r == 0)
		r = amd_on(c, &words, "/proc/cmdline");
	if (r == 0)
		r = acs(c, &words);
	return r < 0 ? r : efifb(c, &words);
}

static int configured_options(struct pg_checker *c)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	if (c->facts->boot.loader == PG_LOADER_UNKNOWN || c->facts->boot.disputed)
		return 0;
	r = file_words(c->facts, c->facts->boot.loader, &words);
	if (r == 0)
		r = wrong_loader(c, &words);
	if (r == 0)
		r = not_running(c, &words);
	if (r == 0)
		r = configured_off(c, &words);
	return r < 0 ? r : amd_on(c, &words, file_of(c->facts->boot.loader));
}

/* With choices the plan says whether that stands in its way. */
static int dracut(struct pg_checker *c)
{
	struct pg_finding *f;

	if (!c->facts->boot.dracut || c->choices)
		return 0;
	f = pg_findings_add(c->f, "initramfs-dracut", PG_LEVEL_WARN, "host",
			    "The initramfs of this node is made by dracut, which pve-gpu cannot work "
			    "with: a device cannot be bound while the node starts, only when its VM "
			    "starts.");
	if (pg_finding_evidence(f, "dracut is there, update-initramfs is not.") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Bind at the start of the VM (--bind at-start); or install "
				    "initramfs-tools, which Proxmox comes with, in place of dracut.");
}

int pg_check_boot(struct pg_checker *c)
{
	int r = loader(c);

	if (r == 0)
		r = dracut(c);

	if (r == 0)
		r = kernel_cmdline(c);
	if (r == 0)
		r = running_options(c);
	return r < 0 ? r : configured_options(c);
}
