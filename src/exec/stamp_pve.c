/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The half of a stamp that is Proxmox's: the files that commands for VMs change. `pvesh set` of a mapping
 * writes all of its entries, `qm set` takes a number that was free: what somebody else put there
 * meanwhile, in the GUI or on another node, would be gone.
 */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/exec/run.h"

#define PVE "/etc/pve"
#define VMS PVE "/qemu-server"

static void add_line(struct pg_strbuf *b, const char *path, const struct stat *st)
{
	if (st)
		pg_strbuf_addf(b, "%s %lld %lld.%09ld\n", path, (long long)st->st_size,
			       (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	else
		pg_strbuf_addf(b, "%s none\n", path);
}

static int add_file(const struct pg_root *root, const char *path, struct pg_strbuf *b)
{
	struct stat st;
	int r = pg_root_stat(root, path, &st);

	if (r == -ENOMEM)
		return r;
	add_line(b, path, r < 0 ? NULL : &st);
	return pg_strbuf_error(b);
}

int pg_stamp_pve(const struct pg_root *root, struct pg_strbuf *b)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = add_file(root, PVE "/mapping/pci.cfg", b);

	if (r == 0)
		r = add_file(root, PVE "/mapping/usb.cfg", b);
	if (r == 0 && pg_root_list(root, VMS, &names) == -ENOMEM)
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *path = pg_strf(VMS "/%s", names.v[i]);

		r = path ? add_file(root, path, b) : -ENOMEM;
	}
	return r;
}

bool pg_stamp_is_pve(const char *line)
{
	return pg_text_starts(line, PVE "/");
}

/* What the command changes: *ret_vmid is the VM's number, NULL for mappings. Returns NULL where it is no
 * such command, or memory ran out (errno). */
static char *file_of(const struct pg_strv *argv, const char **ret_vmid)
{
	static const char mapping[] = "/cluster/mapping/";
	const char *what = argv->n > 2 ? argv->v[2] : "";

	*ret_vmid = NULL;
	errno = 0;
	if (argv->n > 2 && strcmp(argv->v[0], "qm") == 0) {
		*ret_vmid = what;
		return pg_strf(VMS "/%s.conf", what);
	}
	if (argv->n < 3 || strcmp(argv->v[0], "pvesh") != 0 || !pg_text_starts(what, mapping))
		return NULL;
	what += strlen(mapping);
	return pg_strf(PVE "/mapping/%.*s.cfg", (int)strcspn(what, "/"), what);
}

/* 1: its line in the stamp is that of now, or it has none; 0: not. */
static int is_same(const struct pg_root *root, const char *then, const char *path, struct pg_err *err)
{
	struct pg_strbuf now PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_strv line PG_CLEANUP(pg_strv_done) = { 0 };
	size_t n = strlen(path);
	struct stat st;
	int r = pg_root_stat(root, path, &st);

	if (r < 0 && r != -ENOENT)
		return pg_err_set(err, r, path, 0, "Whether it was changed meanwhile cannot be seen: %s.",
				  pg_err_reason(r));
	add_line(&now, path, r < 0 ? NULL : &st);
	if (pg_strbuf_error(&now) < 0 || pg_strv_split(then, "\n", &line) < 0)
		return -ENOMEM;
	now.s[now.len - 1] = '\0';
	for (size_t i = 0; i < line.n; i++)
		if (strncmp(line.v[i], path, n) == 0 && line.v[i][n] == ' ')
			return strcmp(line.v[i], now.s) == 0;
	return 1;
}

int pg_stamp_check_command(const struct pg_root *root, const char *then, const struct pg_strv *argv,
			   struct pg_err *err)
{
	const char *vmid;
	pg_autofree char *path = then ? file_of(argv, &vmid) : NULL;
	int r;

	if (!path)
		return then && errno == ENOMEM ? -ENOMEM : 0;
	r = is_same(root, then, path, err);
	if (r != 0)
		return r < 0 ? r : 0;
	return vmid ? pg_err_set(err, -ESTALE, NULL, 0,
				 "The configuration of VM %s was changed meanwhile: by Proxmox, or by somebody "
				 "else. Look again and repeat.", vmid) :
		      pg_err_set(err, -ESTALE, NULL, 0,
				 "The resource mappings were changed meanwhile, by somebody else or on another "
				 "node. Look again and repeat.");
}
