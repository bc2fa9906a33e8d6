/* The command line: one const table of commands, each with one const table of options. Parser,
 * --help, manual pages and completion all read these tables. */
#pragma once

#include "core/json.h"
#include "engine/manifest.h"

G_BEGIN_DECLS

typedef enum {
  LB_EXIT_OK = 0,
  LB_EXIT_FAILED = 1, /* a case failed */
  LB_EXIT_USAGE = 2,
  LB_EXIT_INVALID = 3, /* not valid, under --strict */
  LB_EXIT_REGRESSION = 4,
  LB_EXIT_INTERRUPTED = 130,
} LbExit;

typedef enum {
  LB_CLI_FLAG,
  LB_CLI_TEXT,
  LB_CLI_INT,
  LB_CLI_DOUBLE,
  LB_CLI_PATH,
  LB_CLI_LIST,   /* comma list */
  LB_CLI_CHOICE, /* one of choices */
  LB_CLI_REPEAT, /* may be given several times: values kept in order */
} LbCliKind;

typedef struct {
  char letter; /* 0: none */
  const char *name;
  LbCliKind kind;
  const char *argument; /* shown: "FILE", "N|auto" */
  const char *help;
  const char *choices;    /* "table,json,csv"; NULL: none. Of INT and DOUBLE: words that are taken
                             too ("auto") */
  const char *completion; /* "engines", "models", "voices", "runs", "keys", "files", "folders"; or
                             NULL */
  double min, max;        /* of INT and DOUBLE; both 0: unbounded */
} LbCliOption;

typedef struct _LbCli LbCli;

typedef struct {
  const char *name;           /* "stt", "models pull" for a sub-command of two words */
  const char *arguments;      /* "FILE…" */
  const char *summary;        /* one line */
  const char *description;    /* for --help and the manual; paragraphs parted by an empty line */
  const LbCliOption *options; /* ended by a row whose name is NULL; NULL: none */
  int min_arguments, max_arguments; /* max −1: any */
  const char
      *mode; /* "stt": options of the chosen engines' manifests are accepted too; or NULL */
  const char *completion; /* of arguments */
  int (*run) (
      LbCli *cli,
      GError **error); /* LbExit; with @error set it is printed and maps to USAGE or FAILED */
} LbCliCommand;

/* Commands, defined one file each. */
extern const LbCliCommand lb_command_stt, lb_command_tts, lb_command_run;
extern const LbCliCommand lb_command_separate, lb_command_transcribe, lb_command_beats,
    lb_command_chords, lb_command_genre, lb_command_generate, lb_command_describe,
    lb_command_features;
extern const LbCliCommand lb_command_models_list, lb_command_models_pull,
    lb_command_models_import, lb_command_models_verify, lb_command_models_remove,
    lb_command_models_path;
extern const LbCliCommand lb_command_samples_list, lb_command_samples_pull;
extern const LbCliCommand lb_command_engines, lb_command_engines_list, lb_command_engines_install,
    lb_command_engines_remove, lb_command_engines_check, lb_command_system;
extern const LbCliCommand lb_command_keys_list, lb_command_keys_set, lb_command_keys_remove;
extern const LbCliCommand lb_command_history, lb_command_history_remove, lb_command_show,
    lb_command_compare, lb_command_report, lb_command_import, lb_command_play;

/* Options that every command takes: --help, --quiet, --no-colour, --verbose; of commands with a
 * mode also -O ENGINE:NAME=VALUE. */

/** lb_cli_arguments: Returns: (array zero-terminated=1): what is no option, as typed (any bytes)
 */
const char *const *lb_cli_arguments (const LbCli *cli);
/** lb_cli_mode: Returns: (nullable): of the command */
const char *lb_cli_mode (const LbCli *cli);
gboolean lb_cli_flag (const LbCli *cli, const char *name);
const char *lb_cli_text (const LbCli *cli, const char *name, const char *fallback);
/* Of an INT or DOUBLE that was given as one of its choices: the fallback; lb_cli_text() has the
 * word. */
gint64 lb_cli_integer (const LbCli *cli, const char *name, gint64 fallback);
double lb_cli_real (const LbCli *cli, const char *name, double fallback);
/** lb_cli_list: Returns: (transfer none) (nullable): of LIST and REPEAT */
const char *const *lb_cli_list (const LbCli *cli, const char *name);

/** lb_cli_engine_options: what was given as --NAME VALUE or -O ENGINE:NAME=VALUE and belongs to
 * engines.
 *  @engine: (nullable). Returns: (transfer full): {"NAME": "text as typed"}; -O of other engines
 * left out. A flag-like
 *  --NAME without value is "true", --no-NAME "false" */
json_t *lb_cli_engine_options (const LbCli *cli, const char *engine, GError **error);

/** lb_cli_registry: the manifests; read once, when first asked for. Returns: (transfer none), or
 * %NULL */
LbRegistry *lb_cli_registry (LbCli *cli, GError **error);

/** lb_cli_engines: the engines of a command with a mode: those of its option "engine", else the
 * mode's default: where models are named, that of lb_engine_for_models(); where none is, and
 * weights are not to be random, that of lb_default_engine(), a model of which is here; else that
 * of lb_best_engine(). Returns: (transfer container) (element-type LbManifest): at least one, or
 * %NULL with %LB_ERROR_USAGE */
GPtrArray *lb_cli_engines (LbCli *cli, GError **error);

/** lb_cli_quiet, lb_cli_colour, lb_cli_interactive: --quiet; colour on stdout; stderr is a
 * terminal */
gboolean lb_cli_quiet (const LbCli *cli);
gboolean lb_cli_colour (const LbCli *cli);
gboolean lb_cli_interactive (const LbCli *cli);
int lb_cli_width (
    const LbCli *cli); /* of standard output where it is a terminal, else 0: unbounded */

/** lb_cli_print: to standard output; a write that fails ends the program with status 1 and a
 * message (EPIPE: quietly) */
void lb_cli_print (const LbCli *cli, const char *text);

/** lb_cli_note: a line to standard error unless --quiet */
void lb_cli_note (const LbCli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** lb_cli_warn: "llamaburn: warning: …", also under --quiet */
void lb_cli_warn (const LbCli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Live progress of a benchmark on standard error; listens to events (bench/event.h). */
typedef struct _LbCliProgress LbCliProgress;
LbCliProgress *lb_cli_progress_new (LbCli *cli);
void lb_cli_progress_event (const json_t *event,
                            gpointer progress); /* any thread; an LbEventHandler */
void lb_cli_progress_tick (
    LbCliProgress *progress); /* redraws on a terminal: at most 4 times a second */
void lb_cli_progress_free (LbCliProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbCliProgress, lb_cli_progress_free)

/** lb_cli_main: Returns: the exit status of `llamaburn ARGUMENTS` */
int lb_cli_main (int argc, char **argv);

G_END_DECLS
