/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/mask.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* A shorter name is a part of too many words. */
#define NAME_MIN 2
#define SERIAL_MIN 4

void pg_mask_done(struct pg_mask *mask)
{
	for (size_t i = 0; i < mask->n; i++) {
		free(mask->v[i].from);
		free(mask->v[i].to);
	}
	free(mask->v);
	*mask = (struct pg_mask){ 0 };
}

/* Takes `to` over. */
static int add(struct pg_mask *mask, const char *from, size_t n, char *to)
{
	struct pg_mask_word *w = to ? pg_vec_add(&mask->v, &mask->n, sizeof(*w)) : NULL;

	if (!w) {
		free(to);
		return -ENOMEM;
	}
	w->to = to;
	w->from = strndup(from, n);
	return w->from ? 0 : -ENOMEM;
}

static const char *known(const struct pg_mask *mask, const char *from, size_t n)
{
	for (size_t i = 0; i < mask->n; i++)
		if (strlen(mask->v[i].from) == n && strncasecmp(mask->v[i].from, from, n) == 0)
			return mask->v[i].to;
	return NULL;
}

/* ---- names and serials ---- */

static int add_name(struct pg_mask *mask, const char *name, size_t least, char *to)
{
	if (name && strlen(name) >= least && !known(mask, name, strlen(name)))
		return add(mask, name, strlen(name), to);
	free(to);
	return 0;
}

/* Nodes are known by their name in many files, VMs by their number. */
static int add_nodes(struct pg_mask *mask, const struct pg_facts *facts)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_node; i++)
		r = add_name(mask, facts->node[i].name, NAME_MIN, pg_strf("node%zu", i + 1));
	return r < 0 ? r : add_name(mask, facts->system.node, NAME_MIN, strdup("node0"));
}

static int add_names(struct pg_mask *mask, const struct pg_facts *facts)
{
	int r = add_nodes(mask, facts);

	for (size_t i = 0; r == 0 && i < facts->n_guest; i++)
		r = add_name(mask, facts->guest[i].name, NAME_MIN,
			     pg_strf("vm-%u", facts->guest[i].vmid));
	return r;
}

static int add_serials(struct pg_mask *mask, const struct pg_facts *facts)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_dev; i++) {
		const char *serial = facts->dev[i].serial;
		const char *value = serial ? strchr(serial, '=') : NULL;

		if (value && pg_text_starts(serial, "dsn="))
			r = add_name(mask, value + 1, SERIAL_MIN, pg_strf(mask->exact ? "%016zx" : "serial%zu", ++n));
	}
	/* a root hub's is the kernel's own word: the address of its controller */
	for (size_t i = 0; r == 0 && i < facts->n_usb; i++)
		r = facts->usb[i].is_root ? 0 :
		    add_name(mask, facts->usb[i].serial, SERIAL_MIN, pg_strf("serial%zu", ++n));
	return r;
}

static int make(const struct pg_facts *facts, bool exact, struct pg_mask *ret)
{
	struct pg_mask mask PG_CLEANUP(pg_mask_done) = { .exact = exact };
	int r = exact ? add_nodes(&mask, facts) : add_names(&mask, facts);

	if (r == 0)
		r = add_serials(&mask, facts);
	if (r < 0)
		return r;
	*ret = mask;
	mask = (struct pg_mask){ 0 };
	return 0;
}

int pg_mask_make(const struct pg_facts *facts, struct pg_mask *ret)
{
	return make(facts, false, ret);
}

int pg_mask_make_exact(const struct pg_facts *facts, struct pg_mask *ret)
{
	return make(facts, true, ret);
}

void pg_mask_forget(struct pg_mask *mask, const char *from)
{
	for (size_t i = mask->n; i-- > 0;) {
		if (strcasecmp(mask->v[i].from, from) != 0)
			continue;
		free(mask->v[i].from);
		free(mask->v[i].to);
		pg_vec_remove(mask->v, &mask->n, sizeof(*mask->v), i);
	}
}

/* ---- things by their form ---- */

/* Groups of so many hexadecimal digits with `mark` between them: 2,2,2,2,2,2 or 8,4,4,4,12. */
static size_t groups(const char *s, const unsigned *sizes, size_t n, char mark)
{
	const char *p = s;

	for (size_t i = 0; i < n; i++) {
		for (unsigned k = 0; k < sizes[i]; k++)
			if (!isxdigit((unsigned char)*p++))
				return 0;
		if (i + 1 < n && *p++ != mark)
			return 0;
	}
	return isxdigit((unsigned char)*p) || *p == mark ? 0 : (size_t)(p - s);
}

static size_t mac_length(const char *s)
{
	static const unsigned sizes[] = { 2, 2, 2, 2, 2, 2 };

	return groups(s, sizes, PG_ARRAY_SIZE(sizes), ':');
}

static size_t uuid_length(const char *s)
{
	static const unsigned sizes[] = { 8, 4, 4, 4, 12 };

	return groups(s, sizes, PG_ARRAY_SIZE(sizes), '-');
}

/* Four numbers up to 255; those of versions have fewer, or others beside them. */
static size_t ipv4_length(const char *s)
{
	const char *p = s;

	for (unsigned i = 0; i < 4; i++) {
		size_t n = strspn(p, "0123456789");
		unsigned long value = n && n < 4 ? strtoul(p, NULL, 10) : 256;

		if (value > 255)
			return 0;
		p += n;
		if (i < 3 && *p++ != '.')
			return 0;
	}
	return *p == '.' && isdigit((unsigned char)p[1]) ? 0 : (size_t)(p - s);
}

/* Colons between hexadecimal digits, two of them together or seven in all: PCI addresses have two, apart. */
static size_t ipv6_length(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF:"), colons = 0;
	bool twin = false;

	for (size_t i = 0; i < n; i++) {
		colons += s[i] == ':';
		twin |= i && s[i] == ':' && s[i - 1] == ':';
	}
	if (n < 4 || isalnum((unsigned char)s[n]))
		return 0;
	return colons == 7 || twin ? n : 0;
}

/* Those of nobody stay. */
static bool is_nobodys(const char *s, size_t n, bool exact)
{
	static const char *const common[] = { "0.0.0.0", "127.0.0.1", "255.255.255.255",
					      "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(common); i++)
		if (strlen(common[i]) == n && strncasecmp(s, common[i], n) == 0)
			return true;
	/* Proxmox's mediated devices: the number of the VM is in it */
	return pg_text_starts(s, "255.255.") || (exact && pg_text_starts(s, "00000000-0000-0000-0000-"));
}

/* What stands at s, and the word for it, which is remembered. 0: nothing; or -ENOMEM. */
static int by_form(struct pg_mask *mask, const char *s, size_t *ret_n, const char **ret)
{
	size_t n;
	char *to;

	if ((n = mac_length(s)) != 0)
		to = pg_strf("02:00:00:00:%02zx:%02zx", mask->n_mac >> 8 & 0xff, mask->n_mac & 0xff);
	else if ((n = uuid_length(s)) != 0)
		to = pg_strf("00000000-0000-%s-%012zx", mask->exact ? "4000-8000" : "0000-0000",
			     mask->n_uuid);
	else if ((n = ipv4_length(s)) != 0)
		to = mask->n_ip < 254 ? pg_strf("192.0.2.%zu", mask->n_ip + 1) :
					pg_strf("198.18.%zu.%zu", mask->n_ip >> 8 & 0xff, mask->n_ip & 0xff);
	else if ((n = ipv6_length(s)) != 0)
		to = pg_strf("2001:db8::%zx", mask->n_ip + 1);
	else
		return 0;
	*ret_n = n;
	*ret = is_nobodys(s, n, mask->exact) ? NULL : known(mask, s, n);
	if (*ret || is_nobodys(s, n, mask->exact)) {
		free(to);
		return 0;
	}
	mask->n_mac += to && to[2] == ':';
	mask->n_uuid += to && pg_text_starts(to, "00000000-");
	mask->n_ip += to && (pg_text_starts(to, "19") || pg_text_starts(to, "2001:"));
	if (add(mask, s, n, to) < 0)
		return -ENOMEM;
	*ret = mask->v[mask->n - 1].to;
	return 0;
}

/* Of a word in a file that is read again, what is joined to it by a dash is a part. */
static bool continues(const struct pg_mask *mask, char c)
{
	return isalnum((unsigned char)c) || (mask->exact && (c == '-' || c == '_'));
}

/* "enx001122334455": a network card named by its hardware address. Its mask is made of that one's. */
static int by_enx(struct pg_mask *mask, const char *s, size_t *ret_n, const char **ret)
{
	pg_autofree char *mac = NULL;
	const char *to = NULL;
	size_t n = 3 + 12, k = 0;
	char *word;

	if (!mask->exact || !pg_text_starts(s, "enx") || strspn(s + 3, "0123456789abcdef") != 12 ||
	    continues(mask, s[n]))
		return 0;
	*ret_n = n;
	*ret = known(mask, s, n);
	if (*ret)
		return 0;
	mac = pg_strf("%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", s + 3, s + 5, s + 7, s + 9, s + 11, s + 13);
	if (!mac || by_form(mask, mac, &k, &to) < 0)
		return -ENOMEM;
	to = to ? to : mac;
	word = pg_strf("enx%.2s%.2s%.2s%.2s%.2s%.2s", to, to + 3, to + 6, to + 9, to + 12, to + 15);
	if (add(mask, s, n, word) < 0)
		return -ENOMEM;
	*ret = mask->v[mask->n - 1].to;
	return 0;
}

/* The longest name that stands there as a word of its own. */
static const char *by_name(const struct pg_mask *mask, const char *s, size_t *ret_n)
{
	const char *to = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < mask->n; i++) {
		size_t n = strlen(mask->v[i].from);

		if (n > *ret_n && strncasecmp(mask->v[i].from, s, n) == 0 &&
		    !continues(mask, s[n])) {
			*ret_n = n;
			to = mask->v[i].to;
		}
	}
	return to;
}

char *pg_mask_text(struct pg_mask *mask, const char *text)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const char *s = text;

	while (*s) {
		bool begins = s == text || !isalnum((unsigned char)s[-1]);
		bool name = s == text || !continues(mask, s[-1]);
		const char *to = NULL;
		size_t n = 0;

		if (begins && by_form(mask, s, &n, &to) < 0)
			return NULL;
		if (begins && !n && by_enx(mask, s, &n, &to) < 0)
			return NULL;
		if (name && !n)
			to = by_name(mask, s, &n);
		if (to)
			pg_strbuf_add(&b, to);
		else
			pg_strbuf_addn(&b, s, n ? n : 1);
		s += n ? n : 1;
	}
	return pg_strbuf_steal(&b);
}
