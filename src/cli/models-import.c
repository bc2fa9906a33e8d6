/* llamaburn models import */
#include <string.h>

#include "cli/models.h"
#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"

/* A name of several entries is none: which is meant decides what is looked for. */
static gboolean
is_clear (LbCli *cli, const LbModels *models, const LbModel *chosen, const char *name,
          GError **error)
{
  const GPtrArray *all = lb_models_all (models);
  const char *variant = lb_cli_text (cli, "variant", NULL);
  g_autoptr (GString) known = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < all->len; i++)
    {
      const LbModel *model = g_ptr_array_index (all, i);

      if ((g_ascii_strcasecmp (model->name, name) != 0 &&
           g_ascii_strcasecmp (model->id, name) != 0) ||
          (variant != NULL && strcmp (variant, model->variant) != 0))
        continue;
      n++;
      g_string_append_printf (known, "%s%s (%s)", n > 1 ? ", " : "", model->id, model->variant);
    }
  if (n < 2)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "\"%s\" is %u models: %s: say which with its id, and --variant VARIANT",
               chosen->name, n, known->str);
  return FALSE;
}

/* --as: a path would be a file of the user's. Returns: (transfer none) (nullable) */
static const LbModel *
find_entry (LbCli *cli, LbModels *models, const char *name, GError **error)
{
  const LbModel *model;

  if (strchr (name, '/') != NULL)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "--as takes a name of the catalogue (llamaburn models list)");
      return NULL;
    }
  model = lb_cli_find_model (cli, models, name, error);
  if (model == NULL || !is_clear (cli, models, model, name, error))
    return NULL;
  if (!model->imported)
    return model;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "\"%s\" is your own model: remove it, then import it again without --as",
               model->name);
  return NULL;
}

typedef struct {
  LbModels *models;
  const LbModel *model; /* of the catalogue, or */
  LbOwnModel own;
  char *name; /* that it has now */
  gboolean was_here;
} Import;

static gboolean
import (LbPullCallback callback, gpointer progress, GCancellable *cancellable, gpointer user_data,
        GError **error)
{
  Import *it = user_data;

  if (it->model != NULL)
    return lb_models_import_as (it->models, it->model, it->own.path, callback, progress,
                                &it->was_here, cancellable, error);
  it->name = lb_models_import (it->models, &it->own, callback, progress, cancellable, error);
  return it->name != NULL;
}

static void
note_entry (LbCli *cli, const Import *it)
{
  const LbModel *model = it->model;

  if (it->was_here)
    lb_cli_note (cli, "%s: is here already (%s), and is left as it is", model->name,
                 model->variant);
  else
    lb_cli_note (cli, "%s: here (%s), licence %s", model->name, model->variant, model->licence);
}

/* With the command that measures it. */
static void
note_own (LbCli *cli, const char *name)
{
  const LbCliCommand *const *commands = lb_cli_commands ();
  g_autoptr (LbModels) models = lb_models_open (NULL);
  const LbModel *model = models != NULL ? lb_models_find (models, name, NULL, NULL, NULL) : NULL;

  for (guint i = 0; model != NULL && commands[i] != NULL; i++)
    if (g_strcmp0 (commands[i]->mode, model->mode) == 0)
      {
        lb_cli_note (cli, "Imported as \"%s\" (%s): llamaburn %s -m %s %s", name, model->variant,
                     commands[i]->name, name, commands[i]->arguments);
        return;
      }
}

static gboolean
check_options (LbCli *cli, GError **error)
{
  const gboolean as = lb_cli_text (cli, "as", NULL) != NULL;
  const char *why = NULL;

  if (as && lb_cli_text (cli, "name", NULL) != NULL)
    why = "--as NAME is a name of the catalogue, --name NAME one of your own: give one of them";
  else if (as && lb_cli_text (cli, "mmproj", NULL) != NULL)
    why = "--mmproj is for a model of your own: with --as name the folder that holds both files";
  else if (!as && lb_cli_text (cli, "variant", NULL) != NULL)
    why = "--variant says which of the catalogue is meant: give it with --as NAME";
  if (why == NULL)
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE, why);
  return FALSE;
}

static int
run_import (LbCli *cli, GError **error)
{
  g_autoptr (LbModels) models = check_options (cli, error) ? lb_models_open (error) : NULL;
  const char *path = lb_cli_arguments (cli)[0], *as = lb_cli_text (cli, "as", NULL);
  Import it = { models,
                NULL,
                { path, lb_cli_text (cli, "name", NULL), lb_cli_text (cli, "mmproj", NULL) },
                NULL,
                FALSE };
  g_autofree char *shown = lb_text_escape (path);

  if (models == NULL)
    return LB_EXIT_FAILED;
  if (as != NULL && (it.model = find_entry (cli, models, as, error)) == NULL)
    return LB_EXIT_FAILED;
  if (!lb_cli_bring_model (cli, as != NULL ? as : shown, import, &it, error))
    return LB_EXIT_FAILED;
  if (as != NULL)
    note_entry (cli, &it);
  else
    note_own (cli, it.name);
  g_free (it.name);
  return LB_EXIT_OK;
}

/* clang-format off */
static const LbCliOption options[] = {
  { 0, "as", LB_CLI_TEXT, "NAME", "PATH holds this model of the catalogue: its files are looked "
    "for there by their names, and checked", .completion = "models" },
  { 0, "variant", LB_CLI_TEXT, "VARIANT", "with --as, of a model that exists in several: ggml, "
    "ct2, …" },
  { 0, "name", LB_CLI_TEXT, "NAME",
    "what to call a model of your own (default: the file's name without ggml- and its ending)" },
  { 0, "mmproj", LB_CLI_PATH, "FILE", "of a language model that listens: its projector",
    .completion = "files" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_models_import = {
  .name = "models import",
  .arguments = "PATH",
  .summary = "copy model files that you have into the store",
  .description =
      "For a machine without network, and for models of your own. PATH stays as it is.\n\n"
      "With --as NAME, PATH is a file or a folder that holds a model of the catalogue: a "
      "download "
      "on a stick, a folder or snapshot of a Hugging Face cache. Its files are found by their "
      "names there, in PATH or below it; size and SHA-256 are checked where the catalogue has "
      "them, and a file that is another one is refused. What is missing is named. The model is "
      "then as if it had been pulled.\n\n"
      "Without --as, PATH is a model of your own, told by its content: a Whisper model of "
      "whisper.cpp (ggml), a voice of Piper's (.onnx, with its .onnx.json beside it), a language "
      "model for hybrid-llama (GGUF; with --mmproj FILE one that listens, for llama-audio), or a "
      "genre classifier (ONNX, or its folder, with its classifier.json). It can be named after "
      "-m "
      "like any other; its SHA-256 is recorded, and 'models verify' compares with it. A file can "
      "be used without import too: -m ./FILE.\n\n"
      "Either is copied whole or not at all.",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = "files",
  .run = run_import,
};
