/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts of mediated devices: bytes to facts. */
#include "src/host/mdev_private.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/text.h"

#define NVIDIA "nvidia-"

/* A number at the start of s, and where it ends; 0: there is none, or it is out of all measure. */
static uint64_t number(const char *s, const char **ret_end)
{
	uint64_t n = 0;

	for (; isdigit((unsigned char)*s); s++)
		n = n > UINT32_MAX ? n : n * 10 + (uint64_t)(*s - '0');
	*ret_end = s;
	return n > UINT32_MAX ? 0 : n;
}

/* The number behind a word, "framebuffer=1024M". */
static uint64_t behind(const char *text, const char *word)
{
	const char *at = text ? strstr(text, word) : NULL;
	const char *end;

	if (!at)
		return 0;
	at += strlen(word);
	return number(at + strspn(at, " "), &end);
}

uint64_t pg_mdev_framebuffer(const char *description)
{
	uint64_t nvidia = behind(description, "framebuffer=");

	return nvidia ? nvidia : behind(description, "low_gm_size:") +
				 behind(description, "high_gm_size:");
}

/* "GRID A100-1-5C", "NVIDIA A40-48Q": one letter behind the last number, and no more. */
uint64_t pg_mdev_nvidia_framebuffer(const char *name)
{
	const char *dash = name ? strrchr(name, '-') : NULL;
	const char *end;
	uint64_t gib;

	if (!dash || !isdigit((unsigned char)dash[1]))
		return 0;
	gib = number(dash + 1, &end);
	if (!isupper((unsigned char)end[0]) || (end[1] && end[1] != ' ') || gib > 4096)
		return 0;
	return gib ? gib * 1024 : 512;
}

uint32_t pg_mdev_nvidia_id(const char *type)
{
	uint64_t id;

	if (!type || !pg_text_starts(type, NVIDIA) ||
	    pg_text_number(type + strlen(NVIDIA), 10, UINT32_MAX, &id) < 0)
		return 0;
	return (uint32_t)id;
}

bool pg_mdev_is_uuid(const char *s)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)s[i]) || isupper((unsigned char)s[i]) :
				     s[i] != form[i])
			return false;
	return true;
}

bool pg_mdev_is_proxmox(const char *uuid, uint32_t *ret_vmid, unsigned *ret_index)
{
	static const char middle[] = "-0000-0000-0000-";
	char index[9] = "";
	uint64_t n, vmid;

	if (!pg_mdev_is_uuid(uuid) || !pg_text_starts(uuid + 8, middle))
		return false;
	memcpy(index, uuid, 8);
	if (pg_text_number(index, 10, PG_HOSTPCI_MAX - 1, &n) < 0 ||
	    pg_text_number(uuid + 8 + strlen(middle), 10, 999999999, &vmid) < 0 || vmid < 100)
		return false;
	*ret_index = (unsigned)n;
	*ret_vmid = (uint32_t)vmid;
	return true;
}

/* ---- creatable_vgpu_types ---- */

static int add(struct pg_mdev_parent *parent, uint64_t id, const char *name)
{
	struct pg_mdev_type *type = pg_vec_add(&parent->type, &parent->n_type, sizeof(*type));

	if (!type)
		return -ENOMEM;
	type->available = 1;
	type->id = pg_strf(NVIDIA "%u", (unsigned)id);
	type->name = strdup(name);
	type->framebuffer = pg_mdev_nvidia_framebuffer(name);
	return type->id && type->name ? 0 : -ENOMEM;
}

/* "  941 : NVIDIA RTX6000-Ada-1Q" */
static int read_line(char *line, struct pg_mdev_parent *parent, struct pg_strv *bad)
{
	char *colon = strchr(line, ':');
	char *name;
	uint64_t id;

	if (!*pg_text_trim(line))
		return 0;
	if (!colon)
		return pg_strv_add(bad, line);
	*colon = '\0';
	name = pg_text_trim(colon + 1);
	if (pg_text_number(pg_text_trim(line), 10, UINT32_MAX, &id) < 0 || !id || !*name)
		return pg_strv_addf(bad, "%s: %s", pg_text_trim(line), name);
	return add(parent, id, name);
}

int pg_mdev_read_creatable(const char *text, struct pg_mdev_parent *parent, struct pg_strv *bad)
{
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && pg_text_line(text, strlen(text), &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);

		r = copy ? read_line(copy, parent, bad) : -ENOMEM;
	}
	return r;
}

/* ---- a module's file ---- */

bool pg_module_is_signed(const struct pg_bytes *bytes)
{
	static const char mark[] = "~Module signature appended~\n";
	size_t n = sizeof(mark) - 1;

	return bytes->n >= n && memcmp(bytes->p + bytes->n - n, mark, n) == 0;
}
