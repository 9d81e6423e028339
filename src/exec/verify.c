/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/exec/proof.h"
#include "src/plan/status.h"

static bool is_lost(const struct pg_status *s)
{
	return s->dev && s->verdict == PG_STATUS_WRONG && s->expected &&
	       strcmp(s->expected, "vfio-pci") == 0 &&
	       (!s->dev->driver || strcmp(s->dev->driver, "vfio-pci") != 0);
}

static int look_initrd(struct pg_run *run, struct pg_facts *facts, const char *release)
{
	struct pg_initrd *rd = NULL;
	int r;

	for (size_t i = 0; release && i < facts->boot.n_initrd; i++)
		if (strcmp(facts->boot.initrd[i].release, release) == 0)
			rd = &facts->boot.initrd[i];
	if (!rd || rd->looked)
		return 0;
	run->n_steps = 1;
	pg_run_step(run, "Looking into the initramfs of %s", rd->release);
	r = pg_initrd_look(run, facts, rd);
	pg_run_step_done(run, r < 0 ? 1 : 0);
	if (r == -ENOMEM)
		return r;
	return r < 0 ? pg_strv_addf(&facts->unread, "%s: %s", rd->path, pg_err_reason(r)) : 0;
}

static int look_esp(struct pg_run *run, struct pg_facts *facts)
{
	struct pg_strv unseen PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_esp_look(run, facts, &unseen);

	for (size_t i = 0; r == 0 && i < unseen.n; i++)
		r = pg_strv_addf(&facts->unread, _("/dev/disk/by-uuid/%s: it could not be mounted"),
				 unseen.v[i]);
	if (r == 0 || r == -ENOMEM)
		return r;
	return pg_strv_addf(&facts->unread, _("/etc/kernel/proxmox-boot-uuids: %s"), pg_err_reason(r));
}

static int look(struct pg_run *run, struct pg_facts *facts, const struct pg_status *s, size_t n)
{
	bool any = false;
	int r;

	for (size_t i = 0; i < n; i++) {
		if (!is_lost(&s[i]))
			continue;
		any = true;
		/* without journald there is less evidence, no more */
		if (pg_klog_look(run, facts, s[i].addr) == -ENOMEM)
			return -ENOMEM;
	}
	r = any ? look_initrd(run, facts, facts->system.kernel) : 0;
	return r == 0 && any && facts->boot.pbt ? look_esp(run, facts) : r;
}

/* Our own records tell it of a tree too. No right to look is no failure. */
static int find_waiting(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_trial *waiting PG_CLEANUP(pg_trial_freep) = NULL;

	if (pg_waiting_find(root, &waiting, NULL) == -ENOMEM)
		return -ENOMEM;
	facts->boot.waits = waiting;
	return 0;
}

int pg_verify_probe(struct pg_root *root, const struct pg_exec_opts *opts,
		    struct pg_facts *facts)
{
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	struct pg_status *s = NULL;
	size_t n = 0;
	int r;

	r = find_waiting(root, facts);
	if (r < 0)
		return r;
	pg_run_init(&run, root, opts);
	if (!pg_run_can_look(&run))
		return 0;
	r = pg_status_list(facts, &s, &n);
	if (r == 0)
		r = look(&run, facts, s, n);
	pg_status_free(s, n);
	return r;
}

int pg_kernel_probe(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_facts *facts,
		    const char *release)
{
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	int r;

	pg_run_init(&run, root, opts);
	if (!run.commands || geteuid() != 0)
		return 0;
	r = look_initrd(&run, facts, facts->system.kernel);
	return r < 0 ? r : look_initrd(&run, facts, release);
}
