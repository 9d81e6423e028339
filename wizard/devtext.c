/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard/ctx.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

const char *wiz_dev_kind(const struct pg_dev *dev)
{
	static const char *const names[] = {
		[PG_KIND_OTHER] = N_("Other"),   [PG_KIND_GPU] = N_("GPU"),   [PG_KIND_AUDIO] = N_("Audio"),
		[PG_KIND_USB] = N_("USB"),	     [PG_KIND_NIC] = N_("NIC"),   [PG_KIND_STORAGE] = N_("Disk"),
		[PG_KIND_BRIDGE] = N_("Board"),  [PG_KIND_SERIAL] = N_("Bus"),
		[PG_KIND_ACCELERATOR] = N_("Accel"),
	};

	if (dev->is_bridge)
		return _("Port");
	/* The USB-C part of an NVIDIA card; others of that class are anything. */
	if (dev->vendor == 0x10de && dev->class >> 8 == 0x0c80)
		return "USB-C";
	return _(names[dev->kind]);
}

struct wiz_dev_name wiz_dev_name(const struct pg_dev *dev)
{
	const char *open = dev->name ? strrchr(dev->name, '[') : NULL;
	const char *close = open ? strchr(open, ']') : NULL;
	struct wiz_dev_name name;

	if (close && close > open + 1)
		(void)snprintf(name.s, sizeof(name.s), "%.*s", (int)(close - open - 1), open + 1);
	else if (dev->name)
		(void)snprintf(name.s, sizeof(name.s), "%s", dev->name);
	else
		(void)snprintf(name.s, sizeof(name.s), "%04x:%04x", dev->vendor, dev->device);
	return name;
}

void wiz_dev_also(struct wiz_view *view, struct wiz_item *item, const struct pg_dev *dev)
{
	if (dev->vendor_name)
		wiz_view_set(view, &item->also, "%s %s", dev->vendor_name, dev->name ? dev->name : "");
	else if (dev->name)
		wiz_view_set(view, &item->also, "%s", dev->name);
}

const struct pg_use *wiz_dev_use(const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_use; i++)
		if (dev->use[i].vital)
			return &dev->use[i];
	return dev->n_use ? &dev->use[0] : NULL;
}

struct wiz_use_label wiz_use_label(const struct pg_use *use)
{
	size_t n = strcspn(use->detail, use->what == PG_USE_NETWORK ? " ," : ",;(");
	struct wiz_use_label label;

	while (n && use->detail[n - 1] == ' ')
		n--;
	(void)snprintf(label.s, sizeof(label.s), "%.*s", (int)n, use->detail);
	return label;
}

struct wiz_dev_item wiz_dev_item(const struct pg_dev *dev)
{
	struct wiz_dev_item item;

	(void)snprintf(item.s, sizeof(item.s), "dev/%s", pg_bdf_str(dev->addr).s);
	return item;
}

const struct pg_dev *wiz_dev_of_item(const struct wiz *w, const char *item)
{
	struct pg_bdf addr;

	if (!item || !pg_text_starts(item, "dev/") || pg_bdf_parse(item + 4, &addr) < 0)
		return NULL;
	return pg_facts_dev(w->facts, addr);
}

/* ---- pieces ---- */

static void add_size(struct pg_strbuf *b, uint64_t n)
{
	static const char *const units[] = { N_("bytes"), N_("KiB"), N_("MiB"), N_("GiB"), N_("TiB") };
	size_t unit = 0;

	while (n >= 1024 && n % 1024 == 0 && unit + 1 < PG_ARRAY_SIZE(units)) {
		n /= 1024;
		unit++;
	}
	pg_strbuf_addf(b, "%" PRIu64 " %s", n, _(units[unit]));
}

/* Windows that matter to a person: those of a megabyte or more, else all. */
static void add_memory(const struct pg_dev *dev, struct wiz_lines *lines)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	uint64_t least = 0;

	for (size_t i = 0; i < PG_ARRAY_SIZE(dev->bar_size); i++)
		if (dev->bar_size[i] >= 1 << 20)
			least = 1 << 20;
	for (size_t i = 0; i < PG_ARRAY_SIZE(dev->bar_size); i++) {
		if (!dev->bar_size[i] || dev->bar_size[i] < least)
			continue;
		if (b.len)
			pg_strbuf_add(&b, ", ");
		add_size(&b, dev->bar_size[i]);
	}
	if (!dev->bar_known)
		pg_strbuf_add(&b, _("unknown"));
	if (b.len || pg_strbuf_error(&b) < 0)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "memory", "%s", b.s ? b.s : "");
}

static const char *reset_word(const char *method)
{
	static const struct {
		const char *method, *word;
	} words[] = {
		{ "device_specific", N_("its own way") }, { "acpi", N_("by firmware") },
		{ "flr", N_("function level") },	      { "af_flr", N_("function level (AF)") },
		{ "pm", N_("power state") },	      { "bus", N_("whole bus") },
		{ "slot", N_("whole slot") },	      { "cxl_bus", N_("whole CXL bus") },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(words); i++)
		if (strcmp(words[i].method, method) == 0)
			return _(words[i].word);
	return method;
}

/* The first is the one that the kernel takes. */
static void add_reset(const struct pg_dev *dev, struct wiz_lines *lines)
{
	if (dev->reset.n)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "reset", "%s", reset_word(dev->reset.v[0]));
	else if (dev->can_reset == PG_YES)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "reset", "yes");
	else if (dev->can_reset == PG_NO)
		(void)wiz_lines_add(lines, WIZ_WARN, "reset",
				    "none: it may work only once per start of the node");
	else
		(void)wiz_lines_add(lines, WIZ_FAINT, "reset", "unknown");
}

static void add_console(const struct pg_dev *dev, struct wiz_lines *lines)
{
	if (pg_dev_is_console(dev))
		(void)wiz_lines_add(lines, WIZ_WARN, "console",
				    "yes: the node's own screen is on it");
}

/* At the end, so that what the functions of a card have in common stays in its rows. */
static void add_no_console(const struct wiz *w, const struct pg_dev *dev, struct wiz_lines *lines)
{
	if (dev->kind != PG_KIND_GPU || pg_dev_is_console(dev))
		return;
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	for (size_t i = 0; i < w->facts->n_dev; i++) {
		if (w->facts->dev[i].boot_vga != PG_YES)
			continue;
		(void)wiz_lines_add(lines, WIZ_PLAIN, "console", "no (boot display %s)",
				    pg_bdf_short(w->facts->dev[i].addr).s);
		return;
	}
	(void)wiz_lines_add(lines, WIZ_PLAIN, "console", "no");
}

/* What is chosen counts on the way to the Review alone: other pages tell how the node is. */
static bool is_chosen(const struct wiz *w, const struct pg_dev *dev)
{
	return wiz_page_ops(w->page)->step && pg_choices_has(w->choices, dev->addr);
}

static void add_driver(const struct wiz *w, const struct pg_dev *dev, struct wiz_lines *lines)
{
	const char *now = dev->driver ? dev->driver : "none";

	if (is_chosen(w, dev) && strcmp(now, "vfio-pci") != 0)
		(void)wiz_lines_add(lines, WIZ_STRONG, "driver", "%s → vfio-pci", now);
	else
		(void)wiz_lines_add(lines, WIZ_PLAIN, "driver", "%s", now);
}

static void add_user(const struct pg_dev *dev, size_t i, const struct pg_effects *all,
		     struct wiz_lines *lines)
{
	const struct pg_use *use = &dev->use[i];
	bool kept = all->n && pg_keeps_use(&all->keeps, use);
	pg_autofree char *words = NULL;

	if (kept && pg_keeps_words(&all->keeps, use, &words) < 0)
		lines->failed = true;
	(void)wiz_lines_add(lines, use->vital && !kept ? WIZ_BAD : WIZ_WARN,
			    i ? "" : N_("used by"), "%s%s%s%s", use->detail,
			    words ? _(" (without it ") : use->vital && !kept ? _(" (the node needs it") : "",
			    words ? words : "", words || (use->vital && !kept) ? ")" : "");
}

static void add_users(const struct pg_dev *dev, const struct pg_effects *all,
		      struct wiz_lines *lines)
{
	for (size_t i = 0; i < dev->n_use; i++)
		add_user(dev, i, all, lines);
	for (size_t i = 0; i < dev->n_vmid; i++)
		(void)wiz_lines_add(lines, WIZ_PLAIN, i ? "" : N_("given to"), "VM %u",
				    (unsigned)dev->vmid[i]);
}

/* ---- what goes with it ---- */

/* The VM whose start takes the group: the chosen one if something of it is chosen, else the
 * only one that has the device. 0: none. */
static uint32_t taking_vm(const struct wiz *w, const struct pg_group *group,
			  const struct pg_dev *dev)
{
	for (size_t i = 0; w->choices->vmid && i < group->n_dev; i++)
		if (is_chosen(w, &w->facts->dev[group->dev[i]]))
			return w->choices->vmid;
	return dev->n_vmid == 1 ? dev->vmid[0] : 0;
}

static void add_vm_words(uint32_t vmid, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	if (vmid)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "When VM %u starts, Proxmox takes", (unsigned)vmid);
	else
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL,
				    "When a VM with it starts, Proxmox takes");
}

/* What goes with another device; what hangs on this one stands above. */
static void add_loss(const struct wiz *w, const struct pg_dev *dev, const struct pg_effects *all,
		     const struct pg_effect *e, struct wiz_lines *lines)
{
	const struct pg_dev *other = pg_facts_dev(w->facts, e->addr);
	const struct pg_use *vital = other ? pg_keeps_vital(&all->keeps, other) : NULL;

	if (other == dev || !e->lost)
		return;
	(void)wiz_lines_add(lines, vital ? WIZ_BAD : WIZ_WARN, NULL,
			    "  %s among them: the node loses %s", pg_bdf_short(e->addr).s,
			    vital ? vital->detail : e->lost);
}

/* What the simulation says of this device alone, as if it were chosen. */
static void add_taken(const struct wiz *w, const struct pg_dev *dev, const struct pg_effects *all,
		      struct wiz_lines *lines)
{
	const struct pg_group *group = pg_facts_group(w->facts, dev->group);
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	size_t others = 0;

	if (!group || dev->is_bridge)
		return;
	add_vm_words(taking_vm(w, group, dev), lines);
	for (size_t i = 0; i < all->n; i++) {
		others += !pg_bdf_same_slot(all->v[i].addr, dev->addr);
		pg_strbuf_addf(&b, "%s%s", b.len ? " " : "", pg_bdf_short(all->v[i].addr).s);
	}
	(void)wiz_lines_add(lines, others ? WIZ_WARN : WIZ_GOOD, NULL, "  %s", b.s ? b.s : "");
	for (size_t i = 0; i < all->n; i++)
		add_loss(w, dev, all, &all->v[i], lines);
	if (!others)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "  and nothing else");
}

/* ---- the panes ---- */

static void add_ids(const struct pg_dev *dev, struct wiz_lines *lines)
{
	char rev[16] = "";

	if (dev->revision)
		(void)snprintf(rev, sizeof(rev), _(" rev %02x"), dev->revision);
	(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s%s%s",
			    dev->vendor_name ? dev->vendor_name : "",
			    dev->vendor_name ? " " : "",
			    dev->name ? dev->name : _("unknown device"));
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%04x:%04x%s", dev->vendor, dev->device,
			    rev);
	if (dev->dead)
		(void)wiz_lines_add(lines, WIZ_BAD, NULL,
				    "It does not answer: its registers read as all ones.");
}

void wiz_dev_detail(const struct wiz *w, const struct pg_dev *dev, struct wiz_lines *lines)
{
	struct pg_effects all PG_CLEANUP(pg_effects_done) = { 0 };

	if (pg_effects_make(w->facts, &(struct pg_taking){ .dev = &dev, .n = 1 }, &all) < 0) {
		lines->failed = true;
		return;
	}
	add_ids(dev, lines);
	add_driver(w, dev, lines);
	add_memory(dev, lines);
	if (!dev->is_bridge)
		add_reset(dev, lines);
	if (dev->kind == PG_KIND_GPU)
		add_console(dev, lines);
	add_users(dev, &all, lines);
	add_taken(w, dev, &all, lines);
	add_no_console(w, dev, lines);
}
