/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mktree FILE.tree DIR: makes the host tree that the file describes. DIR must be missing or
 * empty. A mistake ends it with "file:line: message" and status 1.
 *
 * One line, one thing. Paths begin with '/', parents are made, links are followed inside the
 * tree (so "/sys/bus/pci/devices/0000:01:00.0/irq" reaches the device), also to a folder that
 * has still to be made. What is there under
 * the same name is replaced, but for a folder that holds something.
 *
 *	# comment
 *	include other.tree		relative to this file; later lines override
 *	kernel RELEASE			the running kernel: osrelease, /lib/modules, /boot
 *	dir PATH [MODE]
 *	file PATH [MODE] [nonl] [crlf]	content: the next lines that begin with '|'; nonl: no
 *	|content			line end after the last; crlf: CR LF ends
 *	hex PATH [MODE]			the same with bytes in hexadecimal
 *	|10 de 84 26
 *	value PATH TEXT…		a file of one line
 *	link PATH TARGET
 *	remove PATH			a file, a link, or a folder with all below
 *	alias PATTERN MODULE		a line of the kernel's modules.alias
 *	pci ADDRESS class=030000 id=10de:2684 [rev=a1] [sub=1458:40bf] [driver=nouveau]
 *		[override=vfio-pci] [group=14] [parent=0000:00:01.0] [boot_vga=0|1]
 *		[barN=SIZE[:p|64|p64|io]] [rom=SIZE] [reset=flr,bus] [header=1]
 *		[totalvfs=7] [numvfs=2] [vf_offset=128] [vf_stride=2] [vf_device=10ca] [vf_probe=0|1]
 *		[physfn=0000:01:00.0] [last_bus=8]
 *		[config=none|short|64|256|ff] [mods=nouveau,nvidiafb]	(all in one line)
 *	mdev PARENT TYPE AVAILABLE API [NAME…]	a type of mediated devices; PARENT is the address
 *				of a pci line, or the name of a device that is on no bus ("mtty")
 *	instance PARENT TYPE UUID	one of them; what is available is not counted down
 *
 * A pci line makes the whole device as sysfs shows it, links in both directions included; a
 * second line for the same address replaces the first. config: 64 bytes unless said; short:
 * 16; ff: all ones. mods: modules whose alias fits the device. A bridge learns its bus
 * numbers from its children.
 */
#include "tests/tools/mktree.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/text.h"
#include "src/base/vec.h"

#define MAX_DEPTH 8

/* A tree file that is being read: its text and where we are in it. */
struct reader {
	char *text;
	size_t n, pos;
	unsigned line;
	unsigned depth;
};

int bad(const struct tree *t, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: ", t->file, t->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return -1;
}

static int read_file(struct tree *t, const char *path, struct reader *in);

/* ---- the lines of content ---- */

/* The next line, if it begins with '|': what follows the bar. */
static bool next_content(struct tree *t, struct reader *in, const char **ret,
			 size_t *ret_n)
{
	const char *line = NULL;
	size_t len = 0, full = 0, pos = in->pos;

	if (!pg_text_line(in->text, in->n, &pos, &line, &len, &full) || !len ||
	    *line != '|')
		return false;
	in->pos = pos;
	t->line = ++in->line;
	*ret = line + 1;
	*ret_n = len - 1;
	return true;
}

static int add_hex(struct tree *t, const char *s, size_t n, struct pg_strbuf *b)
{
	for (size_t i = 0; i < n; i++) {
		char digits[3] = { s[i], i + 1 < n ? s[i + 1] : '\0', '\0' };
		uint64_t byte = 0;

		if (isspace((unsigned char)s[i]))
			continue;
		if (!isxdigit((unsigned char)digits[0]) ||
		    !isxdigit((unsigned char)digits[1]) ||
		    pg_text_number(digits, 16, 0xff, &byte) < 0)
			return bad(t, "'%s' is no byte in hexadecimal", digits);
		pg_strbuf_addc(b, (char)byte);
		i++;
	}
	return 0;
}

/* ---- one function per word ---- */

static int parse_mode(struct tree *t, const char *s, mode_t *ret)
{
	uint64_t mode = 0;

	if (pg_text_number(s, 8, 07777, &mode) < 0)
		return bad(t, "'%s' is no mode", s);
	*ret = (mode_t)mode;
	return 0;
}

static int do_dir(struct tree *t, struct reader *in, struct pg_strv *w, const char *rest)
{
	mode_t mode = 0755;

	(void)in;
	(void)rest;
	if (w->n > 3)
		return bad(t, "dir takes a path and perhaps a mode");
	if (w->n == 3 && parse_mode(t, w->v[2], &mode) < 0)
		return -1;
	return fs_dir(t, w->v[1], mode);
}

static int do_file(struct tree *t, struct reader *in, struct pg_strv *w, const char *rest)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const char *s = NULL, *end = "\n";
	mode_t mode = 0644;
	bool nonl = false;
	size_t n = 0;

	(void)rest;
	for (size_t i = 2; i < w->n; i++) {
		if (strcmp(w->v[i], "nonl") == 0)
			nonl = true;
		else if (strcmp(w->v[i], "crlf") == 0)
			end = "\r\n";
		else if (parse_mode(t, w->v[i], &mode) < 0)
			return -1;
	}
	while (next_content(t, in, &s, &n)) {
		pg_strbuf_addn(&b, s, n);
		pg_strbuf_add(&b, end);
	}
	if (pg_strbuf_error(&b) < 0)
		return bad(t, "memory ran out");
	if (nonl && b.len)
		b.len -= strlen(end);
	return fs_write(t, w->v[1], mode, b.len ? b.s : "", b.len);
}

static int do_hex(struct tree *t, struct reader *in, struct pg_strv *w, const char *rest)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const char *s = NULL;
	mode_t mode = 0644;
	size_t n = 0;

	(void)rest;
	if (w->n > 3)
		return bad(t, "hex takes a path and perhaps a mode");
	if (w->n == 3 && parse_mode(t, w->v[2], &mode) < 0)
		return -1;
	while (next_content(t, in, &s, &n))
		if (add_hex(t, s, n, &b) < 0)
			return -1;
	if (pg_strbuf_error(&b) < 0)
		return bad(t, "memory ran out");
	return fs_write(t, w->v[1], mode, b.len ? b.s : "", b.len);
}

static int do_value(struct tree *t, struct reader *in, struct pg_strv *w,
		    const char *rest)
{
	(void)in;
	return fs_text(t, w->v[1], "%s\n", rest);
}

static int do_link(struct tree *t, struct reader *in, struct pg_strv *w, const char *rest)
{
	(void)in;
	if (!*rest)
		return bad(t, "link takes a path and a target");
	return fs_link(t, w->v[1], rest);
}

static int do_remove(struct tree *t, struct reader *in, struct pg_strv *w,
		     const char *rest)
{
	(void)in;
	if (*rest)
		return bad(t, "remove takes one path");
	return fs_remove(t, w->v[1]);
}

static int do_pci(struct tree *t, struct reader *in, struct pg_strv *w, const char *rest)
{
	(void)in;
	(void)rest;
	return pci_line(t, w->v + 1, w->n - 1);
}

/* What follows so many words, as it stands. */
static const char *after_words(const char *line, size_t n)
{
	line += strspn(line, " \t");
	for (; n; n--) {
		line += strcspn(line, " \t");
		line += strspn(line, " \t");
	}
	return line;
}

static int do_mdev(struct tree *t, struct reader *in, struct pg_strv *w, const char *rest)
{
	(void)in;
	return mdev_type_line(t, w->v + 1, w->n - 1, after_words(rest, 3));
}

static int do_instance(struct tree *t, struct reader *in, struct pg_strv *w, const char *rest)
{
	(void)in;
	(void)rest;
	return mdev_instance_line(t, w->v + 1, w->n - 1);
}

static int do_alias(struct tree *t, struct reader *in, struct pg_strv *w,
		    const char *rest)
{
	char *path pg_autofree = NULL, *line pg_autofree = NULL;

	(void)in;
	(void)rest;
	if (w->n != 3)
		return bad(t, "alias takes a pattern and a module");
	if (!t->kernel)
		return bad(t, "alias comes after a kernel line");
	path = pg_strf("/lib/modules/%s/modules.alias", t->kernel);
	line = pg_strf("alias %s %s\n", w->v[1], w->v[2]);
	if (!path || !line)
		return bad(t, "memory ran out");
	return fs_append(t, path, line);
}

static int do_kernel(struct tree *t, struct reader *in, struct pg_strv *w,
		     const char *rest)
{
	static const char *const files[] = { "alias",	"builtin", "builtin.modinfo",
					     "dep",	"devname", "order",
					     "softdep", "symbols" };
	char *image pg_autofree = pg_strf("/boot/vmlinuz-%s", w->v[1]);

	(void)in;
	if (*rest || strchr(w->v[1], '/'))
		return bad(t, "kernel takes one release");
	free(t->kernel);
	t->kernel = strdup(w->v[1]);
	if (!t->kernel || !image)
		return bad(t, "memory ran out");
	for (size_t i = 0; i < PG_ARRAY_SIZE(files); i++) {
		char *path pg_autofree =
			pg_strf("/lib/modules/%s/modules.%s", t->kernel, files[i]);

		if (!path || (!fs_exists(t, path) && fs_text(t, path, "%s", "") < 0))
			return -1;
	}
	if (fs_text(t, image, "a kernel\n") < 0)
		return -1;
	return fs_text(t, "/proc/sys/kernel/osrelease", "%s\n", t->kernel);
}

static int do_include(struct tree *t, struct reader *in, struct pg_strv *w,
		      const char *rest)
{
	const char *file = t->file, *slash = strrchr(file, '/');
	unsigned line = t->line;
	struct reader sub = { .depth = in->depth + 1 };
	char *path pg_autofree = NULL;
	int r;

	if (*rest)
		return bad(t, "include takes one file");
	if (sub.depth > MAX_DEPTH)
		return bad(t, "more than %d files include one another", MAX_DEPTH);
	path = pg_strf("%.*s%s", slash ? (int)(slash - file) + 1 : 0, file, w->v[1]);
	if (!path)
		return bad(t, "memory ran out");
	r = read_file(t, path, &sub);
	free(sub.text);
	t->file = file;
	t->line = line;
	return r;
}

/* ---- reading ---- */

static const struct {
	const char *word;
	int (*fn)(struct tree *t, struct reader *in, struct pg_strv *w, const char *rest);
} words[] = {
	{ "alias", do_alias }, { "dir", do_dir },	  { "file", do_file },
	{ "hex", do_hex },     { "include", do_include }, { "instance", do_instance },
	{ "kernel", do_kernel }, { "link", do_link },	  { "mdev", do_mdev },
	{ "pci", do_pci },     { "remove", do_remove },	  { "value", do_value },
};

static int do_line(struct tree *t, struct reader *in, const char *line)
{
	struct pg_strv w PG_CLEANUP(pg_strv_done) = { 0 };

	if (!*line || *line == '#')
		return 0;
	if (*line == '|')
		return bad(t, "content without a file before it");
	if (pg_strv_split(line, " \t", &w) < 0)
		return bad(t, "memory ran out");
	for (size_t i = 0; w.n && i < PG_ARRAY_SIZE(words); i++) {
		if (strcmp(w.v[0], words[i].word) != 0)
			continue;
		if (w.n < 2 || line != strstr(line, w.v[0]))
			return bad(t, "%s: something must follow", w.v[0]);
		return words[i].fn(t, in, &w, after_words(line, 2));
	}
	return bad(t, "unknown word '%s'", w.n ? w.v[0] : line);
}

static int slurp(struct tree *t, const char *path, struct reader *in)
{
	int fd pg_autoclose = open(path, O_RDONLY | O_CLOEXEC);
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_bytes bytes = { 0 };
	char block[4096];
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0) {
		n = read(fd, block, sizeof(block));
		if (n > 0)
			pg_strbuf_addn(&b, block, (size_t)n);
	}
	if (n < 0)
		return bad(t, "%s: %s", path, strerror(errno));
	if (pg_strbuf_steal_bytes(&b, &bytes) < 0)
		return bad(t, "memory ran out");
	in->text = bytes.p;
	in->n = bytes.n;
	return memchr(in->text, '\0', in->n) ? bad(t, "%s: is no text", path) : 0;
}

static int read_file(struct tree *t, const char *path, struct reader *in)
{
	const char *line = NULL;
	size_t len = 0, full = 0;

	if (slurp(t, path, in) < 0)
		return -1;
	t->file = path;
	while (pg_text_line(in->text, in->n, &in->pos, &line, &len, &full)) {
		char *copy pg_autofree = strndup(line, len);

		t->line = ++in->line;
		if (!copy || do_line(t, in, copy) < 0)
			return -1;
	}
	return 0;
}

/* The folder may be there already, but empty. */
static int open_root(struct tree *t, const char *dir)
{
	if (mkdir(dir, 0755) < 0 &&
	    (errno != EEXIST || rmdir(dir) < 0 || mkdir(dir, 0755) < 0))
		return bad(t, "%s: %s", dir, strerror(errno));
	t->root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return t->root < 0 ? bad(t, "%s: %s", dir, strerror(errno)) : 0;
}

int main(int argc, char **argv)
{
	struct tree t = { .root = -1,
			  .file = "mktree",
			  .mem32 = 0x80000000,
			  .mem64 = 0x6000000000,
			  .io = 0x3000 };
	struct reader in = { 0 };
	int r;

	if (argc != 3) {
		fprintf(stderr, "usage: mktree FILE.tree DIR\n");
		return 2;
	}
	(void)umask(0);
	r = open_root(&t, argv[2]);
	if (r == 0)
		r = read_file(&t, argv[1], &in);
	free(in.text);
	free(t.kernel);
	pg_closep(&t.root);
	return r < 0;
}
