/* Between the files of src/cli. */
#pragma once

#include "cli/cli.h"
#include "engine/manifest.h"
#include "models/models.h"
#include "report/report.h"

G_BEGIN_DECLS

/* What was typed for an engine: --NAME VALUE (@engine NULL) or -O ENGINE:NAME=VALUE. */
typedef struct {
  char *engine, *name, *value;
} LbCliSetting;

struct _LbCli {
  const LbCliCommand *command;
  GHashTable *values;   /* option's name → GPtrArray of char *, in order, ended by NULL */
  GPtrArray *arguments; /* of char *, ended by NULL */
  GPtrArray *settings;  /* of LbCliSetting */
  char **early_engines; /* of -e, known before the options that depend on it are read; or NULL */
  char **early_models;  /* likewise of -m, else of --voice; or NULL */
  gboolean names_model; /* -m, --voice or --random-weights is given: known as early */
  LbRegistry *registry; /* read when it is first asked for, as the models are */
  LbModels *models;
  const LbManifest *default_engine; /* (nullable): of the command's mode, when it was asked for */
  gboolean colour, interactive;
  int width, progress_width;
  GMutex lock; /* of standard error and what follows */
  gboolean
      line_shown; /* a line of progress is on the terminal, to be wiped before anything else */
};

/** lb_cli_models: the catalogue and the store; read once, when first asked for. Returns:
 * (transfer none), or %NULL */
LbModels *lb_cli_models (LbCli *cli, GError **error);

LbCli *lb_cli_new (void);
void lb_cli_free (LbCli *cli);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbCli, lb_cli_free)

/** lb_cli_parse: reads @arguments (NULL-terminated, without program and command) by @command's
 * tables. %LB_ERROR_USAGE */
gboolean lb_cli_parse (LbCli *cli, const LbCliCommand *command, char **arguments, GError **error);

/** lb_cli_add_setting: @engine: (nullable) */
void lb_cli_add_setting (LbCli *cli, const char *engine, const char *name, const char *value);

/** lb_cli_add_dotted: adds "ENGINE:NAME=VALUE" to cli->settings. %LB_ERROR_USAGE */
gboolean lb_cli_add_dotted (LbCli *cli, const char *text, GError **error);

/** lb_cli_resolve: finds the engines' option that "--@name" means. @name: without "--", cut at
 * "=".
 *  @option: (out) (transfer none); @negated: it was "no-…" of a bool. %LB_ERROR_NOT_FOUND: no
 * chosen engine has it; %LB_ERROR_USAGE: not all have it, or the engines can't be known */
gboolean lb_cli_resolve (LbCli *cli, const char *name, const LbOption **option, gboolean *negated,
                         GError **error);

/** lb_cli_check_settings: whether each -O names a chosen engine and an option of it.
 * %LB_ERROR_USAGE */
gboolean lb_cli_check_settings (LbCli *cli, GError **error);

/** lb_cli_put: as if @value had been typed for the option named @name */
void lb_cli_put (LbCli *cli, const char *name, const char *value);

/* Tables. */
const LbCliCommand *const *lb_cli_commands (void); /* NULL-terminated */
const LbCliOption *lb_cli_common_options (void);
const LbCliOption *lb_cli_mode_options (void); /* of commands with a mode: -O */

/** lb_cli_find_command: the command that @words begins with; *@used: how many words its name has.
 * %LB_ERROR_USAGE */
const LbCliCommand *lb_cli_find_command (char **words, int *used, GError **error);

/** lb_cli_each_option: calls @visit with the command's own options, its mode's, the common ones
 */
typedef void (*LbCliVisit) (const LbCliOption *option, gpointer user_data);
void lb_cli_each_option (const LbCliCommand *command, LbCliVisit visit, gpointer user_data);

/* Texts made of the tables. */
void lb_help_overview (GString *out, const LbReportStyle *style);
void lb_help_command (GString *out, const LbCliCommand *command, const LbRegistry *registry,
                      const LbReportStyle *style);
/** lb_help_option_title: Returns: (transfer full): "-n, --iterations N|auto" */
char *lb_help_option_title (const LbCliOption *option);
/** lb_help_option_text: Returns: (transfer full): help with choices and range */
char *lb_help_option_text (const LbCliOption *option);
/** lb_help_engine_title, lb_help_engine_text: likewise of a manifest's option */
char *lb_help_engine_title (const LbOption *option);
char *lb_help_engine_text (const LbOption *option);
/** lb_help_has_mode: whether @manifest does @mode */
gboolean lb_help_has_mode (const LbManifest *manifest, const char *mode);

void lb_completion_bash (GString *out);
void lb_completion_zsh (GString *out);
/** lb_manual_page: @command: NULL: of llamaburn itself */
void lb_manual_page (GString *out, const LbCliCommand *command, const LbRegistry *registry);

/** lb_cli_names: appends names of @kind ("engines", "models", "voices", "runs", "keys"), one a
 *  line. Never fails: a completion that finds nothing offers nothing */
void lb_cli_names (GString *out, const char *kind);

/** LbCliWork: what takes a while. Returns: whether it is done, else @error is set */
typedef gboolean (*LbCliWork) (GCancellable *cancellable, gpointer user_data, GError **error);

/** lb_cli_work_in_thread: a thread does @work, this one listens to signals, which cancel it; then
 * its line of progress is wiped. Returns: what @work does */
gboolean lb_cli_work_in_thread (LbCli *cli, LbCliWork work, gpointer user_data, GError **error);

/** lb_cli_wipe: takes the line of progress off the terminal. cli->lock is held */
void lb_cli_wipe (LbCli *cli);

/** lb_cli_complain: "llamaburn: MESSAGE" on standard error, escaped */
void lb_cli_complain (LbCli *cli, const char *message);

/** lb_cli_look_around: sets colour, interactive and widths, by terminal, environment and options
 */
void lb_cli_look_around (LbCli *cli);

/** lb_cli_write_progress: @text on the terminal's line of progress, cut already. cli->lock is
 * held */
void lb_cli_write_progress (LbCli *cli, const char *text);

/** lb_cli_style: of what is printed */
LbReportStyle lb_cli_style (const LbCli *cli);

G_END_DECLS
