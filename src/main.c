/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The composition root: reads the options and picks a face. The only file that knows them
 * all, and the only one that ends the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "src/base/i18n.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/cmd/archive.h"
#include "src/cmd/cmd.h"
#include "src/cmd/facts.h"
#include "src/exec/exec.h"
#include "ui/ui.h"
#include "wizard/wizard.h"

/* Options that are taken before and after the subcommand. */
struct options {
	const char *root;
	const char *color;	/* "auto", "always", "never" */
	bool json, ascii, plain, help, version;
	int argc;		/* what is left: the subcommand and its own */
	char **argv;
};

/* ---- faces of main's own ---- */

static const struct pg_cmd *find(const char *name)
{
	for (const struct pg_cmd *cmd = pg_cmd_table(); cmd->name; cmd++)
		if (strcmp(cmd->name, name) == 0)
			return cmd;
	return NULL;
}

static void print_commands(FILE *out)
{
	for (const struct pg_cmd *cmd = pg_cmd_table(); cmd->name; cmd++)
		if (cmd->summary)
			(void)fprintf(out, "  %-12s %s\n", cmd->name, _(cmd->summary));
}

static void print_common_options(FILE *out)
{
	(void)fputs(_("  --root DIR         read and write below DIR: a captured host, a mounted "
		    "disk;\n"
		    "                     commands are then listed, not run. Also an archive of "
		    "`capture`\n"
		    "  --json             one JSON document on standard output\n"
		    "  --ascii            no characters beyond ASCII\n"
		    "  --plain            the wizard as questions on ordinary lines, for screen readers\n"
		    "  --color=WHEN       auto, always or never; NO_COLOR is honoured\n"
		    "  --help, --version; --help facts: what rules of the doctor can ask for\n"),
		    out);
}

static int print_help(FILE *out)
{
	(void)fputs(_("Usage: pve-gpu [OPTION...] [COMMAND [ARGUMENT...]]\n"
		    "GPU and PCI passthrough on Proxmox VE. Without a command, the wizard opens.\n"
		    "Nothing is changed without --apply, but by undo, recover and confirm, which act at\n"
		    "once.\n\nCommands:\n"),
		    out);
	print_commands(out);
	(void)fputs(_("\nOptions, before or after the command:\n"), out);
	print_common_options(out);
	(void)fputs(_("\nExit status: 0 done; 1 refused, or a blocker was found; 2 wrong usage; "
		    "3 a change\nfailed and everything was put back; 4 a change failed and "
		    "something could not be put\nback.\n"),
		    out);
	return PG_EXIT_OK;
}

static int print_command_help(FILE *out, const struct pg_cmd *cmd)
{
	(void)fprintf(out, _("Usage: pve-gpu %s%s%s\n%s.\n"), cmd->name, *cmd->synopsis ? " " : "",
		      cmd->synopsis, cmd->summary ? _(cmd->summary) : _("for the completion of the shells"));
	if (cmd->help)
		(void)fprintf(out, "\n%s", _(cmd->help));
	(void)fputs(_("\nOptions of every command:\n"), out);
	print_common_options(out);
	return PG_EXIT_OK;
}

static int unknown_command(const struct pg_cmd_env *env, const char *name)
{
	if (*name == '-')
		return pg_cmd_usage(env, NULL, "There is no option %s.", name);
	(void)pg_cmd_usage(env, NULL, *name ? "There is no command %s." :
			   N_("The name of the command is empty."), name);
	(void)fputs(_("The commands are:\n"), env->diag);
	print_commands(env->diag);
	return PG_EXIT_USAGE;
}

/* plan and apply: the wizard's choices, from a file. */
static int run_answers(const struct pg_cmd_env *env, int argc, char **argv)
{
	struct pg_choices *choices PG_CLEANUP(pg_choices_freep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_cmd_road road = { 0 };
	const char *file = NULL;
	int r, status = pg_cmd_read_answers_args(env, argc, argv, &file, &road);

	if (status)
		return status;
	r = wiz_answers_load(file, &choices, &err);
	if (r < 0) {
		err.code = r;
		pg_cmd_complain(env, &err);
		return r == -ENOMEM ? PG_EXIT_REFUSED : PG_EXIT_USAGE;
	}
	return pg_cmd_take_road(env, choices, &road);
}

/* ---- the wizard ---- */

/* A test's keyboard: PVE_GPU_SCRIPT names a file of keys, PVE_GPU_SIZE is "80x24", PVE_GPU_TERM the
 * type of terminal, and the screens that the script asks for go to stdout. */
static void take_script(const struct pg_cmd_env *env, struct ui_opts *opts)
{
	const char *size = secure_getenv("PVE_GPU_SIZE");

	opts->script = secure_getenv("PVE_GPU_SCRIPT");
	if (!opts->script)
		return;
	opts->dump = env->out;
	opts->type = secure_getenv("PVE_GPU_TERM");
	opts->cols = 80;
	opts->rows = 24;
	if (size)
		(void)sscanf(size, "%3dx%3d", &opts->cols, &opts->rows);
	(void)fprintf(env->diag, _("pve-gpu: The keys come from %s (PVE_GPU_SCRIPT).\n"),
		      opts->script);
}

/* Somebody else at work is no reason that lasts: the wizard itself looks out for that. */
static bool is_busy(const struct pg_root *root)
{
	pg_autofree char *busy = NULL;

	return pg_busy(root, &busy) < 0 || busy;
}

/* What it took back on the way is said on Home too: the screen covers the lines. */
static const char *why_read_only(const struct pg_cmd_env *env, struct pg_root *root,
				 struct pg_outcome *recovered)
{
	if (pg_root_is_sealed(root))
		return _("This is an archive, which cannot be changed. You can look at everything.");
	if (pg_root_is_live(root) && geteuid() != 0)
		return _("You are not root: you can look at everything and change nothing. Start "
		       "pve-gpu as root to apply.");
	if (!is_busy(root) && pg_cmd_recover_first(env, root, recovered) != PG_EXIT_OK &&
	    !is_busy(root))
		return _("A change was interrupted and could not be taken back. Run pve-gpu recover.");
	return NULL;
}

/* Of colours, what is asked for on the command line, or by NO_COLOR, counts more. */
static void take_settings(const struct wiz *wiz, struct ui_opts *ui)
{
	enum pg_theme theme = wiz_theme(wiz);

	ui->light = theme == PG_THEME_LIGHT;
	ui->mouse = wiz_mouse(wiz);
	if (theme == PG_THEME_PLAIN && ui->color == PG_UNKNOWN)
		ui->color = PG_NO;
}

static int run_ui(const struct pg_cmd_env *env, struct ui_opts *ui, struct wiz_opts *opts,
		  struct pg_err *err)
{
	struct pg_templates templates PG_CLEANUP(pg_templates_done) = { 0 };
	struct wiz *wiz PG_CLEANUP(wiz_freep) = NULL;
	pg_autofree char *data = pg_data_dir();
	int r = data ? pg_templates_load(data, &templates, err) : -ENOMEM;

	opts->templates = &templates;
	if (r == 0)
		r = wiz_new(opts, &wiz, err);
	/* it has handlers of its own for what waits while an archive is open */
	pg_archive_hold(opts->root, false);
	if (r == 0)
		take_settings(wiz, ui);
	if (r == 0)
		r = ui_run(wiz, ui, err);
	pg_archive_hold(opts->root, true);
	if (r == 0 && wiz_wants_reboot(wiz)) {
		(void)fputs(_("Rebooting the node.\n"), env->diag);
		r = pg_reboot(opts->root, err);
	}
	return r;
}

static int run_wizard(const struct pg_cmd_env *env, enum pg_tri color, bool plain)
{
	struct pg_outcome recovered PG_CLEANUP(pg_outcome_done) = { 0 };
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct ui_opts ui = { .ascii = env->ascii, .color = color, .plain = plain };
	struct wiz_opts opts = { .behind = !plain };
	int r;

	if (env->json)
		return pg_cmd_usage(env, NULL, "--json goes with a command; the wizard is a screen.");
	take_script(env, &ui);
	r = pg_root_open(env->root_dir, &root, &err);
	if (r == 0) {
		opts.root = root;
		opts.read_only_why = why_read_only(env, root, &recovered);
		opts.recovered = &recovered;
		r = run_ui(env, &ui, &opts, &err);
	}
	if (r == 0)
		return PG_EXIT_OK;
	err.code = r;
	pg_cmd_complain(env, &err);
	return PG_EXIT_REFUSED;
}

/* ---- options ---- */

/* An option with a value, as --name=VALUE or --name VALUE. Returns 1 if it is this one, 0
 * if not, PG_EXIT_USAGE where the value is missing. */
static int take_value(const char *name, int argc, char **argv, int *i, const char **ret)
{
	size_t n = strlen(name);

	if (strncmp(argv[*i], name, n) != 0 || (argv[*i][n] && argv[*i][n] != '='))
		return 0;
	if (argv[*i][n] == '=') {
		*ret = argv[*i] + n + 1;
		return 1;
	}
	if (*i + 1 >= argc)
		return PG_EXIT_USAGE;
	*ret = argv[++*i];
	return 1;
}

static bool take_flag(const char *arg, struct options *o)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = { { "--json", &o->json },	    { "--ascii", &o->ascii }, { "--plain", &o->plain },
		      { "--help", &o->help },	    { "-h", &o->help },
		      { "--version", &o->version }, { "-V", &o->version } };

	for (size_t i = 0; i < PG_ARRAY_SIZE(flags); i++) {
		if (strcmp(arg, flags[i].name) != 0)
			continue;
		*flags[i].flag = true;
		return true;
	}
	return false;
}

/* `pve-gpu help COMMAND` is `pve-gpu COMMAND --help`. */
static void take_help_word(struct options *o)
{
	if (!o->argc || strcmp(o->argv[0], "help") != 0)
		return;
	o->help = true;
	for (int i = 0; i < o->argc; i++)
		o->argv[i] = o->argv[i + 1];
	o->argc--;
}

/* Takes the common options out of argv; the rest stays, in order. 0 or PG_EXIT_USAGE. */
static int read_options(const struct pg_cmd_env *env, int argc, char **argv,
			struct options *o)
{
	bool rest = false;

	for (int i = 0; i < argc; i++) {
		int r = 0;

		rest = rest || strcmp(argv[i], "--") == 0;
		if (!rest && take_flag(argv[i], o))
			continue;
		if (!rest)
			r = take_value("--root", argc, argv, &i, &o->root);
		if (!rest && r == 0)
			r = take_value("--color", argc, argv, &i, &o->color);
		if (r == PG_EXIT_USAGE)
			return pg_cmd_usage(env, NULL, "The option %s needs a value.", argv[i]);
		if (r == 0)
			o->argv[o->argc++] = argv[i];
	}
	take_help_word(o);
	if (strcmp(o->color, "auto") != 0 && strcmp(o->color, "always") != 0 &&
	    strcmp(o->color, "never") != 0)
		return pg_cmd_usage(env, NULL, "--color is auto, always or never.");
	if (!*o->root)
		return pg_cmd_usage(env, NULL, "--root needs the name of a folder.");
	return 0;
}

/* ---- the terminal ---- */

static int columns_of(FILE *f)
{
	struct winsize size = { 0 };

	if (!isatty(fileno(f)))
		return 0;
	return ioctl(fileno(f), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static bool wants_color(const char *when)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	if (none && *none)
		return false;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

/* A descriptor that the caller closed would be given to the next file that is opened. What
 * is written to a closed one fails, as it should. */
static void keep_standard_files(void)
{
	for (int fd = 0; fd <= 2; fd++)
		while (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
				break;
}

/* Output that got lost is a failure, said aloud: but a change that was made is no refusal, and
 * keeps its exit status. Where the stream has forgotten why, one more byte tells. */
static int finish_output(const struct pg_cmd_env *env, int status)
{
	errno = 0;
	if (fflush(env->out) == 0 && !ferror(env->out))
		return status;
	if (!errno) {
		clearerr(env->out);
		(void)fputc('\n', env->out);
		(void)fflush(env->out);
	}
	(void)fprintf(env->diag, _("pve-gpu: %s: %s.\n"),
		      *env->changed ? _("The change was made; the report of it could not be written") :
				      _("The output could not be written"),
		      errno == EPIPE ? _("nobody reads it") :
		      errno	     ? pg_err_reason(errno) :
				       _("a part of it was lost"));
	return status == PG_EXIT_OK && !*env->changed ? PG_EXIT_REFUSED : status;
}

static int dispatch(const struct pg_cmd_env *env, const struct options *o)
{
	const struct pg_cmd *cmd = o->argc ? find(o->argv[0]) : NULL;

	if (o->help && o->argc == 1 && strcmp(o->argv[0], "facts") == 0) {
		pg_facts_print(env->out);
		return PG_EXIT_OK;
	}
	if (o->argc && !cmd)
		return unknown_command(env, o->argv[0]);
	if (o->help)
		return cmd ? print_command_help(env->out, cmd) : print_help(env->out);
	if (o->version) {
		(void)fputs(PACKAGE_STRING "\n", env->out);
		return PG_EXIT_OK;
	}
	if (!cmd)
		return run_wizard(env, strcmp(o->color, "auto") == 0 ? PG_UNKNOWN :
				       env->color ? PG_YES : PG_NO, o->plain);
	return (cmd->run ? cmd->run : run_answers)(env, o->argc, o->argv);
}

/* The archive is unpacked for as long as the command looks at it. */
static int dispatch_archive(struct pg_cmd_env *env, const struct options *o)
{
	struct pg_archive archive;
	int status = pg_archive_begin(env, o->argc, o->argv, &archive);

	if (status == PG_EXIT_OK)
		status = dispatch(env, o);
	pg_archive_end(&archive);
	return status;
}

/* In the language of the locale. */
static void speak(void)
{
	pg_autofree char *dir = pg_locale_dir();

	if (dir && bindtextdomain(PACKAGE, dir))
		(void)textdomain(PACKAGE);
	(void)bind_textdomain_codeset(PACKAGE, "UTF-8");
}

/* Scripts rely on the words of JSON documents. In ASCII, accents fall off. */
static void adapt_language(const struct options *o, bool ascii)
{
	if (o->json)
		(void)setlocale(LC_MESSAGES, "C");
	if (ascii)
		(void)bind_textdomain_codeset(PACKAGE, "ASCII");
}

int main(int argc, char **argv)
{
	bool changed = false;
	struct pg_cmd_env env = { .root_dir = "/", .out = stdout, .diag = stderr,
				  .changed = &changed };
	struct options o = { .root = "/", .color = "auto" };
	const char *debug = secure_getenv("PVE_GPU_DEBUG");
	int status;

	keep_standard_files();
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setlocale(LC_ALL, "");
	speak();
	o.argv = calloc((size_t)argc + 1, sizeof(*o.argv));
	if (!o.argv)
		return PG_EXIT_REFUSED;
	env.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	status = argc ? read_options(&env, argc - 1, argv + 1, &o) : 0;
	if (status == 0 && debug && pg_log_set(debug) < 0)
		status = pg_cmd_usage(&env, NULL, "PVE_GPU_DEBUG names no subject: %s.", debug);
	if (status == 0) {
		env.root_dir = o.root;
		env.json = o.json;
		env.ascii |= o.ascii;
		adapt_language(&o, env.ascii);
		env.color = wants_color(o.color);
		env.columns = columns_of(stdout);
		status = !o.help && !o.version && pg_archive_is(o.root) ? dispatch_archive(&env, &o) :
								    dispatch(&env, &o);
	}
	free(o.argv);
	return finish_output(&env, status);
}
