/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The editors over thousands of made-up files: what the real readers see afterwards is the
 * old value with the options applied, nothing else changed, and a second edit changes
 * nothing.
 *
 *	edit_random [SEED [FILES]]	the seed is printed, and can be given again
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/plan/edit.h"
#include "tests/plans/edit_eval.h"

#define V	  "GRUB_CMDLINE_LINUX_DEFAULT"
#define FILES_MAX 3
#define END	  "\x01\n"	/* after each value that the shell prints */

static uint64_t next(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u; /* splitmix64 */

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static unsigned pick(uint64_t *seed, unsigned n)
{
	return (unsigned)(next(seed) % n);
}

#define ONE_OF(seed, array) ((array)[pick((seed), (unsigned)PG_ARRAY_SIZE(array))])

static const struct pg_option wants[] = {
	{ "iommu", "pt", PG_OPTION_SET },
	{ "nomodeset", NULL, PG_OPTION_SET },
	{ "intel_iommu", "on", PG_OPTION_LIST_ADD },
	{ "intel_iommu", "off", PG_OPTION_LIST_DROP },
	{ "dyndbg", "file a.c +p", PG_OPTION_SET },
	{ "odd", "it's$a\\b`c", PG_OPTION_SET },
};

/* A value: words and spaces in any number. */
static void make_value(uint64_t *seed, struct pg_strbuf *b)
{
	static const char *const words[] = {
		"quiet",    "splash",	    "iommu=pt",		  "iommu=soft",	 "nomodeset",
		"a=\"1 2\"", "cost=$5",	    "intel_iommu=on",	  "it's",	 "back\\slash",
		"x=`y`",    "intel_iommu=off", "intel_iommu=off,sm_on", "intel-iommu=igfx_off",
		"iommu",    "a;b&c|d<e>(f)", "#no",		  "*",		 "~",
		"dyndbg=\"file a.c +p\"",   "intel_iommu=\"sm_on,off\"",  "--",
	};
	static const char *const spaces[] = { " ", " ", " ", "  ", "\t" };
	unsigned n = pick(seed, 7);

	if (pick(seed, 8) == 0)
		pg_strbuf_add(b, ONE_OF(seed, spaces));
	for (; n; n--) {
		const char *word = ONE_OF(seed, words);

		if (!strcmp(word, "--") && pick(seed, 4))
			word = "quiet";
		pg_strbuf_add(b, word);
		if (n > 1 || pick(seed, 8) == 0)
			pg_strbuf_add(b, ONE_OF(seed, spaces));
	}
}

/* Writes one byte as it must be in this style. */
static void put(char c, unsigned style, struct pg_strbuf *b)
{
	if (style == 0 && c == '\'')
		pg_strbuf_add(b, "'\\'");
	else if ((style == 1 && strchr("$`\"\\", c)) ||
		 (style == 2 && strchr(" \t$`\"'\\;&|<>()#*~=?[]{}!", c)))
		pg_strbuf_addc(b, '\\');
	pg_strbuf_addc(b, c);
}

/* Cuts the value anywhere and quotes each part in any way. */
static void quote(uint64_t *seed, const char *value, bool odd, struct pg_strbuf *b)
{
	static const char marks[] = "'\"";
	size_t n = strlen(value), i = 0;

	if (!n && pick(seed, 2))
		pg_strbuf_add(b, pick(seed, 2) ? "''" : "\"\"");
	while (i < n) {
		size_t part = odd && pick(seed, 3) == 0 ? 1 + pick(seed, (unsigned)(n - i)) : n - i;
		unsigned style = pick(seed, odd ? 3 : 2);

		if (style < 2)
			pg_strbuf_addc(b, marks[style]);
		for (; part; part--, i++) {
			put(value[i], style, b);
			if (odd && style && pick(seed, 40) == 0)
				pg_strbuf_add(b, "\\\n");
		}
		if (style < 2)
			pg_strbuf_addc(b, marks[style]);
	}
}

static void make_assignment(uint64_t *seed, bool extend, struct pg_strbuf *b)
{
	static const char *const ends[] = { "\n", "\n", " # comment's\n", "; A=2\n", "\t\n", ";\n" };
	static const char *const begins[] = { "", "", "", "export ", "A=1; ", "  ", "B=3 " };
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf value = { 0 };

	make_value(seed, &value);
	pg_strbuf_add(&value, "");
	pg_strbuf_add(b, ONE_OF(seed, begins));
	pg_strbuf_add(b, V "=");
	if (extend)
		pg_strbuf_add(b, pick(seed, 2) ? "\"$" V " \"" : "\"${" V "}\"");
	quote(seed, value.s, pick(seed, 3) == 0, b);
	if (pick(seed, 6) == 0)
		pg_strbuf_add(b, pick(seed, 2) ? "\" $GRUB_CMDLINE_A\"" : "\"${GRUB_CMDLINE_A}\"");
	pg_strbuf_add(b, ONE_OF(seed, ends));
}

static const char *const others[] = {
	"# GRUB_CMDLINE_LINUX_DEFAULT=\"no\" it's\n", "\n", "GRUB_DEFAULT=0\n",
	"A='x\n y' B=\"'\"\n",
	"if [ -n \"$A\" ]; then # it's\n\tA=3\nelif true\nthen B=4\nfi\n",
	"case x in (x|y) A=';;' ;; *) B=2\nesac\n", "for j in 1 2; do A=$j; done\n",
	"GRUB_CMDLINE_A=\"console=ttyS0 a\"\n", "{ C=1; } && ! false || D=4\n",
	"A=1 \\\n B=2\n",
};

/* These take time. */
static const char *const forking[] = {
	"GRUB_DISTRIBUTOR=`echo \"a'b\" \\`true\\` 2> /dev/null || echo Debian`\n",
	"GRUB_DISTRIBUTOR=$( (true; echo ')') 2>/dev/null) # )\n",
	"(A=7; exit_=1) | true 2>&1 >/dev/null\n",
};

/* One file; `first` has an assignment most of the time. */
static void make_file(uint64_t *seed, bool first, struct pg_strbuf *b)
{
	unsigned n = 1 + pick(seed, 5);

	pg_strbuf_add(b, "");
	for (; n; n--) {
		if (pick(seed, 20) == 0)
			pg_strbuf_add(b, ONE_OF(seed, forking));
		else if (pick(seed, 3))
			pg_strbuf_add(b, ONE_OF(seed, others));
		else
			make_assignment(seed, !first && pick(seed, 3), b);
	}
	if (first && pick(seed, 10))
		make_assignment(seed, pick(seed, 10) == 0, b);
	if (pick(seed, 6) == 0 && b->len && b->s[b->len - 1] == '\n')
		b->s[--b->len] = '\0';
}

/* ---- one made-up host ---- */

struct host {
	struct pg_file file[FILES_MAX];
	const struct pg_file *list[FILES_MAX];
	char path[FILES_MAX][24];
	size_t n;
	const struct pg_option *want;
	struct pg_bytes after;
	int changed;		/* index of the file; -1: refused */
	char *ours;		/* the value before, as we read it */
};

static void host_done(struct host *h)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		pg_bytes_done(&h->file[i].bytes);
	pg_bytes_done(&h->after);
	free(h->ours);
}

static void make_host(uint64_t *seed, struct host *h)
{
	size_t i;

	h->n = 1 + pick(seed, FILES_MAX);
	h->want = &wants[pick(seed, (unsigned)PG_ARRAY_SIZE(wants))];
	h->changed = -1;
	for (i = 0; i < h->n; i++) {
		struct pg_strbuf b = { 0 };

		make_file(seed, i == 0, &b);
		if (pg_strbuf_steal_bytes(&b, &h->file[i].bytes) < 0)
			exit(1);
		(void)snprintf(h->path[i], sizeof(h->path[i]), "/%zu", i);
		h->file[i].path = h->path[i];
		h->list[i] = &h->file[i];
	}
}

static void fail(const struct host *h, unsigned number, const char *what, const char *got)
{
	size_t i;

	printf("# host %u: %s: %s\n", number, what, got ? got : "");
	printf("# wanted: %s %s (%d)\n", h->want->key, h->want->value ? h->want->value : "",
	       (int)h->want->how);
	for (i = 0; i < h->n; i++)
		printf("#--- file %zu\n%s\n", i, h->file[i].bytes.p);
	if (h->changed >= 0)
		printf("#--- file %d becomes\n%s\n", h->changed, h->after.p);
}

/* Edits, and checks what can be told without a shell. */
static bool edit(struct host *h, unsigned number)
{
	PG_CLEANUP(pg_bytes_done) struct pg_bytes again = { 0 };
	const struct pg_bytes *old;
	struct pg_file file;
	size_t before, behind;
	int index;

	if (pg_grub_value(h->list, h->n, V, &h->ours, &index, NULL) < 0)
		return true;
	if (pg_grub_edit(h->list, h->n, V, h->want, 1, &h->changed, &h->after, NULL) < 0) {
		h->changed = -1;
		return true;
	}
	file = h->file[h->changed];
	old = &h->file[h->changed].bytes;
	file.bytes = h->after;
	h->list[h->changed] = &file;
	if (pg_grub_edit(h->list, h->n, V, h->want, 1, &index, &again, NULL) < 0 ||
	    !pg_bytes_equal(&again, &h->list[index]->bytes)) {
		h->list[h->changed] = &h->file[h->changed];
		fail(h, number, "a second edit changes something", again.p);
		return false;
	}
	h->list[h->changed] = &h->file[h->changed];
	for (before = 0; before < old->n && before < h->after.n; before++)
		if (old->p[before] != h->after.p[before])
			break;
	for (behind = 0; behind < old->n - before && behind < h->after.n - before; behind++)
		if (old->p[old->n - 1 - behind] != h->after.p[h->after.n - 1 - behind])
			break;
	if (before + behind < old->n && !strstr(old->p, V)) {
		fail(h, number, "bytes changed where the variable is not", NULL);
		return false;
	}
	return true;
}

/* ---- the shell's view of all of them at once ---- */

/* One shell for all: for each host the variable, then all others that are made up here. */
static const char script[] =
	"cd \"$1\" || exit 1; n=$2; p=$3; i=0; while [ $i -lt $n ]; do\n"
	"unset " V " GRUB_DEFAULT GRUB_DISTRIBUTOR GRUB_CMDLINE_A A B C D\n"
	"for f in ./$p$i-0 ./$p$i-1 ./$p$i-2; do [ ! -e $f ] || . $f; done\n"
	"printf '%s\\001\\n' \"$" V "\"\n"
	"printf '%s,' \"$A\" \"$B\" \"$C\" \"$D\" \"$GRUB_DEFAULT\" \"$GRUB_DISTRIBUTOR\" "
	"\"$GRUB_CMDLINE_A\"; printf '\\001\\n'\n"
	"i=$((i+1)); done";

static char *shell_view(const char *dir, unsigned n, const char *prefix)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv args = { 0 };

	if (pg_strv_add(&args, dir) < 0 || pg_strv_addf(&args, "%u", n) < 0 ||
	    pg_strv_add(&args, prefix) < 0)
		exit(1);
	return eval_sh("sh", script, &args);
}

static char *next_value(char **view)
{
	char *value = *view, *end = strstr(value, END);

	if (!end) {
		printf("Bail out! the shell stopped at %.200s\n", value);
		exit(1);
	}
	*end = '\0';
	*view = end + strlen(END);
	return value;
}

static bool same_words(const char *a, const char *b)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv x = { 0 }, y = { 0 };
	size_t i;

	if (pg_cmdline_split(a, &x) < 0 || pg_cmdline_split(b, &y) < 0 || x.n != y.n)
		return false;
	pg_strv_sort(&x);
	pg_strv_sort(&y);
	for (i = 0; i < x.n; i++)
		if (strcmp(x.v[i], y.v[i]) != 0)
			return false;
	return true;
}

static bool judge(const struct host *h, unsigned number, char **view_a, char **view_b)
{
	const char *before = next_value(view_a), *other_a = next_value(view_a);
	const char *after = next_value(view_b), *other_b = next_value(view_b);
	pg_autofree char *wanted = NULL;

	if (h->ours && strcmp(h->ours, before) != 0) {
		fail(h, number, "the shell reads another value", before);
		printf("# ours: %s\n", h->ours);
		return false;
	}
	if (strcmp(other_a, other_b) != 0) {
		fail(h, number, "another variable changed", other_b);
		return false;
	}
	if (pg_cmdline_apply(before, h->want, h->changed >= 0, &wanted) < 0)
		exit(1);
	if (h->changed >= 0 ? !same_words(wanted, after) : strcmp(before, after) != 0) {
		fail(h, number, "the shell reads another value afterwards", after);
		return false;
	}
	return true;
}

static void write_host(const struct host *h, const char *dir, unsigned number)
{
	size_t i;

	for (i = 0; i < h->n; i++) {
		const struct pg_bytes *new = (int)i == h->changed ? &h->after : &h->file[i].bytes;
		char name[48];

		(void)snprintf(name, sizeof(name), "a%u-%zu", number, i);
		eval_write(dir, name, h->file[i].bytes.p, h->file[i].bytes.n);
		name[0] = 'b';
		eval_write(dir, name, new->p, new->n);
	}
}

static bool grub(uint64_t *seed, unsigned n)
{
	PG_CLEANUP(eval_rmdir) char *dir = eval_mkdir();
	struct host *hosts = calloc(n, sizeof(*hosts));
	pg_autofree char *before = NULL, *after = NULL;
	char *view_a, *view_b;
	unsigned i, refused = 0;
	bool good = hosts != NULL;

	for (i = 0; good && i < n; i++) {
		make_host(seed, &hosts[i]);
		good = edit(&hosts[i], i);
		refused += hosts[i].changed < 0;
		write_host(&hosts[i], dir, i);
	}
	if (good) {
		view_a = before = shell_view(dir, n, "a");
		view_b = after = shell_view(dir, n, "b");
		for (i = 0; good && i < n; i++)
			good = judge(&hosts[i], i, &view_a, &view_b);
	}
	for (i = 0; hosts && i < n; i++)
		host_done(&hosts[i]);
	free(hosts);
	printf("# %u hosts, %u refused\n", n, refused);
	return good && refused < n / 20;
}

/* ---- vfio.conf ---- */

static void make_vfio(uint64_t *seed, struct pg_strbuf *b)
{
	static const char *const lines[] = {
		"# options vfio-pci ids=10de:2684", "# open \\", "", "blacklist nouveau",
		"options vfio_pci disable_vga=1", "options vfio-pci ids=1002:1",
		"options\tvfio_pci  ids=1002:1,10DE:2684 disable_vga=1", "options vfio-pci ids=",
		"options vfio-pci ids=10de:22ba:1:2,\\\n1002:2 \\\n a=b", "options vfio ids=1:2",
		"options vfio-pci ids=\"1002:1,1002:2\" ids=1002:3, x", "softdep a pre: b \\",
		"options vfio-pci xids=1 ids=,,zz,10de", "options vfio-pci", "options", "  ",
		"options vfio-pci ids=1002:1\r", "bad \\x line",
	};
	unsigned n = pick(seed, 6);

	pg_strbuf_add(b, "");
	for (; n; n--)
		pg_strbuf_addf(b, "%s\n", ONE_OF(seed, lines));
	if (b->len && pick(seed, 4) == 0)
		b->s[--b->len] = '\0';
}

static bool has_id(const char *list, const char *id)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv items = { 0 };
	size_t i;

	if (!list || pg_strv_split(list, ",", &items) < 0)
		return false;
	for (i = 0; i < items.n; i++)
		if (!strcasecmp(items.v[i], id))
			return true;
	return false;
}

/* Is `after` the old list with no more than the wanted ids added? */
static bool vfio_good(const char *before, const char *after, const struct pg_strv *ids)
{
	size_t i, len = before ? strlen(before) : 0;

	if (!after || strncmp(after, before ? before : "", len) != 0)
		return false;
	for (i = 0; i < ids->n; i++)
		if (!has_id(after, ids->v[i]))
			return false;
	return strlen(after) <= len + 10 * ids->n;
}

static bool vfio_one(uint64_t *seed, const char *dir, const struct pg_strv *ids)
{
	PG_CLEANUP(pg_bytes_done) struct pg_bytes old = { 0 }, new = { 0 }, again = { 0 };
	static const char path[] = "/etc/modprobe.d/vfio.conf";
	pg_autofree char *before = NULL, *after = NULL;
	struct pg_strbuf b = { 0 };
	bool good;

	make_vfio(seed, &b);
	if (pg_strbuf_steal_bytes(&b, &old) < 0)
		return false;
	eval_write(dir, "vfio.conf", old.p, old.n);
	before = eval_kmod_ids(dir);
	good = pg_vfio_conf_add_ids(path, &old, ids, &new, NULL) == 0 &&
	       pg_vfio_conf_add_ids(path, &new, ids, &again, NULL) == 0 &&
	       pg_bytes_equal(&new, &again);
	if (good) {
		eval_write(dir, "vfio.conf", new.p, new.n);
		after = eval_kmod_ids(dir);
		good = vfio_good(before, after, ids);
	}
	if (!good)
		printf("# from %s to %s\n#--- before\n%s\n#--- after\n%s\n", before ? before : "none",
		       after ? after : "none", old.p, new.p ? new.p : "");
	return good;
}

static bool vfio(uint64_t *seed, unsigned n)
{
	PG_CLEANUP(eval_rmdir) char *dir = eval_mkdir();
	PG_CLEANUP(pg_strv_done) struct pg_strv ids = { 0 };
	bool good = true;

	if (pg_strv_add(&ids, "10de:2684") < 0 || pg_strv_add(&ids, "1002:73bf") < 0)
		return false;
	for (; good && n; n--)
		good = vfio_one(seed, dir, &ids);
	return good;
}

/* ---- one kernel command line ---- */

/* Words of other keys stay, in their order. */
static bool others_stay(const char *before, const char *after, const char *key)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv x = { 0 }, y = { 0 };
	/* of intel_iommu and intel-iommu, as much as they share */
	size_t i = 0, j = 0, len = strcspn(key, "_");

	if (pg_cmdline_split(before, &x) < 0 || pg_cmdline_split(after, &y) < 0)
		return false;
	for (;;) {
		while (i < x.n && !strncmp(x.v[i], key, len))
			i++;
		while (j < y.n && !strncmp(y.v[j], key, len))
			j++;
		if (i == x.n || j == y.n)
			return i == x.n && j == y.n;
		if (strcmp(x.v[i++], y.v[j++]) != 0)
			return false;
	}
}

/* Everything from "--" on is init's, and stays. */
static bool rest_stays(const char *before, const char *after)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv x = { 0 }, y = { 0 };
	size_t i = 0, left;

	if (pg_cmdline_split(before, &x) < 0 || pg_cmdline_split(after, &y) < 0)
		return false;
	while (i < x.n && strcmp(x.v[i], "--") != 0)
		i++;
	left = x.n - i;
	if (left > y.n)
		return false;
	for (; i < x.n; i++, left--)
		if (strcmp(x.v[i], y.v[y.n - left]) != 0)
			return false;
	return true;
}

static bool line_good(const char *line, const char *after, const struct pg_option *want)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv words = { 0 };
	pg_autofree char *again = NULL, *list = NULL;
	const char *value;

	if (pg_cmdline_apply(after, want, 1, &again) < 0 || strcmp(again, after) != 0 ||
	    !others_stay(line, after, want->key) || !rest_stays(line, after) || pg_cmdline_split(after, &words) < 0)
		return false;
	value = pg_cmdline_get(&words, want->key);
	list = pg_strf(",%s,", value ? value : "");
	if (want->how == PG_OPTION_SET)
		return value && !strcmp(value, want->value ? want->value : "");
	if (want->how == PG_OPTION_LIST_DROP)
		return !strstr(list, ",off,");
	return value != NULL;
}

static bool lines(uint64_t *seed, unsigned n)
{
	for (; n; n--) {
		const struct pg_option *want = &wants[pick(seed, (unsigned)PG_ARRAY_SIZE(wants))];
		PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
		pg_autofree char *after = NULL;

		make_value(seed, &b);
		pg_strbuf_add(&b, "");
		if (pg_cmdline_apply(b.s, want, 1, &after) < 0 || !line_good(b.s, after, want)) {
			printf("# %s %s: %s\n#--- becomes\n# %s\n", want->key,
			       want->value ? want->value : "", b.s, after);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	const char *valgrind = getenv("VALGRIND"); /* which takes its time */
	unsigned some = valgrind && !strcmp(valgrind, "yes") ? 150 : 1500;
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 20;
	unsigned n = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : some;
	bool a, b, c;

	printf("# seed %llu\n", (unsigned long long)seed);
	a = grub(&seed, n);
	printf("%sok 1 - GRUB's files and sh\n", a ? "" : "not ");
	b = vfio(&seed, n / 4);
	printf("%sok 2 - vfio.conf and libkmod\n", b ? "" : "not ");
	c = lines(&seed, n);
	printf("%sok 3 - kernel command lines\n1..3\n", c ? "" : "not ");
	return a && b && c ? 0 : 1;
}
