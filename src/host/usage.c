/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/usage.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* ---- sets of devices ---- */

void pg_devset_done(struct pg_devset *set)
{
	free(set->v);
	*set = (struct pg_devset){ 0 };
}

static int add_index(struct pg_devset *set, size_t index)
{
	size_t *at;

	for (size_t i = 0; i < set->n; i++)
		if (set->v[i] == index)
			return 0;
	at = pg_vec_add(&set->v, &set->n, sizeof(*at));
	if (!at)
		return -ENOMEM;
	*at = index;
	return 0;
}

static int add_address(const struct pg_facts *facts, struct pg_bdf addr,
		       struct pg_devset *set)
{
	const struct pg_dev *dev = pg_facts_dev(facts, addr);
	int r;

	if (!dev || dev->is_bridge)
		return 0;
	r = add_index(set, (size_t)(dev - facts->dev));
	if (r == 0 && dev->is_vf && (dev = pg_facts_dev(facts, dev->physfn)))
		r = add_index(set, (size_t)(dev - facts->dev));
	return r;
}

/* Hubs carry what is behind them, and are no device to speak of. */
static int add_usb(const struct pg_facts *facts, const char *name, struct pg_devset *set)
{
	const struct pg_usb_dev *usb = pg_usb_is_port(name) ? pg_usb_at(facts, name) : NULL;

	if (!usb || usb->is_hub)
		return 0;
	return add_index(set, facts->n_dev + (size_t)(usb - facts->usb));
}

int pg_devset_add_resolved(const struct pg_facts *facts, const char *path,
			   struct pg_devset *set)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(path, "/", &parts);

	for (size_t i = 0; r == 0 && i < parts.n; i++) {
		struct pg_bdf addr;

		if (pg_bdf_parse(parts.v[i], &addr) == 0)
			r = add_address(facts, addr, set);
		else
			r = add_usb(facts, parts.v[i], set);
	}
	return r;
}

int pg_devset_add_path(const struct pg_root *root, const struct pg_facts *facts,
		       const char *path, struct pg_devset *set)
{
	pg_autofree char *full = NULL;
	int r = pg_root_resolve(root, path, &full);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return pg_devset_add_resolved(facts, full, set);
}

int pg_devset_use(struct pg_facts *facts, const struct pg_devset *set,
		  enum pg_use_what what, char *detail, bool vital, size_t on)
{
	int r = detail ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < set->n; i++)
		r = set->v[i] < facts->n_dev ?
			    pg_dev_add_use(&facts->dev[set->v[i]], what, strdup(detail), vital,
					   on) :
			    pg_usb_add_use(&facts->usb[set->v[i] - facts->n_dev], what,
					   strdup(detail), vital);
	free(detail);
	return r;
}

int pg_usage_read(const struct pg_root *root, struct pg_facts *facts, const char *path,
		  struct pg_bytes *ret)
{
	int r = pg_root_read(root, path, PG_ROOT_MAX, ret);

	return r < 0 ? pg_note_unread(facts, path, r) : 0;
}

/* ---- the local screen ---- */

static size_t count_gpus(const struct pg_facts *facts)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n_dev; i++)
		n += facts->dev[i].kind == PG_KIND_GPU;
	return n;
}

/* The frame buffer of the text console is the first one (fbcon). */
static int console_devices(const struct pg_root *root, const struct pg_facts *facts,
			   struct pg_devset *ret)
{
	return pg_devset_add_path(root, facts, "/sys/class/graphics/fb0/device", ret);
}

static int add_display(struct pg_dev *dev, bool only, bool console)
{
	char *detail;

	if (dev->boot_vga != PG_YES && !only && !console)
		return 0;
	detail = pg_strf("%s%s%s",
			 only			   ? _("the only display")
			 : dev->boot_vga == PG_YES ? _("boot display")
						   : "",
			 console && (only || dev->boot_vga == PG_YES) ? ", " : "",
			 console ? _("text console") : "");
	return pg_dev_add_use(dev, PG_USE_DISPLAY, detail, false, PG_ON_NOTHING);
}

static int usage_display(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_devset console PG_CLEANUP(pg_devset_done) = { 0 };
	size_t n_gpus = count_gpus(facts);
	int r = console_devices(root, facts, &console);

	for (size_t i = 0; r == 0 && i < facts->n_dev; i++) {
		bool shown = false;

		for (size_t k = 0; k < console.n; k++)
			shown |= console.v[k] == i;
		r = add_display(&facts->dev[i],
				n_gpus == 1 && facts->dev[i].kind == PG_KIND_GPU, shown);
	}
	return r;
}

/* A serial port of the board, of a card, or a USB adapter. */
static bool is_serial(const char *name)
{
	return pg_text_starts(name, "ttyS") || pg_text_starts(name, "ttyUSB") ||
	       pg_text_starts(name, "ttyACM");
}

/* /proc/consoles: "ttyS0   -W- (EC p a)   4:64", what the kernel writes its messages to. */
static int usage_consoles(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_usage_read(root, facts, "/proc/consoles", &text);

	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		struct pg_devset devs PG_CLEANUP(pg_devset_done) = { 0 };
		pg_autofree char *name = strndup(line, len), *path = NULL;

		if (!name)
			return -ENOMEM;
		name[strcspn(name, " \t/")] = '\0';
		if (!is_serial(name))
			continue;
		path = pg_strf("/sys/class/tty/%s/device", name);
		r = path ? pg_devset_add_path(root, facts, path, &devs) : -ENOMEM;
		if (r == 0)
			r = pg_devset_use(facts, &devs, PG_USE_DISPLAY,
					  pg_strf(_("serial console %s"), name), false,
					  PG_ON_NOTHING);
	}
	return r;
}

/* Does anything of a class hang on a GPU? Its links tell; where there is a folder instead, it is to be looked at. */
static bool any_on_gpu(const struct pg_root *root, const struct pg_facts *facts, const char *class)
{
	struct pg_devset devs PG_CLEANUP(pg_devset_done) = { 0 };
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	bool any = pg_root_list(root, class, &names) < 0;

	for (size_t i = 0; !any && i < names.n; i++) {
		pg_autofree char *path = pg_strf("%s/%s", class, names.v[i]), *way = NULL;

		any = !path || pg_root_readlink(root, path, &way) < 0 ||
		      pg_devset_add_resolved(facts, way, &devs) < 0;
	}
	for (size_t i = 0; !any && i < devs.n; i++)
		any = devs.v[i] < facts->n_dev && pg_dev_is_gpu(&facts->dev[devs.v[i]]);
	return any;
}

/* What a part could not read is kept by its subject too. */
static int part(const struct pg_root *root, struct pg_facts *facts,
		int (*usage)(const struct pg_root *root, struct pg_facts *facts, struct pg_bytes *mounts),
		struct pg_bytes *mounts, struct pg_strv *unread)
{
	size_t had = facts->unread.n;
	int r = usage(root, facts, mounts);

	for (size_t i = had; r == 0 && i < facts->unread.n; i++)
		r = pg_strv_add(unread, facts->unread.v[i]);
	return r;
}

int pg_collect_usage(const struct pg_root *root, unsigned want, struct pg_facts *facts)
{
	struct pg_bytes mounts PG_CLEANUP(pg_bytes_done) = { 0 };
	bool all = !(want & PG_WANT_ONLY_GPUS);
	int r = usage_display(root, facts);

	if (r == 0)
		r = usage_consoles(root, facts);
	if (r == 0 && (all || any_on_gpu(root, facts, "/sys/class/net")))
		r = part(root, facts, pg_usage_net, &mounts, &facts->unread_net);
	if (r == 0 && (all || any_on_gpu(root, facts, "/sys/block")))
		r = part(root, facts, pg_usage_disk, &mounts, &facts->unread_disk);
	if (r == 0)
		r = pg_usage_usb(root, facts);
	return r;
}
