/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as they are published, with holes for what differs from node to node. */
#include "src/plan/rule.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* A pattern tries so many places in a line at most: hostile lines cost what long ones cost. */
#define STEPS_MAX 20000
/* Short ones are in lines that have nothing to do with it. */
#define LITERAL_MIN 8

enum hole { HOLE_NONE, HOLE_DEVICE, HOLE_VM, HOLE_NUMBER, HOLE_HEX, HOLE_WORD, HOLE_ANY };

static const char *const hole_words[] = {
	[HOLE_DEVICE] = "{device}", [HOLE_VM] = "{vm}",	    [HOLE_NUMBER] = "{number}",
	[HOLE_HEX] = "{hex}",	    [HOLE_WORD] = "{word}", [HOLE_ANY] = "{any}",
};

static enum hole hole_at(const char *p)
{
	for (size_t i = 1; *p == '{' && i < PG_ARRAY_SIZE(hole_words); i++)
		if (pg_text_starts(p, hole_words[i]))
			return (enum hole)i;
	return HOLE_NONE;
}

const char *pg_message_fixed(const char *pattern, size_t *ret_n)
{
	const char *best = pattern, *start = pattern;

	*ret_n = 0;
	while (*pattern) {
		enum hole hole = hole_at(pattern);

		pattern += hole ? strlen(hole_words[hole]) : 1;
		if (hole)
			start = pattern;
		if ((size_t)(pattern - start) > *ret_n) {
			*ret_n = (size_t)(pattern - start);
			best = start;
		}
	}
	return best;
}

const char *pg_message_check(const char *pattern)
{
	size_t n;

	for (const char *p = pattern; *p; p++)
		if (*p == '{' && !hole_at(p))
			return _("There are the holes {device}, {vm}, {number}, {hex}, {word} and {any}");
	(void)pg_message_fixed(pattern, &n);
	return n >= LITERAL_MIN ? NULL : _("A message needs eight characters in a row that are always the same");
}

struct matcher {
	unsigned steps;
	struct pg_message_match *m;
};

/* The characters that a hole may take at s, at most. */
static size_t longest(enum hole hole, const char *s)
{
	switch (hole) {
	case HOLE_DEVICE:
		return strspn(s, "0123456789abcdefABCDEF:.");
	case HOLE_VM:
	case HOLE_NUMBER:
		return strspn(s, "0123456789");
	case HOLE_HEX:
		return strspn(s, "0123456789abcdefABCDEFxX");
	case HOLE_WORD:
		return strcspn(s, " \t");
	default:
		return strlen(s);
	}
}

/* Is what the hole took what it stands for? */
static bool takes(struct matcher *m, enum hole hole, const char *s, size_t n)
{
	char text[24];
	uint64_t vmid;
	bool slot;

	if (hole == HOLE_ANY)
		return true;
	if (n == 0)
		return false;
	if (hole != HOLE_DEVICE && hole != HOLE_VM)
		return true;
	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	if (hole == HOLE_DEVICE) {
		m->m->has_device = pg_bdf_parse_loose(text, &m->m->device, &slot) == 0;
		return m->m->has_device;
	}
	m->m->has_vm = pg_text_number(text, 10, 999999999, &vmid) == 0 && vmid >= 100;
	m->m->vmid = m->m->has_vm ? (uint32_t)vmid : 0;
	return m->m->has_vm;
}

static bool match_here(struct matcher *m, const char *p, const char *s)
{
	for (;;) {
		enum hole hole = hole_at(p);
		size_t n;

		if (!*p)
			return true;
		if (++m->steps > STEPS_MAX)
			return false;
		if (!hole) {
			if (*p++ != *s++)
				return false;
			continue;
		}
		p += strlen(hole_words[hole]);
		/* The longest first: an address is not cut short. */
		for (n = longest(hole, s); n; n--)
			if (takes(m, hole, s, n) && match_here(m, p, s + n))
				return true;
		if (hole != HOLE_ANY)
			return false;
	}
}

bool pg_message_match(const char *pattern, const char *line, struct pg_message_match *ret)
{
	struct pg_message_match found = { 0 };
	struct matcher m = { .m = &found };
	enum hole first = hole_at(pattern);
	const char *start = line;

	for (; m.steps <= STEPS_MAX; line++) {
		/* A number is not begun in its middle. */
		bool inside = first && first != HOLE_ANY && line > start &&
			      isalnum((unsigned char)line[-1]);

		m.steps++;
		found = (struct pg_message_match){ 0 };
		if (!inside && (first || *line == *pattern) && match_here(&m, pattern, line)) {
			*ret = found;
			return true;
		}
		if (!*line)
			break;
	}
	return false;
}
