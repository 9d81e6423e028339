/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tree.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "src/base/root_private.h"

#define SECRET "the file outside\n"

static const struct pg_meta plain = { .mode = 0644 };

static struct pg_bytes bytes_of(const char *s)
{
	return (struct pg_bytes){ (char *)(uintptr_t)s, strlen(s) };
}

/* What the call must be given to own a new file. */
static struct pg_meta own(mode_t mode)
{
	return (struct pg_meta){ .mode = mode, .uid = geteuid(), .gid = getegid() };
}

static void assert_content(const struct tree *t, const char *path, const char *text)
{
	struct pg_bytes b PG_CLEANUP(pg_bytes_done) = { 0 };

	assert_int_equal(pg_root_read(t->root, path, PG_ROOT_MAX, &b), 0);
	assert_int_equal(b.n, strlen(text));
	assert_memory_equal(b.p, text, b.n);
}

static void assert_names(const struct tree *t, const char *dir, const char *expected)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *all = NULL;

	assert_int_equal(pg_root_list(t->root, dir, &names), 0);
	all = pg_strv_join(&names, " ");
	assert_string_equal(all, expected);
}

static int replace(const struct tree *t, const char *path, const char *text)
{
	struct pg_bytes b = bytes_of(text);
	struct pg_meta meta = own(0644);

	return pg_root_replace(t->root, path, &b, &meta, NULL);
}

static int create(const struct tree *t, const char *path, const char *text)
{
	struct pg_bytes b = bytes_of(text);
	struct pg_meta meta = own(0644);

	return pg_root_create(t->root, path, &b, &meta, NULL);
}

static int append(const struct tree *t, const char *path, const char *text)
{
	struct pg_bytes b = bytes_of(text);

	return pg_root_append(t->root, path, &b, NULL);
}

static struct stat stat_of(const struct tree *t, const char *path)
{
	struct stat st;

	assert_int_equal(pg_root_lstat(t->root, path, &st), 0);
	return st;
}

/* ---- the root is the world ---- */

/* A root inside the tree, and a secret beside it. */
static struct pg_root *enclosed(const struct tree *t)
{
	pg_autofree char *dir = tree_path(t, "/root");
	struct pg_root *root = NULL;

	tree_dir(t, "/root/etc");
	tree_file(t, "/outside/secret", SECRET);
	assert_int_equal(pg_root_open(dir, &root, NULL), 0);
	assert_false(pg_root_is_live(root));
	assert_string_equal(pg_root_prefix(root), dir);
	return root;
}

/* Nothing below the root may reach the secret through this path. */
static void assert_no_way_out(struct pg_root *root, const char *path)
{
	struct pg_bytes got PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes text = bytes_of("overwritten");
	struct pg_meta meta = own(0644);
	pg_autofree char *attr = NULL;
	struct stat st;

	assert_true(pg_root_read(root, path, 100, &got) < 0);
	assert_true(pg_root_read_attr(root, path, &attr) < 0);
	assert_true(pg_root_stat(root, path, &st) < 0);
	assert_false(pg_root_exists(root, path));
	assert_true(pg_root_write_attr(root, path, "overwritten", NULL) < 0);
	(void)pg_root_append(root, path, &text, NULL);
	(void)pg_root_replace(root, path, &text, &meta, NULL);
	(void)pg_root_unlink(root, path, NULL);
}

static void test_links_out(void **state)
{
	struct tree *t = *state;
	struct pg_root *root PG_CLEANUP(pg_root_closep) = enclosed(t);
	pg_autofree char *absolute = tree_path(t, "/outside/secret");
	pg_autofree char *folder = tree_path(t, "/outside");
	static const char *const paths[] = {
		"/etc/absolute", "/etc/relative", "/etc/many",	   "/etc/chain",
		"/etc/dir/secret", "/etc/updir/secret", "../outside/secret",
		"/../outside/secret", "/etc/../../outside/secret",
	};

	tree_link(t, "/root/etc/absolute", absolute);
	tree_link(t, "/root/etc/relative", "../../outside/secret");
	tree_link(t, "/root/etc/many", "../../../../../../../../../../outside/secret");
	tree_link(t, "/root/etc/chain", "relative");
	tree_link(t, "/root/etc/dir", folder);
	tree_link(t, "/root/etc/updir", "../../outside");
	for (size_t i = 0; i < PG_ARRAY_SIZE(paths); i++)
		assert_no_way_out(root, paths[i]);
	assert_no_way_out(root, absolute);
	assert_content(t, "/outside/secret", SECRET);
	assert_names(t, "/outside", "secret");
}

static void test_writes_through_folder_links(void **state)
{
	struct tree *t = *state;
	struct pg_root *root PG_CLEANUP(pg_root_closep) = enclosed(t);
	struct pg_bytes text = bytes_of("x");
	struct pg_meta meta = own(0644);
	struct pg_dir dir PG_CLEANUP(pg_dir_done) = { .fd = -1 };
	int fd = -1;

	tree_link(t, "/root/etc/updir", "../../outside");
	assert_int_equal(pg_root_create(root, "/etc/updir/new", &text, &meta, NULL), -ENOENT);
	assert_int_equal(pg_root_mkdir(root, "/etc/updir/new", 0755, NULL), -ENOENT);
	assert_int_equal(pg_root_symlink(root, "x", "/etc/updir/new", NULL), -ENOENT);
	assert_int_equal(pg_root_lock(root, "/etc/updir/new", "", &fd, NULL), -ENOENT);
	assert_int_equal(pg_root_open_dir(root, "/etc/updir", &dir), -ENOENT);
	assert_names(t, "/outside", "secret");
}

/* A link that is absolute is followed, below the root. */
static void test_links_inside(void **state)
{
	struct tree *t = *state;
	pg_autofree char *target = NULL, *name = NULL, *where = NULL;

	tree_file(t, "/usr/lib/modules/6.8/modules.dep", "dep\n");
	tree_link(t, "/lib", "/usr/lib");
	assert_content(t, "/lib/modules/6.8/modules.dep", "dep\n");
	assert_content(t, "/lib/../lib/modules/6.8/modules.dep", "dep\n");
	assert_int_equal(pg_root_readlink(t->root, "/lib", &target), 0);
	assert_string_equal(target, "/usr/lib");
	assert_int_equal(pg_root_readlink_name(t->root, "/lib", &name), 0);
	assert_string_equal(name, "lib");
	assert_int_equal(pg_root_resolve(t->root, "/lib/modules", &where), 0);
	assert_string_equal(where, "/usr/lib/modules");
	assert_int_equal(pg_root_readlink(t->root, "/usr", &target), -EINVAL);
	assert_int_equal(pg_root_readlink(t->root, "/nowhere", &target), -ENOENT);
}

/* The kernel's magic links (/proc/PID/root, fd) are refused on the living system too. */
static void test_magic_links(void **state)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_bytes got PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autoclose int slash = open("/", O_PATH), mounts = -1;

	(void)state;
	assert_int_equal(pg_root_open("/", &root, NULL), 0);
	assert_true(pg_root_is_live(root));
	assert_string_equal(pg_root_prefix(root), "/");
	assert_int_equal(pg_root_read(root, "/proc/self/root/etc/passwd", PG_ROOT_MAX, &got), -ELOOP);
	assert_int_equal(pg_root_read(root, "/proc/self/ns/net", PG_ROOT_MAX, &got), -ELOOP);
	assert_int_equal(pg_root_read(root, "/proc/mounts", PG_ROOT_MAX, &got), 0);
	/* and by hand, where there is no openat2 */
	assert_int_equal(pg_walk_below(slash, "/proc/self/root/etc/passwd", O_RDONLY,
				       RESOLVE_IN_ROOT), -ELOOP);
	assert_int_equal(pg_walk_below(slash, "/proc/self/ns/net", O_RDONLY, RESOLVE_IN_ROOT),
			 -ELOOP);
	mounts = pg_walk_below(slash, "/proc/mounts", O_RDONLY, RESOLVE_IN_ROOT);
	assert_true(mounts >= 0);
}

static void test_open_fails(void **state)
{
	struct tree *t = *state;
	struct pg_root *root = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *file = tree_path(t, "/file");

	tree_file(t, "/file", "");
	assert_int_equal(pg_root_open("/no/such/folder", &root, &err), -ENOENT);
	assert_string_equal(err.path, "/no/such/folder");
	assert_int_equal(pg_root_open(file, &root, &err), -ENOTDIR);
	assert_null(root);
}

/* ---- reading ---- */

static void test_read(void **state)
{
	struct tree *t = *state;
	struct pg_bytes got PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *attr = NULL, *none = NULL;

	tree_file(t, "/attr", " \t two words \r\n\n");
	tree_bytes(t, "/nul", "a\0b", 3);
	tree_file(t, "/ten", "0123456789");
	tree_fifo(t, "/fifo");
	tree_link(t, "/loop", "loop");
	assert_int_equal(pg_root_read_attr(t->root, "/attr", &attr), 0);
	assert_string_equal(attr, "two words");
	assert_int_equal(pg_root_read_attr(t->root, "/nul", &none), -EBADMSG);
	assert_int_equal(pg_root_read(t->root, "/fifo", 10, &got), -EMEDIUMTYPE);
	assert_int_equal(pg_root_read(t->root, "/", 10, &got), -EISDIR);
	assert_int_equal(pg_root_read(t->root, "/loop", 10, &got), -ELOOP);
	assert_int_equal(pg_root_read(t->root, "/none", 10, &got), -ENOENT);
	assert_int_equal(pg_root_read(t->root, "/ten/none", 10, &got), -ENOTDIR);
	assert_int_equal(pg_root_read(t->root, "/ten", 9, &got), -EFBIG);
	assert_null(got.p);
	assert_int_equal(pg_root_read(t->root, "/ten", 10, &got), 0);
	assert_string_equal(got.p, "0123456789");
}

/* skip() leaves without freeing: what may not be possible is tried in a function apart. */
static bool make_device(const struct tree *t, const char *file)
{
	pg_autofree char *path = tree_path(t, file);

	return mknod(path, S_IFCHR | 0644, makedev(1, 3)) == 0;
}

static bool give_away(const struct tree *t, const char *file)
{
	pg_autofree char *path = tree_path(t, file);

	return chown(path, 1, 2) == 0 && chmod(path, 02755) == 0;
}

static bool label(const struct tree *t, const char *file)
{
	pg_autofree char *path = tree_path(t, file);

	return setxattr(path, "user.pve-gpu", "kept", 4, 0) == 0;
}

static void check_device(const struct tree *t)
{
	pg_autofree char *got = NULL;
	struct pg_dir dir PG_CLEANUP(pg_dir_done) = { .fd = -1 };

	assert_int_equal(pg_root_read_attr(t->root, "/sys/attr", &got), -EMEDIUMTYPE);
	assert_int_equal(pg_root_open_dir(t->root, "/sys", &dir), 0);
	assert_int_equal(pg_root_read_attr_at(&dir, "attr", &got), -EMEDIUMTYPE);
}

static void test_device(void **state)
{
	struct tree *t = *state;

	tree_dir(t, "/sys");
	if (!make_device(t, "/sys/attr"))
		skip();
	check_device(t);
}

static void test_read_at(void **state)
{
	struct tree *t = *state;
	pg_autofree char *attr = NULL, *name = NULL;
	struct pg_dir dir PG_CLEANUP(pg_dir_done) = { .fd = -1 };

	tree_file(t, "/sys/dev/vendor", "0x10de\n");
	tree_file(t, "/sys/dev/sub/name", "below\n");
	tree_file(t, "/sys/other/vendor", "0x8086\n");
	tree_link(t, "/sys/other/link", "target");
	tree_link(t, "/sys/dev/driver", "../../bus/drivers/nouveau");
	tree_link(t, "/sys/dev/out", "../other/vendor");
	tree_link(t, "/sys/dev/far", "../other");
	assert_int_equal(pg_root_open_dir(t->root, "/sys/dev", &dir), 0);
	assert_int_equal(pg_root_read_attr_at(&dir, "out", &attr), -EXDEV);
	assert_int_equal(pg_root_read_attr_at(&dir, "../other/vendor", &attr), -EXDEV);
	assert_int_equal(pg_root_read_attr_at(&dir, "/etc/hostname", &attr), -EXDEV);
	assert_int_equal(pg_root_readlink_name_at(&dir, "far/link", &name), -EXDEV);
	assert_int_equal(pg_root_readlink_name_at(&dir, "../other/link", &name), -EXDEV);
	assert_int_equal(pg_root_readlink_name_at(&dir, "vendor", &name), -EINVAL);
	assert_int_equal(pg_root_readlink_name_at(&dir, "sub/name", &name), -EINVAL);
	assert_int_equal(pg_root_readlink_name_at(&dir, "driver", &name), 0);
	assert_string_equal(name, "nouveau");
	assert_int_equal(pg_root_read_attr_at(&dir, "sub/name", &attr), 0);
	assert_string_equal(attr, "below");
	assert_true(pg_root_exists_at(&dir, "driver"));
	assert_false(pg_root_exists_at(&dir, "none"));
}

static void test_list(void **state)
{
	struct tree *t = *state;
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };

	tree_file(t, "/d/b", "");
	tree_file(t, "/d/.hidden", "");
	tree_dir(t, "/d/Z");
	tree_link(t, "/d/a", "nowhere");
	assert_names(t, "/d", ".hidden Z a b");
	assert_int_equal(pg_root_list(t->root, "/d/b", &names), -ENOTDIR);
	assert_int_equal(pg_root_list(t->root, "/none", &names), -ENOENT);
}

/* ---- replacing ---- */

static void test_replace(void **state)
{
	struct tree *t = *state;
	struct stat before, after;

	assert_int_equal(replace(t, "/f", "one"), 0);
	assert_content(t, "/f", "one");
	before = stat_of(t, "/f");
	assert_int_equal(before.st_mode & 07777, 0644);
	assert_int_equal(replace(t, "/f", ""), 0);
	after = stat_of(t, "/f");
	assert_content(t, "/f", "");
	assert_true(before.st_ino != after.st_ino);
	assert_names(t, "/", "f");
	assert_int_equal(replace(t, "/none/f", "x"), -ENOENT);
	assert_int_equal(replace(t, "/", "x"), -EINVAL);
	assert_int_equal(replace(t, "/..", "x"), -EINVAL);
}

/* What is replaced must be a regular file; nothing of another kind is touched. */
static void test_replace_refuses(void **state)
{
	struct tree *t = *state;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_bytes b = bytes_of("x");

	tree_file(t, "/target", "kept");
	tree_link(t, "/link", "target");
	tree_link(t, "/dangling", "nowhere");
	tree_fifo(t, "/fifo");
	tree_dir(t, "/dir");
	assert_int_equal(pg_root_replace(t->root, "/link", &b, &plain, &err), -ELOOP);
	assert_string_equal(err.path, "/link");
	assert_non_null(strstr(err.what, "symbolic link"));
	assert_int_equal(replace(t, "/dangling", "x"), -ELOOP);
	assert_int_equal(create(t, "/dangling", "x"), -ELOOP);
	assert_int_equal(replace(t, "/fifo", "x"), -EINVAL);
	assert_int_equal(replace(t, "/dir", "x"), -EISDIR);
	assert_content(t, "/target", "kept");
	assert_names(t, "/", "dangling dir fifo link target");
}

static void test_hard_link(void **state)
{
	struct tree *t = *state;
	pg_autofree char *a = tree_path(t, "/a"), *b = tree_path(t, "/b");

	tree_file(t, "/a", "old");
	assert_int_equal(link(a, b), 0);
	assert_int_equal(replace(t, "/a", "new"), 0);
	assert_content(t, "/a", "new");
	assert_content(t, "/b", "old");
}

static void test_keeps_mode_and_time(void **state)
{
	struct tree *t = *state;
	struct pg_meta meta = own(0644);
	struct pg_bytes b = bytes_of("new");
	pg_autofree char *path = tree_path(t, "/f");
	struct stat st;

	tree_file(t, "/f", "old");
	assert_int_equal(chmod(path, 04751), 0);
	meta.set_mtime = true;
	meta.mtime = (struct timespec){ 1000000000, 123 };
	assert_int_equal(pg_root_replace(t->root, "/f", &b, &meta, NULL), 0);
	st = stat_of(t, "/f");
	assert_int_equal(st.st_mode & 07777, 04751);
	assert_int_equal(st.st_mtim.tv_sec, 1000000000);
	assert_int_equal(st.st_mtim.tv_nsec, 123);
	meta.set_owner = true;
	assert_int_equal(pg_root_replace(t->root, "/f", &b, &meta, NULL), 0);
	st = stat_of(t, "/f");
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void test_keeps_owner(void **state)
{
	struct tree *t = *state;
	struct stat st;

	tree_file(t, "/f", "old");
	if (!give_away(t, "/f"))
		skip();
	assert_int_equal(replace(t, "/f", "new"), 0);
	st = stat_of(t, "/f");
	assert_int_equal(st.st_uid, 1);
	assert_int_equal(st.st_gid, 2);
	assert_int_equal(st.st_mode & 07777, 02755);
}

static void check_label(const struct tree *t)
{
	pg_autofree char *path = tree_path(t, "/f");
	char value[16];

	assert_int_equal(replace(t, "/f", "new"), 0);
	assert_int_equal(getxattr(path, "user.pve-gpu", value, sizeof(value)), 4);
	assert_memory_equal(value, "kept", 4);
}

static void test_keeps_xattr(void **state)
{
	struct tree *t = *state;

	tree_file(t, "/f", "old");
	if (!label(t, "/f"))
		skip();
	check_label(t);
}

/* The disk is full half way: here, a limit on the size of files. */
static void test_failure_leaves_nothing(void **state)
{
	struct tree *t = *state;
	struct rlimit before, little = { 10, RLIM_INFINITY };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_bytes b = bytes_of("more than ten bytes");
	int replaced, created;

	tree_file(t, "/d/f", "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	little.rlim_max = before.rlim_max;
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	replaced = pg_root_replace(t->root, "/d/f", &b, &plain, &err);
	created = pg_root_create(t->root, "/d/g", &b, &plain, NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(replaced, -EFBIG);
	assert_int_equal(created, -EFBIG);
	assert_int_equal(err.code, -EFBIG);
	assert_content(t, "/d/f", "old");
	assert_names(t, "/d", "f");
}

static void test_create(void **state)
{
	struct tree *t = *state;

	assert_int_equal(create(t, "/f", "one"), 0);
	assert_int_equal(create(t, "/f", "two"), -EEXIST);
	assert_content(t, "/f", "one");
	tree_dir(t, "/d");
	assert_int_equal(create(t, "/d", "x"), -EISDIR);
	assert_names(t, "/", "d f");
}

/* ---- folders, links, removal ---- */

static void test_mkdirs(void **state)
{
	struct tree *t = *state;
	struct pg_strv made PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *all = NULL;
	mode_t mask = umask(077);

	assert_int_equal(pg_root_mkdirs(t->root, "/a", 0755, &made, NULL), 0);
	assert_int_equal(pg_root_mkdirs(t->root, "/a//b/c/", 0755, &made, NULL), 0);
	assert_int_equal(pg_root_mkdirs(t->root, "/a/b", 0755, &made, NULL), 0);
	(void)umask(mask);
	all = pg_strv_join(&made, " ");
	assert_string_equal(all, "/a /a//b /a//b/c");
	assert_int_equal(stat_of(t, "/a/b/c").st_mode & 07777, 0755);
	tree_file(t, "/a/file", "");
	assert_int_equal(pg_root_mkdirs(t->root, "/a/file/x", 0755, NULL, NULL), -ENOTDIR);
	assert_int_equal(pg_root_mkdir(t->root, "/a", 0755, NULL), -EEXIST);
}

static void test_remove(void **state)
{
	struct tree *t = *state;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };

	tree_file(t, "/d/f", "x");
	tree_link(t, "/l", "d/f");
	assert_int_equal(pg_root_rmdir(t->root, "/d", &err), -ENOTEMPTY);
	assert_string_equal(err.what, "The folder cannot be removed: it is not empty.");
	assert_int_equal(pg_root_unlink(t->root, "/l", NULL), 0);
	assert_content(t, "/d/f", "x");
	assert_int_equal(pg_root_unlink(t->root, "/d/f", NULL), 0);
	assert_int_equal(pg_root_unlink(t->root, "/d/f", NULL), -ENOENT);
	assert_true(pg_root_unlink(t->root, "/d", NULL) < 0);
	assert_int_equal(pg_root_rmdir(t->root, "/d", NULL), 0);
	assert_names(t, "/", "");
}

static void test_symlink(void **state)
{
	struct tree *t = *state;
	pg_autofree char *target = NULL;

	tree_file(t, "/file", "kept");
	assert_int_equal(pg_root_symlink(t->root, "one", "/l", NULL), 0);
	assert_int_equal(pg_root_symlink(t->root, "two", "/l", NULL), 0);
	assert_int_equal(pg_root_readlink(t->root, "/l", &target), 0);
	assert_string_equal(target, "two");
	assert_int_equal(pg_root_symlink(t->root, "x", "/file", NULL), -EEXIST);
	assert_content(t, "/file", "kept");
}

/* ---- in place ---- */

static void test_append(void **state)
{
	struct tree *t = *state;

	assert_int_equal(append(t, "/journal", "one\n"), 0);
	assert_int_equal(stat_of(t, "/journal").st_mode & 07777, 0600);
	assert_int_equal(append(t, "/journal", "two\n"), 0);
	assert_content(t, "/journal", "one\ntwo\n");
	tree_link(t, "/link", "journal");
	tree_fifo(t, "/fifo");
	assert_int_equal(append(t, "/link", "x"), -ELOOP);
	assert_true(append(t, "/fifo", "x") < 0);
	assert_content(t, "/journal", "one\ntwo\n");
}

static void test_lock(void **state)
{
	struct tree *t = *state;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int first = -1, second = -1;

	assert_int_equal(pg_root_lock(t->root, "/lock", "me", &first, NULL), 0);
	assert_int_equal(stat_of(t, "/lock").st_mode & 07777, 0600);
	assert_int_equal(pg_root_lock(t->root, "/lock", "you", &second, &err), -EAGAIN);
	assert_string_equal(err.what, "The lock cannot be taken: another process has it.");
	assert_int_equal(second, -1);
	assert_int_equal(close(first), 0);
	assert_int_equal(pg_root_lock(t->root, "/lock", "you", &second, NULL), 0);
	assert_int_equal(close(second), 0);
	tree_link(t, "/link", "lock");
	tree_fifo(t, "/fifo");
	assert_int_equal(pg_root_lock(t->root, "/link", "", &second, NULL), -ELOOP);
	assert_int_equal(pg_root_lock(t->root, "/fifo", "", &second, NULL), -EINVAL);
}

static void test_write_attr(void **state)
{
	struct tree *t = *state;

	tree_file(t, "/attr", "a long old value\n");
	assert_int_equal(pg_root_write_attr(t->root, "/attr", "new", NULL), 0);
	assert_content(t, "/attr", "new");
	assert_int_equal(pg_root_write_attr(t->root, "/none", "new", NULL), -ENOENT);
	assert_false(pg_root_exists(t->root, "/none"));
	tree_fifo(t, "/fifo");
	assert_int_equal(pg_root_write_attr(t->root, "/fifo", "new", NULL), -ENXIO);
}

/* ---- the same by hand, where there is no openat2 ---- */

/* What the path leads to: an errno, or an inode and the kind of descriptor. */
static uint64_t landing(int fd)
{
	struct stat st;

	if (fd < 0)
		return (uint64_t)(int64_t)fd;
	assert_int_equal(fstat(fd, &st), 0);
	(void)close(fd);
	return st.st_ino;
}

static void assert_same_walk(const struct tree *t, const char *path, uint64_t flags,
			     uint64_t resolve)
{
	struct pg_dir dir PG_CLEANUP(pg_dir_done) = { .fd = -1 };
	uint64_t kernel, walked;

	assert_int_equal(pg_root_open_dir(t->root, "/root", &dir), 0);
	kernel = landing(pg_open_below(dir.fd, path, flags, resolve));
	walked = landing(pg_walk_below(dir.fd, path, flags, resolve));
	if (kernel != walked)
		fail_msg("%s: kernel %lld, by hand %lld", path, (long long)kernel,
			 (long long)walked);
}

static void test_walk(void **state)
{
	static const char *const paths[] = {
		"", "/", ".", "..", "//", "/etc", "etc/", "etc//file", "/etc/./file",
		"etc/../etc/file", "/../etc/file", "etc/file/", "etc/file/x", "etc/missing",
		"etc/missing/x", "link", "link/", "link/file", "absolute", "absolute/file",
		"out", "out/secret", "up", "up/etc/file", "loop", "loop/x", "etc/tofile",
		"etc/tofile/", "dangling", "dangling/x", "chain/file", "../outside/secret",
		"etc/..", "etc/.", "link/..", "absolute/../etc/tofile", "deep/a/b/../../../etc",
	};
	static const uint64_t flags[] = {
		O_PATH, O_PATH | O_NOFOLLOW, O_RDONLY, O_RDONLY | O_DIRECTORY,
		O_RDONLY | O_NOFOLLOW, O_WRONLY,
	};
	const struct tree *t = *state;

	tree_file(t, "/outside/secret", SECRET);
	tree_file(t, "/root/etc/file", "in");
	tree_dir(t, "/root/deep/a/b");
	tree_link(t, "/root/link", "etc");
	tree_link(t, "/root/absolute", "/etc");
	tree_link(t, "/root/out", "../outside");
	tree_link(t, "/root/up", "..");
	tree_link(t, "/root/loop", "loop");
	tree_link(t, "/root/chain", "link/../absolute");
	tree_link(t, "/root/dangling", "etc/nothing");
	tree_link(t, "/root/etc/tofile", "/etc/file");
	for (size_t i = 0; i < PG_ARRAY_SIZE(paths); i++) {
		for (size_t f = 0; f < PG_ARRAY_SIZE(flags); f++) {
			assert_same_walk(t, paths[i], flags[f], RESOLVE_IN_ROOT);
			assert_same_walk(t, paths[i], flags[f], RESOLVE_BENEATH);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_links_out),
		tree_test(test_writes_through_folder_links),
		tree_test(test_links_inside),
		tree_test(test_walk),
		cmocka_unit_test(test_magic_links),
		tree_test(test_open_fails),
		tree_test(test_read),
		tree_test(test_device),
		tree_test(test_read_at),
		tree_test(test_list),
		tree_test(test_replace),
		tree_test(test_replace_refuses),
		tree_test(test_hard_link),
		tree_test(test_keeps_mode_and_time),
		tree_test(test_keeps_owner),
		tree_test(test_keeps_xattr),
		tree_test(test_failure_leaves_nothing),
		tree_test(test_create),
		tree_test(test_mkdirs),
		tree_test(test_remove),
		tree_test(test_symlink),
		tree_test(test_append),
		tree_test(test_lock),
		tree_test(test_write_attr),
	};

	return cmocka_run_group_tests_name("root", tests, NULL, NULL);
}
