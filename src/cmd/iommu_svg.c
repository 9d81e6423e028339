/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu iommu --svg: the groups as a picture, for a report or a wiki. */
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/cmd/common.h"
#include "src/cmd/iommu.h"

enum {
	MARGIN = 16,
	COLUMN = 520,		/* a group's width */
	GAP = 16,
	TITLE = 64,		/* over the groups */
	HEAD = 28,		/* a group's own title */
	ROW = 20,		/* a line of a device */
	FOOT = 8,
	TEXT_MAX = 58,		/* characters that fit a line */
};

struct picture {
	FILE *out;
	const struct pg_cmd_env *env;
	const struct pg_facts *facts;
	unsigned at[2];		/* where each column ends */
};

/* ---- text ---- */

/* Bytes of the first n characters, or of all. */
static size_t bytes_of(const char *s, size_t n)
{
	size_t i = 0;

	for (; s[i]; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	return i;
}

static void put_escaped(FILE *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '<')
			(void)fputs("&lt;", out);
		else if (s[i] == '&')
			(void)fputs("&amp;", out);
		else
			(void)fputc(s[i], out);
	}
}

/* A line of text of a class, cut where it would run over the box. */
static void put_text(const struct picture *p, unsigned x, unsigned y, const char *class, const char *text)
{
	pg_autofree char *clean = pg_text_clean(text, strlen(text));
	size_t n = clean ? bytes_of(clean, TEXT_MAX) : 0;
	bool cut = clean && clean[n];

	(void)fprintf(p->out, "<text x=\"%u\" y=\"%u\" class=\"%s\">", x, y, class);
	put_escaped(p->out, clean ? clean : "", cut ? bytes_of(clean, TEXT_MAX - 1) : n);
	(void)fprintf(p->out, "%s</text>\n", cut ? "…" : "");
}

/* ---- devices and groups ---- */

/* "driver nouveau; VM 100; vmbr0"; NULL: there is nothing to be said. */
static char *second_line(const struct pg_dev *dev)
{
	pg_autofree char *users = pg_cmd_dev_users(dev);
	bool used = users && *users && strcmp(users, "-") != 0;

	if (!dev->driver && !used)
		return NULL;
	return pg_strf("%s%s%s%s", dev->driver ? "driver " : "", dev->driver ? dev->driver : "",
		       dev->driver && used ? "; " : "", used ? users : "");
}

static unsigned rows_of(const struct pg_dev *dev)
{
	pg_autofree char *second = second_line(dev);

	return second ? 2 : 1;
}

static unsigned height_of(const struct picture *p, const struct pg_group *g)
{
	unsigned rows = 0;

	for (size_t i = 0; i < g->n_dev; i++)
		rows += rows_of(&p->facts->dev[g->dev[i]]);
	return HEAD + rows * ROW + FOOT;
}

static const char *verdict_of(const struct pg_group *g)
{
	return g->verdict == PG_GROUP_SHARED ? _("shared: its devices leave the node together") :
	       g->verdict == PG_GROUP_CLEAN  ? _("clean") : _("bridges only");
}

static const char *class_of(const struct pg_group *g)
{
	return g->verdict == PG_GROUP_SHARED ? "shared" : g->verdict == PG_GROUP_CLEAN ? _("clean") : "other";
}

static unsigned put_device(const struct picture *p, unsigned x, unsigned y, const struct pg_dev *dev)
{
	pg_autofree char *name = pg_cmd_dev_name(p->env, dev), *second = second_line(dev);
	pg_autofree char *first = pg_strf("%s  %s  %s", pg_bdf_short(dev->addr).s, pg_kind_name(dev->kind),
					  name ? name : "");

	put_text(p, x, y, dev->kind == PG_KIND_GPU ? "gpu" : "dev", first ? first : "");
	if (second)
		put_text(p, x + 24, y + ROW - 2, dev->n_use ? "used" : "faint", second);
	return y + (second ? 2U : 1U) * ROW;
}

static void put_group(struct picture *p, const struct pg_group *g)
{
	unsigned column = p->at[1] < p->at[0], height = height_of(p, g);
	unsigned x = MARGIN + column * (COLUMN + GAP), y = p->at[column];
	pg_autofree char *title = pg_strf(_("group %d: %s%s"), g->id, verdict_of(g),
					  g->rmrr ? _("; firmware keeps memory of it (RMRR)") : "");

	(void)fprintf(p->out, "<rect x=\"%u\" y=\"%u\" width=\"%d\" height=\"%u\" rx=\"6\" class=\"box %s\"/>\n", x, y,
		      COLUMN, height, class_of(g));
	put_text(p, x + 10, y + 19, "title", title ? title : "");
	for (size_t i = 0; i < g->n_dev; i++)
		y = put_device(p, x + 10, i ? y : y + HEAD + 14, &p->facts->dev[g->dev[i]]);
	p->at[column] += height + GAP;
}

/* ---- the picture ---- */

/* How high all of it becomes: the same walk, without drawing. */
static unsigned height_of_all(struct picture *p)
{
	unsigned height;

	for (size_t i = 0; i < p->facts->n_group; i++)
		p->at[p->at[1] < p->at[0]] += height_of(p, &p->facts->group[i]) + GAP;
	height = p->at[0] > p->at[1] ? p->at[0] : p->at[1];
	p->at[0] = p->at[1] = TITLE;
	return height;
}

static const char style[] =
	"<style>\n"
	"svg{background:#fff}text{font:13px 'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#1c1f24}\n"
	".h{font-size:17px;font-weight:bold}.title,.gpu{font-weight:bold}.faint{fill:#5f6b76}.used{fill:#8a4b00}\n"
	".box{fill:#f4f6f8;stroke:#8b98a5;stroke-width:1.5}.clean{fill:#eaf6ec;stroke:#2e7d32}\n"
	".shared{fill:#fdf1e3;stroke:#b45309;stroke-dasharray:6 3}\n"
	"@media(prefers-color-scheme:dark){svg{background:#1c1f24}text{fill:#d3d7cf}.faint{fill:#9aa5b1}\n"
	".used{fill:#f0b36b}.box{fill:#262a31;stroke:#6b7682}.clean{fill:#1e2d22;stroke:#58a65c}\n"
	".shared{fill:#33291c;stroke:#e9a23b}}\n"
	"</style>\n";

static void put_state(struct picture *p)
{
	const struct pg_system *s = &p->facts->system;
	pg_autofree char *title = pg_strf(_("IOMMU groups of %s"), s->node ? s->node : _("this node"));
	const char *state = p->facts->iommu.active == PG_YES ? _("The IOMMU is active.") :
			    p->facts->iommu.active == PG_NO  ? _("The IOMMU is off: there are no groups.") :
							       _("Whether the IOMMU is active is not known.");

	put_text(p, MARGIN, 28, "h", title ? title : "");
	put_text(p, MARGIN, 50, "faint", state);
}

int pg_iommu_svg(const struct pg_cmd_env *env, const struct pg_facts *facts)
{
	const struct pg_cmd_env narrow = { .columns = 80 };	/* names without their makers */
	struct picture p = { .out = env->out, .env = &narrow, .facts = facts, .at = { TITLE, TITLE } };
	unsigned height = height_of_all(&p), width = 2 * (MARGIN + COLUMN) + GAP;

	(void)fprintf(p.out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" xml:space=\"preserve\">\n",
		      width, height, width);
	(void)fputs(style, p.out);
	put_state(&p);
	for (size_t i = 0; i < facts->n_group; i++)
		put_group(&p, &facts->group[i]);
	(void)fputs("</svg>\n", p.out);
	return PG_EXIT_OK;
}
