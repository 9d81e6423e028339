/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/ui/fake_wiz.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/vec.h"

struct wiz *fake_wiz(struct fake *fake)
{
	return (struct wiz *)(void *)fake;
}

static struct fake *of(struct wiz *w)
{
	return (struct fake *)(void *)w;
}

/* ---- pages ---- */

static void head(struct wiz_view *v, const char *page, const char *title)
{
	static const char *const steps[] = { "Host", "Device", "Binding", "VM", "Review" };

	v->page = strdup(page);
	v->title = wiz_text("%s", title);
	v->host = wiz_text("pve1  PVE 9.0  Linux 6.14.8-2-pve");
	for (size_t i = 0; i < PG_ARRAY_SIZE(steps); i++) {
		struct wiz_step *step = pg_vec_add(&v->step, &v->n_step, sizeof(*step));

		step->label = strdup(steps[i]);
		step->state = i == 0 ? WIZ_STEP_DONE :
			      i == 1 ? WIZ_STEP_CURRENT :
			      i == 2 ? WIZ_STEP_SKIPPED :
				       WIZ_STEP_TODO;
	}
}

static struct wiz_item *item(struct wiz_view *v, const char *id, unsigned depth,
			     const char *text, const char *note)
{
	struct wiz_item *it = wiz_view_add_item(v, id);

	it->depth = depth;
	it->can_fold = depth == 0;
	it->text = strdup(text);
	it->note = note ? strdup(note) : NULL;
	return it;
}

static void device(const struct fake *f, struct wiz_view *v, size_t i, const char *text,
		   const char *note)
{
	char id[16];
	struct wiz_item *it;

	(void)snprintf(id, sizeof(id), "dev/%zu", i);
	it = item(v, id, 1, text, note);
	it->mark = f->marks[i] == 'x' ? WIZ_MARK_ON : WIZ_MARK_OFF;
}

void page_tree(const struct fake *f, struct wiz_view *v)
{
	struct wiz_item *it;

	head(v, "device", "Set up passthrough");
	v->list_title = strdup("IOMMU groups");
	v->detail_title = strdup("Device");
	v->can = WIZ_CAN_TOGGLE | WIZ_CAN_NEXT | WIZ_CAN_BACK | WIZ_CAN_FOLD | WIZ_CAN_SEARCH |
		 WIZ_CAN_DETAILS;
	it = item(v, "group/14", 0, "group 14", "clean");
	it->folded = f->folded;
	it->enabled = false;
	device(f, v, 0, "01:00.0 GPU   GeForce RTX 4090", NULL);
	device(f, v, 1, "01:00.1 Audio AD102 HDMI", NULL);
	it = item(v, "group/15", 0, "group 15", "shared with the host !");
	it->style = WIZ_WARN;
	device(f, v, 2, "02:00.0 GPU   Radeon RX 580", NULL);
	it = item(v, "dev/9", 1, "03:00.0 NIC   RTL8111", "vmbr0");
	it->mark = WIZ_MARK_ALERT;
	it->enabled = false;
	it->why_not = strdup("The host needs it: vmbr0 runs over it.");
	v->cursor = 1;
}

void page_many(const struct fake *f, struct wiz_view *v)
{
	head(v, "many", "Many");
	v->list_title = strdup("Devices");
	v->detail_title = strdup("Device");
	v->can = WIZ_CAN_NEXT | WIZ_CAN_SEARCH;
	for (size_t i = 0; i < f->n_items; i++) {
		char id[32];
		struct wiz_item *it;

		(void)snprintf(id, sizeof(id), "dev/%zu", i);
		it = wiz_view_add_item(v, id);
		it->text = wiz_text("device number %zu", i);
	}
}

void page_home(const struct fake *f, struct wiz_view *v)
{
	static const char *const rows[][2] = {
		{ "Set up passthrough", "give a GPU to a VM" },
		{ "Status", "what is passed through, and whether it works" },
		{ "図形カード", "wide characters, cafe\xcc\x81" },
	};

	(void)f;
	head(v, "home", "Home");
	while (v->n_step)
		free(v->step[--v->n_step].label);
	v->intro = wiz_text("What would you like to do? → choose.");
	v->list_title = strdup("pve-gpu");
	v->can = WIZ_CAN_NEXT;
	for (size_t i = 0; i < PG_ARRAY_SIZE(rows); i++) {
		struct wiz_item *it = item(v, rows[i][0], 0, rows[i][0], rows[i][1]);

		it->can_fold = false;
	}
}

void page_text(const struct fake *f, struct wiz_view *v)
{
	(void)f;
	head(v, "review", "Review");
	v->shape = WIZ_SHAPE_TEXT;
	v->list_title = strdup("Changes");
	v->can = WIZ_CAN_NEXT | WIZ_CAN_BACK | WIZ_CAN_SEARCH;
	(void)wiz_lines_add(&v->lines, WIZ_HEADING, NULL, "/etc/default/grub");
	(void)wiz_lines_add_raw(&v->lines, WIZ_REMOVED, "-GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"");
	(void)wiz_lines_add_raw(&v->lines, WIZ_ADDED,
				"+GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on iommu=pt "
				"vfio-pci.ids=10de:2684,10de:22ba\"");
	(void)wiz_lines_add(&v->lines, WIZ_PLAIN, "why",
			    "The processor's IOMMU is off until the kernel is told to use it; "
			    "without it no device can be given to a VM.");
	for (int i = 0; i < 40; i++)
		(void)wiz_lines_add(&v->lines, WIZ_PLAIN, NULL, "line %d", i);
}

void page_run(const struct fake *f, struct wiz_view *v)
{
	head(v, "apply", "Apply");
	v->shape = WIZ_SHAPE_RUN;
	v->list_title = strdup("Applying");
	v->running = f->run_on_next && f->lines < 30;
	v->can = v->running ? WIZ_CAN_CANCEL : WIZ_CAN_NEXT;
	v->progress = f->lines;
	v->progress_of = 30;
	v->progress_text = strdup("update-initramfs -u -k all");
	for (unsigned i = 0; i < f->lines; i++)
		(void)wiz_lines_add_raw(&v->lines, WIZ_PLAIN, "output");
}

/* ---- the engine's functions ---- */

void wiz_set_frontend(struct wiz *w, const struct wiz_frontend *frontend)
{
	of(w)->frontend = *frontend;
}

int wiz_build(struct wiz *w, struct wiz_view *ret)
{
	struct fake *f = of(w);

	f->built++;
	f->page(f, ret);
	if (f->asking) {
		ret->question.kind = f->ask;
		ret->question.title = strdup("Sure?");
		ret->question.text = strdup("The host will lose its network if this goes on, "
					    "since the card is passed to the VM.");
		ret->question.initial = strdup("/root/vm.sh");
	}
	return 0;
}

int wiz_detail(struct wiz *w, const char *id, struct wiz_lines *ret)
{
	of(w)->details++;
	(void)wiz_lines_add(ret, WIZ_STRONG, NULL, "%s", id);
	(void)wiz_lines_add(ret, WIZ_PLAIN, "driver", "nouveau → vfio-pci");
	return wiz_lines_add(ret, WIZ_PLAIN, "memory", "16 MiB, 32 GiB, 32 MiB, and so on");
}

int wiz_details(struct wiz *w, const char *id, struct wiz_lines *ret)
{
	(void)w;
	return wiz_lines_add(ret, WIZ_PLAIN, NULL, "everything about %s", id);
}

int wiz_help(struct wiz *w, struct wiz_lines *ret)
{
	(void)w;
	return wiz_lines_add(ret, WIZ_PLAIN, NULL, "What this page is for.");
}

static void hold(const struct fake *f)
{
	char c;

	if (write(f->hold_tell, "h", 1) != 1)
		return;
	while (read(f->hold_wait, &c, 1) < 0 && errno == EINTR)
		;
}

static void run(struct fake *f)
{
	f->page = page_run;
	for (f->lines = 0; f->lines < 30 && !f->was_cancelled; f->lines++) {
		f->frontend.refresh(f->frontend.ctx);
		if (f->hold_at && f->lines == f->hold_at)
			hold(f);
		f->was_cancelled = f->frontend.cancelled(f->frontend.ctx);
	}
	f->run_on_next = false;
}

bool wiz_is_unread(const struct wiz *w)
{
	(void)w;
	return false;
}

int wiz_read_on(struct wiz *w, struct pg_err *err)
{
	(void)w;
	(void)err;
	return 0;
}

/* Its pages are built again for that. */
int wiz_fold(struct wiz *w, struct wiz_view *view, size_t i, bool *ret_done)
{
	(void)w;
	(void)view;
	(void)i;
	*ret_done = false;
	return 0;
}

int wiz_handle(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	static const char *const names[] = {
		[WIZ_EVENT_TOGGLE] = "TOGGLE", [WIZ_EVENT_NEXT] = "NEXT",
		[WIZ_EVENT_BACK] = "BACK",     [WIZ_EVENT_FOLD] = "FOLD",
		[WIZ_EVENT_SAVE] = "SAVE",     [WIZ_EVENT_RUN] = "RUN",
		[WIZ_EVENT_TRIAL] = "TRIAL",   [WIZ_EVENT_PIN] = "PIN",
		[WIZ_EVENT_ANSWER] = "ANSWER", [WIZ_EVENT_QUIT] = "QUIT",
	};
	struct fake *f = of(w);
	size_t at = strlen(f->events);

	(void)snprintf(f->events + at, sizeof(f->events) - at, "%s%s%s%s%s%s;",
		       names[e->kind], e->item ? " " : "", e->item ? e->item : "",
		       e->kind == WIZ_EVENT_ANSWER ? e->yes ? " yes" : " no" : "",
		       e->text ? " " : "", e->text ? e->text : "");
	*ret = WIZ_REBUILD;
	if (e->kind == WIZ_EVENT_QUIT)
		*ret = WIZ_QUIT;
	else if (e->kind == WIZ_EVENT_ANSWER)
		f->asking = false;
	else if (f->ask_on && strcmp(f->ask_on, names[e->kind]) == 0)
		f->asking = true;
	else if (e->kind == WIZ_EVENT_TOGGLE && strncmp(e->item, "dev/", 4) == 0)
		f->marks[atoi(e->item + 4)] ^= 'x' ^ ' ';
	else if (e->kind == WIZ_EVENT_FOLD)
		f->folded = !f->folded;
	else if (e->kind == WIZ_EVENT_NEXT && f->run_on_next) {
		run(f);
		*ret = WIZ_MOVED; /* as from Review to Apply */
	}
	return 0;
}
