/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of named facts, which rules ask for: for --help facts, and for the manual. */
#include "src/cmd/facts.h"

#include "src/plan/rule.h"
#include "src/base/i18n.h"

static const char *type_name(enum pg_value_type type)
{
	static const char *const names[] = {
		[PG_VALUE_UNKNOWN] = N_("unknown"),
		[PG_VALUE_YESNO] = N_("yes or no"),
		[PG_VALUE_NUMBER] = N_("number"),
		[PG_VALUE_WORDS] = N_("words"),
	};

	return names[type];
}

static const char *heading(enum pg_scope scope)
{
	static const char *const texts[] = {
		[PG_SCOPE_HOST] = N_("Of the node, for every rule"),
		[PG_SCOPE_DEVICE] = N_("Of a PCI device, for rules with scope = device"),
		[PG_SCOPE_VM] = N_("Of a VM of this node, for rules with scope = vm"),
	};

	return texts[scope];
}

void pg_facts_print(FILE *out)
{
	(void)fputs(_("Named facts, for the rules of the doctor: pve-gpu(8) tells how a rule is written. "
		    "What could not\nbe read is unknown, and a comparison with it is neither true nor "
		    "false.\n"), out);
	for (int scope = PG_SCOPE_HOST; scope <= PG_SCOPE_VM; scope++) {
		(void)fprintf(out, "\n%s:\n", _(heading((enum pg_scope)scope)));
		for (const struct pg_fact *f = pg_fact_table((enum pg_scope)scope); f->name; f++)
			(void)fprintf(out, "  %-22s %-9s  %s\n", f->name, _(type_name(f->type)), _(f->help));
	}
	(void)fputs(_("\nSymptoms:\n"), out);
	for (const struct pg_symptom *s = pg_symptom_table(); s->id; s++)
		(void)fprintf(out, "  %-22s %s\n", s->id, _(s->text));
}

/* A dot or a quote at the start of a line is a request of roff, a backslash an escape. */
static void roff(FILE *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		(void)fputs("\\&", out);
	for (; *text; text++)
		(void)fputs(*text == '\\' ? "\\e" : (const char[]){ *text, '\0' }, out);
	(void)fputc('\n', out);
}

void pg_facts_print_man(FILE *out)
{
	for (int scope = PG_SCOPE_HOST; scope <= PG_SCOPE_VM; scope++) {
		(void)fprintf(out, ".Pp\n%s:\n.Bl -tag -width Ds -compact\n", heading((enum pg_scope)scope));
		for (const struct pg_fact *f = pg_fact_table((enum pg_scope)scope); f->name; f++) {
			(void)fprintf(out, ".It Li %s Pq %s\n", f->name, type_name(f->type));
			roff(out, f->help);
		}
		(void)fputs(".El\n", out);
	}
	(void)fputs(".Pp\nSymptoms:\n.Bl -tag -width Ds -compact\n", out);
	for (const struct pg_symptom *s = pg_symptom_table(); s->id; s++) {
		(void)fprintf(out, ".It Li %s\n", s->id);
		roff(out, s->text);
	}
	(void)fputs(".El\n", out);
}
