/* What every benchmark command shares: its options, a plan from them, a run with progress,
 * history and output. */
#pragma once

#include "bench/plan.h"
#include "cli/cli.h"
#include "cli/texts.h"
#include "engine/manifest.h"
#include "models/models.h"

G_BEGIN_DECLS

#define LB_VOICE_OPTION                                                                          \
  "voice" /* of the command line, and of engines whose models have several */

typedef enum {
  LB_SUBJECT_SOUND,  /* arguments are sound files */
  LB_SUBJECT_TEXT,   /* arguments are texts; --text-file and --text-set add to them */
  LB_SUBJECT_PROMPT, /* likewise, --prompt-file and --prompt-set */
} LbSubjectKind;

/** LbBenchmarkMode: what differs between the modes. Each command has one, and a table of the
 * options that only it takes */
typedef struct {
  const char *mode; /* "stt" */
  const char *role; /* of what is measured: "audio", "text", "prompt" */
  LbSubjectKind kind;
  const char *const *models;    /* the usual ones: the first that is here is the default */
  const char *reference_suffix; /* of references in a folder: ".txt"; NULL: takes none */
  const char *text;             /* what is measured when nothing was named; NULL: usage error */

  /* Whether @model can do @subject at all; a case that can't is left out. NULL: all can */
  gboolean (*suits) (const LbManifest *manifest, const LbModel *model, const LbSubject *subject);
  /* What else belongs into the case: more inputs, options. NULL: nothing */
  gboolean (*complete) (const LbCli *cli, const LbManifest *manifest, const LbSubject *subject,
                        LbCase *it, GError **error);
} LbBenchmarkMode;

/** lb_benchmark_options: of every benchmark command, beside its own */
extern const LbCliOption lb_benchmark_options[];

/* Rows of the tables of commands whose engines give sound. */
#define LB_SOUND_OUTPUT_OPTIONS                                                                  \
  { 0,                                                                                           \
    "keep",                                                                                      \
    LB_CLI_CHOICE,                                                                               \
    "WHICH",                                                                                     \
    "sounds that stay in the history: of the first iteration"                                    \
    " (and others that differ), of all, or none (first)",                                        \
    "first,all,none" },                                                                          \
      { 0,                                                                                       \
        "save",                                                                                  \
        LB_CLI_PATH,                                                                             \
        "PATH",                                                                                  \
        "also write the sound to PATH: a file, or for several cases"                             \
        " a folder",                                                                             \
        .completion = "files" },                                                                 \
  {                                                                                              \
    0, "audio-format", LB_CLI_CHOICE, "FORMAT", "of sounds that are kept (wav)", "wav,flac"      \
  }

/* Those of commands that write one file for each case. */
#define LB_FILE_OUTPUT_OPTIONS                                                                   \
  { 0,                                                                                           \
    "keep",                                                                                      \
    LB_CLI_CHOICE,                                                                               \
    "WHICH",                                                                                     \
    "files that stay in the history: of the first output, of all, or none (first)",              \
    "first,all,none" },                                                                          \
  {                                                                                              \
    0, "save", LB_CLI_PATH, "PATH",                                                              \
        "also write the file to PATH, or for several cases into the folder PATH",                \
        .completion = "files"                                                                    \
  }

/* Those of commands that hear sounds. */
#define LB_SOUND_PART_OPTIONS                                                                    \
  {                                                                                              \
    0, "start", LB_CLI_DOUBLE, "SECONDS", "begin so far into each sound", .min = 0, .max = 1e7   \
  },                                                                                             \
  {                                                                                              \
    0, "duration", LB_CLI_DOUBLE, "SECONDS", "use so much of each sound", .min = 0, .max = 1e7   \
  }

/** lb_benchmark_settings: the settings that @cli's options say. Those that the command doesn't
 * have are left as they are */
gboolean lb_benchmark_settings (const LbCli *cli, LbSettings *settings, GError **error);

/** lb_benchmark_subjects: what @cli names. Returns: (transfer full) (element-type LbSubject): or
 * %NULL with %LB_ERROR_USAGE */
GPtrArray *lb_benchmark_subjects (const LbCli *cli, const LbBenchmarkMode *mode, GError **error);

/** lb_benchmark_command: the whole command: plan from options, run, output. Returns: an LbExit */
int lb_benchmark_command (LbCli *cli, const LbBenchmarkMode *mode, GError **error);

/** lb_benchmark_run: runs @plan as the options of @cli say; @events_fd −1: none. Returns: an
 * LbExit */
int lb_benchmark_run (LbCli *cli, LbPlan *plan, LbRegistry *registry, LbModels *models,
                      int events_fd, GError **error);

G_END_DECLS
