/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/collect.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

#define DPKG_STATUS "/var/lib/dpkg/status"

enum { NUMA_MAX = 64 }; /* no VM has more sockets than that */

/* An attribute that may be missing: *ret stays NULL then. Else noted; -ENOMEM only. */
static int read_optional(const struct pg_root *root, struct pg_facts *facts,
			 const char *path, char **ret)
{
	int r = pg_root_read_attr(root, path, ret);

	return r < 0 ? pg_note_unread(facts, path, r) : 0;
}

/* "key<sep>value" of a line: the value if the key is this one, trimmed and copied. */
static int line_value(const char *line, size_t n, const char *key, char **ret)
{
	size_t k = strlen(key);
	pg_autofree char *copy = NULL;
	char *value;

	if (n <= k || memcmp(line, key, k) != 0 || !strchr(" \t:", line[k]) || *ret)
		return 0;
	copy = strndup(line + k, n - k);
	if (!copy)
		return -ENOMEM;
	value = pg_text_trim(copy);
	if (*value == ':')
		value = pg_text_trim(value + 1);
	*ret = strdup(value);
	return *ret ? 0 : -ENOMEM;
}

/* ---- name ---- */

/* PVE::INotify nodename: the host name up to the first dot. */
static int read_node(const struct pg_root *root, struct pg_facts *facts)
{
	static const char *const paths[] = { "/proc/sys/kernel/hostname",
					     "/etc/hostname" };
	char **node = &facts->system.node;

	for (size_t i = 0; i < PG_ARRAY_SIZE(paths); i++) {
		int r = read_optional(root, facts, paths[i], node);

		if (r < 0)
			return r;
		if (*node)
			(*node)[strcspn(*node, ".")] = '\0';
		if (*node && **node)
			return 0;
		free(PG_STEAL(*node));
	}
	if (pg_root_readlink_name(root, "/etc/pve/local", node) == -ENOMEM)
		return -ENOMEM;
	return 0;
}

/* ---- kernel ---- */

/* /proc/version: "Linux version RELEASE (…" */
static int release_of_version(const char *version, char **ret)
{
	static const char start[] = "Linux version ";
	const char *s = version + strlen(start);

	if (!pg_text_starts(version, start) || !strcspn(s, " "))
		return 0;
	*ret = strndup(s, strcspn(s, " "));
	return *ret ? 0 : -ENOMEM;
}

static int read_kernel(const struct pg_root *root, struct pg_facts *facts)
{
	pg_autofree char *version = NULL;
	char **kernel = &facts->system.kernel;
	int r = read_optional(root, facts, "/proc/sys/kernel/osrelease", kernel);

	if (r < 0 || (*kernel && **kernel))
		return r;
	free(PG_STEAL(*kernel));
	r = read_optional(root, facts, "/proc/version", &version);
	return r < 0 || !version ? r : release_of_version(version, kernel);
}

static int read_boot_id(const struct pg_root *root, struct pg_facts *facts)
{
	return read_optional(root, facts, "/proc/sys/kernel/random/boot_id",
			     &facts->system.boot_id);
}

/* ---- processor and memory ---- */

static enum pg_cpu_vendor cpu_vendor(const char *id)
{
	if (!id)
		return PG_CPU_UNKNOWN;
	if (strcmp(id, "GenuineIntel") == 0)
		return PG_CPU_INTEL;
	if (strcmp(id, "AuthenticAMD") == 0 || strcmp(id, "HygonGenuine") == 0)
		return PG_CPU_AMD;
	return PG_CPU_OTHER;
}

static int has_word(const char *list, const char *word)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(list, " \t", &words);

	return r < 0 ? r : pg_strv_has(&words, word);
}

/* "46 bits physical, 48 bits virtual" */
static unsigned phys_bits(char *sizes)
{
	uint64_t bits;

	sizes[strcspn(sizes, " ")] = '\0';
	return pg_text_number(sizes, 10, 64, &bits) == 0 ? (unsigned)bits : 0;
}

/* /proc/cpuinfo up to the first empty line: one processor speaks for all. */
static int read_cpu(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *vendor = NULL, *flags = NULL, *sizes = NULL;
	struct pg_system *s = &facts->system;
	size_t pos = 0, len = 0, full;
	const char *line;
	int r = pg_root_read(root, "/proc/cpuinfo", PG_ROOT_MAX, &text);

	s->hypervisor = PG_UNKNOWN;
	if (r < 0)
		return pg_note_unread(facts, "/proc/cpuinfo", r);
	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full) && len) {
		r = line_value(line, len, "vendor_id", &vendor);
		if (r == 0)
			r = line_value(line, len, "flags", &flags);
		if (r == 0)
			r = line_value(line, len, "model name", &s->cpu_model);
		if (r == 0)
			r = line_value(line, len, "address sizes", &sizes);
		s->arm |= len > 15 && memcmp(line, "CPU implementer", 15) == 0;
	}
	s->phys_bits = sizes ? phys_bits(sizes) : 0;
	s->cpu = cpu_vendor(vendor);
	if (r == 0 && flags)
		r = has_word(flags, "hypervisor");
	if (r >= 0 && flags)
		s->hypervisor = r ? PG_YES : PG_NO;
	return r < 0 ? r : 0;
}

/* "65651064 kB" */
static uint64_t bytes_of(char *text)
{
	uint64_t kib = 0;

	if (!text)
		return 0;
	text[strcspn(text, " ")] = '\0';
	return pg_text_number(text, 10, UINT64_MAX >> 10, &kib) == 0 ? kib << 10 : 0;
}

static int read_memory(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *total = NULL, *available = NULL;
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_root_read(root, "/proc/meminfo", PG_ROOT_MAX, &text);

	if (r < 0)
		return pg_note_unread(facts, "/proc/meminfo", r);
	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		r = line_value(line, len, "MemTotal", &total);
		if (r == 0)
			r = line_value(line, len, "MemAvailable", &available);
	}
	if (r < 0)
		return r;
	facts->system.mem_total = bytes_of(total);
	facts->system.mem_free = bytes_of(available);
	return 0;
}

/* PVE::QemuServer::Memory, hugepages_chunk_size_supported */
static int read_pages(const struct pg_root *root, struct pg_facts *facts)
{
	static const char dir[] = "/sys/kernel/mm/hugepages";
	bool known = pg_root_exists(root, dir);
	struct pg_system *s = &facts->system;

	s->pages_2m = s->pages_1g = PG_UNKNOWN;
	if (!known)
		return 0;
	s->pages_2m = pg_root_exists(root, "/sys/kernel/mm/hugepages/hugepages-2048kB");
	s->pages_1g = pg_root_exists(root, "/sys/kernel/mm/hugepages/hugepages-1048576kB");
	return 0;
}

/* PVE::QemuServer::Memory, host_numanode_exists; Proxmox asks for one after the other. */
static int read_numa(const struct pg_root *root, struct pg_facts *facts)
{
	unsigned n = 0;

	for (; n < NUMA_MAX; n++) {
		pg_autofree char *path = pg_strf("/sys/devices/system/node/node%u", n);

		if (!path)
			return -ENOMEM;
		if (!pg_root_exists(root, path))
			break;
	}
	facts->system.numa_nodes = n;
	return 0;
}

/* ---- Proxmox VE ---- */

/* The paragraph of a package in dpkg's status (deb822): from its Package line on. */
static const char *find_package(const struct pg_bytes *text, const char *header)
{
	const char *at = text->p, *end = text->p + text->n;

	for (;;) {
		at = memmem(at, (size_t)(end - at), header, strlen(header));
		if (!at || at == text->p || at[-1] == '\n')
			return at;
		at++;
	}
}

static int read_version(const struct pg_bytes *text, const char *header, char **ret)
{
	const char *start = find_package(text, header), *line;
	size_t n = start ? (size_t)(text->p + text->n - start) : 0;
	pg_autofree char *version = NULL, *status = NULL;
	size_t pos = 0, len, full;
	int r = 0;

	while (r == 0 && pg_text_line(start, n, &pos, &line, &len, &full) && len) {
		r = line_value(line, len, "Version", &version);
		if (r == 0)
			r = line_value(line, len, "Status", &status);
	}
	if (r < 0)
		return r;
	if (status && pg_text_ends(status, " installed"))
		*ret = PG_STEAL(version);
	return 0;
}

static int read_pve(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_root_read(root, DPKG_STATUS, PG_ROOT_MAX, &text);

	if (r < 0)
		return pg_note_unread(facts, DPKG_STATUS, r);
	r = read_version(&text, "Package: pve-manager\n", &facts->system.pve_version);
	return r < 0 ? r : read_version(&text, "Package: qemu-server\n", &facts->system.qemu_server);
}

int pg_collect_system(const struct pg_root *root, unsigned want, struct pg_facts *facts)
{
	int (*const parts[])(const struct pg_root *root, struct pg_facts *facts) = {
		read_kernel, read_boot_id, read_cpu, read_memory, read_pages, read_numa, read_pve,
	};
	int r = want & (PG_WANT_DETAILS | PG_WANT_USAGE) ? read_node(root, facts) : 0;

	facts->system.live = pg_root_is_whole(root);
	if (r < 0 || !(want & PG_WANT_DETAILS))
		return r;
	facts->system.is_demo = pg_root_exists(root, "/etc/pve-gpu/demo");
	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(parts); i++)
		r = parts[i](root, facts);
	return r;
}
