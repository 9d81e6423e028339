/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was remembered of devices, /etc/pve-gpu/devices.conf, on a node where some of it is so. */
#include "tests/fuzz/fuzz.h"

#include "src/plan/drift.h"
#include "src/plan/memory.h"

/* The table of bindings by address, for what drifts. */
static void add_file(struct pg_facts *facts, const char *path, const void *p, size_t n)
{
	struct pg_file *file = pg_vec_add(&facts->file, &facts->n_file, sizeof(*file));

	FUZZ_ASSERT(file);
	file->path = strdup(path);
	FUZZ_ASSERT(file->path && pg_bytes_copy(p, n, &file->bytes) == 0);
}

static void add_dev(struct pg_facts *facts, uint8_t bus, const char *serial)
{
	struct pg_dev *dev = pg_vec_add(&facts->dev, &facts->n_dev, sizeof(*dev));

	FUZZ_ASSERT(dev);
	dev->addr.bus = bus;
	dev->vendor = 0x10de;
	dev->device = 0x2684;
	dev->has_subsystem = true;
	dev->subvendor = 0x1458;
	dev->subdevice = 0x40bf;
	dev->class = 0x030000;
	dev->kind = PG_KIND_GPU;
	dev->group = -1;
	dev->serial = serial ? strdup(serial) : NULL;
}

/* The second card has two functions of the four that it can have; behind all others. */
static void add_vfs(struct pg_facts *facts)
{
	for (uint8_t i = 0; i < 2; i++) {
		struct pg_bdf addr = { .bus = 2, .dev = 0x10, .fn = i }, *link;
		struct pg_dev *vf, *pf;

		add_dev(facts, 2, NULL);
		pf = &facts->dev[1];
		vf = &facts->dev[facts->n_dev - 1];
		vf->addr = addr;
		vf->is_vf = true;
		vf->physfn = pf->addr;
		link = pg_vec_add(&pf->vf, &pf->n_vf, sizeof(*link));
		FUZZ_ASSERT(link);
		*link = addr;
		pf->total_vfs = 4;
		pf->num_vfs = 2;
		pf->vf_offset = 128;
		pf->vf_stride = 1;
	}
}

static struct pg_facts *node(const void *p, size_t n)
{
	static const char bind[] = "0000:01:00.0 10de:2684\n0000:03:00.0 10de:2684\n";
	struct pg_facts *facts = calloc(1, sizeof(*facts));

	FUZZ_ASSERT(facts);
	facts->system.node = strdup("pve1");
	add_dev(facts, 1, "dsn=1");
	add_dev(facts, 2, NULL);
	add_vfs(facts);
	add_file(facts, "/etc/pve-gpu/bind.conf", bind, sizeof(bind) - 1);
	add_file(facts, PG_PATH_DEVICES, p, n);
	return facts;
}

static bool is_function(const struct pg_found *f, unsigned n)
{
	return pg_bdf_equal(f->dev->physfn, f->card->addr) && n < f->card->n_vf &&
	       pg_bdf_equal(f->card->vf[n], f->dev->addr);
}

static void check(const struct pg_memory *memory)
{
	for (size_t i = 0; i < memory->n; i++) {
		const struct pg_found *f = &memory->found[i];
		bool has = f->place == PG_PLACE_SAME || f->place == PG_PLACE_MOVED;

		FUZZ_ASSERT(has == (f->dev != NULL));
		FUZZ_ASSERT(f->place != PG_PLACE_MOVED || f->by);
		FUZZ_ASSERT(f->place != PG_PLACE_UNMADE || (memory->known[i].is_vf && f->card && f->by));
		/* Another card is never taken for it. */
		FUZZ_ASSERT(!has || f->card);
		FUZZ_ASSERT(!f->card || (memory->known[i].vendor == f->card->vendor &&
					 memory->known[i].device == f->card->device));
		/* Nor another function. */
		FUZZ_ASSERT(!has || f->dev->is_vf == memory->known[i].is_vf);
		FUZZ_ASSERT(!has || !f->dev->is_vf || is_function(f, memory->known[i].vf));
		for (size_t k = 0; k < memory->known[i].user.n; k++)
			FUZZ_ASSERT(*memory->known[i].user.v[k]);
	}
}

/* Written and read again it is the same, and lines that are no device are still there. */
static void check_text(const struct pg_memory *memory, const struct pg_bytes *in)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes again PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_memory back PG_CLEANUP(pg_memory_done) = { 0 };
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;

	FUZZ_ASSERT(pg_memory_text(memory, in, &text) == 0);
	facts = node(text.p ? text.p : "", text.n);
	FUZZ_ASSERT(pg_memory_read(facts, &back) == 0);
	FUZZ_ASSERT(back.n == memory->n && !back.bad_line == !memory->bad_line);
	FUZZ_ASSERT(pg_memory_text(&back, &text, &again) == 0);
	FUZZ_ASSERT(pg_bytes_equal(&text, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = node(data, size);
	struct pg_memory memory PG_CLEANUP(pg_memory_done) = { 0 };
	struct pg_drifts drifts PG_CLEANUP(pg_drifts_done) = { 0 };

	FUZZ_ASSERT(pg_memory_read(facts, &memory) == 0);
	check(&memory);
	check_text(&memory, &pg_facts_file(facts, PG_PATH_DEVICES)->bytes);
	FUZZ_ASSERT(pg_drifts_find(facts, &drifts) == 0);
	for (size_t i = 0; i < drifts.n; i++)
		FUZZ_ASSERT(drifts.v[i].what == PG_DRIFT_BIND && drifts.v[i].line >= 1);
	return 0;
}
