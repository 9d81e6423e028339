/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/boot.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/collect.h"

#define CMDLINE_MAX ((size_t)1 << 20)
#define KERNELS_MAX 1024

/* ---- the running kernel ---- */

/* What follows "--" is init's. */
static int read_off(const char *running, bool *ret)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(running, " \t", &words);

	for (size_t i = 0; r == 0 && i < words.n && strcmp(words.v[i], "--") != 0; i++)
		*ret |= strcmp(words.v[i], "pve-gpu.off") == 0 ||
			strcmp(words.v[i], "pve_gpu.off") == 0;
	return r;
}

int pg_boot_is_off(const struct pg_root *root, bool *ret)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	bool off = false;
	int r = pg_root_read(root, "/proc/cmdline", CMDLINE_MAX, &text);

	if (r == 0)
		r = read_off(pg_text_trim(text.p), &off);
	if (r == 0)
		*ret = off;
	return r;
}

static int read_running(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_root_read(root, "/proc/cmdline", CMDLINE_MAX, &text);

	if (r == 0 && memchr(text.p, '\0', text.n))
		r = -EBADMSG;
	if (r < 0)
		return pg_note_unread(facts, "/proc/cmdline", r);
	facts->boot.running = strdup(pg_text_trim(text.p));
	return facts->boot.running ? read_off(facts->boot.running, &facts->boot.off) : -ENOMEM;
}

/* btime of /proc/stat (proc(5)): seconds since the epoch, of the clock as it is now. */
static int read_since(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_root_read(root, "/proc/stat", PG_ROOT_MAX, &text);

	if (r < 0)
		return pg_note_unread(facts, "/proc/stat", r);
	while (pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		char number[24] = "";
		uint64_t value;

		if (len <= 6 || len - 6 >= sizeof(number) || memcmp(line, "btime ", 6) != 0)
			continue;
		memcpy(number, line + 6, len - 6);
		if (pg_text_number(number, 10, INT32_MAX * 16ULL, &value) == 0)
			facts->boot.since = (time_t)value;
	}
	return 0;
}

/* ---- kernels ---- */

static int add_kernels(const struct pg_root *root, struct pg_facts *facts, const char *dir)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv *kernels = &facts->boot.kernels;
	int r = pg_root_list(root, dir, &names);

	if (r < 0)
		return pg_note_unread(facts, dir, r);
	for (size_t i = 0; r == 0 && i < names.n && kernels->n < KERNELS_MAX; i++) {
		pg_autofree char *path = pg_strf("%s/%s", dir, names.v[i]);
		struct stat st;

		if (!path)
			return -ENOMEM;
		if (names.v[i][0] != '.' && !pg_strv_has(kernels, names.v[i]) &&
		    pg_root_stat(root, path, &st) == 0 && S_ISDIR(st.st_mode))
			r = pg_strv_add(kernels, names.v[i]);
	}
	return r;
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

/* /lib is a link to usr/lib on a merged system, and then both are the same folder. */
static int read_kernels(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv *kernels = &facts->boot.kernels;
	int r = add_kernels(root, facts, "/lib/modules");

	if (r == 0)
		r = add_kernels(root, facts, "/usr/lib/modules");
	if (kernels->n > 1)
		qsort(kernels->v, kernels->n, sizeof(*kernels->v), by_version);
	return r;
}

/* ---- the loader ---- */

/* What one piece of evidence says. */
struct vote {
	enum pg_loader loader;
	char *why;	/* a sentence; NULL where it is silent */
};

enum { VOTES = 5 };

struct poll {
	struct vote vote[VOTES];
};

static void poll_done(struct poll *poll)
{
	for (size_t i = 0; i < VOTES; i++)
		free(poll->vote[i].why);
}

static int say(struct vote *vote, enum pg_loader loader, char *why)
{
	vote->loader = loader;
	vote->why = why;
	return why ? 0 : -ENOMEM;
}

static int vote_firmware(const struct pg_boot *boot, struct vote *vote)
{
	if (boot->efi != PG_NO)
		return 0;
	return say(vote, PG_LOADER_GRUB,
		   strdup(_("This machine started without UEFI, where Proxmox uses GRUB.")));
}

/* GRUB 2.12 and newer names itself there as well: the variable alone proves nothing. */
static int vote_loader_info(const struct pg_root *root, struct vote *vote)
{
	pg_autofree char *info = NULL;
	enum pg_loader loader = PG_LOADER_UNKNOWN;
	int r = pg_efi_loader_info(root, &info);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (pg_text_starts(info, "systemd-boot"))
		loader = PG_LOADER_SYSTEMD_BOOT;
	else if (pg_text_starts(info, "GRUB"))
		loader = PG_LOADER_GRUB;
	else
		return 0;
	return say(vote, loader, pg_strf(_("The boot loader named itself to the firmware: %s."), info));
}

/* Has the command line a word that begins so? */
static bool has_word(const char *cmdline, const char *prefix)
{
	for (const char *p = cmdline; (p = strstr(p, prefix)); p++)
		if (p == cmdline || p[-1] == ' ')
			return true;
	return false;
}

static int vote_cmdline(const struct pg_boot *boot, struct vote *vote)
{
	if (!boot->running)
		return 0;
	if (has_word(boot->running, "BOOT_IMAGE="))
		return say(vote, PG_LOADER_GRUB,
			   strdup(_("The running kernel was started with BOOT_IMAGE=, which GRUB adds.")));
	if (has_word(boot->running, "initrd=\\EFI\\proxmox\\"))
		return say(vote, PG_LOADER_SYSTEMD_BOOT,
			   strdup(_("The running kernel was started with initrd=\\EFI\\proxmox\\, "
				  "which systemd-boot adds.")));
	return 0;
}

static int vote_boot_entry(const struct pg_root *root, struct vote *vote)
{
	pg_autofree char *path = NULL;
	enum pg_loader loader = PG_LOADER_UNKNOWN;
	int r = pg_efi_boot_path(root, &path);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (strcasestr(path, "\\systemd-boot"))
		loader = PG_LOADER_SYSTEMD_BOOT;
	else if (strcasestr(path, "\\grub") || strcasestr(path, "\\shim"))
		loader = PG_LOADER_GRUB;
	else
		return 0; /* \EFI\BOOT\BOOTX64.EFI can be either */
	return say(vote, loader, pg_strf(_("The firmware started %s."), path));
}

static int vote_secure_boot(const struct pg_boot *boot, struct vote *vote)
{
	if (boot->secure_boot != PG_YES)
		return 0;
	return say(vote, PG_LOADER_GRUB,
		   strdup(_("Secure Boot is on, and with it Proxmox starts with GRUB only.")));
}

/* Nothing tells: if there is only one configuration, it must be that. */
static int decide_by_files(const struct pg_root *root, struct pg_boot *boot)
{
	bool grub = pg_root_exists(root, "/etc/default/grub");
	bool cmdline = pg_root_exists(root, "/etc/kernel/cmdline");

	if (grub != cmdline)
		boot->loader = grub ? PG_LOADER_GRUB : PG_LOADER_SYSTEMD_BOOT;
	if (grub && !cmdline)
		boot->evidence = strdup(_("Nothing tells which boot loader was used, but only GRUB is "
					"set up here: /etc/default/grub exists and /etc/kernel/cmdline "
					"does not."));
	else if (cmdline && !grub)
		boot->evidence = strdup(_("Nothing tells which boot loader was used, but only "
					"systemd-boot is set up here: /etc/kernel/cmdline exists and "
					"/etc/default/grub does not."));
	else
		boot->evidence = strdup(_("Nothing tells which boot loader was used: neither the "
					"firmware's variables nor the kernel command line."));
	return boot->evidence ? 0 : -ENOMEM;
}

/* The first voice decides; one that contradicts it makes the matter disputed. */
static int decide(const struct pg_root *root, const struct poll *poll, struct pg_boot *boot)
{
	const struct vote *first = NULL, *other = NULL;

	for (size_t i = 0; i < VOTES; i++) {
		const struct vote *v = &poll->vote[i];

		if (v->why && !first)
			first = v;
		else if (v->why && !other && v->loader != first->loader)
			other = v;
	}
	if (!first)
		return decide_by_files(root, boot);
	boot->loader = first->loader;
	boot->disputed = other;
	boot->evidence = other ? pg_strf(_("%s But: %s"), first->why, other->why) : strdup(first->why);
	return boot->evidence ? 0 : -ENOMEM;
}

static int read_loader(const struct pg_root *root, struct pg_boot *boot)
{
	struct poll poll PG_CLEANUP(poll_done) = { 0 };
	int r = vote_firmware(boot, &poll.vote[0]);

	if (r == 0)
		r = vote_loader_info(root, &poll.vote[1]);
	if (r == 0)
		r = vote_cmdline(boot, &poll.vote[2]);
	if (r == 0)
		r = vote_boot_entry(root, &poll.vote[3]);
	if (r == 0)
		r = vote_secure_boot(boot, &poll.vote[4]);
	return r < 0 ? r : decide(root, &poll, boot);
}

/* A tree that holds nothing of /sys/firmware tells nothing. */
static enum pg_tri read_efi(const struct pg_root *root)
{
	if (pg_root_exists(root, "/sys/firmware/efi"))
		return PG_YES;
	return pg_root_exists(root, "/sys/firmware") ? PG_NO : PG_UNKNOWN;
}

int pg_collect_boot(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_boot *boot = &facts->boot;
	int r = read_running(root, facts);

	boot->efi = read_efi(root);
	boot->secure_boot = boot->efi == PG_NO ? PG_NO : pg_efi_secure_boot(root);
	boot->pbt = pg_root_exists(root, "/etc/kernel/proxmox-boot-uuids");
	if (r == 0)
		r = read_since(root, facts);
	if (r == 0)
		r = read_kernels(root, facts);
	return r < 0 ? r : read_loader(root, boot);
}
