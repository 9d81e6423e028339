/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files without what is nobody's business, so that they are read as before. */
#include "src/plan/mask.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

/* What a distribution brings, or the kernel says of itself: nobody's. */
static bool is_common(const char *path)
{
	static const char *const starts[] = { "/lib/modules/",	 "/usr/lib/",	     "/usr/share/",
					      "/var/lib/dpkg/",	 "/sys/firmware/",   "/sys/module/",
					      "/proc/cpuinfo",	 "/proc/interrupts", "/proc/iomem",
					      "/proc/modules",	 "/proc/version",    "/etc/grub.d/" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(starts); i++)
		if (pg_text_starts(path, starts[i]))
			return true;
	return false;
}

/* ---- the configuration space of a device ---- */

/* A serial number as the device keeps it: 64 bits, the lowest first. */
static void number(const char *hex, char ret[8])
{
	uint64_t value = strtoull(hex, NULL, 16);

	for (size_t i = 0; i < 8; i++)
		ret[i] = (char)(value >> 8 * i & 0xff);
}

static int mask_bytes(const struct pg_mask *mask, const struct pg_bytes *in, struct pg_bytes *ret)
{
	int r = pg_bytes_copy(in->p, in->n, ret);

	for (size_t i = 0; r == 0 && i < mask->n; i++) {
		char from[8], to[8], *at;

		if (strlen(mask->v[i].from) != 16 || strspn(mask->v[i].from, "0123456789abcdef") != 16)
			continue;
		number(mask->v[i].from, from);
		number(mask->v[i].to, to);
		while ((at = memmem(ret->p, ret->n, from, sizeof(from))) != NULL &&
		       memcmp(from, to, sizeof(from)) != 0)
			memcpy(at, to, sizeof(to));
	}
	return r;
}

/* ---- lines ---- */

static bool is_vm(const char *path)
{
	return pg_text_starts(path, "/etc/pve/") &&
	       (strstr(path, "/qemu-server/") || strstr(path, "/lxc/"));
}

static bool begins(const char *line, size_t n, const char *word)
{
	return n >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

/* What is written instead of a line; NULL: the line is masked as any other. */
static char *other_line(const char *path, const char *line, size_t n)
{
	const char *file = strrchr(path, '/') + 1;
	const char *value;

	if (is_vm(path) && begins(line, n, "#"))
		return strdup("#");
	if (is_vm(path) && (begins(line, n, "description:") || begins(line, n, "tags:")))
		return pg_strf("%.*s: masked", (int)strcspn(line, ":"), line);
	if (is_vm(path) && (begins(line, n, "name:") || begins(line, n, "hostname:")))
		return pg_strf("%.*s: vm-%.*s", (int)strcspn(line, ":"), line,
			       (int)strcspn(file, "."), file);
	if (is_vm(path) && (begins(line, n, "searchdomain:") || begins(line, n, "ciuser:")))
		return pg_strf("%.*s: masked", (int)strcspn(line, ":"), line);
	value = memmem(line, n, "cluster_name:", 13);
	if (value && strcmp(path, "/etc/pve/corosync.conf") == 0)
		return pg_strf("%.*scluster_name: cluster", (int)(value - line), line);
	return NULL;
}

/* Names by which udev finds a disk hold its serial number; nothing that is read. */
static bool is_dropped(const char *path, const char *line, size_t n)
{
	static const char *const words[] = { "S:disk/by-id/", "S:disk/by-path/", "E:DEVLINKS=", "E:ID_SERIAL",
					     "E:ID_SCSI_SERIAL", "E:ID_WWN", "E:ID_ATA_WWN",
					     "E:ID_NET_NAME_MAC" };

	for (size_t i = 0; pg_text_starts(path, "/run/udev/data/") && i < PG_ARRAY_SIZE(words); i++)
		if (begins(line, n, words[i]))
			return true;
	return false;
}

/* The serial number that a VM or its disk shows. */
static int vm_serial(const char *path, char **line)
{
	char *at = is_vm(path) ? strstr(*line, "serial=") : NULL;
	char *with;

	if (!at || (at > *line && isalnum((unsigned char)at[-1])))
		return 0;
	at += strlen("serial=");
	with = pg_strf("%.*smasked%s", (int)(at - *line), *line, at + strcspn(at, ",; \t"));
	if (!with)
		return -ENOMEM;
	free(*line);
	*line = with;
	return 0;
}

static int mask_line(struct pg_mask *mask, const char *path, const char *line, size_t n,
		     struct pg_strbuf *b)
{
	pg_autofree char *raw = strndup(line, n), *masked = NULL;
	pg_autofree char *copy = raw ? pg_mask_storage(path, raw) : NULL;
	pg_autofree char *other = copy ? other_line(path, copy, strlen(copy)) : NULL;

	if (copy && vm_serial(path, &copy) < 0)
		return -ENOMEM;
	masked = copy && !other ? pg_mask_text(mask, copy) : NULL;
	if (!other && !masked)
		return -ENOMEM;
	pg_strbuf_add(b, other ? other : masked);
	return 0;
}

static int mask_lines(struct pg_mask *mask, const char *path, const struct pg_bytes *in,
		      struct pg_bytes *ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && pg_text_line(in->p, in->n, &pos, &line, &len, &full)) {
		if (is_dropped(path, line, len))
			continue;
		r = mask_line(mask, path, line, len, &b);
		pg_strbuf_addn(&b, line + len, full - len);
	}
	return r < 0 ? r : pg_strbuf_steal_bytes(&b, ret);
}

int pg_mask_file(struct pg_mask *mask, const char *path, const struct pg_bytes *in, struct pg_bytes *ret)
{
	if (!in->n || is_common(path))
		return pg_bytes_copy(in->n ? in->p : "", in->n, ret);
	if (memchr(in->p, '\0', in->n))
		return mask_bytes(mask, in, ret);
	if (pg_mask_is_net(path))
		return pg_mask_net(mask, path, in, ret);
	return mask_lines(mask, path, in, ret);
}
