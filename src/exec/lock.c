/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One writer at a time. The lock itself says that somebody works (the kernel frees it with the
 * process, however that ends); who it is stands in the file, for those who find it locked.
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/lock.h"

static const struct {
	const char *word, *sentence;
} doings[] = {
	[PG_DOING_SOMETHING] = { "something", N_("is changing this node") },
	[PG_DOING_APPLY] = { "apply", N_("is making a change on this node") },
	[PG_DOING_UNDO] = { "undo", N_("is taking a change back on this node") },
	[PG_DOING_RECOVER] = { "recover", N_("is ending an interrupted change on this node") },
	[PG_DOING_CONFIRM] = { "confirm", N_("is keeping a change on this node") },
	[PG_DOING_TRIAL] = { "trial", N_("is looking after the change that is on trial") },
};

/* ---- what the holder writes ---- */

/* Whoever became root by sudo is told by the name they came with. */
static const char *user_name(void)
{
	static const char *const names[] = { "SUDO_USER", "LOGNAME", "USER" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(names); i++) {
		const char *s = getenv(names[i]);

		if (s && *s)
			return s;
	}
	return NULL;
}

/* "CLIENT PORT SERVER PORT" (sshd(8)) */
static char *client_address(void)
{
	const char *s = getenv("SSH_CONNECTION");

	return s ? strndup(s, strcspn(s, " ")) : NULL;
}

static char *note_of(enum pg_doing doing)
{
	struct pg_json *note PG_CLEANUP(pg_json_freep) = pg_json_object();
	pg_autofree char *from = client_address();

	pg_json_set_str(note, "doing", doings[doing].word);
	pg_json_set_int(note, "pid", getpid());
	pg_json_set_int(note, "since", time(NULL));
	pg_json_set_str(note, "user", user_name());
	pg_json_set_str(note, "from", from);
	return pg_json_text(note, true);
}

/* ---- what the others read ---- */

void pg_holder_done(struct pg_holder *holder)
{
	free(holder->user);
	free(holder->from);
	*holder = (struct pg_holder){ 0 };
}

static int copy(const struct pg_jval *v, const char *key, char **ret)
{
	const char *s = pg_jval_get_str(v, key);

	if (!s || !*s)
		return 0;
	*ret = strdup(s);
	return *ret ? 0 : -ENOMEM;
}

/* A file that says nothing, since the holder has only just taken it, is no failure. */
static int read_note(const struct pg_bytes *note, struct pg_holder *h)
{
	struct pg_jval *v PG_CLEANUP(pg_jval_freep) = NULL;
	const char *word;
	int r = note->n ? pg_json_parse(note->p, note->n, &v) : -EBADMSG;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	word = pg_jval_get_str(v, "doing");
	for (size_t i = 0; word && i < PG_ARRAY_SIZE(doings); i++)
		if (strcmp(doings[i].word, word) == 0)
			h->doing = (enum pg_doing)i;
	h->pid = pg_jval_get_int(v, "pid", 0);
	h->since = (time_t)pg_jval_get_int(v, "since", 0);
	r = copy(v, "user", &h->user);
	return r < 0 ? r : copy(v, "from", &h->from);
}

int pg_holder_find(const struct pg_root *root, struct pg_holder *ret)
{
	struct pg_bytes note PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_holder holder PG_CLEANUP(pg_holder_done) = { 0 };
	int held = pg_root_lock_is_held(root, PG_LOCK, &note);
	int r = held > 0 ? read_note(&note, &holder) : 0;

	if (r < 0)
		return r;
	if (held > 0) {
		*ret = holder;
		holder = (struct pg_holder){ 0 };
	}
	return held > 0;
}

char *pg_holder_text(const struct pg_holder *h)
{
	struct pg_strbuf b = { 0 };
	char when[32] = "";
	struct tm tm;

	pg_strbuf_addf(&b, _("Another pve-gpu %s"), _(doings[h->doing].sentence));
	if (h->pid > 0)
		pg_strbuf_addf(&b, _(": process %lld"), (long long)h->pid);
	if (h->pid > 0 && h->user)
		pg_strbuf_addf(&b, _(" of %s"), h->user);
	if (h->pid > 0 && h->user && h->from)
		pg_strbuf_addf(&b, _(" from %s"), h->from);
	if (h->since > 0 && localtime_r(&h->since, &tm) &&
	    strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm))
		pg_strbuf_addf(&b, _("%s since %s"), h->pid > 0 ? "," : "", when);
	pg_strbuf_addc(&b, '.');
	return pg_strbuf_steal(&b);
}

int pg_busy(const struct pg_root *root, char **ret)
{
	struct pg_holder holder PG_CLEANUP(pg_holder_done) = { 0 };
	pg_autofree char *text = NULL;
	int r = pg_holder_find(root, &holder);

	if (r > 0)
		text = pg_holder_text(&holder);
	if (r < 0 || (r > 0 && !text))
		return -ENOMEM;
	*ret = PG_STEAL(text);
	return 0;
}

/* ---- taking it ---- */

int pg_store_lock(struct pg_root *root, enum pg_doing doing, int *ret_fd, struct pg_err *err)
{
	pg_autofree char *note = note_of(doing), *text = NULL;
	int r = pg_store_open(root, err);

	if (r == 0)
		r = pg_root_lock(root, PG_LOCK, note ? note : "", ret_fd, err);
	if (r != -EAGAIN)
		return r;
	if (pg_busy(root, &text) < 0)
		return -ENOMEM;
	return pg_err_set(err, r, NULL, 0, "%s", text ? text :
			  _("Another pve-gpu was changing this node just now. Try again."));
}
