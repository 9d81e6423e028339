/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/setting.h"

#include <ctype.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/planner.h"

/* ---- commands ---- */

enum { OPTIONS = 3, VMID_MAX = 999999999 };

static bool is_qm_set(const struct pg_strv *argv)
{
	return argv->n > OPTIONS && strcmp(argv->v[0], "qm") == 0 && strcmp(argv->v[1], "set") == 0;
}

/* The option at *at, and the next: "--hostpci0 VALUE", or "--delete hostpci0", whose value is
 * NULL. */
static bool next(const struct pg_strv *argv, size_t *at, const char **ret_key, const char **ret_value)
{
	const char *word = *at + 1 < argv->n ? argv->v[*at] : "";

	if (!pg_text_starts(word, "--"))
		return false;
	*ret_key = strcmp(word, "--delete") == 0 ? argv->v[*at + 1] : word + 2;
	*ret_value = strcmp(word, "--delete") == 0 ? NULL : argv->v[*at + 1];
	*at += 2;
	return true;
}

/* Does the command say what becomes of the setting? */
static bool find(const struct pg_strv *argv, const char *wanted, const char **ret_value)
{
	const char *key, *value;

	for (size_t at = OPTIONS; is_qm_set(argv) && next(argv, &at, &key, &value);) {
		if (strcmp(key, wanted) != 0)
			continue;
		*ret_value = value;
		return true;
	}
	return false;
}

bool pg_setting_shared(const struct pg_strv *a, const struct pg_strv *b)
{
	const char *key, *value, *other;

	if (a->n < 3 || b->n < 3 || strcmp(a->v[0], b->v[0]) != 0 || strcmp(a->v[2], b->v[2]) != 0)
		return false;
	if (strcmp(a->v[0], "pvesh") == 0)
		return true;
	for (size_t at = OPTIONS; is_qm_set(a) && next(a, &at, &key, &value);)
		if (find(b, key, &other))
			return true;
	return false;
}

/* ---- what the VM has ---- */

/* hostpciN or usbN */
static bool is_entry(const char *key)
{
	size_t n = pg_text_starts(key, "hostpci") ? 7 : pg_text_starts(key, "usb") ? 3 : 0;

	return n && isdigit((unsigned char)key[n]);
}

static void skip(const char **s, size_t *n, const char *prefix)
{
	if (!pg_text_starts(*s, prefix))
		return;
	*s += strlen(prefix);
	*n -= strlen(prefix);
}

/* The part of a value that names the device: "host=0000:01:00,pcie=1" and "01:00" are one. */
static const char *device_of(const char *value, size_t *ret_n)
{
	size_t n = strcspn(value, ",");

	while (value[n] && memchr(value, '=', n) && !pg_text_starts(value, "host=") &&
	       !pg_text_starts(value, "mapping=")) {
		value += n + 1;
		n = strcspn(value, ",");
	}
	skip(&value, &n, "host=");
	skip(&value, &n, "0000:");
	*ret_n = n;
	return value;
}

static bool same_device(const char *a, const char *b)
{
	size_t n, m;

	if (!a || !b)
		return a == b;
	a = device_of(a, &n);
	b = device_of(b, &m);
	return n == m && strncmp(a, b, n) == 0;
}

/* The VM that a command is about; NULL where none is, or its file could not be read. */
static const struct pg_guest *guest_of(const struct pg_facts *facts, const struct pg_strv *argv,
				       struct pg_setting *s)
{
	const struct pg_guest *guest;
	uint64_t vmid = 0;

	if (!is_qm_set(argv) || pg_text_number(argv->v[2], 10, VMID_MAX, &vmid) < 0)
		return NULL;
	s->vmid = (uint32_t)vmid;
	guest = pg_facts_guest(facts, s->vmid);
	if (!guest || !guest->local)
		s->state = PG_SETTING_NO_VM;
	return guest && guest->local && !guest->error ? guest : NULL;
}

struct pg_setting pg_setting_after(const struct pg_facts *facts, const struct pg_strv *argv,
				   const struct pg_strv *undo)
{
	struct pg_setting s = { .state = PG_SETTING_FITS };
	const struct pg_guest *guest = guest_of(facts, argv, &s);
	const char *key, *value, *old, *now;

	for (size_t at = OPTIONS; guest && next(argv, &at, &key, &value);) {
		now = pg_vm_value(guest, key);
		if (!is_entry(key) || !find(undo, key, &old) || same_device(now, value) ||
		    same_device(now, old))
			continue;
		return (struct pg_setting){ PG_SETTING_CHANGED, s.vmid, key, now };
	}
	return s;
}
