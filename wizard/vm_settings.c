/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings of the VM, and of the device in it, that are seldom needed: each row has a few values, the
 * first of which leaves things as they are.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

#define MORE "settings"
#define SET "set/"

enum { VALUES = 4 };

/* A text among the choices; NULL as a value is "as it is". */
struct setting {
	const char *id, *label;
	const char *value[VALUES];	/* of the choice; the first is NULL */
	const char *words[VALUES];	/* what is shown */
	size_t n;
	const char *text;		/* about it */
};

static const struct setting texts[] = {
	{ .id = SET "cpu", .label = N_("processor model"), .n = 3,
	  .value = { NULL, "host", "host,hidden=1" },
	  .words = { N_("as it is"), "host", N_("host, hidden") },
	  .text = N_("`host` shows the guest all that the node's processor can, which drivers of GPUs often "
		  "want. Hidden: the guest does not see that it is a VM; old NVIDIA drivers for Windows "
		  "ask for that (Code 43).") },
	{ .id = SET "vga", .label = N_("display of its own"), .n = 4,
	  .value = { NULL, "std", "serial0", "none" },
	  .words = { N_("as it is"), "std", "serial0", "none" },
	  .text = N_("What Proxmox's console shows of the VM. `none` leaves the guest the GPU alone: Proxmox's "
		  "console stays dark, so it is refused before another way into the guest is known.") },
	{ .id = SET "hugepages", .label = "hugepages", .n = 4,
	  .value = { NULL, "2", "1024", "off" },
	  .words = { N_("as it is"), "2 MiB", "1 GiB", "off" },
	  .text = N_("Memory in large pages is taken faster when the VM starts. They must be free in one piece "
		  "then: a node that has run for long may not have them. The VM gets NUMA with it.") },
};

static char **text_of(struct pg_choices *c, const struct setting *s)
{
	return strcmp(s->id, SET "cpu") == 0 ? &c->cpu :
	       strcmp(s->id, SET "vga") == 0 ? &c->vga :
					       &c->hugepages;
}

/* Which of its values is chosen; n: another, from elsewhere. */
static size_t value_of(const struct setting *s, const char *chosen)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->value[i] ? chosen && strcmp(chosen, s->value[i]) == 0 : !chosen)
			return i;
	return s->n;
}

static int set_text(char **to, const char *value)
{
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

/* ---- switches ---- */

struct flag {
	const char *id, *label, *text;
	size_t at;	/* in the choices */
};

static const struct flag flags[] = {
	{ SET "balloon", N_("no ballooning"),
	  N_("With a passed device all memory of the VM is taken when it starts, and ballooning gives nothing "
	  "back. The device for it goes (balloon: 0)."),
	  offsetof(struct pg_choices, no_balloon) },
	{ SET "reachable", N_("reachable without a screen"),
	  N_("Say so where you can log in over the network of the guest (ssh, remote desktop). Then a display "
	  "of its own can be taken away (none)."),
	  offsetof(struct pg_choices, guest_reachable) },
	{ SET "keys", N_("Secure Boot in a new EFI disk"),
	  N_("The guest then starts signed code only: an unsigned ROM of a GPU, or an unsigned driver, is "
	  "refused. Only where the VM gets an EFI disk now."),
	  offsetof(struct pg_choices, secure_boot) },
};

static bool *flag_of(struct pg_choices *c, const struct flag *f)
{
	return (bool *)((char *)c + f->at);
}

static const struct flag *find_flag(const char *id)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(flags); i++)
		if (strcmp(flags[i].id, id) == 0)
			return &flags[i];
	return NULL;
}

/* ---- the card's ROM ---- */

#define ROMBAR SET "rombar"
#define ROMFILE SET "romfile"

static const char *rombar_words(enum pg_tri rombar)
{
	return rombar == PG_YES ? _("shown") : rombar == PG_NO ? _("hidden") : _("as it is");
}

static void turn_rombar(struct pg_choices *c)
{
	c->pci.rombar = c->pci.rombar == PG_UNKNOWN ? PG_NO :
			c->pci.rombar == PG_NO	    ? PG_YES :
						      PG_UNKNOWN;
}

/* Those of the folder that are ROMs of cards, one after another, then none. */
static int turn_romfile(struct wiz *w)
{
	char **to = &w->choices->romfile;
	bool passed = *to == NULL;

	for (size_t i = 0; i < w->facts->n_rom; i++) {
		const struct pg_rom *rom = &w->facts->rom[i];

		if (rom->look != PG_ROM_GOOD)
			continue;
		if (passed)
			return set_text(to, rom->name);
		passed = strcmp(*to, rom->name) == 0;
	}
	return set_text(to, NULL);
}

static bool has_roms(const struct wiz *w)
{
	for (size_t i = 0; i < w->facts->n_rom; i++)
		if (w->facts->rom[i].look == PG_ROM_GOOD)
			return true;
	return w->choices->romfile != NULL;
}

/* ---- a resource mapping in place of the address ---- */

#define MAPPING SET "mapping"

static bool has_mappings(const struct wiz *w)
{
	return w->facts->n_mapping > 0 || w->facts->n_node > 1;
}

/* Is it the first of its name? There is an entry for each node. */
static bool is_first(const struct pg_facts *facts, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(facts->mapping[k].id, facts->mapping[i].id) == 0)
			return false;
	return true;
}

/* Those of the cluster, one after another, then a new one, then none. */
static int turn_mapping(struct wiz *w)
{
	char **to = &w->choices->mapping;
	pg_autofree char *made = pg_strf("vm%u-pci", w->choices->vmid);
	bool passed = *to == NULL;

	if (!made)
		return -ENOMEM;
	for (size_t i = 0; i < w->facts->n_mapping; i++) {
		const char *id = w->facts->mapping[i].id;

		if (!is_first(w->facts, i))
			continue;
		if (passed)
			return set_text(to, id);
		passed = strcmp(*to, id) == 0;
	}
	return set_text(to, passed ? made : NULL);
}

/* ---- rows ---- */

static struct wiz_item *row(struct wiz_view *view, const char *id, const char *title)
{
	struct wiz_item *item = wiz_view_add_item(view, id);

	if (!item)
		return NULL;
	item->depth = 1;
	wiz_view_set(view, &item->detail_title, "%s", title ? title : "");
	return item;
}

static void text_row(struct wiz_view *view, const char *id, const char *label, const char *value)
{
	struct wiz_item *item = row(view, id, _(label));

	if (item)
		wiz_view_set(view, &item->text, "%s: %s", _(label), value);
}

static void flag_row(const struct wiz *w, struct wiz_view *view, const struct flag *f)
{
	struct wiz_item *item = row(view, f->id, _("Setting"));

	if (!item)
		return;
	item->mark = *flag_of(w->choices, f) ? WIZ_MARK_ON : WIZ_MARK_OFF;
	wiz_view_set(view, &item->text, "%s", _(f->label));
}

static void device_rows(const struct wiz *w, struct wiz_view *view)
{
	text_row(view, ROMBAR, N_("the card's ROM"), rombar_words(w->choices->pci.rombar));
	if (has_roms(w))
		text_row(view, ROMFILE, N_("ROM file"),
			 w->choices->romfile ? w->choices->romfile : _("as it is"));
	if (has_mappings(w))
		text_row(view, MAPPING, N_("resource mapping"),
			 w->choices->mapping ? w->choices->mapping : _("none"));
}

void wiz_setting_rows(const struct wiz *w, struct wiz_view *view)
{
	struct wiz_item *more;

	if (!w->choices->vmid || !w->choices->n_pick)
		return;
	more = wiz_view_add_item(view, MORE);
	if (!more)
		return;
	more->mark = w->vm_settings ? WIZ_MARK_ON : WIZ_MARK_OFF;
	wiz_view_set(view, &more->text, "more settings");
	wiz_view_set(view, &more->detail_title, "Settings");
	if (!w->vm_settings)
		return;
	for (size_t i = 0; i < PG_ARRAY_SIZE(texts); i++) {
		const char *chosen = *text_of(w->choices, &texts[i]);
		size_t at = value_of(&texts[i], chosen);

		text_row(view, texts[i].id, texts[i].label,
			 at < texts[i].n ? _(texts[i].words[at]) : chosen);
	}
	for (size_t i = 0; i < PG_ARRAY_SIZE(flags); i++)
		flag_row(w, view, &flags[i]);
	device_rows(w, view);
}

/* ---- choosing ---- */

static const struct setting *setting_of(const char *item)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(texts); i++)
		if (strcmp(texts[i].id, item) == 0)
			return &texts[i];
	return NULL;
}

int wiz_setting_turn(struct wiz *w, const char *item)
{
	const struct setting *s = setting_of(item);
	const struct flag *flag = find_flag(item);

	if (s) {
		char **to = text_of(w->choices, s);
		size_t at = value_of(s, *to);

		return set_text(to, at + 1 < s->n ? s->value[at + 1] : NULL);
	}
	if (strcmp(item, ROMFILE) == 0)
		return turn_romfile(w);
	if (strcmp(item, MAPPING) == 0)
		return turn_mapping(w);
	if (strcmp(item, ROMBAR) == 0)
		turn_rombar(w->choices);
	else if (flag)
		*flag_of(w->choices, flag) = !*flag_of(w->choices, flag);
	else if (strcmp(item, MORE) == 0)
		w->vm_settings = !w->vm_settings;
	else
		return -ENOENT;
	return 0;
}

void wiz_settings_forget(struct wiz *w)
{
	struct pg_choices *c = w->choices;

	for (size_t i = 0; i < PG_ARRAY_SIZE(texts); i++)
		(void)set_text(text_of(c, &texts[i]), NULL);
	for (size_t i = 0; i < PG_ARRAY_SIZE(flags); i++)
		*flag_of(c, &flags[i]) = false;
	(void)set_text(&c->romfile, NULL);
	(void)set_text(&c->mapping, NULL);
	c->pci.rombar = PG_UNKNOWN;
}

/* ---- the right pane ---- */

static const char *words_of(const char *item)
{
	const struct setting *s = setting_of(item);

	if (s)
		return _(s->text);
	for (size_t i = 0; i < PG_ARRAY_SIZE(flags); i++)
		if (strcmp(flags[i].id, item) == 0)
			return _(flags[i].text);
	if (strcmp(item, ROMBAR) == 0)
		return _("Hidden (rombar=0): the guest's firmware does not run the card's ROM. That helps with a "
		       "card whose ROM hangs, and takes its picture away until the guest's driver runs.");
	if (strcmp(item, ROMFILE) == 0)
		return _("A file of /usr/share/kvm that the guest gets instead of the card's own ROM. Space goes "
		       "through those that are ROMs.");
	if (strcmp(item, MAPPING) == 0)
		return _("The VM names the device by a mapping of the cluster, not by its address, so that it can "
		       "start on every node that has an entry in it. This node's entry is made where it is "
		       "missing. Space goes through the mappings, and a new one.");
	if (strcmp(item, MORE) == 0)
		return _("Processor, display, memory, and the ROM of the card. What is \"as it is\" is not "
		       "changed, or left to what the plan needs. The VM's args are never changed.");
	return NULL;
}

static const char *key_of(const char *item)
{
	static const char *const keys[] = { "cpu", "vga", "hugepages", "balloon" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(keys); i++)
		if (pg_text_starts(item, SET) && strcmp(item + strlen(SET), keys[i]) == 0)
			return keys[i];
	return NULL;
}

bool wiz_setting_detail(const struct wiz *w, const char *item, struct wiz_lines *lines)
{
	const struct pg_guest *g = wiz_guest(w);
	const char *words = words_of(item), *key = key_of(item);

	if (!words)
		return false;
	if (key && g) {
		const char *now = pg_guest_get(g, key);

		(void)wiz_lines_add(lines, WIZ_PLAIN, key, "%s", now ? now : _("(not set)"));
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	}
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", words);
	return true;
}
