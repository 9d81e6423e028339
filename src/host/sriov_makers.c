/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What makes virtual functions on this node beside pve-gpu: lines of sysfsutils, Proxmox's unit for
 * NVIDIA's vGPU; and what looks as if it did.
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/collect.h"
#include "src/host/sriov.h"

#define SYSTEM "/etc/systemd/system"
#define NVIDIA "pve-nvidia-sriov@"
#define PVE_CONF "/etc/pve/sriov.conf"

enum { MAKERS_MAX = 4096 };

static struct pg_vf_maker *add(struct pg_facts *facts, enum pg_vf_maker_kind kind, const char *path,
			       unsigned line)
{
	struct pg_vf_maker *m = pg_vec_add(&facts->vf_maker, &facts->n_vf_maker, sizeof(*m));

	if (!m)
		return NULL;
	m->kind = kind;
	m->line = line;
	m->path = strdup(path);
	return m->path ? m : NULL;
}

/* "enp1s0f0" */
static bool addr_of_nic(const struct pg_facts *facts, const char *name, struct pg_bdf *ret)
{
	for (size_t i = 0; i < facts->n_nic; i++) {
		if (strcmp(facts->nic[i].name, name) != 0)
			continue;
		*ret = facts->nic[i].addr;
		return true;
	}
	return false;
}

/* Below /sys: "bus/pci/devices/ADDRESS", "devices/pci0000:00/…/ADDRESS", "class/net/NAME/device". */
static bool addr_of_path(const struct pg_facts *facts, char *path, struct pg_bdf *ret)
{
	char *last;

	if (pg_text_starts(path, "class/net/") && pg_text_ends(path, "/device")) {
		path[strlen(path) - strlen("/device")] = '\0';
		return addr_of_nic(facts, path + strlen("class/net/"), ret);
	}
	last = strrchr(path, '/');
	return last && pg_bdf_parse(last + 1, ret) == 0;
}

/* ---- sysfsutils: "bus/pci/devices/0000:01:00.0/sriov_numvfs = 4" (sysfs.conf(5)) ---- */

static int sysfs_line(struct pg_facts *facts, const char *path, unsigned at, char *line)
{
	static const char attr[] = "/sriov_numvfs";
	char *eq = strchr(line, '='), *left, *right;
	struct pg_vf_maker *m;
	uint64_t count = 0;
	struct pg_bdf addr;

	if (!eq)
		return 0;
	*eq = '\0';
	left = pg_text_trim(line);
	right = pg_text_trim(eq + 1);
	if (*left == '#' || !pg_text_ends(left, attr) ||
	    pg_text_number(right, 10, UINT16_MAX, &count) < 0)
		return 0;
	left[strlen(left) - strlen(attr)] = '\0';
	if (pg_text_starts(left, "/sys/"))
		left += strlen("/sys/");
	if (!addr_of_path(facts, left, &addr))
		return 0;
	m = add(facts, PG_VF_SYSFSUTILS, path, at);
	if (!m)
		return -ENOMEM;
	m->addr = addr;
	m->count = (unsigned)count;
	return 0;
}

/* ---- the command sheets' "enp1s0f0 4", which nothing reads ---- */

static int pve_line(struct pg_facts *facts, const char *path, unsigned at, char *line)
{
	struct pg_strv word PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_vf_maker *m;
	uint64_t count = 0;
	struct pg_bdf addr;

	if (pg_strv_split(line, " \t\r", &word) < 0)
		return -ENOMEM;
	if (word.n != 2 || pg_text_number(word.v[1], 10, UINT16_MAX, &count) < 0 ||
	    (!addr_of_nic(facts, word.v[0], &addr) && pg_bdf_parse(word.v[0], &addr) < 0))
		return 0;
	m = add(facts, PG_VF_PVE_CONF, path, at);
	if (!m)
		return -ENOMEM;
	m->addr = addr;
	m->count = (unsigned)count;
	return 0;
}

static int read_file(struct pg_facts *facts, const struct pg_file *file,
		     int (*take)(struct pg_facts *facts, const char *path, unsigned at, char *line))
{
	size_t pos = 0, len, full;
	const char *line;
	unsigned at = 0;
	int r = 0;

	while (r == 0 && !file->error && file->bytes.p && facts->n_vf_maker < MAKERS_MAX &&
	       pg_text_line(file->bytes.p, file->bytes.n, &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);

		at++;
		r = copy ? take(facts, file->path, at, copy) : -ENOMEM;
	}
	return r;
}

/* ---- units that are wanted: pve-nvidia-sriov@ALL.service, …@0000:01:00.0.service ---- */

static int take_unit(struct pg_facts *facts, const char *dir, const char *name)
{
	pg_autofree char *path = pg_strf("%s/%s", dir, name);
	pg_autofree char *of = strdup(name + strlen(NVIDIA));
	struct pg_bdf addr = { 0 };
	struct pg_vf_maker *m;
	bool all;

	if (!path || !of)
		return -ENOMEM;
	if (!pg_text_ends(of, ".service"))
		return 0;
	of[strlen(of) - strlen(".service")] = '\0';
	all = strcmp(of, "ALL") == 0;
	if (!all && pg_bdf_parse(of, &addr) < 0)
		return 0;
	m = add(facts, PG_VF_NVIDIA, path, 0);
	if (!m)
		return -ENOMEM;
	m->addr = addr;
	m->all = all;
	return 0;
}

static int read_wants(const struct pg_root *root, struct pg_facts *facts, const char *name)
{
	pg_autofree char *dir = pg_strf(SYSTEM "/%s", name);
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	if (!dir)
		return -ENOMEM;
	r = pg_root_list(root, dir, &names);
	if (r < 0)
		return pg_note_unread(facts, dir, r);
	for (size_t i = 0; r == 0 && i < names.n && facts->n_vf_maker < MAKERS_MAX; i++)
		if (pg_text_starts(names.v[i], NVIDIA))
			r = take_unit(facts, dir, names.v[i]);
	return r;
}

static int read_units(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, SYSTEM, &names);

	if (r < 0)
		return pg_note_unread(facts, SYSTEM, r);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		if (pg_text_ends(names.v[i], ".wants") || pg_text_ends(names.v[i], ".requires"))
			r = read_wants(root, facts, names.v[i]);
	return r;
}

int pg_collect_vf_makers(const struct pg_root *root, struct pg_facts *facts)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_file; i++) {
		const struct pg_file *file = &facts->file[i];

		if (strcmp(file->path, PVE_CONF) == 0)
			r = read_file(facts, file, pve_line);
		else if (strcmp(file->path, "/etc/sysfs.conf") == 0 ||
			 pg_text_starts(file->path, "/etc/sysfs.d/"))
			r = read_file(facts, file, sysfs_line);
	}
	return r < 0 ? r : read_units(root, facts);
}

/* ---- looking up ---- */

/* The last line about a device is the one that it ends with; NVIDIA's unit takes NVIDIA's cards. */
static const struct pg_vf_maker *find(const struct pg_facts *facts, const struct pg_dev *pf, bool inert)
{
	for (size_t i = facts->n_vf_maker; i-- > 0;) {
		const struct pg_vf_maker *m = &facts->vf_maker[i];

		if ((m->kind == PG_VF_PVE_CONF) == inert &&
		    (m->all ? pf->vendor == 0x10de : pg_bdf_equal(m->addr, pf->addr)))
			return m;
	}
	return NULL;
}

const struct pg_vf_maker *pg_vf_maker_of(const struct pg_facts *facts, const struct pg_dev *pf)
{
	return find(facts, pf, false);
}

const struct pg_vf_maker *pg_vf_inert_of(const struct pg_facts *facts, const struct pg_dev *pf)
{
	return find(facts, pf, true);
}

const char *pg_vf_maker_words(enum pg_vf_maker_kind kind)
{
	static const char *const words[] = {
		[PG_VF_SYSFSUTILS] = N_("a line of sysfsutils"),
		[PG_VF_NVIDIA] = N_("Proxmox's unit for NVIDIA's vGPU"),
		[PG_VF_PVE_CONF] = N_("a file that nothing reads"),
	};

	return _(words[kind]);
}
