/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drivers that divide GPUs: i915 with kvmgt (GVT-g), and NVIDIA's for vGPU hosts. */
#include "src/host/mdev_private.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/collect.h"

#define INDEX_MAX ((size_t)16 << 20)
#define VENDOR_INTEL 0x8086
#define VENDOR_NVIDIA 0x10de
#define HOST_MODULE "nvidia-vgpu-vfio"

void pg_vgpu_done(struct pg_vgpu *v)
{
	free(v->guc);
	free(v->nvidia);
	free(v->nvidia_other);
}

/* ---- which modules a kernel has ---- */

/* modules.dep and modules.builtin of a kernel, one behind the other; empty: nothing is known. */
static int read_index(const struct pg_root *root, const char *release, char **ret)
{
	static const char *const tops[] = { "/lib/modules", "/usr/lib/modules" };
	static const char *const files[] = { "modules.dep", "modules.builtin" };
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	for (size_t i = 0; i < PG_ARRAY_SIZE(tops) && !b.len; i++)
		for (size_t k = 0; k < PG_ARRAY_SIZE(files); k++) {
			struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
			pg_autofree char *path = pg_strf("%s/%s/%s", tops[i], release, files[k]);
			int r = path ? pg_root_read(root, path, INDEX_MAX, &text) : -ENOMEM;

			if (r == -ENOMEM)
				return r;
			if (r == 0)
				pg_strbuf_addn(&b, text.p, text.n);
		}
	*ret = pg_strbuf_steal(&b);
	return *ret ? 0 : -ENOMEM;
}

/* The module's file below the kernel's folder, "updates/dkms/nvidia.ko"; *ret_n 0: none. */
static const char *find_module(const char *index, const char *name, size_t *ret_n)
{
	size_t pos = 0, len, full;
	const char *line;

	while (pg_text_line(index, strlen(index), &pos, &line, &len, &full)) {
		const char *colon = memchr(line, ':', len);
		size_t n = colon ? (size_t)(colon - line) : len;
		const char *slash = memrchr(line, '/', n);
		const char *base = slash ? slash + 1 : line;
		size_t left = n - (size_t)(base - line), want = strlen(name);

		if (left < want + 3 || strncmp(base, name, want) != 0 ||
		    strncmp(base + want, ".ko", 3) != 0)
			continue;
		*ret_n = n;
		return line;
	}
	*ret_n = 0;
	return NULL;
}

/* An index that is empty tells nothing. */
static enum pg_tri has_module(const char *index, const char *name)
{
	size_t n;

	if (!*index)
		return PG_UNKNOWN;
	return find_module(index, name, &n) ? PG_YES : PG_NO;
}

/* A compressed one is not looked into. */
static int read_signature(const struct pg_root *root, struct pg_facts *facts, const char *index)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t n;
	const char *file = find_module(index, HOST_MODULE, &n);
	pg_autofree char *path = NULL;
	int r;

	if (!file || n < 3 || strncmp(file + n - 3, ".ko", 3) != 0)
		return 0;
	path = pg_strf("/lib/modules/%s/%.*s", facts->system.kernel, (int)n, file);
	r = path ? pg_root_read(root, path, INDEX_MAX, &bytes) : -ENOMEM;
	if (r == 0)
		facts->vgpu.nvidia_signed = pg_module_is_signed(&bytes);
	return r == -ENOMEM ? r : 0;
}

/* The newest of the others that has the module, while the running one lacks it. */
static int read_others(const struct pg_root *root, struct pg_facts *facts)
{
	const struct pg_strv *kernels = &facts->boot.kernels;

	for (size_t i = kernels->n; i-- > 0 && !facts->vgpu.nvidia_other;) {
		pg_autofree char *index = NULL;

		if (strcmp(kernels->v[i], facts->system.kernel) == 0)
			continue;
		if (read_index(root, kernels->v[i], &index) < 0)
			return -ENOMEM;
		if (has_module(index, HOST_MODULE) != PG_YES)
			continue;
		facts->vgpu.nvidia_other = strdup(kernels->v[i]);
		if (!facts->vgpu.nvidia_other)
			return -ENOMEM;
	}
	return 0;
}

static int read_modules(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_vgpu *v = &facts->vgpu;
	pg_autofree char *index = NULL;
	int r;

	if (!facts->system.kernel || strchr(facts->system.kernel, '/'))
		return 0;
	r = read_index(root, facts->system.kernel, &index);
	if (r < 0)
		return r;
	v->kvmgt = has_module(index, "kvmgt");
	v->nvidia_there = has_module(index, "nvidia");
	v->nvidia_host = has_module(index, HOST_MODULE);
	r = read_signature(root, facts, index);
	return r < 0 || v->nvidia_host != PG_NO ? r : read_others(root, facts);
}

/* ---- parameters ---- */

/* *ret stays as it is where the module is not there, or has no such parameter. */
static int attr(const struct pg_root *root, struct pg_facts *facts, const char *path, char **ret)
{
	int r = pg_root_read_attr(root, path, ret);

	return r < 0 ? pg_note_unread(facts, path, r) : 0;
}

static int read_parameters(const struct pg_root *root, struct pg_facts *facts)
{
	pg_autofree char *gvt = NULL;
	int r = attr(root, facts, "/sys/module/i915/parameters/enable_gvt", &gvt);

	if (r == 0)
		r = attr(root, facts, "/sys/module/i915/parameters/enable_guc", &facts->vgpu.guc);
	if (r == 0)
		r = attr(root, facts, "/sys/module/nvidia/version", &facts->vgpu.nvidia);
	if (r == 0 && gvt && *gvt)
		facts->vgpu.gvt = *gvt == 'Y' || *gvt == '1';
	return r;
}

static bool has_vendor(const struct pg_facts *facts)
{
	for (size_t i = 0; i < facts->n_dev; i++)
		if (facts->dev[i].kind == PG_KIND_GPU && (facts->dev[i].vendor == VENDOR_INTEL ||
							  facts->dev[i].vendor == VENDOR_NVIDIA))
			return true;
	return false;
}

int pg_collect_vgpu(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_vgpu *v = &facts->vgpu;
	int r;

	v->gvt = v->kvmgt = v->nvidia_there = v->nvidia_host = v->nvidia_signed = PG_UNKNOWN;
	if (!has_vendor(facts))
		return 0;
	r = read_parameters(root, facts);
	return r < 0 ? r : read_modules(root, facts);
}
