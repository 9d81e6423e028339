/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loss that stands in the way, and the phrase that lets it pass: typed in full, so that no
 * key that was pressed too often gives the node's way in away. */
#include "wizard/ctx.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

enum { PHRASE_MAX = 60 }; /* one line of the box on 80 columns */

/* Nothing but losses stands in the way. */
static bool only_losses(const struct pg_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->findings.n; i++) {
		const struct pg_finding *f = &plan->findings.v[i];

		if (f->level != PG_LEVEL_BLOCK)
			continue;
		if (!f->is_loss)
			return false;
		n++;
	}
	return n > 0;
}

/* Is the finding the first that speaks of its device's loss? */
static bool is_first(const struct pg_plan *plan, size_t i)
{
	const struct pg_finding *f = &plan->findings.v[i];

	if (f->level != PG_LEVEL_BLOCK)
		return false;
	for (size_t k = 0; k < i; k++)
		if (plan->findings.v[k].level == PG_LEVEL_BLOCK &&
		    pg_bdf_equal(plan->findings.v[k].loss, f->loss))
			return false;
	return true;
}

/* Can it be typed on any keyboard? */
static bool is_plain(const char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

/* What of its device is lost; NULL: it is not the first that says so. */
static const struct pg_use *loss_of(const struct wiz *w, size_t i, const struct pg_dev **ret)
{
	const struct pg_finding *f = &w->plan->findings.v[i];

	*ret = is_first(w->plan, i) ? pg_facts_dev(w->facts, f->loss) : NULL;
	return *ret && f->loss_use < (*ret)->n_use ? &(*ret)->use[f->loss_use] : NULL;
}

static char *phrase(const struct wiz *w, bool by_name)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	for (size_t i = 0; i < w->plan->findings.n; i++) {
		const struct pg_dev *dev;
		const struct pg_use *use = loss_of(w, i, &dev);
		const char *before = b.len ? ", " : _("lose ");

		if (use && by_name)
			pg_strbuf_addf(&b, "%s%s", before, wiz_use_label(use).s);
		else if (use)
			pg_strbuf_addf(&b, "%s%s", before, pg_bdf_str(dev->addr).s);
	}
	return pg_strbuf_steal(&b);
}

int wiz_loss_phrase(const struct wiz *w, char **ret)
{
	pg_autofree char *name = NULL;

	*ret = NULL;
	if (!w->plan || wiz_why_read_only(w) || !only_losses(w->plan))
		return 0;
	name = phrase(w, true);
	if (name && strlen(name) <= PHRASE_MAX && is_plain(name))
		*ret = PG_STEAL(name);
	else if (name)
		*ret = phrase(w, false);
	return *ret ? 0 : -ENOMEM;
}

int wiz_loss_ask(struct wiz *w, const char *words)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	for (size_t i = 0; i < w->plan->findings.n; i++) {
		const struct pg_dev *dev;
		const struct pg_use *use = loss_of(w, i, &dev);

		if (use)
			pg_strbuf_addf(&b, "%s%s (%s)", b.len ? "; " : "", use->detail,
				       pg_bdf_short(dev->addr).s);
	}
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	return wiz_ask(w, WIZ_ASKING_LOSS, WIZ_ASK_TEXT, NULL, "The node loses what it needs",
		       "The node loses %s. Have another way in, or leave this with Esc. To go on "
		       "all the same, type: %s", b.s ? b.s : "", words);
}

static int accept(struct wiz *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->plan->findings.n; i++)
		if (is_first(w->plan, i))
			r = pg_choices_accept(w->choices, w->plan->findings.v[i].loss);
	wiz_changed(w);
	return r;
}

static int not_the_phrase(struct wiz *w)
{
	return wiz_note(w, "Not accepted",
			"That was not the phrase, letter by letter. Nothing was changed.");
}

int wiz_loss_answer(struct wiz *w, const char *typed)
{
	pg_autofree char *words = NULL, *text = strdup(typed ? typed : "");
	int r = wiz_loss_phrase(w, &words);

	if (r < 0 || !text)
		return -ENOMEM;
	if (words && strcmp(pg_text_trim(text), words) == 0)
		return accept(w);
	return not_the_phrase(w);
}

/* ---- a device that is to be chosen ---- */

const struct pg_use *wiz_dev_needed(const struct wiz *w, const struct pg_dev *dev)
{
	struct pg_effects all PG_CLEANUP(pg_effects_done) = { 0 };
	pg_autofree const struct pg_dev **devs = NULL;
	struct pg_taking taking = { .leaving = pg_choices_leaving(w->choices) };
	const struct pg_use *use = wiz_dev_use(dev);

	if (!use || !use->vital ||
	    pg_plan_devices(w->facts, w->choices, &devs, &taking.n) < 0)
		return use && use->vital ? use : NULL;
	if (!pg_choices_has(w->choices, dev->addr))
		devs[taking.n++] = dev; /* there is room for each device */
	taking.dev = devs;
	taking.guest = w->choices->vmid ? pg_facts_guest(w->facts, w->choices->vmid) : NULL;
	if (pg_effects_make(w->facts, &taking, &all) < 0)
		return use;
	return pg_keeps_vital(&all.keeps, dev);
}

static char *phrase_of(const struct wiz *w, const struct pg_dev *dev)
{
	const struct pg_use *use = wiz_dev_needed(w, dev);
	char *words = use ? pg_strf(_("lose %s"), wiz_use_label(use).s) : NULL;

	if (words && strlen(words) <= PHRASE_MAX && is_plain(words))
		return words;
	free(words);
	return pg_strf(_("lose %s"), pg_bdf_str(dev->addr).s);
}

int wiz_loss_ask_device(struct wiz *w, const struct pg_dev *dev, const char *item)
{
	const struct pg_use *use = wiz_dev_needed(w, dev);
	pg_autofree char *words = phrase_of(w, dev);

	if (!words || !use)
		return -ENOMEM;
	return wiz_ask(w, WIZ_ASKING_LOSS, WIZ_ASK_TEXT, item, "The node needs it itself",
		       "%s carries %s. %s Choose another device with Esc, or have another way in. To "
		       "choose it all the same, type: %s", pg_bdf_short(dev->addr).s,
		       use->detail, pg_use_consequence(use), words);
}

int wiz_loss_answer_device(struct wiz *w, const struct pg_dev *dev, const char *typed)
{
	pg_autofree char *words = phrase_of(w, dev), *text = strdup(typed ? typed : "");
	int r;

	if (!words || !text)
		return -ENOMEM;
	if (strcmp(pg_text_trim(text), words) != 0)
		return not_the_phrase(w);
	r = pg_choices_pick(w->choices, dev->addr, false);
	if (r == 0)
		r = pg_choices_accept(w->choices, dev->addr);
	wiz_changed(w);
	return r;
}
