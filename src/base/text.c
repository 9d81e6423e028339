/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/text.h"

#include <errno.h>
#include <string.h>

#include "src/base/strbuf.h"

/* Decodes one UTF-8 character; returns its length, or 0 where the bytes are not valid. */
static size_t decode(const unsigned char *s, size_t n, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = s[0];
	size_t len;

	if (c < 0x80) {
		*ret = c;
		return 1;
	}
	len = c >= 0xf0 && c < 0xf8 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc0 && c < 0xe0 ? 2 : 0;
	if (len == 0 || len > n)
		return 0;
	c &= 0x7fU >> len;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return len;
}

/* Characters that move the cursor, reorder the line, or are not seen at all. */
static bool is_treacherous(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x061c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe0fff) || (c & 0xfffe) == 0xfffe;
}

size_t pg_text_char(const char *s, size_t n)
{
	uint32_t c = 0;
	size_t len = n ? decode((const unsigned char *)s, n, &c) : 0;

	return len && !is_treacherous(c) ? len : 0;
}

/* Printable ASCII at the beginning: most texts are nothing else. */
static size_t harmless(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= ' ' && s[i] <= '~')
		i++;
	return i;
}

char *pg_text_clean(const char *s, size_t n)
{
	struct pg_strbuf b = { 0 };
	size_t plain = 0;

	while (plain < n && s[plain] >= 0x20 && s[plain] < 0x7f)
		plain++;
	pg_strbuf_addn(&b, s, plain);
	for (size_t i = plain; i < n;) {
		uint32_t c = 0;
		size_t len = harmless(s + i, n - i);

		pg_strbuf_addn(&b, s + i, len);
		i += len;
		if (i == n)
			break;
		len = decode((const unsigned char *)s + i, n - i, &c);
		if (len && (c == '\t' || c == '\n'))
			pg_strbuf_addc(&b, ' ');
		else if (len && !is_treacherous(c))
			pg_strbuf_addn(&b, s + i, len);
		else
			pg_strbuf_addc(&b, '?');
		i += len ? len : 1;
	}
	return pg_strbuf_steal(&b);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

int pg_text_number(const char *s, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (base == 16 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		unsigned d = (unsigned)digit(*s);

		if (d >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)d, &value) || value > max)
			return -ERANGE;
	}
	*ret = value;
	return 0;
}

int pg_text_pad(const char *s, int columns)
{
	for (; *s; s++)
		columns += ((unsigned char)*s & 0xc0) == 0x80;
	return columns;
}

bool pg_text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool pg_text_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char *pg_text_trim(char *s)
{
	char *end;

	while (is_space(*s))
		s++;
	for (end = s + strlen(s); end > s && is_space(end[-1]); end--)
		;
	*end = '\0';
	return s;
}

bool pg_text_line(const char *s, size_t n, size_t *pos, const char **line, size_t *len,
		  size_t *full)
{
	const char *end;

	if (*pos >= n)
		return false;
	*line = s + *pos;
	end = memchr(*line, '\n', n - *pos);
	*full = end ? (size_t)(end - *line) + 1 : n - *pos;
	*len = end ? *full - 1 : *full;
	if (end && *len && (*line)[*len - 1] == '\r')
		(*len)--;
	*pos += *full;
	return true;
}
