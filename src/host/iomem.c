/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose memory the framebuffer of the boot lies in: /proc/iomem, where what lies inside
 * something else is set in by two more blanks (kernel/resource.c, r_show).
 */
#include "src/host/collect.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

enum { DEPTH_MAX = 16 };

/* What drivers call it: vesafb, efifb and simplefb of sysfb (drivers/firmware/sysfb_simplefb.c), and
 * their older names. */
static bool is_framebuffer(const char *name)
{
	static const char *const names[] = { "BOOTFB", "simplefb", "simple-framebuffer", "efifb",
					     "vesafb" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* "    e0000000-e02fffff : BOOTFB": its depth, and the name in *ret; SIZE_MAX: another line. */
static size_t take_apart(char *line, const char **ret)
{
	size_t blanks = strspn(line, " ");
	char *name = strstr(line, " : ");

	if (!name || blanks / 2 >= DEPTH_MAX)
		return SIZE_MAX;
	*ret = name + 3;
	return blanks / 2;
}

/* The device around it that is nearest. */
static int note(struct pg_facts *facts, const struct pg_bdf *above, const bool *known, size_t depth,
		const char *name)
{
	while (depth-- > 0) {
		struct pg_dev *dev = known[depth] ? pg_facts_dev_mut(facts, above[depth]) : NULL;

		if (!dev || dev->is_bridge)
			continue;
		if (!dev->framebuffer)
			dev->framebuffer = strdup(name);
		return dev->framebuffer ? 0 : -ENOMEM;
	}
	return 0;
}

int pg_collect_iomem(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bdf above[DEPTH_MAX] = { 0 };
	bool known[DEPTH_MAX] = { false };
	size_t pos = 0, len, full;
	const char *at, *name = "";
	int r = pg_root_read(root, "/proc/iomem", PG_ROOT_MAX, &text);

	if (r < 0)
		return pg_note_unread(facts, "/proc/iomem", r);
	while (r == 0 && text.n && pg_text_line(text.p, text.n, &pos, &at, &len, &full)) {
		pg_autofree char *line = strndup(at, len);
		size_t depth;

		if (!line)
			return -ENOMEM;
		depth = take_apart(line, &name);
		if (depth == SIZE_MAX)
			continue;
		known[depth] = pg_bdf_parse(name, &above[depth]) == 0;
		if (is_framebuffer(name))
			r = note(facts, above, known, depth, name);
	}
	return r;
}
