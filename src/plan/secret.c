/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/secret.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/text.h"

/* ---- files ---- */

bool pg_secret_is_file(const char *path)
{
	static const char *const starts[] = { "/etc/pve/priv/", "/etc/shadow", "/etc/gshadow", "/etc/ssh/ssh_host_",
					      "/etc/ssl/private/", "/etc/wireguard/", "/etc/krb5.keytab",
					      "/etc/corosync/authkey", "/root/", "/home/" };
	static const char *const ends[] = { ".key", ".pem", ".keyring", ".p12", ".pfx", ".kdbx", "/.netrc",
					    "/authkey", "/credentials" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(starts); i++)
		if (pg_text_starts(path, starts[i]))
			return true;
	for (size_t i = 0; i < PG_ARRAY_SIZE(ends); i++)
		if (pg_text_ends(path, ends[i]))
			return true;
	return false;
}

/* Lists of packages, modules and what the kernel shows of devices: there is none, and words that look like
 * them. */
static bool has_none(const char *path)
{
	static const char *const starts[] = { "/sys/", "/lib/modules/", "/usr/lib/modules/",
					      "/var/lib/dpkg/", "/usr/share/" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(starts); i++)
		if (pg_text_starts(path, starts[i]))
			return true;
	return false;
}

/* ---- words ---- */

/* What kind of file it is, and one line of it. */
struct line {
	const char *p, *end;
	bool config;	/* "word value" as well as "word=value" and "word: value" */
	bool network;	/* /etc/network: commands with words anywhere */
	bool object;	/* "-object secret,…,data=…" */
	size_t n;	/* secrets so far */
	struct pg_strbuf *out;
};

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static bool holds(const char *s, size_t n, const char *word)
{
	size_t k = strlen(word);

	for (size_t i = 0; i + k <= n; i++)
		if (strncasecmp(s + i, word, k) == 0)
			return true;
	return false;
}

static bool equals(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(s, word, n) == 0;
}

/* Does a secret stand behind a word like that? */
static bool is_key(const struct line *l, const char *s, size_t n)
{
	static const char *const parts[] = { "password", "passwd", "passphrase", "secret", "token", "apikey",
					     "api-key", "api_key", "private-key", "private_key", "privatekey",
					     "sshkeys", "wireless-key", "wep-key", "wep_key", "wpa-psk",
					     "wpa_psk", "encryption-key", "encryption_key" };
	static const char *const whole[] = { "psk", "pass", "pwd", "pw", "chap", "community" };

	/* curl -u user:secret */
	if (l->network && (equals(s, n, "-u") || equals(s, n, "--user")))
		return true;
	while (n && *s == '-') {
		s++;
		n--;
	}
	for (size_t i = 0; i < PG_ARRAY_SIZE(parts); i++)
		if (holds(s, n, parts[i]))
			return true;
	for (size_t i = 0; i < PG_ARRAY_SIZE(whole); i++)
		if (equals(s, n, whole[i]))
			return true;
	return (l->network && equals(s, n, "key")) ||
	       (l->object && (equals(s, n, "data") || equals(s, n, "string")));
}

/* Something that is a secret by its own form. */
static bool is_secret(const char *s, const char *end)
{
	static const char *const starts[] = { "grub.pbkdf2.", "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$",
					      "$7$", "$y$", "$gy$", "$argon2" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(starts); i++)
		if ((size_t)(end - s) > strlen(starts[i]) &&
		    strncmp(s, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

/* ---- one line ---- */

static const char *skip(const char *s, const char *end, const char *chars)
{
	while (s < end && *s && strchr(chars, *s))
		s++;
	return s;
}

static const char *find_any(const char *s, const char *end, const char *chars)
{
	while (s < end && !(*s && strchr(chars, *s)))
		s++;
	return s;
}

static const char *trim_end(const char *s, const char *end)
{
	while (end > s && strchr(" \t\r\n", end[-1]))
		end--;
	return end;
}

static void put(struct line *l, const char *from, const char *to)
{
	pg_strbuf_addn(l->out, from, (size_t)(to - from));
}

/* "PasswordAuthentication no" */
static bool is_switch(const char *s, size_t n)
{
	static const char *const words[] = { "yes", "no", "on", "off", "true", "false", "0", "1" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(words); i++)
		if (equals(s, n, words[i]))
			return true;
	return false;
}

/* The value from s to e; what is there already in its place is no secret any more. */
static const char *replace(struct line *l, const char *s, const char *e)
{
	if (e <= s || is_switch(s, (size_t)(e - s)))
		return s;
	l->n += !((size_t)(e - s) == strlen(PG_SECRET_WORD) &&
		  memcmp(s, PG_SECRET_WORD, strlen(PG_SECRET_WORD)) == 0);
	pg_strbuf_add(l->out, PG_SECRET_WORD);
	return e;
}

/* "=", ":", and what they are in a description (percent coded). 0: there is none. */
static size_t separator(const char *s, const char *end)
{
	if (s < end && (*s == '=' || *s == ':'))
		return 1;
	if (end - s >= 3 && (strncasecmp(s, "%3A", 3) == 0 || strncasecmp(s, "%3D", 3) == 0))
		return 3;
	return 0;
}

/* A value behind a separator: quoted, or up to what ends a word there. */
static const char *take_value(struct line *l, const char *s, bool rest)
{
	const char *end = trim_end(s, l->end), *stop;

	if (s < end && (*s == '"' || *s == '\'')) {
		const char quote[] = { *s, '\0' };

		put(l, s, s + 1);
		stop = find_any(s + 1, end, quote);
		return replace(l, s + 1, stop);
	}
	return replace(l, s, rest ? end : find_any(s, end, " \t,;&\"'"));
}

/* From the end of a key. Returns where to go on. */
static const char *behind_key(struct line *l, const char *key, const char *s, bool first)
{
	const char *at = s, *sep;
	size_t n;

	at = skip(at, l->end, "\"'");
	sep = skip(at, l->end, " \t");
	n = separator(sep, l->end);
	if (n) {
		bool colon = *sep == ':' || *sep == '%';
		const char *value = skip(sep + n, l->end, colon ? " \t" : sep == at ? "" : " \t");

		put(l, s, value);
		return take_value(l, value, first && colon);
	}
	if (sep == at || sep == l->end || !(l->network || (l->config && first) || *key == '-'))
		return s;
	put(l, s, sep);
	return take_value(l, sep, l->network || first);
}

/* "https://user:secret@host", and QEMU's "iscsi://user%secret@host" */
static const char *behind_url(struct line *l, const char *s)
{
	const char *end = find_any(s, l->end, " \t\"'/,"), *at = NULL, *colon = NULL;

	for (const char *p = s; p < end; p++) {
		if (*p == ':' && !colon)
			colon = p;
		if (*p == '@')
			at = p;
	}
	if (at && (!colon || colon > at))
		colon = memchr(s, '%', (size_t)(at - s));
	if (!at || !colon || colon > at)
		return s;
	put(l, s, colon + 1);
	return replace(l, colon + 1, at);
}

static const char *take_word(struct line *l, const char *s, bool first)
{
	const char *end = s;

	while (end < l->end && is_word_char(*end))
		end++;
	put(l, s, end);
	return is_key(l, s, (size_t)(end - s)) ? behind_key(l, s, end, first) : end;
}

static void hide_line(struct line *l)
{
	static const char *const shell[] = { "set", "export", "local", "declare" };
	const char *s = l->p;
	bool first = true;

	while (s < l->end) {
		if (is_secret(s, l->end)) {
			s = replace(l, s, find_any(s, trim_end(s, l->end), " \t,;\"'"));
		} else if (is_word_char(*s)) {
			const char *word = s;
			size_t n;

			s = take_word(l, s, first);
			n = (size_t)(s - word);
			for (size_t i = 0; first && i < PG_ARRAY_SIZE(shell); i++)
				if (equals(word, n, shell[i]))
					goto still_first;
			first = false;
still_first:;
		} else if (l->end - s > 3 && memcmp(s, "://", 3) == 0) {
			put(l, s, s + 3);
			s = behind_url(l, s + 3);
		} else {
			pg_strbuf_addc(l->out, *s++);
		}
	}
}

/* ---- the whole ---- */

static bool is_vm(const char *path)
{
	return pg_text_starts(path, "/etc/pve/") &&
	       (strstr(path, "/qemu-server/") || strstr(path, "/lxc/"));
}

/* A note of a VM is a person's own words, of which nothing is known: where it begins in the line, or 0. */
static size_t note_at(const char *s, size_t n)
{
	static const char key[] = "description: ";
	size_t k = strlen(key);

	return n > 1 && *s == '#' ? 1 : n > k && memcmp(s, key, k) == 0 ? k : 0;
}

/* Between the BEGIN and the END of a private key. */
static bool in_block(const char *s, size_t n, bool inside, bool *ret_next)
{
	bool begins = holds(s, n, "-----BEGIN") && holds(s, n, "PRIVATE KEY");

	*ret_next = (inside || begins) && !holds(s, n, "-----END");
	return inside || begins;
}

static void hide_text(const char *path, const struct pg_bytes *text, struct line *l)
{
	bool vm = is_vm(path), block = false, next = false;
	size_t pos = 0, len, full, note;
	const char *line;

	while (text->n && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		l->p = line;
		l->end = line + full;
		note = vm ? note_at(line, len) : 0;
		l->object = holds(line, len, "secret") || holds(line, len, "fw_cfg");
		block = in_block(line, len, block, &next);
		if (block || note) {
			put(l, line, line + note);
			put(l, replace(l, line + note, line + len), l->end);
		} else {
			hide_line(l);
		}
		block = next;
	}
}

int pg_secret_hide(const char *path, const struct pg_bytes *text, struct pg_bytes *ret, size_t *ret_n)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct line l = {
		.config = pg_text_starts(path, "/etc/") || pg_text_starts(path, "/boot/"),
		.network = pg_text_starts(path, "/etc/network/"),
		.out = &b,
	};

	if (has_none(path))
		put(&l, text->p, text->p + text->n);
	else
		hide_text(path, text, &l);
	*ret_n = l.n;
	return pg_strbuf_steal_bytes(&b, ret);
}
