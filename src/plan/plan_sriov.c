/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtual functions: the card's lines in sriov.conf, the unit that reads it when the node starts, and
 * the command that makes it so now.
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/host/sriov.h"
#include "src/plan/planner.h"
#include "src/plan/sriov.h"
#include "src/plan/unit.h"

/* ---- addresses of network cards ---- */

/*
 * Made of what tells the card from others and of the function's number (FNV-1a, 64 bits): the same
 * on every run, whoever makes it. The bit of locally administered addresses is set, that of groups is
 * not (IEEE 802, 8.2.2).
 */
static void derive_mac(const struct pg_known *id, unsigned n, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	char *text pg_autofree = pg_strf("%04x:%04x %s/%u", id->vendor, id->device,
					 id->serial ? id->serial : id->path ? id->path : "", n);
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (const char *s = text; s && *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < 6; i++) {
		unsigned byte = (unsigned)(h >> 8 * i) & 0xff;

		if (i == 0)
			byte = (byte & ~3u) | 2u;
		ret[3 * i] = digits[byte >> 4];
		ret[3 * i + 1] = digits[byte & 15];
		ret[3 * i + 2] = i < 5 ? ':' : '\0';
	}
}

/* ---- the card's lines ---- */

/* What was written stays: an address is kept once it is there. */
static int add_vf(const struct pg_planner *p, const struct pg_sriov_card *old, bool is_nic, unsigned n,
		  struct pg_sriov_card *card)
{
	const struct pg_sriov_want *want = &p->choices->sriov;
	const struct pg_vf_opts *was = old ? pg_sriov_vf(old, n) : NULL;
	struct pg_vf_opts vf = was ? *was : pg_vf_opts_none(n), *to;

	for (size_t i = 0; i < want->n_vf; i++)
		if (want->vf[i].n == n)
			pg_vf_opts_merge(&vf, &want->vf[i]);
	if (is_nic && !*vf.mac)
		derive_mac(&card->id, n, vf.mac);
	if (!was && !*vf.mac)
		return 0; /* nothing to say */
	to = pg_vec_add(&card->vf, &card->n_vf, sizeof(*to));
	if (!to)
		return -ENOMEM;
	*to = vf;
	return 0;
}

static bool takes_host(const struct pg_sriov_want *want, const struct pg_sriov_card *old)
{
	if (want->host_driver == PG_UNKNOWN)
		return old && old->host_driver;
	return want->host_driver == PG_YES;
}

static int make_card(const struct pg_planner *p, const struct pg_dev *pf,
		     const struct pg_sriov_card *old, struct pg_sriov_card *card)
{
	const struct pg_sriov_want *want = &p->choices->sriov;
	int r = 0;

	card->id.addr = pf->addr;
	if (old && old->id.serial && !pf->serial) {
		card->id.serial = strdup(old->id.serial);
		if (!card->id.serial)
			return -ENOMEM;
	}
	r = pg_known_refresh(p->facts, &card->id, pf);
	card->count = want->count;
	card->host_driver = takes_host(want, old);
	for (unsigned n = 0; r == 0 && n < want->count; n++)
		r = add_vf(p, old, pf->kind == PG_KIND_NIC, n, card);
	return r;
}

static int put_conf(struct pg_planner *p, const struct pg_sriov_state *old,
		    const struct pg_sriov_card *card)
{
	struct pg_bytes now = pg_planner_bytes(p, PG_PATH_SRIOV), after = { 0 };
	int r = pg_sriov_edit(&now, old ? old->card->line : 0, card, &after);

	if (r < 0)
		return r;
	return pg_planner_put(p, PG_PATH_SRIOV, &after, 0644,
			      card->count ? N_("Virtual functions that the card has whenever the node starts.") :
					    N_("The card has no virtual functions any more when the node starts."));
}

/* ---- the unit ---- */

/* A command of another root is only shown. */
static const char *program(const struct pg_planner *p)
{
	const struct pg_templates *t = p->templates;

	return p->facts->system.live && t && t->program ? t->program : "pve-gpu";
}

static int put_unit(struct pg_planner *p)
{
	static const char want[] = "# pve-gpu: has the virtual functions made when the node starts.\n"
				   "[Unit]\nWants=pve-gpu-sriov.service\n";
	const struct pg_bytes drop = { .p = (char *)(uintptr_t)want, .n = sizeof(want) - 1 };
	const struct pg_templates *t = p->templates;
	struct pg_bytes unit PG_CLEANUP(pg_bytes_done) = { 0 };
	int r;

	if (!t || !t->sriov_unit.n)
		return pg_planner_refuse(p, "templates-missing", NULL,
					 "The unit that makes virtual functions was not found among the "
					 "program's own data.", "Install pve-gpu again.");
	if (p->facts->system.live && t->program_why_not)
		return pg_planner_refuse(p, "program-not-installed", NULL, t->program_why_not,
					 "Install pve-gpu, then plan again.");
	r = pg_unit_fill(&t->sriov_unit, program(p), &unit);
	if (r == 0)
		r = pg_planner_install(p, PG_PATH_SRIOV_UNIT, &unit, 0644,
				       "Makes them when the node starts, before its VMs.");
	return r < 0 ? r : pg_planner_install(p, PG_PATH_SRIOV_WANT, &drop, 0644,
					      "Has the unit started with the node.");
}

/* With its last card there is nothing for it to do. */
static int drop_unit(struct pg_planner *p)
{
	static const char *const paths[] = { PG_PATH_SRIOV_UNIT, PG_PATH_SRIOV_WANT };
	struct pg_bytes bytes = pg_planner_bytes(p, PG_PATH_SRIOV);
	struct pg_sriov_conf conf PG_CLEANUP(pg_sriov_conf_done) = { 0 };
	int r = pg_sriov_conf_read(&bytes, &conf);

	for (size_t i = 0; r == 0 && conf.n == 0 && conf.bad.n == 0 && i < PG_ARRAY_SIZE(paths); i++)
		r = pg_planner_remove(p, paths[i], "No card is left that it would be for.");
	return r;
}

/* ---- now ---- */

static struct pg_plan_cmd *add_cmd(struct pg_plan *plan, const char *why)
{
	struct pg_plan_cmd *cmd = pg_vec_add(&plan->cmd, &plan->n_cmd, sizeof(*cmd));

	if (!cmd)
		return NULL;
	cmd->why = strdup(why);
	return cmd->why ? cmd : NULL;
}

static int reload(struct pg_planner *p)
{
	struct pg_plan_cmd *cmd;
	bool needed = false;

	for (size_t i = 0; i < p->plan->n_file; i++)
		needed |= strcmp(p->plan->file[i].path, PG_PATH_SRIOV_UNIT) == 0 ||
			  strcmp(p->plan->file[i].path, PG_PATH_SRIOV_WANT) == 0;
	if (!needed)
		return 0;
	cmd = add_cmd(p->plan, _("systemd reads its units again."));
	return cmd ? pg_strv_split("systemctl daemon-reload", " ", &cmd->argv) : -ENOMEM;
}

/* "pve-gpu sriov --now ADDRESS COUNT --vf-driver none" */
static int words_now(const struct pg_planner *p, const struct pg_dev *pf, unsigned count, bool host,
		     struct pg_strv *argv)
{
	int r = pg_strv_add(argv, program(p));

	if (r == 0)
		r = pg_strv_add(argv, "sriov");
	if (r == 0)
		r = pg_strv_add(argv, "--now");
	if (r == 0)
		r = pg_strv_add(argv, pg_bdf_str(pf->addr).s);
	if (r == 0)
		r = pg_strv_addf(argv, "%u", count);
	return r < 0 ? r : pg_strv_addf(argv, "--vf-driver=%s", host ? "host" : "none");
}

/* "pve-gpu sriov --at-boot ADDRESS": as sriov.conf has it, also when it is back as it was. */
static int words_at_boot(const struct pg_planner *p, const struct pg_dev *pf, struct pg_strv *argv)
{
	int r = pg_strv_add(argv, program(p));

	if (r == 0)
		r = pg_strv_add(argv, "sriov");
	if (r == 0)
		r = pg_strv_add(argv, "--at-boot");
	return r < 0 ? r : pg_strv_add(argv, pg_bdf_str(pf->addr).s);
}

/* Undone, the card has the functions again that sriov.conf had for it, else those that it has now. */
static int make_now(struct pg_planner *p, const struct pg_dev *pf, const struct pg_sriov_state *old)
{
	unsigned count = p->choices->sriov.count;
	bool was_here = old && old->place == PG_SRIOV_HERE && old->card->count == pf->num_vfs;
	struct pg_plan_cmd *cmd = add_cmd(p->plan, count ? _("Makes the virtual functions now.") :
							   _("Takes the virtual functions away now."));
	int r;

	if (!cmd)
		return -ENOMEM;
	r = count ? words_at_boot(p, pf, &cmd->argv) : words_now(p, pf, 0, true, &cmd->argv);
	if (r < 0)
		return r;
	return was_here ? words_at_boot(p, pf, &cmd->undo) :
			  words_now(p, pf, pf->num_vfs, pf->vf_probe != PG_NO, &cmd->undo);
}

static bool conf_changes(const struct pg_planner *p)
{
	for (size_t i = 0; i < p->plan->n_file; i++)
		if (strcmp(p->plan->file[i].path, PG_PATH_SRIOV) == 0)
			return true;
	return false;
}

static int plan_card(struct pg_planner *p, const struct pg_dev *pf)
{
	struct pg_sriov_states states PG_CLEANUP(pg_sriov_states_done) = { 0 };
	struct pg_sriov_card card PG_CLEANUP(pg_sriov_card_done) = { 0 };
	const struct pg_sriov_state *old;
	int r = pg_sriov_states(p->facts, &states);

	if (r < 0)
		return r;
	old = pg_sriov_state_of(&states, pf);
	r = make_card(p, pf, old ? old->card : NULL, &card);
	if (r == 0)
		r = put_conf(p, old, &card);
	if (r == 0)
		r = card.count ? put_unit(p) : drop_unit(p);
	if (r == 0)
		r = reload(p);
	if (r < 0 || (!conf_changes(p) && pf->num_vfs == card.count))
		return r;
	return make_now(p, pf, old);
}

int pg_plan_sriov(struct pg_planner *p)
{
	const struct pg_dev *pf = pg_facts_dev(p->facts, p->choices->sriov.pf);

	/* What another makes stays its own: only a VM may be given one of them. */
	return pg_vf_maker_of(p->facts, pf) ? 0 : plan_card(p, pf);
}

int pg_sriov_summary(struct pg_planner *p)
{
	const struct pg_sriov_want *want = &p->choices->sriov;
	struct pg_strbuf b = { 0 };

	pg_strbuf_addf(&b, _("%u virtual functions of %s"), want->count, pg_bdf_short(want->pf).s);
	if (p->choices->vmid)
		pg_strbuf_addf(&b, _(", one for VM %u"), (unsigned)p->choices->vmid);
	p->plan->summary = pg_strbuf_steal(&b);
	return p->plan->summary ? 0 : -ENOMEM;
}
