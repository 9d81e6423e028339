/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard/ctx.h"

enum wiz_style wiz_level_style(enum pg_level level)
{
	static const enum wiz_style styles[] = {
		[PG_LEVEL_OK] = WIZ_GOOD,
		[PG_LEVEL_NOTE] = WIZ_PLAIN,
		[PG_LEVEL_WARN] = WIZ_WARN,
		[PG_LEVEL_BLOCK] = WIZ_BAD,
	};

	return styles[level];
}

void wiz_finding_lines(const struct pg_finding *finding, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, wiz_level_style(finding->level), NULL, "%s",
			    finding->text);
	if (finding->evidence)
		(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "Seen: %s", finding->evidence);
	if (finding->advice)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", finding->advice);
	if (finding->fix)
		(void)wiz_lines_add(lines, WIZ_COMMAND, NULL, "%s", finding->fix);
}
