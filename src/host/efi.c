/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/boot.h"

#include <errno.h>
#include <string.h>

#define EFIVARS "/sys/firmware/efi/efivars"
#define GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define LOADER "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define VAR_MAX ((size_t)64 << 10)
#define ATTRIBUTES 4	/* bytes before the value in every file of efivarfs */
#define INFO_MAX 64
#define PATH_CHARS_MAX 256

/* Media device path, file path: UEFI 2.10, 10.3.5.4 */
#define NODE_MEDIA 4
#define NODE_MEDIA_FILE 4
#define NODE_END 0x7f

/* A variable's value: the file without the attributes. */
struct value {
	struct pg_bytes file;
	const unsigned char *p;
	size_t n;
};

static void value_done(struct value *v)
{
	pg_bytes_done(&v->file);
}

static int read_value(const struct pg_root *root, const char *name, struct value *ret)
{
	pg_autofree char *path = pg_strf(EFIVARS "/%s", name);
	int r = path ? pg_root_read(root, path, VAR_MAX, &ret->file) : -ENOMEM;

	if (r < 0)
		return r;
	if (ret->file.n < ATTRIBUTES)
		return -EBADMSG;
	ret->p = (const unsigned char *)ret->file.p + ATTRIBUTES;
	ret->n = ret->file.n - ATTRIBUTES;
	return 0;
}

static unsigned u16(const unsigned char *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

/* UTF-16LE up to its NUL, as printable ASCII; anything else is '?'. */
static char *ascii(const unsigned char *p, size_t n, size_t max)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i + 1 < n && b.len < max; i += 2) {
		unsigned c = u16(p + i);

		if (c == 0)
			break;
		pg_strbuf_addc(&b, c >= 0x20 && c < 0x7f ? (char)c : '?');
	}
	return pg_strbuf_steal(&b);
}

int pg_efi_loader_info(const struct pg_root *root, char **ret)
{
	struct value v PG_CLEANUP(value_done) = { 0 };
	int r = read_value(root, "LoaderInfo-" LOADER, &v);

	if (r < 0)
		return r;
	*ret = ascii(v.p, v.n, INFO_MAX);
	return *ret ? 0 : -ENOMEM;
}

enum pg_tri pg_efi_secure_boot(const struct pg_root *root)
{
	struct value v PG_CLEANUP(value_done) = { 0 };
	int r = read_value(root, "SecureBoot-" GLOBAL, &v);

	if (r == 0 && v.n == 1)
		return v.p[0] == 1;
	/* firmware without Secure Boot has no such variable, but others */
	if (r == -ENOENT && pg_root_exists(root, EFIVARS "/BootCurrent-" GLOBAL))
		return PG_NO;
	return PG_UNKNOWN;
}

/* The file in a device path: nodes of type, subtype, and a length that counts these four
 * bytes as well. */
static int file_of_path(const unsigned char *p, size_t n, char **ret)
{
	while (n >= 4) {
		size_t len = u16(p + 2);

		if (len < 4 || len > n)
			return -EBADMSG;
		if (p[0] == NODE_END)
			break;
		if (p[0] == NODE_MEDIA && p[1] == NODE_MEDIA_FILE) {
			*ret = ascii(p + 4, len - 4, PATH_CHARS_MAX);
			return *ret ? 0 : -ENOMEM;
		}
		p += len;
		n -= len;
	}
	return -ENOENT;
}

/* EFI_LOAD_OPTION: attributes (4 bytes), length of the path list (2), the description with
 * its NUL, the path list. */
static int file_of_option(const struct value *v, char **ret)
{
	size_t at = 6, n;

	if (v->n < at)
		return -EBADMSG;
	n = u16(v->p + 4);
	while (at + 1 < v->n && u16(v->p + at) != 0)
		at += 2;
	at += 2;
	if (at > v->n || n > v->n - at)
		return -EBADMSG;
	return file_of_path(v->p + at, n, ret);
}

int pg_efi_boot_path(const struct pg_root *root, char **ret)
{
	struct value current PG_CLEANUP(value_done) = { 0 };
	struct value option PG_CLEANUP(value_done) = { 0 };
	pg_autofree char *name = NULL;
	int r = read_value(root, "BootCurrent-" GLOBAL, &current);

	if (r < 0)
		return r;
	if (current.n != 2)
		return -EBADMSG;
	name = pg_strf("Boot%04X-" GLOBAL, u16(current.p));
	if (!name)
		return -ENOMEM;
	r = read_value(root, name, &option);
	return r < 0 ? r : file_of_option(&option, ret);
}
