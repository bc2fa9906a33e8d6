/* llamaburn models list, verify, remove, path */
#include <string.h>

#include "cli/models.h"
#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"
#include "report/style.h"

const LbModel *
lb_cli_find_model (LbCli *cli, LbModels *models, const char *name, GError **error)
{
  const char *variant = lb_cli_text (cli, "variant", NULL);
  const char *const variants[] = { variant, NULL };

  return lb_models_find (models, name, NULL, variant != NULL ? variants : NULL, error);
}

GPtrArray *
lb_cli_find_models (LbCli *cli, LbModels *models, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  const char *const *names = lb_cli_arguments (cli);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      const LbModel *model = lb_cli_find_model (cli, models, names[i], error);

      if (model == NULL)
        return NULL;
      if (!g_ptr_array_find (found, model, NULL))
        g_ptr_array_add (found, (gpointer) model);
    }
  return g_steal_pointer (&found);
}

/* models list */

/* A file that is there but can't be used is no "no": a pull would fetch it again. */
static const char *
state_of (LbModels *models, const LbModel *model)
{
  g_autoptr (GError) why = NULL;
  g_autofree char *path = lb_models_locate (models, model, &why);

  if (path != NULL)
    return "yes";
  return g_error_matches (why, LB_ERROR, LB_ERROR_MODEL_MISSING) ? "no" : "damaged";
}

/* In the table: "imported" is a "yes" that no pull brings again. */
static const char *
shown_state (LbModels *models, const LbModel *model)
{
  const char *state = state_of (models, model);

  return model->imported && strcmp (state, "yes") == 0 ? "imported" : state;
}

static json_t *
describe (LbModels *models, const LbModel *model)
{
  g_autofree char *path = lb_models_locate (models, model, NULL);
  json_t *object = json_object ();

  lb_json_set_string (object, "name", model->name);
  lb_json_set_string (object, "id", model->id);
  lb_json_set_string (object, "mode", model->mode);
  lb_json_set_string (object, "family", model->family);
  lb_json_set_string (object, "variant", model->variant);
  lb_json_set_string (object, "title", model->title);
  lb_json_set_string (object, "licence", model->licence);
  if (model->parameters > 0)
    lb_json_set_integer (object, "parameters", (gint64) model->parameters);
  if (model->bytes > 0)
    lb_json_set_integer (object, "bytes", (gint64) model->bytes);
  lb_json_set_string (object, "sha256", model->sha256);
  lb_json_set_boolean (object, "imported", model->imported);
  lb_json_set_boolean (object, "here", path != NULL);
  lb_json_set_string (object, "state", state_of (models, model));
  lb_json_set_string (object, "path", path);
  return object;
}

static void
append_row (LbTable *table, LbModels *models, const LbModel *model)
{
  g_autofree char *bytes = model->bytes > 0 ? lb_text_bytes (model->bytes) : g_strdup (LB_ABSENT);
  const char *const cells[] = { model->name,
                                model->mode,
                                model->variant,
                                bytes,
                                shown_state (models, model),
                                model->licence != NULL ? model->licence : LB_ABSENT,
                                NULL };

  lb_table_row (table, cells);
}

static gboolean
is_listed (LbCli *cli, LbModels *models, const LbModel *model)
{
  const char *mode = lb_cli_text (cli, "mode", NULL);

  return (mode == NULL || strcmp (mode, model->mode) == 0) &&
         (!lb_cli_flag (cli, "here") || strcmp (state_of (models, model), "no") != 0);
}

static void
append_list (LbCli *cli, GString *out, LbModels *models, const GPtrArray *listed)
{
  static const char *const titles[] = {
    "NAME", "MODE", "VARIANT", "SIZE", "HERE", "LICENCE", NULL
  };
  g_autoptr (LbTable) table = lb_table_new (titles, "lllrll");
  LbReportStyle style = lb_cli_style (cli);

  for (guint i = 0; i < listed->len; i++)
    append_row (table, models, g_ptr_array_index (listed, i));
  if (listed->len > 0)
    lb_table_print (table, out, &style);
}

static void
append_json (GString *out, LbModels *models, const GPtrArray *listed)
{
  g_autoptr (json_t) list = json_array ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < listed->len; i++)
    json_array_append_new (list, describe (models, g_ptr_array_index (listed, i)));
  text = lb_json_pretty (list);
  g_string_append (out, text);
}

static int
run_list (LbCli *cli, GError **error)
{
  g_autoptr (LbModels) models = lb_models_open (error);
  const GPtrArray *all = models != NULL ? lb_models_all (models) : NULL;
  g_autoptr (GPtrArray) listed = g_ptr_array_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  if (models == NULL)
    return LB_EXIT_FAILED;
  for (guint i = 0; i < all->len; i++)
    if (is_listed (cli, models, g_ptr_array_index (all, i)))
      g_ptr_array_add (listed, g_ptr_array_index (all, i));
  if (strcmp (lb_cli_text (cli, "format", "table"), "json") == 0)
    append_json (out, models, listed);
  else
    append_list (cli, out, models, listed);
  lb_cli_print (cli, out->str);
  if (lb_models_notice (models) != NULL)
    lb_cli_warn (cli, "%s", lb_models_notice (models));
  if (listed->len == 0)
    lb_cli_note (cli, lb_cli_flag (cli, "here")
                          ? "No model is here: 'llamaburn models pull base' fetches one."
                          : "No model fits.");
  return LB_EXIT_OK;
}

/* clang-format off */
static const LbCliOption list_options[] = {
  { 0, "here", LB_CLI_FLAG, NULL, "only those that are on this machine" },
  { 0, "mode", LB_CLI_TEXT, "MODE", "only models of this mode (stt, tts, …)" },
  { 0, "format", LB_CLI_CHOICE, "FORMAT", "how to write it (default table)", "table,json" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_models_list = {
  .name = "models list",
  .arguments = "",
  .summary = "list models, and which are on this machine",
  .description = "Lists the models of the catalogue and your own, imported ones. VARIANT is the "
                 "format, which "
                 "says what engines take it. SIZE is what a pull fetches. HERE: yes, imported "
                 "(your own), no, or damaged: a file of "
                 "the wrong size or kind, that 'models pull' replaces; only 'models verify' "
                 "reads files whole.",
  .options = list_options,
  .run = run_list,
};

/* models verify */

/* Without names: all that is here, whole or not. */
static GPtrArray *
choose_to_verify (LbCli *cli, LbModels *models, GError **error)
{
  const GPtrArray *all = lb_models_all (models);
  GPtrArray *chosen = lb_cli_find_models (cli, models, error);

  if (chosen == NULL || lb_cli_arguments (cli)[0] != NULL)
    return chosen;
  for (guint i = 0; i < all->len; i++)
    {
      LbModel *model = g_ptr_array_index (all, i);
      const char *variant = lb_cli_text (cli, "variant", model->variant);

      if (strcmp (variant, model->variant) == 0 && strcmp (state_of (models, model), "no") != 0)
        g_ptr_array_add (chosen, model);
    }
  return chosen;
}

static void
print_verdict (LbCli *cli, const LbModel *model, const GError *why)
{
  g_autofree char *name = lb_text_escape (model->name);
  g_autofree char *text = why != NULL ? lb_text_escape (why->message) : g_strdup ("good");
  g_autofree char *line = g_strdup_printf ("%s (%s): %s\n", name, model->variant, text);

  lb_cli_print (cli, line);
}

static int
run_verify (LbCli *cli, GError **error)
{
  g_autoptr (LbModels) models = lb_models_open (error);
  g_autoptr (GPtrArray) chosen = models != NULL ? choose_to_verify (cli, models, error) : NULL;
  int status = LB_EXIT_OK;

  if (chosen == NULL)
    return LB_EXIT_FAILED;
  for (guint i = 0; i < chosen->len; i++)
    {
      const LbModel *model = g_ptr_array_index (chosen, i);
      g_autoptr (GError) why = NULL;

      if (!lb_models_verify (models, model, &why))
        status = LB_EXIT_FAILED;
      print_verdict (cli, model, why);
    }
  if (chosen->len == 0)
    lb_cli_note (cli, "No model is here: there is nothing to verify.");
  return status;
}

/* clang-format off */
static const LbCliOption variant_options[] = {
  { 0, "variant", LB_CLI_TEXT, "VARIANT", "of a model that exists in several: ggml, ct2, …" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_models_verify = {
  .name = "models verify",
  .arguments = "[MODEL…]",
  .summary = "read models whole and compare their checksums",
  .description =
      "Reads each model from the disk, all of it, and compares size and SHA-256 with the "
      "catalogue "
      "or with what was recorded when it came. Without names: all models that are here. The exit "
      "status is 1 if one differs.",
  .options = variant_options,
  .max_arguments = -1,
  .completion = "models",
  .run = run_verify,
};

/* models remove */

/* Removing takes the one that is meant: a name that two variants share here is none. */
static gboolean
is_clear (LbCli *cli, LbModels *models, const LbModel *chosen, GError **error)
{
  const GPtrArray *all = lb_models_all (models);

  if (lb_cli_text (cli, "variant", NULL) != NULL)
    return TRUE;
  for (guint i = 0; i < all->len; i++)
    {
      const LbModel *model = g_ptr_array_index (all, i);

      if (model != chosen && strcmp (model->name, chosen->name) == 0 &&
          strcmp (state_of (models, model), "no") != 0)
        {
          g_set_error (
              error, LB_ERROR, LB_ERROR_USAGE,
              "model \"%s\" is here as %s and %s: say which with --variant %s or --variant %s",
              chosen->name, chosen->variant, model->variant, chosen->variant, model->variant);
          return FALSE;
        }
    }
  return TRUE;
}

static int
run_remove (LbCli *cli, GError **error)
{
  g_autoptr (LbModels) models = lb_models_open (error);
  g_autoptr (GPtrArray) chosen = models != NULL ? lb_cli_find_models (cli, models, error) : NULL;

  if (chosen == NULL)
    return LB_EXIT_FAILED;
  for (guint i = 0; i < chosen->len; i++)
    if (!is_clear (cli, models, g_ptr_array_index (chosen, i), error))
      return LB_EXIT_USAGE;
  for (guint i = 0; i < chosen->len; i++)
    {
      const LbModel *model = g_ptr_array_index (chosen, i);
      guint64 freed = 0;
      g_autofree char *shown = NULL;

      if (!lb_models_remove (models, model, &freed, error))
        return LB_EXIT_FAILED;
      shown = lb_text_bytes (freed);
      lb_cli_note (cli, "%s: removed (%s), %s freed", model->name, model->variant, shown);
    }
  return LB_EXIT_OK;
}

const LbCliCommand lb_command_models_remove = {
  .name = "models remove",
  .arguments = "MODEL…",
  .summary = "remove models from the store",
  .description = "Removes models from this machine's store, and what a broken pull left of them. "
                 "All names are "
                 "looked up before anything is removed: a wrong one removes nothing. Files "
                 "elsewhere, a file of "
                 "your own or those of [models] folder= in config.ini, are never removed.",
  .options = variant_options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "models",
  .run = run_remove,
};

/* models path */

static int
run_path (LbCli *cli, GError **error)
{
  g_autoptr (LbModels) models = lb_models_open (error);
  const LbModel *model = models != NULL
                             ? lb_cli_find_model (cli, models, lb_cli_arguments (cli)[0], error)
                             : NULL;
  g_autofree char *path = model != NULL ? lb_models_locate (models, model, error) : NULL;
  g_autofree char *line = NULL;

  if (path == NULL)
    return LB_EXIT_FAILED;
  line = g_strconcat (path, "\n", NULL); /* as it is, for scripts */
  lb_cli_print (cli, line);
  return LB_EXIT_OK;
}

const LbCliCommand lb_command_models_path = {
  .name = "models path",
  .arguments = "MODEL",
  .summary = "print where a model is",
  .description = "Prints the absolute path of a model's file or folder, for scripts. Fails if it "
                 "is not on this machine.",
  .options = variant_options,
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = "models",
  .run = run_path,
};
