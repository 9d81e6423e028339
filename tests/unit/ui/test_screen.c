/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/ui/play.h"

#include <errno.h>
#include <wchar.h>

#include "src/base/text.h"
#include "ui/dump.h"
#include "ui/list.h"
#include "ui/term.h"
#include "ui/text.h"

#define HAS(p, s) assert_non_null(strstr((p).screen, s))
#define HAS_NOT(p, s) assert_null(strstr((p).screen, s))

static void test_tree(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "xx " };
	struct play p PG_CLEANUP(play_done) =
		play(&fake, 80, 24, "dump a\nkey Down\nkey Space\ndump b\nkey q\n");

	(void)state;
	assert_int_equal(p.r, 0);
	HAS(p, " Host ✓  ─  Device ●  ─  (Binding)  ─  VM  ─  Review\n"
	       "┌─ IOMMU groups ──────────────────────────┐┌─ Device ──────────────────────────┐\n"
	       "│ ▾ group 14  clean                       ││ dev/0                             │\n"
	       "│   ├ [x] 01:00.0 GPU   GeForce RTX 4090  ││ driver   nouveau → vfio-pci       │\n"
	       "│   └ [x] 01:00.1 Audio AD102 HDMI        ││ memory   16 MiB, 32 GiB, 32 MiB,  │\n"
	       "│ ▾ group 15  shared with the host !      ││          and so on                │\n"
	       "│   ├ [ ] 02:00.0 GPU   Radeon RX 580     ││                                   │\n"
	       "│   └  !  03:00.0 NIC   RTL8111  vmbr0    ││                                   │\n");
	HAS(p, "\n↑↓ move  Space select  Enter next  Esc back  / search  d details  ? help  q quit\n"
	       "-- cursor 5,2\n");
	/* After the toggle the cursor is still on the item, and its detail was asked for again. */
	HAS(p, "│   └ [ ] 01:00.1 Audio AD102 HDMI        ││ memory ");
	HAS(p, "-- cursor 6,2\n");
	assert_string_equal(fake.events, "TOGGLE dev/1;QUIT dev/1;");
	assert_int_equal(fake.details, 2); /* not for the row that was only passed */
}

static void page_folder(const struct fake *f, struct wiz_view *v)
{
	page_tree(f, v);
	v->place = strdup("FOLDER: a-node-with-a-long-name");
}

/* What is not this node says so wherever there is room for a title at all. */
static void test_folder(void **state)
{
	struct fake fake = { .page = page_folder, .marks = "   " };
	struct play p PG_CLEANUP(play_done) =
		play(&fake, 80, 24, "dump a\nresize 60x24\ndump b\nresize 40x12\ndump c\nkey q\n");

	(void)state;
	HAS(p, "\n pve-gpu   FOLDER: a-node-with-a…   pve1  PVE 9.0  Linux 6…  Set up passthrough\n");
	HAS(p, "\n pve-gpu   FOLDER: a-node-with-a…   pv…  Set up passthrough\n");
	HAS(p, "\n pve-gpu   FOLDER…   Set up passthrough\n");
}

static void test_ascii(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "xx " };
	struct ui_opts opts = { .ascii = true, .color = PG_NO, .rows = 24, .cols = 80 };
	struct play p PG_CLEANUP(play_done) =
		play_with(&fake, opts, "dump a\nkey Up\nkey Left\ndump b\nkey q\n");

	(void)state;
	HAS(p, "+- IOMMU groups -----");
	HAS(p, "| v group 14  clean   ");
	HAS(p, "|  |- [x] 01:00.0 GPU   GeForce RTX 4090  || driver   nouveau -> vfio-pci  ");
	HAS(p, "|  `- [x] 01:00.1 Audio");
	HAS(p, "| > group 14  clean   ");
	for (const char *c = p.screen; *c; c++)
		assert_true((unsigned char)*c < 0x80);
}

static void test_fold(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "xx " };
	struct play p PG_CLEANUP(play_done) =
		play(&fake, 80, 24,
		     "key Left\nkey Left\ndump folded\n"	/* to the group, then fold it */
		     "key /\ntype audio\ndump found\nkey Enter\nkey q\n");

	(void)state;
	assert_string_equal(fake.events, "FOLD group/14;FOLD group/14;QUIT dev/1;");
	HAS(p, "│ ▸ group 14  clean                       │");
	HAS(p, "\n /audio\n");
}

static void test_refused(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   " };
	struct play p PG_CLEANUP(play_done) =
		play(&fake, 80, 24, "key End\nkey Space\ndump a\nkey Esc\nkey q\n");

	(void)state;
	HAS(p, "\n The host needs it: vmbr0 runs over it.\n");
	assert_string_equal(fake.events, "BACK dev/9;QUIT dev/9;");
}

static void test_search(void **state)
{
	struct fake fake = { .page = page_many, .n_items = 10000 };
	struct play p PG_CLEANUP(play_done) =
		play(&fake, 80, 24,
		     "key /\ntype number 77\nkey Enter\nkey n\ndump a\nkey N\ndump b\n"
		     "key /\ntype zz\ndump none\nkey Esc\ndump back\nkey End\ndump end\nkey q\n");

	(void)state;
	HAS(p, "│ device number 770 ");
	HAS(p, "││ dev/770 ");
	HAS(p, "771 of 10000 ─┘");
	HAS(p, " not found\n");
	HAS(p, "││ dev/77 ");
	assert_string_equal(fake.events, "QUIT dev/9999;");
	/* Ten thousand items: one build, and a detail only for those under the cursor. */
	assert_int_equal(fake.built, 1);
	assert_true(fake.details <= 7);
}

static void test_text(void **state)
{
	struct fake fake = { .page = page_text };
	struct play p PG_CLEANUP(play_done) =
		play(&fake, 80, 24,
		     "dump a\nkey Right\ndump right\nkey /\ntype line 20\nkey Enter\n"
		     "resize 60x20\ndump b\nkey End\ndump end\nkey q\n");

	(void)state;
	HAS(p, "│ why      The processor's IOMMU is off until the kernel is told to use it;    │\n"
	       "│          without it no device can be given to a VM.                          │\n");
	HAS(p, "vfio-pci.ids=10d… │");
	HAS(p, "│ DLINE_LINUX_DEFAULT=\"quiet\"     ");
	HAS(p, "│ line 20                                                  │\n");
	HAS(p, "│ line 39                                                  │\n└──");
	HAS(p, " 33-46 of 46 ─┘");
}

/* What is cut or hidden is offered to be read. */
static void test_reading(void **state)
{
	struct fake text = { .page = page_text }, tree = { .page = page_tree, .marks = "   " };
	struct play wide PG_CLEANUP(play_done) = play(&text, 80, 24, "dump a\nkey q\n");
	struct play flat PG_CLEANUP(play_done) =
		play(&tree, 64, 12, "dump a\nkey Tab\ndump b\nkey q\n");

	(void)state;
	HAS(wide, "  ←→ sideways  ");
	HAS_NOT(wide, "Tab ");
	HAS(flat, "  Tab read on  ? help");
	HAS(flat, "  Tab list  ? help");
}

static void test_help(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   " };
	struct play p PG_CLEANUP(play_done) =
		play(&fake, 80, 40,
		     "key ?\ndump help\nkey Esc\nkey d\ndump details\nkey q\ndump page\nkey q\n");

	(void)state;
	HAS(p, "│ What this page is for.");
	HAS(p, "│ Ctrl-L        draw the screen again");
	HAS(p, "│ everything about dev/0");
	assert_string_equal(fake.events, "QUIT dev/0;");
}

static void test_questions(void **state)
{
	static const struct {
		enum wiz_ask ask;
		const char *keys, *events, *shown;
	} cases[] = {
		{ WIZ_ASK_YESNO, "key Enter\n", "ANSWER no;", "[ No ]    Yes  " },
		{ WIZ_ASK_YESNO, "key Tab\nkey Enter\n", "ANSWER yes;", "[ No ]    Yes  " },
		{ WIZ_ASK_YESNO, "key y\n", "ANSWER yes;", "[ No ]    Yes  " },
		{ WIZ_ASK_YESNO, "key Esc\n", "ANSWER no;", "[ No ]    Yes  " },
		{ WIZ_ASK_NOTE, "key Esc\n", "ANSWER yes;", "[ OK ]" },
		{ WIZ_ASK_TEXT, "key Backspace\ntype é\nkey Left\nkey Delete\ntype q\nkey Enter\n",
		  "ANSWER yes /root/vm.sq;", "│ /root/vm.sh  " },
		{ WIZ_ASK_TEXT, "key Ctrl-U\ntype x\nkey Esc\n", "ANSWER no x;", "/root/vm.sh" },
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		struct fake fake = { .page = page_tree, .marks = "   ", .ask_on = "NEXT",
				     .ask = cases[i].ask };
		pg_autofree char *keys = NULL;
		struct play p PG_CLEANUP(play_done) = { 0 };

		assert_true(asprintf(&keys, "key Enter\ndump q\n%skey q\n", cases[i].keys) > 0);
		p = play(&fake, 80, 24, keys);
		assert_int_equal(p.r, 0);
		HAS(p, cases[i].shown);
		HAS(p, "│ The host will lose its network if this goes on, since the card   │");
		assert_non_null(strstr(fake.events, cases[i].events));
	}
}

static void test_run(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   ", .run_on_next = true };
	struct play p PG_CLEANUP(play_done) =
		play(&fake, 80, 24, "key Enter\ndump run\nkey Ctrl-C\nkey q\n");
	struct fake whole = { .page = page_tree, .marks = "   ", .run_on_next = true };
	struct play q PG_CLEANUP(play_done) =
		play(&whole, 80, 24, "key Enter\ndump end\nkey q\n");

	(void)state;
	assert_true(fake.was_cancelled);
	HAS(p, "\n ↑↓ scroll  Ctrl-C stop and put back\n");
	/* A key that waits for the next page does not stop what runs. */
	assert_false(whole.was_cancelled);
	assert_string_equal(whole.events, "NEXT dev/0;QUIT;");
	HAS(q, "████████████████████  30 of 30\n");
	HAS(q, " 14-30 of 30 ─┘");
}

static void test_ends(void **state)
{
	struct fake fake = { .page = page_home };
	struct play p PG_CLEANUP(play_done) = play(&fake, 80, 24, "dump a\n");
	struct play c PG_CLEANUP(play_done) = play(&fake, 80, 24, "key Ctrl-C\n");
	struct play bad PG_CLEANUP(play_done) = play(&fake, 80, 24, "jump\n");

	(void)state;
	assert_int_equal(p.r, -ENODATA);
	HAS(p, "│ 図形カード          wide characters, cafe" "\xcc\x81   ");
	HAS(p, " What would you like to do? → choose.\n");
	assert_int_equal(c.r, 0);
	assert_string_equal(fake.events, "");
	assert_int_equal(bad.r, -EINVAL);
}

/* ---- the mouse ---- */

/* Rows of page_tree: 4 group/14, 5 dev/0, 6 dev/1, 7 group/15, 8 dev/2, 9 dev/9. */
static void test_mouse(void **state)
{
	static const struct {
		const char *keys, *events;
	} cases[] = {
		{ "click 6,10\n", "QUIT dev/1;" },
		{ "click 6,2\nclick 6,42\n", "TOGGLE dev/1;QUIT dev/1;" },	/* as wide as the cursor */
		{ "click 6,1\nclick 6,43\n", "QUIT dev/0;" },			/* frames */
		{ "click 4,10\nclick 4,10\n", "FOLD group/14;QUIT group/14;" },
		{ "click 9,10\nclick 9,10\n", "QUIT dev/9;" },			/* it cannot be taken */
		{ "click 12,10\nclick 5,60\nclick 3,10\nclick 1,10\nclick 22,10\n", "QUIT dev/0;" },
		{ "click 24,1\nclick 24,200\n", "QUIT dev/0;" },		/* ↑↓ is no key */
		{ "click 24,10\nclick 24,20\n", "TOGGLE dev/0;TOGGLE dev/0;QUIT dev/0;" },
		{ "click 24,22\nclick 24,23\n", "QUIT dev/0;" },		/* between two keys */
		{ "click 24,25\n", "NEXT dev/0;QUIT dev/0;" },
		{ "click 24,36\n", "BACK dev/0;QUIT dev/0;" },
		{ "wheel down\nwheel down\nwheel up\n", "QUIT dev/1;" },
		/* what lies over the page covers its rows, not its keys */
		{ "key d\nclick 12,40\nclick 5,10\nclick 24,10\nkey Esc\n", "QUIT dev/0;" },
		/* the other pane has the keys: the click takes them back first */
		{ "key Tab\nclick 5,10\nclick 5,10\n", "TOGGLE dev/0;QUIT dev/0;" },
		{ "key /\ntype 02\nclick 5,10\nclick 5,10\nkey Enter\n", "QUIT dev/1;" },
		{ "resize 30x8\nclick 5,10\nclick 5,10\nresize 80x24\n", "QUIT dev/0;" },
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		for (int on = 0; on < 2; on++) {
			struct fake fake = { .page = page_tree, .marks = "   " };
			struct ui_opts opts = { .color = PG_UNKNOWN, .rows = 24, .cols = 80, .mouse = on };
			pg_autofree char *keys = NULL;
			struct play p PG_CLEANUP(play_done) = { 0 };

			assert_true(asprintf(&keys, "%skey q\n", cases[i].keys) > 0);
			p = play_with(&fake, opts, keys);
			assert_int_equal(p.r, 0);
			if (on)
				assert_string_equal(fake.events, cases[i].events);
			else
				assert_null(strstr(fake.events, "TOGGLE"));
		}
	}
}

/* A question is answered by its buttons alone, and never by one click that was meant for what was there before. */
static void test_mouse_questions(void **state)
{
	static const struct {
		enum wiz_ask ask;
		const char *keys, *events;
	} cases[] = {
		{ WIZ_ASK_YESNO, "click 14,36\n", "NEXT dev/0;ANSWER no;QUIT dev/0;" },
		{ WIZ_ASK_YESNO, "click 14,44\nclick 14,44\n", "NEXT dev/0;ANSWER yes;QUIT dev/0;" },
		{ WIZ_ASK_YESNO, "click 14,44\nkey Esc\n", "NEXT dev/0;ANSWER no;QUIT dev/0;" },
		{ WIZ_ASK_YESNO, "click 14,44\nclick 14,36\nclick 14,36\n", "NEXT dev/0;ANSWER no;QUIT dev/0;" },
		/* its keys, the rows below it, beside the buttons */
		{ WIZ_ASK_YESNO, "click 24,25\nclick 24,15\nclick 5,10\nclick 5,10\nclick 14,40\nclick 13,36\nwheel up\nkey Esc\n",
		  "NEXT dev/0;ANSWER no;QUIT dev/0;" },
		{ WIZ_ASK_NOTE, "click 14,40\n", "NEXT dev/0;ANSWER yes;QUIT dev/0;" },
		/* what is to be typed is typed */
		{ WIZ_ASK_TEXT, "click 24,3\nclick 24,8\nclick 14,40\nwheel down\nkey Esc\n",
		  "NEXT dev/0;ANSWER no /root/vm.sh;QUIT dev/0;" },
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		struct fake fake = { .page = page_tree, .marks = "   ", .ask_on = "NEXT", .ask = cases[i].ask };
		struct ui_opts opts = { .color = PG_UNKNOWN, .rows = 24, .cols = 80, .mouse = true };
		pg_autofree char *keys = NULL;
		struct play p PG_CLEANUP(play_done) = { 0 };

		assert_true(asprintf(&keys, "click 24,25\ndump q\n%skey q\n", cases[i].keys) > 0);
		p = play_with(&fake, opts, keys);
		assert_int_equal(p.r, 0);
		assert_string_equal(fake.events, cases[i].events);
	}
}

/* Rows that only open are opened; text is scrolled by the wheel, in what lies over the page too. */
static void test_mouse_pages(void **state)
{
	struct fake home = { .page = page_home }, text = { .page = page_text };
	struct ui_opts opts = { .color = PG_UNKNOWN, .rows = 24, .cols = 80, .mouse = true };
	struct play h PG_CLEANUP(play_done) = play_with(&home, opts, "click 5,10\nclick 5,10\nkey q\n");
	struct play t PG_CLEANUP(play_done) = play_with(&text, opts, "wheel down\ndump a\nclick 5,10\nclick 5,10\nkey q\n");

	(void)state;
	assert_int_equal(h.r, 0);
	assert_string_equal(home.events, "NEXT Status;QUIT Status;");
	HAS(t, " 4-");
	assert_string_equal(text.events, "QUIT;");
}

/* ---- folding in place ---- */

/* Rows that come and go one group at a time are those that a fresh list has. */
static void test_refold(void **state)
{
	static const unsigned depths[] = { 0, 1, 2, 2, 1, 0, 0, 1, 1, 2, 0, 1 };
	struct wiz_view view PG_CLEANUP(wiz_view_done) = { 0 };
	struct ui_list list PG_CLEANUP(ui_list_done) = { 0 };
	unsigned seed = 1;

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(depths); i++) {
		struct wiz_item *item = wiz_view_add_item(&view, "x");

		item->depth = depths[i];
		item->can_fold = true;
	}
	assert_int_equal(ui_list_make(&view, NULL, &list), 0);
	for (unsigned turn = 0; turn < 500; turn++) {
		struct ui_list fresh PG_CLEANUP(ui_list_done) = { 0 };
		size_t row = (seed = seed * 1103515245 + 12345) / 65536 % list.n;

		list.cursor = list.n - 1;
		view.item[list.row[row]].folded ^= true;
		ui_list_refold(&list, &view, row);
		assert_int_equal(ui_list_make(&view, NULL, &fresh), 0);
		assert_int_equal(list.n, fresh.n);
		assert_memory_equal(list.row, fresh.row, fresh.n * sizeof(*fresh.row));
		assert_true(list.cursor < list.n);
	}
}

/* ---- every size ---- */

/* A row with a frame has it at both ends, and no row is wider than the screen. */
static void assert_row_whole(const char *row, size_t n, int cols)
{
	static const char *const ends[] = { "│", "┐", "┘" };
	static const char *const starts[] = { "│", "┌", "└" };

	assert_true(ui_width_n(row, n) <= cols);
	for (size_t i = 0; i < PG_ARRAY_SIZE(starts); i++) {
		bool whole = false;

		if (n < 3 || memcmp(row, starts[i], 3) != 0)
			continue;
		for (size_t k = 0; k < PG_ARRAY_SIZE(ends); k++)
			whole = whole || memcmp(row + n - 3, ends[k], 3) == 0;
		assert_true(whole);
		assert_int_equal(ui_width_n(row, n), cols);
	}
}

static void assert_whole(const char *screen)
{
	size_t pos = 0, len, full;
	const char *line;
	int cols = 0;

	while (pg_text_line(screen, strlen(screen), &pos, &line, &len, &full)) {
		if (sscanf(line, "== %d ==", &cols) == 1 || line[0] == '-')
			continue;
		assert_row_whole(line, len, cols);
	}
}

static void test_every_size(void **state)
{
	static void (*const pages[])(const struct fake *, struct wiz_view *) = {
		page_tree, page_home, page_text, page_run,
	};
	pg_autofree char *keys = NULL;
	size_t size;
	FILE *f = open_memstream(&keys, &size);

	(void)state;
	for (int cols = 1; cols < 140; cols += cols < 100 ? 1 : 13)
		(void)fprintf(f, "resize %dx%d\ndump %d\nkey Tab\n", cols, 1 + cols * 7 % 37, cols);
	(void)fputs("resize 40x10\nkey Enter\n", f);
	for (int cols = 40; cols < 120; cols += 7)
		(void)fprintf(f, "resize %dx%d\ndump %d\n", cols, 10 + cols * 5 % 23, cols);
	(void)fputs("key Ctrl-C\n", f);
	(void)fclose(f);
	for (size_t i = 0; i < PG_ARRAY_SIZE(pages); i++) {
		struct fake fake = { .page = pages[i], .marks = "x  ", .lines = 40,
				     .ask_on = "NEXT", .ask = WIZ_ASK_YESNO };
		struct play p PG_CLEANUP(play_done) = play(&fake, 80, 24, keys);

		assert_int_equal(p.r, 0);
		HAS(p, "The window is too small");
		assert_whole(p.screen);
	}
}

/* ---- attributes ---- */

/* The attributes and the colour of the first cell of `text` on the screen. */
static struct ui_cell look_of(struct ui_term *t, const char *text)
{
	struct ui_cell cell = { 0 };
	int rows, cols;

	ui_term_size(t, &rows, &cols);
	for (int y = 0; y < rows; y++)
		for (int x = 0; x < cols && ui_term_cell(t, y, x, &cell); x++)
			if (strcmp(cell.text, text) == 0)
				return cell;
	fail();
	return cell;
}

static void test_theme(void **state)
{
	static const struct {
		const char *type;
		enum pg_tri color;
		bool colored;
	} cases[] = {
		{ "xterm-256color", PG_UNKNOWN, true }, { "xterm-256color", PG_NO, false },
		{ "vt100", PG_UNKNOWN, false },		{ "linux", PG_YES, true },
		{ "vt220", PG_YES, false },		{ "tmux-256color", PG_UNKNOWN, true },
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		struct ui_term_opts o = { .headless = true, .color = cases[i].color,
					  .type = cases[i].type };
		struct ui_term *t PG_CLEANUP(ui_term_closep) = NULL;
		struct ui_cell cell;

		if (ui_term_open(&o, &t, NULL) < 0)
			continue; /* this type of terminal is not installed here */
		assert_int_equal(ui_term_color(t), cases[i].colored);
		(void)ui_term_put(t, 0, 0, 9, WIZ_BAD, "B");
		(void)ui_term_put(t, 1, 0, 9, UI_STYLE_CURSOR, "C");
		cell = look_of(t, "B");
		assert_int_equal(cell.attr, UI_BOLD);
		assert_int_equal(cell.color, cases[i].colored ? UI_RED : UI_COLOR_NONE);
		cell = look_of(t, "C");
		assert_int_equal(cell.attr, UI_REVERSE);
		assert_int_equal(cell.color, UI_COLOR_NONE);
	}
}

static void test_no_color(void **state)
{
	struct ui_term_opts o = { .headless = true, .color = PG_UNKNOWN };
	struct ui_term *t = NULL;

	(void)state;
	assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
	assert_int_equal(ui_term_open(&o, &t, NULL), 0);
	assert_false(ui_term_color(t));
	ui_term_close(t);
	o.color = PG_YES;
	assert_int_equal(ui_term_open(&o, &t, NULL), 0);
	assert_true(ui_term_color(t));
	ui_term_close(t);
	assert_int_equal(unsetenv("NO_COLOR"), 0);
}

static void test_clipped(void **state)
{
	struct ui_term_opts o = { .headless = true, .rows = 5, .cols = 10 };
	struct ui_term *t PG_CLEANUP(ui_term_closep) = NULL;
	struct ui_cell cell;

	(void)state;
	assert_int_equal(ui_term_open(&o, &t, NULL), 0);
	assert_int_equal(ui_term_put(t, 0, 8, 9, 0, "図図"), 2);
	assert_int_equal(ui_term_put(t, 1, 9, 9, 0, "図"), 0);
	assert_int_equal(ui_term_put(t, 9, 0, 9, 0, "x"), 0);
	assert_int_equal(ui_term_put(t, 0, -1, 9, 0, "x"), 0);
	assert_int_equal(ui_term_put(t, 2, 0, 9, 0, "a\x1b" "c"), 3);
	assert_true(ui_term_cell(t, 2, 1, &cell));
	assert_string_equal(cell.text, "?");
	ui_term_box(t, (struct ui_rect){ 0, 0, 1, 1 }, 0, "x", NULL);
	ui_term_fill(t, (struct ui_rect){ 3, 8, 9, 9 }, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_mouse),
		cmocka_unit_test(test_mouse_questions),
		cmocka_unit_test(test_mouse_pages),
		cmocka_unit_test(test_refold),
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_theme),
		cmocka_unit_test(test_no_color),
		cmocka_unit_test(test_clipped),
	};

	return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
