/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/wizard/demo.h"

int demo_setup(void **state)
{
	struct demo *d = calloc(1, sizeof(*d));
	void *tree = NULL;

	if (!d || tree_setup(&tree) < 0)
		return -1;
	d->tree = tree;
	*state = d;
	return 0;
}

int demo_teardown(void **state)
{
	struct demo *d = *state;
	void *tree = d->tree;

	wiz_view_done(&d->view);
	wiz_lines_done(&d->lines);
	wiz_free(d->w);
	pg_templates_done(&d->templates);
	free(d->data);
	free(d);
	return tree_teardown(&tree);
}

/* ---- beginning ---- */

void demo_tree(struct demo *d, const char *file)
{
	mktree(d->tree, file);
}

static void on_refresh(void *ctx)
{
	struct demo *d = ctx;

	d->refreshed++;
	wiz_view_done(&d->view);
	assert_int_equal(wiz_build(d->w, &d->view), 0);
}

static bool on_cancelled(void *ctx)
{
	return ((struct demo *)ctx)->cancel;
}

static void rebuild(struct demo *d)
{
	wiz_view_done(&d->view);
	assert_int_equal(wiz_build(d->w, &d->view), 0);
}

void demo_start(struct demo *d)
{
	const char *src = getenv("top_srcdir");
	char *data = pg_strf("%s/data", src ? src : ".");
	const struct wiz_frontend frontend = { on_refresh, on_cancelled, d };

	assert_int_equal(pg_templates_load(data, &d->templates, NULL), 0);
	d->opts.root = d->tree->root;
	free(d->data);
	d->opts.data = d->data = data;
	d->opts.templates = &d->templates;
	assert_int_equal(wiz_new(&d->opts, &d->w, NULL), 0);
	wiz_set_frontend(d->w, &frontend);
	rebuild(d);
}

void demo_open(struct demo *d)
{
	demo_tree(d, "data/demo/node.tree");
	demo_start(d);
}

/* ---- driving ---- */

static enum wiz_follow send(struct demo *d, const struct wiz_event *event)
{
	enum wiz_follow follow;

	assert_int_equal(wiz_handle(d->w, event, &follow), 0);
	rebuild(d);
	return follow;
}

enum wiz_follow demo_send(struct demo *d, enum wiz_event_kind kind, const char *item)
{
	const struct wiz_event event = { .kind = kind, .item = item };

	return send(d, &event);
}

enum wiz_follow demo_answer(struct demo *d, bool yes, const char *text)
{
	const struct wiz_event event = { .kind = WIZ_EVENT_ANSWER, .yes = yes, .text = text };

	return send(d, &event);
}

void demo_next(struct demo *d, const char *page)
{
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, NULL), WIZ_MOVED);
	demo_assert_page(d, page);
}

void demo_back(struct demo *d, const char *page)
{
	assert_int_equal(demo_send(d, WIZ_EVENT_BACK, NULL), WIZ_MOVED);
	demo_assert_page(d, page);
}

void demo_to_review(struct demo *d, const char *vm)
{
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, "setup"), WIZ_MOVED);
	demo_next(d, "device");
	if (demo_item(d, GPU)->mark != WIZ_MARK_ON)
		assert_int_equal(demo_send(d, WIZ_EVENT_TOGGLE, GPU), WIZ_REBUILD);
	demo_next(d, "binding");
	demo_next(d, "vm");
	assert_int_equal(demo_send(d, WIZ_EVENT_TOGGLE, vm ? vm : "vm/0"), WIZ_REBUILD);
	demo_next(d, "review");
}

/* ---- looking ---- */

const struct wiz_item *demo_find(const struct demo *d, const char *id)
{
	for (size_t i = 0; i < d->view.n_item; i++)
		if (strcmp(d->view.item[i].id, id) == 0)
			return &d->view.item[i];
	return NULL;
}

const struct wiz_item *demo_item(const struct demo *d, const char *id)
{
	const struct wiz_item *item = demo_find(d, id);

	if (!item)
		fail_msg("there is no item %s on the page %s", id, d->view.page);
	return item;
}

void demo_assert_page(const struct demo *d, const char *page)
{
	assert_string_equal(d->view.page, page);
}

void demo_assert_mark(const struct demo *d, const char *id, enum wiz_mark mark)
{
	assert_int_equal(demo_item(d, id)->mark, mark);
}

void demo_assert_step(const struct demo *d, const char *label, enum wiz_step_state state)
{
	for (size_t i = 0; i < d->view.n_step; i++) {
		if (strcmp(d->view.step[i].label, label) != 0)
			continue;
		assert_int_equal(d->view.step[i].state, state);
		return;
	}
	fail_msg("there is no step %s", label);
}

static bool lines_have(const struct wiz_lines *lines, const char *text)
{
	for (size_t i = 0; i < lines->n; i++)
		if (strstr(lines->v[i].text, text) ||
		    (lines->v[i].label && strcmp(lines->v[i].label, text) == 0))
			return true;
	return false;
}

bool demo_view_has(const struct demo *d, const char *text)
{
	return lines_have(&d->view.lines, text);
}

bool demo_detail_has(struct demo *d, const char *item, const char *text)
{
	wiz_lines_done(&d->lines);
	assert_int_equal(wiz_detail(d->w, item, &d->lines), 0);
	return lines_have(&d->lines, text);
}

bool demo_details_has(struct demo *d, const char *item, const char *text)
{
	wiz_lines_done(&d->lines);
	assert_int_equal(wiz_details(d->w, item, &d->lines), 0);
	return lines_have(&d->lines, text);
}

/* ---- the tree as text ---- */

static void add_file(const struct pg_root *root, const char *path, struct pg_strbuf *b)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };

	assert_int_equal(pg_root_read(root, path, PG_ROOT_MAX, &bytes), 0);
	pg_strbuf_addf(b, "%s %zu ", path, bytes.n);
	pg_strbuf_addn(b, bytes.p ? bytes.p : "", bytes.n);
}

static void add_folder(const struct pg_root *root, const char *path, struct pg_strbuf *b)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };

	if (strcmp(path, "/var/lib/pve-gpu") == 0)
		return;
	assert_int_equal(pg_root_list(root, *path ? path : "/", &names), 0);
	for (size_t i = 0; i < names.n; i++) {
		pg_autofree char *sub = pg_strf("%s/%s", path, names.v[i]);
		struct stat st;

		assert_int_equal(pg_root_lstat(root, sub, &st), 0);
		if (S_ISDIR(st.st_mode))
			add_folder(root, sub, b);
		else if (S_ISREG(st.st_mode))
			add_file(root, sub, b);
		else
			pg_strbuf_addf(b, "%s\n", sub);
	}
}

char *demo_snapshot(const struct demo *d)
{
	struct pg_strbuf b = { 0 };
	char *s;

	add_folder(d->tree->root, "", &b);
	/* as a string: contents with NUL bytes (device memory) count up to there */
	s = pg_strbuf_steal(&b);
	assert_non_null(s);
	return s;
}
