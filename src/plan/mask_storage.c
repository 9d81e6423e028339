/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Storage of others on the network: the names of servers, shares and users. Its ids stay, since disks of
 * VMs name them. */
#include <string.h>

#include "src/base/text.h"
#include "src/plan/mask.h"

#define MASKED "masked"

/* ---- storage.cfg ---- */

/* PVE::Storage::*Plugin: what says where it is, and who comes. */
static const char *const keys[] = {
	"server", "server2", "portal", "target", "export", "share", "subdir", "monhost", "username", "domain",
	"datastore", "namespace", "fingerprint", "options", "smbversion", "comstar_hg", "comstar_tg",
};

static bool is_key(const char *s, size_t n)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(keys); i++)
		if (strlen(keys[i]) == n && strncmp(keys[i], s, n) == 0)
			return true;
	return false;
}

/* "\tserver nas.lan" */
static char *storage_line(const char *line)
{
	size_t blank = strspn(line, " \t"), n = strcspn(line + blank, " \t\r");

	if (!blank || !is_key(line + blank, n))
		return strdup(line);
	return pg_strf("%.*s " MASKED, (int)(blank + n), line);
}

/* ---- mounts ---- */

/* "nas.lan:/export", "//nas.lan/share", "10.0.0.1,10.0.0.2:/" (ceph): what is written instead, or NULL. */
static const char *source(const char *s, size_t n)
{
	if (n > 2 && s[0] == '/' && s[1] == '/')
		return "//server/" MASKED;
	return n > 2 && *s != '/' && memmem(s, n, ":/", 2) ? "server:/" MASKED : NULL;
}

static bool is_secret_option(const char *s, size_t n)
{
	static const char *const options[] = { "username=", "user=", "domain=", "name=", "mon_addr=", "unc=",
					       "credentials=", "prefixpath=" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(options); i++)
		if (n > strlen(options[i]) && strncmp(s, options[i], strlen(options[i])) == 0)
			return true;
	return false;
}

/* "rw,username=joe,vers=3.1.1" */
static void add_options(struct pg_strbuf *b, const char *s, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t len = strcspn(s + at, ",");

		if (at + len > n)
			len = n - at;
		if (is_secret_option(s + at, len))
			pg_strbuf_addf(b, "%.*s=" MASKED, (int)strcspn(s + at, "="), s + at);
		else
			pg_strbuf_addn(b, s + at, len);
		at += len;
		if (at < n)
			pg_strbuf_addn(b, s + at++, 1);
	}
}

static char *mount_line(const char *line)
{
	struct pg_strbuf b = { 0 };

	while (*line) {
		size_t blank = strspn(line, " \t"), n;
		const char *other;

		pg_strbuf_addn(&b, line, blank);
		line += blank;
		n = strcspn(line, " \t");
		other = source(line, n);
		if (other)
			pg_strbuf_add(&b, other);
		else
			add_options(&b, line, n);
		line += n;
	}
	return pg_strbuf_steal(&b);
}

char *pg_mask_storage(const char *path, const char *line)
{
	if (strcmp(path, "/etc/pve/storage.cfg") == 0)
		return storage_line(line);
	if (strcmp(path, "/proc/mounts") == 0 || strcmp(path, "/etc/fstab") == 0 ||
	    (pg_text_starts(path, "/proc/") && pg_text_ends(path, "/mountinfo")))
		return mount_line(line);
	return strdup(line);
}
