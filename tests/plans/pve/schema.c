/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of a VM and their property strings, as PVE::JSONSchema checks them. */
#include "tests/plans/pve/pve.h"

#include <regex.h>
#include <string.h>

#include "src/base/text.h"

#define PCIID "([0-9a-f]{4,}:)?[0-9a-f]{2}:[0-9a-f]{2}(\\.[0-9a-f])?"
#define PATH "[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}(\\.[0-9a-f])?"
#define HEX4 "^0x[0-9a-fA-F]{4}$"
#define CONFIGID "^[A-Za-z][A-Za-z0-9_-]+$"
#define BOOL "bool"
#define DOS "^[^,;]+$"

/* pattern: a regular expression, or "bool" */
struct prop {
	const char *key, *pattern;
	bool dflt, required;
};

struct schema {
	const char *name;
	const struct prop *prop;
};

static const struct prop hostpci[] = {
	{ "host", "^" PCIID "(;" PCIID ")*$", true, false },
	{ "mapping", CONFIGID, false, false }, { "rombar", BOOL, false, false },
	{ "romfile", DOS, false, false }, { "pcie", BOOL, false, false },
	{ "x-vga", BOOL, false, false }, { "legacy-igd", BOOL, false, false },
	{ "mdev", "^[^/.:]+$", false, false }, { "vendor-id", HEX4, false, false },
	{ "device-id", HEX4, false, false }, { "sub-vendor-id", HEX4, false, false },
	{ "sub-device-id", HEX4, false, false }, { "driver", "^(vfio|keep)$", false, false }, { 0 },
};

static const struct prop usb[] = {
	{ "host", "^((0x)?[0-9A-Fa-f]{4}:(0x)?[0-9A-Fa-f]{4}|[0-9]+-[0-9]+(\\.[0-9]+)*|spice)$",
	  true, false },
	{ "mapping", CONFIGID, false, false }, { "usb3", BOOL, false, false }, { 0 },
};

static const struct prop machine[] = {
	{ "type", "^(pc|q35|virt|(pc-i440fx|pc-q35|virt)-[0-9]+(\\.[0-9]+)+(\\+pve[0-9]+)?(\\.pxe)?)$",
	  true, false },
	{ "viommu", "^(intel|virtio)$", false, false },
	{ "aw-bits", "^(3[2-9]|4[0-9]|5[0-9]|6[0-4])$", false, false },
	{ "enable-s3", BOOL, false, false }, { "enable-s4", BOOL, false, false }, { 0 },
};

static const struct prop efidisk[] = {
	{ "file", "^[A-Za-z][A-Za-z0-9._-]*:[^,]+$|^/[^,]+$|^none$", true, true },
	{ "format", "^(raw|qcow2|vmdk|qed|cow|cloop)$", false, false },
	{ "size", "^[0-9]+[KMGT]?$", false, false }, { "efitype", "^(2m|4m)$", false, false },
	{ "pre-enrolled-keys", BOOL, false, false },
	{ "ms-cert", "^(2011|2023|2023w|2023k)$", false, false },
	{ "import-from", DOS, false, false }, { 0 },
};

static const struct prop vga[] = {
	{ "type", "^(cirrus|qxl[234]?|none|serial[0-3]|std|virtio|virtio-gl|vmware)$", true, false },
	{ "memory", "^([4-9]|[1-9][0-9]|[1-4][0-9][0-9]|50[0-9]|51[0-2])$", false, false },
	{ "clipboard", "^vnc$", false, false }, { 0 },
};

static const struct prop cpu[] = {
	{ "cputype", "^[A-Za-z0-9][A-Za-z0-9._-]*$", true, false }, { "hidden", BOOL, false, false },
	{ "hv-vendor-id", "^[A-Za-z0-9]{1,12}$", false, false },
	{ "flags", "^[+-][a-zA-Z0-9._-]+(;[+-][a-zA-Z0-9._-]+)*$", false, false },
	{ "phys-bits", "^(host|[89]|[1-5][0-9]|6[0-4])$", false, false },
	{ "guest-phys-bits", "^(3[2-9]|[45][0-9]|6[0-4])$", false, false },
	{ "level", "^[0-9]+$", false, false }, { "reported-model", DOS, false, false }, { 0 },
};

static const struct prop pcimap[] = {
	{ "node", "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$", false, true },
	{ "path", "^" PATH "(;" PATH ")*$", false, true },
	{ "id", "^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}$", false, true },
	{ "subsystem-id", "^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}$", false, false },
	{ "iommugroup", "^[0-9]+$", false, false }, { "description", DOS, false, false }, { 0 },
};

static const struct prop usbmap[] = {
	{ "node", "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$", false, true },
	{ "id", "^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}$", false, true },
	{ "path", "^[0-9]+-[0-9]+(\\.[0-9]+)*$", false, false },
	{ "description", DOS, false, false }, { 0 },
};

#define SET "^[0-9]+(-[0-9]+)?(;[0-9]+(-[0-9]+)?)*$"
static const struct prop numa[] = {
	{ "cpus", SET, false, true }, { "memory", "^[0-9]+([.][0-9]+)?$", false, false },
	{ "hostnodes", SET, false, false },
	{ "policy", "^(preferred|bind|interleave)$", false, false }, { 0 },
};

static const struct schema schemas[] = {
	{ "hostpci", hostpci }, { "usb", usb }, { "machine", machine }, { "efidisk", efidisk },
	{ "vga", vga }, { "cpu", cpu }, { "pcimap", pcimap }, { "usbmap", usbmap },
	{ "numa", numa },
};

/* Patterns are few and used over and over: each is compiled once. */
static const regex_t *compiled(const char *pattern)
{
	static struct {
		const char *pattern;
		regex_t re;
	} known[128];
	size_t i = 0;

	while (known[i].pattern && strcmp(known[i].pattern, pattern) != 0)
		if (++i == PG_ARRAY_SIZE(known))
			abort();
	if (!known[i].pattern) {
		if (regcomp(&known[i].re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
			abort();
		known[i].pattern = pve_must(strdup(pattern));
	}
	return &known[i].re;
}

bool pve_match(const char *pattern, const char *s)
{
	return regexec(compiled(pattern), s, 0, NULL, 0) == 0;
}

int pve_boolean(const char *s)
{
	if (pve_match("^(1|on|yes|true|On|Yes|True|ON|YES|TRUE)$", s))
		return 1;
	return pve_match("^(0|off|no|false|Off|No|False|OFF|NO|FALSE)$", s) ? 0 : -1;
}

void pve_props_done(struct pve_props *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].key);
		free(p->v[i].value);
	}
	free(p->v);
	*p = (struct pve_props){ 0 };
}

const char *pve_props_get(const struct pve_props *p, const char *key)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->v[i].key, key) == 0)
			return p->v[i].value;
	return NULL;
}

bool pve_props_bool(const struct pve_props *p, const char *key, bool dflt)
{
	const char *s = pve_props_get(p, key);
	int r = s ? pve_boolean(s) : -1;

	return r < 0 ? dflt : r == 1;
}

static const struct prop *find_prop(const struct prop *p, const char *key)
{
	for (; p->key; p++)
		if (key ? strcmp(p->key, key) == 0 : p->dflt)
			return p;
	return NULL;
}

static char *check_prop(const struct prop *p, const char *value)
{
	if (strcmp(p->pattern, BOOL) == 0)
		return pve_boolean(value) >= 0 ? NULL :
			pg_strf("%s: type check ('boolean') failed - got '%s'", p->key, value);
	if (pve_match(p->pattern, value))
		return NULL;
	if (strcmp(p->key, "driver") == 0)
		return pg_strf("%s: value '%s' does not have a value in the enumeration 'vfio, keep'",
			       p->key, value);
	return pg_strf("%s: value does not match the regex pattern", p->key);
}

static char *take(const struct prop *schema, const char *part, struct pve_props *ret)
{
	const char *eq = pve_match("^[a-zA-Z][a-zA-Z0-9_-]*=", part) ? strchr(part, '=') : NULL;
	char *key pg_autofree = eq ? pve_must(strndup(part, (size_t)(eq - part))) : NULL;
	const struct prop *p = find_prop(schema, key);
	struct pve_line *l;

	if (!p)
		return key ? pg_strf("%s: property is not defined in schema and the schema does not "
				     "allow additional properties", key) :
			     pg_strf("missing key in comma-separated list property");
	if (pve_props_get(ret, p->key))
		return pg_strf("duplicate key in comma-separated list property: %s", p->key);
	l = pve_must(pg_vec_add(&ret->v, &ret->n, sizeof(*l)));
	l->key = pve_must(strdup(p->key));
	l->value = pve_must(strdup(eq ? eq + 1 : part));
	return check_prop(p, l->value);
}

char *pve_props_parse(const char *what, const char *value, struct pve_props *ret)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	const struct prop *schema = NULL;
	char *why = NULL;

	for (size_t i = 0; i < PG_ARRAY_SIZE(schemas); i++)
		if (strcmp(schemas[i].name, what) == 0)
			schema = schemas[i].prop;
	pve_must((void *)(uintptr_t)schema);
	if (pg_strv_split(value, ",", &part) < 0)
		abort();
	for (size_t i = 0; !why && i < part.n; i++)
		why = take(schema, part.v[i], ret);
	for (const struct prop *p = schema; !why && p->key; p++)
		if (p->required && !pve_props_get(ret, p->key))
			why = pg_strf("%s: property is missing and it is not optional", p->key);
	return why;
}

/* ---- options ---- */

/* The others, as one expression: numbered ones with their greatest number. */
#define PLAIN "acpi|affinity|agent|allow-ksm|amd-sev|arch|args|autostart|balloon|bios|boot|" \
	"bootdisk|cdrom|cicustom|cipassword|citype|ciupgrade|ciuser|cores|cpu|cpulimit|cpuunits|" \
	"description|freeze|hookscript|hotplug|hugepages|intel-tdx|ivshmem|keephugepages|keyboard|" \
	"kvm|localtime|lock|machine|memory|meta|migrate_downtime|migrate_speed|name|nameserver|numa|" \
	"onboot|ostype|protection|reboot|scsihw|searchdomain|shares|smbios1|smp|sockets|" \
	"spice_enhancements|sshkeys|startdate|startup|tablet|tags|tdf|template|vcpus|vga|vmgenid|" \
	"vmstatestorage|watchdog"
#define COUNTED "audio0|efidisk0|tpmstate0|rng0|ide[0-3]|sata[0-5]|numa[0-7]|serial[0-3]|" \
	"parallel[0-2]|usb([0-9]|1[0-3])|virtio([0-9]|1[0-5])|virtiofs[0-9]|scsi([0-9]|[12][0-9]|30)|" \
	"net([0-9]|[12][0-9]|3[01])|ipconfig([0-9]|[12][0-9]|3[01])|hostpci([0-9]|1[0-5])|" \
	"unused([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"

bool pve_option_known(const char *key)
{
	return pve_match("^(" PLAIN "|" COUNTED ")$", key);
}

static char *check_plain(const char *key, const char *value)
{
	static const char *const form[][2] = {
		{ "bios", "^(seabios|ovmf)$" },
		{ "hugepages", "^(any|2|1024)$" },
		{ "balloon", "^[0-9]+$" },
		{ "memory", "^(current=)?[1-9][0-9]*$" },
		{ "hotplug", "^([01]|(network|disk|cpu|memory|usb|cloudinit)"
			     "([,; ]+(network|disk|cpu|memory|usb|cloudinit))*)$" },
		{ "serial0", "^(/dev/.+|socket)$" }, { "serial1", "^(/dev/.+|socket)$" },
		{ "serial2", "^(/dev/.+|socket)$" }, { "serial3", "^(/dev/.+|socket)$" },
		{ "sockets", "^[1-9][0-9]*$" }, { "cores", "^[1-9][0-9]*$" },
		{ "arch", "^(x86_64|aarch64)$" },
		{ "ostype", "^(other|wxp|w2k|w2k3|w2k8|wvista|win7|win8|win10|win11|l24|l26|solaris)$" },
	};
	static const char *const flag[] = { "onboot", "numa", "template", "acpi", "kvm",
					    "protection", "tablet", "autostart" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(form); i++)
		if (strcmp(form[i][0], key) == 0 && !pve_match(form[i][1], value))
			return pg_strf("%s: value '%s' is not allowed", key, value);
	for (size_t i = 0; i < PG_ARRAY_SIZE(flag); i++)
		if (strcmp(flag[i], key) == 0 && pve_boolean(value) < 0)
			return pg_strf("%s: type check ('boolean') failed - got '%s'", key, value);
	return NULL;
}

char *pve_option_check(const char *key, const char *value)
{
	struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };
	char *why pg_autofree = NULL;

	if (strchr(value, '\n'))
		return pg_strf("%s: value contains a line feed", key);
	for (size_t i = 0; i < PG_ARRAY_SIZE(schemas); i++) {
		size_t n = strlen(schemas[i].name);

		if (strncmp(key, schemas[i].name, n) != 0 || key[n + strspn(key + n, "0123456789")] ||
		    strcmp(key, "numa") == 0)
			continue;
		why = pve_props_parse(schemas[i].name, value, &p);
		return why ? pg_strf("%s: invalid format - %s", key, why) : NULL;
	}
	return check_plain(key, value);
}
