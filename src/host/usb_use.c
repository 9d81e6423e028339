/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/collect.h"
#include "src/host/usb_private.h"

/* Who watches a UPS (nut-server, apcupsd), by the configuration that names one. */
static const struct {
	const char *path, *mark, *who;
} watchers[] = {
	{ "/etc/nut/ups.conf", "usbhid-ups", "NUT" },
	{ "/etc/apcupsd/apcupsd.conf", "UPSTYPE usb", "apcupsd" },
};

/* Is it in a line that is no comment? */
static bool has_line(const struct pg_bytes *text, const char *mark)
{
	size_t pos = 0, len, full;
	const char *line;

	while (pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		size_t at = strspn(line, " \t");

		if (at < len && line[at] != '#' && memmem(line, len, mark, strlen(mark)))
			return true;
	}
	return false;
}

static const char *watcher(const struct pg_root *root)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(watchers); i++) {
		struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };

		if (pg_root_read(root, watchers[i].path, PG_ROOT_MAX, &text) == 0 &&
		    has_line(&text, watchers[i].mark))
			return watchers[i].who;
	}
	return NULL;
}

static int add_ups(struct pg_facts *facts, struct pg_usb_dev *d, const char *who)
{
	pg_autofree char *title = pg_usb_title(d);
	struct pg_dev *controller = d->has_controller ? pg_facts_dev_mut(facts, d->controller) : NULL;
	int r = title ? 0 : -ENOMEM;

	if (r == 0 && controller)
		r = pg_dev_add_use(controller, PG_USE_UPS, pg_strf(_("UPS %s, watched by %s"), title, who),
				   false, PG_ON_NOTHING);
	return r < 0 ? r : pg_usb_add_use(d, PG_USE_UPS, pg_strf(_("UPS, watched by %s"), who), false);
}

/* That a disk is plugged in is no use of it yet: a mount or a pool is, and is told apart. */
static void drop_mere_disks(struct pg_usb_dev *d)
{
	for (size_t i = d->n_use; i-- > 0;) {
		if (d->use[i].what != PG_USE_USB_STORAGE || d->use[i].vital ||
		    !pg_text_starts(d->use[i].detail, _("USB disk")))
			continue;
		free(d->use[i].detail);
		pg_vec_remove(d->use, &d->n_use, sizeof(*d->use), i);
	}
}

int pg_collect_usb_use(const struct pg_root *root, struct pg_facts *facts)
{
	const char *who = NULL;
	bool looked = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_usb; i++) {
		struct pg_usb_dev *d = &facts->usb[i];

		drop_mere_disks(d);
		if (d->kind != PG_USB_UPS)
			continue;
		if (!looked)
			who = watcher(root);
		looked = true;
		if (who)
			r = add_ups(facts, d, who);
	}
	return r;
}
