/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does it name this network card for good? The same bytes as a systemd.link(5) and as a rule of udev. */
#include "tests/fuzz/fuzz.h"

#include "src/plan/nic.h"

#define MAC "04:42:1a:0d:e7:31"

static enum pg_nic_state state(const struct pg_bytes *in, const char *file_path)
{
	char path[64], name[] = "enp1s0", mac[] = MAC, driver[] = "igb";
	struct pg_file file = { .path = path, .bytes = *in };
	struct pg_dev dev = { .addr = { .bus = 1 }, .driver = driver };
	struct pg_nic nic = { .name = name, .addr = dev.addr, .mac = mac };
	const struct pg_facts facts = { .dev = &dev, .n_dev = 1, .nic = &nic, .n_nic = 1,
					.file = &file, .n_file = 1 };
	const char *why = NULL;
	enum pg_nic_state s;

	(void)snprintf(path, sizeof(path), "%s", file_path);
	s = pg_nic_state(&facts, NULL, &nic, &why);
	FUZZ_ASSERT(s == PG_NIC_OFFERED || s == PG_NIC_PINNED || s == PG_NIC_OTHER_LINK);
	FUZZ_ASSERT(s == PG_NIC_OFFERED || why == path);
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	enum pg_nic_state own, packaged;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	own = state(&in, "/etc/systemd/network/10-a.link");
	packaged = state(&in, "/usr/lib/systemd/network/10-a.link");
	/* A package's counts as one of the person's, or not at all. */
	FUZZ_ASSERT(packaged == own || packaged == PG_NIC_OFFERED);
	FUZZ_ASSERT(own != PG_NIC_PINNED || memmem(in.p, in.n, "MACAddress", 10));
	FUZZ_ASSERT(state(&in, "/etc/udev/rules.d/70-a.rules") == PG_NIC_OFFERED ||
		    memmem(in.p, in.n, "NAME=\"", 6));
	return 0;
}
