/* llamaburn engines check: the smallest real case of an engine. */
#include <string.h>

#include "cli/engines.h"
#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"
#include "models/models.h"
#include "workers/workers.h"

/* The smallest model that is here and that the engine takes. */
static const LbModel *
find_model (LbModels *models, const LbManifest *manifest)
{
  const GPtrArray *all = lb_models_all (models);
  const LbModel *best = NULL;

  for (guint i = 0; manifest->variants != NULL && i < all->len; i++)
    {
      const LbModel *model = g_ptr_array_index (all, i);

      if (g_strv_contains ((const char *const *) manifest->variants, model->variant) &&
          strcmp (model->mode, manifest->modes[0]) == 0 && lb_models_is_here (models, model) &&
          (best == NULL || model->bytes < best->bytes))
        best = model;
    }
  return best;
}

static char *
find_model_path (LbCli *cli, const LbManifest *manifest, GError **error)
{
  g_autoptr (LbModels) models = lb_models_open (error);
  const char *name = lb_cli_text (cli, "model", NULL);
  const LbModel *model;

  if (models == NULL)
    return NULL;
  model = name != NULL ? lb_models_find (models, name, manifest->modes[0],
                                         (const char *const *) manifest->variants, error)
                       : find_model (models, manifest);
  return model != NULL ? lb_models_locate (models, model, error) : NULL;
}

static void
say (LbCli *cli, const LbManifest *manifest, const json_t *report)
{
  const json_t *output = json_object_get (report, "output");
  const char *version = lb_json_string (report, "version", "");
  g_autofree char *text = lb_text_escape (lb_json_string (output, "text", ""));
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, "%s%s%s: starts in %.2f s", manifest->id,
                          *version != '\0' ? " " : "", version,
                          lb_json_real (report, "start_s", 0));
  if (json_object_get (report, "load_s") == NULL)
    g_string_append (
        line, "; nothing was run, for no model of its kind is here: llamaburn models list");
  else
    g_string_append_printf (
        line, ", loads in %.2f s on %s, runs in %.3f s", lb_json_real (report, "load_s", 0),
        lb_json_string (report, "device", "?"), lb_json_real (report, "run_s", 0));
  if (*text != '\0')
    g_string_append_printf (line, "; it answers \"%s\"", text);
  g_string_append_c (line, '\n');
  lb_cli_print (cli, line->str);
}

/* Returns: (transfer full): the report; with "error" where it failed. */
static json_t *
check_one (LbCli *cli, const LbManifest *manifest)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *model_path = NULL;
  json_t *report = NULL;

  if (manifest->variants != NULL && manifest->missing == NULL)
    model_path = find_model_path (cli, manifest, &error);
  if (error == NULL)
    report = lb_workers_check (manifest, lb_cli_text (cli, "device", NULL), model_path, NULL,
                               &error);
  if (report != NULL)
    return report;
  report = json_object ();
  lb_json_set_string (report, "engine", manifest->id);
  lb_json_set_string (report, "error", error->message);
  return report;
}

static int
run_check (LbCli *cli, GError **error)
{
  g_autoptr (GPtrArray) engines = lb_cli_choose_engines (cli, error);
  gboolean as_json = strcmp (lb_cli_text (cli, "format", "text"), "json") == 0;
  g_autoptr (json_t) all = json_array ();
  g_autofree char *text = NULL;
  LbExit status = LB_EXIT_OK;

  for (guint i = 0; engines != NULL && i < engines->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (engines, i);
      json_t *report = check_one (cli, manifest);
      const char *failure = lb_json_string (report, "error", NULL);

      json_array_append_new (all, report);
      if (failure != NULL)
        status = LB_EXIT_FAILED;
      if (failure != NULL && !as_json)
        lb_cli_complain (cli, failure);
      else if (!as_json)
        say (cli, manifest, report);
    }
  text = as_json && engines != NULL ? lb_json_pretty (all) : NULL;
  if (text != NULL)
    lb_cli_print (cli, text);
  return engines != NULL ? (int) status : LB_EXIT_USAGE;
}

/* clang-format off */
static const LbCliOption options[] = {
  { 'm', "model", LB_CLI_TEXT, "MODEL", "with which model; without it the smallest here",
    NULL, "models" },
  { 'd', "device", LB_CLI_TEXT, "DEVICE", "auto, cpu, hip:0, vulkan:0, cuda:0" },
  { 0, "format", LB_CLI_CHOICE, "FORMAT", "how to write it", "text,json" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_engines_check = {
  .name = "engines check",
  .arguments = "ENGINE…",
  .summary = "start, load and run an engine over a second of noise",
  .description =
      "The smallest real case: starts the engine's process, loads a model (the smallest that is "
      "here) and "
      "runs it over one second of faint noise, or over three words. What it answers does not "
      "matter; whether "
      "it answers does. Nothing is stored. Exit status 1 when one of the engines fails.",
  .options = options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "engines",
  .run = run_check,
};
