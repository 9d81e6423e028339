/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/nic.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/drift.h"

/* ---- names ---- */

static const char *skip_digits(const char *s)
{
	return s + strspn(s, "0123456789");
}

/* en or wl, [P<domain>] p<bus> s<slot>, then function, port and the like */
static bool is_by_path(const char *name)
{
	const char *s = name + 2;

	if (!pg_text_starts(name, "en") && !pg_text_starts(name, "wl"))
		return false;
	if (*s == 'P')
		s = skip_digits(s + 1);
	if (*s != 'p' || !isdigit((unsigned char)s[1]))
		return false;
	s = skip_digits(s + 1);
	if (*s != 's' || !isdigit((unsigned char)s[1]))
		return false;
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789")] == '\0' && strlen(name) < 16;
}

/* ---- .link files (systemd.link(5)) ---- */

/* What one says, as far as one interface is concerned. */
struct link {
	bool by_mac;		/* it is for certain hardware addresses … */
	bool mac_fits;		/* … and this is one of them */
	bool others_fit;	/* nothing else in [Match] says that it is for another */
	bool names;		/* Name= */
};

/* "04:42:1A:…", "04-42-1a-…", "0442.1a0d.e731" */
static bool is_mac(const char *word, const char *mac)
{
	while (*word || *mac) {
		word += strspn(word, ":-.");
		mac += strspn(mac, ":");
		if (tolower((unsigned char)*word) != *mac)
			return false;
		word += *word != '\0';
		mac += *mac != '\0';
	}
	return true;
}

static bool any_word(const char *value, const char *with, bool (*is)(const char *, const char *))
{
	struct pg_strv word PG_CLEANUP(pg_strv_done) = { 0 };
	bool any = pg_strv_split(value, " \t", &word) < 0;

	for (size_t i = 0; i < word.n; i++)
		any |= is(word.v[i], with);
	return any;
}

/* "!" turns the list round; then, and without memory, it may fit */
static bool fits_glob(const char *word, const char *with)
{
	return *word == '!' || fnmatch(word, with, 0) == 0;
}

static void read_match(struct link *l, const char *key, const char *value,
		       const struct pg_nic *nic, const struct pg_dev *dev)
{
	char *path pg_autofree = pg_strf("pci-%s", pg_bdf_str(nic->addr).s);

	if (strcmp(key, "MACAddress") == 0 || strcmp(key, "PermanentMACAddress") == 0) {
		l->by_mac = true;
		l->mac_fits |= nic->mac && any_word(value, nic->mac, is_mac);
	} else if (strcmp(key, "Path") == 0 && path) {
		l->others_fit &= any_word(value, path, fits_glob);
	} else if (strcmp(key, "Driver") == 0 && dev && dev->driver) {
		l->others_fit &= any_word(value, dev->driver, fits_glob);
	} else if (strcmp(key, "Type") == 0) {
		l->others_fit &= any_word(value, nic->wlan ? "wlan" : "ether", fits_glob);
	}
}

static void read_line(struct link *l, char *line, char *section, const struct pg_nic *nic,
		      const struct pg_dev *dev)
{
	char *s = pg_text_trim(line), *eq = strchr(s, '=');

	if (*s == '[') {
		*section = pg_text_starts(s, "[Match]") ? 'M' : pg_text_starts(s, "[Link]") ? 'L' : 0;
		return;
	}
	if (*s == '#' || *s == ';' || !eq)
		return;
	*eq = '\0';
	if (*section == 'M')
		read_match(l, pg_text_trim(s), pg_text_trim(eq + 1), nic, dev);
	else if (*section == 'L' && strcmp(pg_text_trim(s), "Name") == 0)
		l->names = *pg_text_trim(eq + 1) != '\0';
}

static struct link read_link(const struct pg_file *file, const struct pg_nic *nic,
			     const struct pg_dev *dev)
{
	struct link l = { .others_fit = true };
	size_t pos = 0, len, full;
	const char *line;
	char section = 0;

	while (file->bytes.p &&
	       pg_text_line(file->bytes.p, file->bytes.n, &pos, &line, &len, &full)) {
		char *copy pg_autofree = strndup(line, len);

		if (copy)
			read_line(&l, copy, &section, nic, dev);
	}
	return l;
}

/* systemd's own and those of packages hold defaults: one of ours comes before them. */
static bool is_default(const char *path)
{
	return pg_text_starts(path, "/usr/lib/") || pg_text_starts(path, "/lib/");
}

static enum pg_nic_state by_links(const struct pg_facts *facts, const struct pg_nic *nic,
				  const char **ret_path)
{
	const struct pg_dev *dev = pg_facts_dev(facts, nic->addr);
	enum pg_nic_state state = PG_NIC_OFFERED;

	for (size_t i = 0; i < facts->n_file; i++) {
		const struct pg_file *file = &facts->file[i];
		struct link l;

		if (!pg_text_ends(file->path, ".link") || file->error || file->bytes.n == 0)
			continue;
		l = read_link(file, nic, dev);
		if (!l.others_fit || (l.by_mac ? !l.mac_fits : is_default(file->path)))
			continue;
		*ret_path = file->path;
		if (l.mac_fits && l.names)
			return PG_NIC_PINNED;
		state = PG_NIC_OTHER_LINK;
	}
	return state;
}

/* ---- rules of udev: 70-persistent-net.rules and what people write like it ---- */

/* Does the line set NAME, for this address or to this name? */
static bool rule_names(const char *line, const struct pg_nic *nic)
{
	char *value pg_autofree = pg_strf("NAME=\"%s\"", nic->name);
	const char *at = strstr(line, "NAME=\"");

	if (!value || *line == '#' || !at || (at > line && !strchr(", \t", at[-1])))
		return false;
	return strstr(line, value) || (nic->mac && strcasestr(line, nic->mac));
}

static bool by_rule(const struct pg_facts *facts, const struct pg_nic *nic, const char **ret_path)
{
	for (size_t i = 0; i < facts->n_file; i++) {
		const struct pg_file *file = &facts->file[i];
		size_t pos = 0, len, full;
		const char *line;

		while (pg_text_starts(file->path, "/etc/udev/rules.d/") && !file->error &&
		       file->bytes.p &&
		       pg_text_line(file->bytes.p, file->bytes.n, &pos, &line, &len, &full)) {
			char *copy pg_autofree = strndup(line, len);

			*ret_path = file->path;
			if (copy && rule_names(copy, nic))
				return true;
		}
	}
	return false;
}

/* ---- the kernel's options ---- */

static int configured_words(const struct pg_facts *facts, struct pg_strv *ret)
{
	char *line pg_autofree = NULL;
	int r = pg_configured_cmdline(facts, facts->boot.loader, &line, NULL);

	return r == -ENOMEM || !line ? (r == -ENOMEM ? r : 0) : pg_cmdline_split(line, ret);
}

/* net.ifnames=0: cards have the kernel's own names from then on. */
static bool is_off(const struct pg_facts *facts)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *value;

	if (configured_words(facts, &words) < 0)
		return true;
	value = pg_cmdline_get(&words, "net.ifnames");
	return value && strcmp(value, "0") == 0;
}

int pg_nic_why_now(const struct pg_facts *facts, const char **ret)
{
	struct pg_strv next PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv now PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_drifts drifts PG_CLEANUP(pg_drifts_done) = { 0 };
	int r = configured_words(facts, &next);

	*ret = NULL;
	if (r == 0 && facts->boot.running)
		r = pg_cmdline_split(facts->boot.running, &now);
	if (r == 0 && pg_words_have(&next, "pci", "assign-busses") !=
			      pg_words_have(&now, "pci", "assign-busses"))
		*ret = _("The kernel option pci=assign-busses is set or taken away with the next boot.");
	if (r == 0)
		r = pg_drifts_find(facts, &drifts);
	for (size_t i = 0; r == 0 && !*ret && i < drifts.n; i++)
		if (pg_drift_is_elsewhere(&drifts.v[i]))
			*ret = _("Devices of this node have changed their addresses.");
	return r;
}

/* ---- all together ---- */

static bool is_shared(const struct pg_facts *facts, const struct pg_nic *nic)
{
	for (size_t i = 0; i < facts->n_nic; i++)
		if (&facts->nic[i] != nic && facts->nic[i].mac &&
		    strcmp(facts->nic[i].mac, nic->mac) == 0)
			return true;
	return false;
}

enum pg_nic_state pg_nic_state(const struct pg_facts *facts, const struct pg_choices *choices,
			       const struct pg_nic *nic, const char **ret_path)
{
	const struct pg_dev *dev = pg_facts_dev(facts, nic->addr);
	enum pg_nic_state state;

	if (!dev || dev->is_vf || !is_by_path(nic->name) || is_off(facts))
		return PG_NIC_FIRM;
	if (choices && pg_choices_has(choices, nic->addr))
		return PG_NIC_LEAVES;
	if (by_rule(facts, nic, ret_path))
		return PG_NIC_PINNED;
	state = by_links(facts, nic, ret_path);
	if (state != PG_NIC_OFFERED)
		return state;
	if (!nic->mac)
		return PG_NIC_NO_MAC;
	return is_shared(facts, nic) ? PG_NIC_SHARED_MAC : PG_NIC_OFFERED;
}

/* "eth1": 1; -1: it is no name of the kernel's. */
static long kernel_number(const struct pg_nic *nic)
{
	const char *digits = pg_text_starts(nic->name, "eth") ? nic->name + 3 :
			     pg_text_starts(nic->name, "wlan") ? nic->name + 4 : "";
	uint64_t n;

	return pg_text_number(digits, 10, UINT16_MAX, &n) < 0 ? -1 : (long)n;
}

static bool leaves_at_boot(const struct pg_checker *c, struct pg_bdf addr)
{
	for (size_t i = 0; i < c->effects.n; i++)
		if (pg_bdf_equal(c->effects.v[i].addr, addr))
			return c->effects.v[i].at_boot;
	return false;
}

static bool is_named(const struct pg_facts *facts, const struct pg_nic *nic)
{
	const char *path = NULL;

	return by_rule(facts, nic, &path) || by_links(facts, nic, &path) == PG_NIC_PINNED;
}

const struct pg_nic *pg_nic_before(const struct pg_checker *c, const struct pg_nic *nic)
{
	const struct pg_facts *facts = c->facts;
	long number = kernel_number(nic);

	if (number < 1 || leaves_at_boot(c, nic->addr) || is_named(facts, nic))
		return NULL;
	for (size_t i = 0; i < facts->n_nic; i++) {
		const struct pg_nic *other = &facts->nic[i];

		if (other->wlan == nic->wlan && kernel_number(other) >= 0 &&
		    kernel_number(other) < number && leaves_at_boot(c, other->addr) &&
		    !is_named(facts, other))
			return other;
	}
	return NULL;
}

bool pg_nic_is_used(const struct pg_facts *facts, const struct pg_nic *nic)
{
	const struct pg_dev *dev = pg_facts_dev(facts, nic->addr);

	for (size_t i = 0; dev && i < dev->n_use; i++)
		if (dev->use[i].what == PG_USE_NETWORK && dev->use[i].vital)
			return true;
	return false;
}

size_t pg_plan_nics_offered(const struct pg_facts *facts, const struct pg_choices *choices)
{
	const char *path;
	size_t n = 0;

	for (size_t i = 0; i < facts->n_nic; i++)
		n += pg_nic_state(facts, choices, &facts->nic[i], &path) == PG_NIC_OFFERED;
	return n;
}
