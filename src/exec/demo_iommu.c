/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/demo.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/edit.h"

/* The groups that this node has when its IOMMU is on: "ADDRESS GROUP" lines. */
#define GROUPS_FILE "/var/lib/pve-gpu-demo/groups"
#define GROUPS_DIR  "/sys/kernel/iommu_groups"
#define UNITS_DIR   "/sys/devices/virtual/iommu"

struct setting {
	bool off;
	bool passthrough;
};

/* One option of the kernel's iommu family; of contradicting items the last counts. */
static int read_option(const char *word, const char *own, struct setting *s)
{
	struct pg_strv items PG_CLEANUP(pg_strv_done) = { 0 };
	const char *eq = strchr(word, '=');
	int r;

	if (!eq ||
	    (strncmp(word, own, strlen(own)) != 0 && !pg_text_starts(word, "iommu=")))
		return 0;
	r = pg_strv_split(eq + 1, ",", &items);
	for (size_t i = 0; r == 0 && i < items.n; i++) {
		if (strcmp(items.v[i], "off") == 0)
			s->off = true;
		else if (strcmp(items.v[i], "on") == 0 ||
			 strcmp(items.v[i], "force") == 0)
			s->off = false;
		else if (strcmp(items.v[i], "pt") == 0)
			s->passthrough = true;
		else if (strcmp(items.v[i], "nopt") == 0)
			s->passthrough = false;
	}
	return r;
}

static int read_setting(const struct pg_facts *facts, const char *cmdline,
			struct setting *s)
{
	const char *own =
		facts->iommu.table == PG_TABLE_IVRS ? "amd_iommu=" : "intel_iommu=";
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_cmdline_split(cmdline, &words);

	*s = (struct setting){ .off = facts->iommu.table == PG_TABLE_NONE };
	for (size_t i = 0; r == 0 && i < words.n; i++)
		r = read_option(words.v[i], own, s);
	return r;
}

/* ---- units: /sys/class/iommu ---- */

static int show_units(struct pg_root *root, bool off, struct pg_err *err)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, UNITS_DIR, &names);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *link = pg_strf("/sys/class/iommu/%s", names.v[i]);
		pg_autofree char *to = pg_strf(UNITS_DIR "/%s", names.v[i]);

		if (!link || !to)
			return -ENOMEM;
		r = off ? pg_demo_remove(root, link, err)
			: pg_demo_link(root, link, to, err);
	}
	return r;
}

/* ---- groups ---- */

struct membership {
	char *link;  /* …/devices/ADDRESS/iommu_group */
	char *group; /* /sys/kernel/iommu_groups/N */
	char *back;  /* …/N/devices/ADDRESS */
	char *type;  /* …/N/type */
};

static void membership_done(struct membership *m)
{
	free(m->link);
	free(m->group);
	free(m->back);
	free(m->type);
}

static int set_member(struct pg_root *root, const struct membership *m, const char *dev,
		      const struct setting *s, struct pg_err *err)
{
	int r;

	if (s->off) {
		r = pg_demo_remove(root, m->link, err);
		if (r == 0)
			r = pg_demo_remove(root, m->back, err);
		return r < 0 ? r : pg_demo_remove(root, m->type, err);
	}
	r = pg_demo_link(root, m->back, dev, err);
	if (r == 0)
		r = pg_demo_link(root, m->link, m->group, err);
	return r < 0 ? r
		     : pg_demo_set(root, m->type, s->passthrough ? "identity" : "DMA-FQ",
				   err);
}

static int show_member(struct pg_root *root, const char *address, const char *group,
		       const struct setting *s, struct pg_err *err)
{
	struct membership m PG_CLEANUP(membership_done) = {
		.link = pg_strf("/sys/bus/pci/devices/%s/iommu_group", address),
		.group = pg_strf(GROUPS_DIR "/%s", group),
		.back = pg_strf(GROUPS_DIR "/%s/devices/%s", group, address),
		.type = pg_strf(GROUPS_DIR "/%s/type", group),
	};
	pg_autofree char *link = pg_strf("/sys/bus/pci/devices/%s", address), *dev = NULL;
	int r;

	if (!link || !m.link || !m.group || !m.back || !m.type)
		return -ENOMEM;
	r = pg_root_resolve(root, link, &dev);
	if (r < 0)
		return pg_err_set(err, r, GROUPS_FILE, 0, "There is no device %s.",
				  address);
	return set_member(root, &m, dev, s, err);
}

/* An empty folder of a group is a group without devices: it goes as well. */
static int remove_groups(struct pg_root *root, struct pg_err *err)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, GROUPS_DIR, &names);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *dir = pg_strf(GROUPS_DIR "/%s", names.v[i]);
		pg_autofree char *devices = pg_strf(GROUPS_DIR "/%s/devices", names.v[i]);
		pg_autofree char *regions =
			pg_strf(GROUPS_DIR "/%s/reserved_regions", names.v[i]);

		if (!dir || !devices || !regions)
			return -ENOMEM;
		r = pg_demo_remove(root, regions, err);
		if (r == 0)
			r = pg_root_rmdir(root, devices, err);
		if (r == 0)
			r = pg_root_rmdir(root, dir, err);
	}
	return r == -ENOENT ? 0 : r;
}

static int show_groups(struct pg_root *root, const struct pg_bytes *text,
		       const struct setting *s, struct pg_err *err)
{
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
		pg_autofree char *copy = strndup(line, len);

		r = copy ? pg_strv_split(copy, " ", &words) : -ENOMEM;
		if (r == 0 && words.n == 2)
			r = show_member(root, words.v[0], words.v[1], s, err);
	}
	return r < 0 || !s->off ? r : remove_groups(root, err);
}

int pg_demo_iommu(struct pg_root *root, const struct pg_facts *facts, const char *cmdline,
		  struct pg_err *err)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	struct setting s;
	int r = read_setting(facts, cmdline, &s);

	if (r == 0)
		r = pg_root_read(root, GROUPS_FILE, PG_ROOT_MAX, &text);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = show_units(root, s.off, err);
	return r < 0 ? r : show_groups(root, &text, &s, err);
}
