#include "cli/benchmark.h"

#include <string.h>

#include "bench/default-engine.h"
#include "bench/runner.h"
#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"

/* What the matrix is made of. */
typedef struct {
  const LbCli *cli;
  const LbBenchmarkMode *mode;
  LbModels *models;
  GPtrArray *subjects; /* of LbSubject */
  LbPlan *plan;
} Matrix;

/* What is combined with each subject. */
typedef struct {
  const LbManifest *manifest;
  const char *model; /* NULL: the engine takes none */
  const char *device;
  const char *voice; /* for the engine's option of that name; NULL: as it is */
} Choice;

/* The reference of the file at @path: the one file, or STEM.txt in the folder; where a reference
 * is a folder itself (no suffix), that folder, or the one named STEM in it. */
static gboolean
find_reference (const Matrix *matrix, const char *path, char **reference, GError **error)
{
  const char *given = lb_cli_text (matrix->cli, "reference", NULL);
  const char *suffix = matrix->mode->reference_suffix;
  g_autofree char *base = NULL, *stem = NULL;
  const char *dot;

  *reference = NULL;
  if (given == NULL || suffix == NULL)
    return TRUE;
  if (g_file_test (given, G_FILE_TEST_IS_DIR))
    {
      g_autofree char *name = NULL;

      base = g_path_get_basename (path);
      dot = strrchr (base, '.');
      stem = g_strndup (base, dot != NULL && dot != base ? (gsize) (dot - base) : strlen (base));
      name = g_strconcat (stem, suffix, NULL);
      *reference = g_build_filename (given, name, NULL);
      if (*suffix == '\0' && matrix->subjects->len == 1 &&
          !g_file_test (*reference, G_FILE_TEST_IS_DIR))
        {
          g_free (*reference);
          *reference = g_strdup (given);
        }
      return TRUE;
    }
  if (matrix->subjects->len > 1)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "--reference is one file, but there are several inputs: give a folder that "
                   "holds a NAME%s for each",
                   suffix);
      return FALSE;
    }
  *reference = g_strdup (given);
  return TRUE;
}

static gboolean
add_case (const Matrix *matrix, const Choice *choice, const LbSubject *subject, GError **error)
{
  const LbBenchmarkMode *mode = matrix->mode;
  const LbManifest *manifest = choice->manifest;
  LbCase *it = lb_plan_add_case (matrix->plan, mode->mode, manifest->id, choice->model,
                                 choice->device);
  g_autoptr (json_t) options = lb_cli_engine_options (matrix->cli, manifest->id, error);

  if (options == NULL)
    return FALSE;
  json_object_update (it->options, options);
  if (choice->voice != NULL)
    lb_json_set_string (it->options, LB_VOICE_OPTION, choice->voice);
  if (subject->path != NULL)
    lb_case_add_file (it, mode->role, subject->path);
  else
    lb_case_add_text (it, mode->role, subject->text);
  if (subject->set != NULL)
    lb_case_name_text (it, subject->set, subject->name);
  if (subject->path != NULL && !find_reference (matrix, subject->path, &it->reference, error))
    return FALSE;
  return mode->complete == NULL || mode->complete (matrix->cli, manifest, subject, it, error);
}

/* What a model can't do isn't measured, and that is said. */
static gboolean
add_cases (const Matrix *matrix, const Choice *choice, GError **error)
{
  const LbManifest *manifest = choice->manifest;
  const char *model = choice->model;
  const char *const *variants = (const char *const *) manifest->variants;
  const LbModel *known = model != NULL ? lb_models_find (matrix->models, model,
                                                         matrix->mode->mode, variants, NULL)
                                       : NULL;
  guint left_out = 0;

  for (guint i = 0; i < matrix->subjects->len; i++)
    {
      const LbSubject *subject = g_ptr_array_index (matrix->subjects, i);

      if (matrix->mode->suits != NULL && !matrix->mode->suits (manifest, known, subject))
        left_out++;
      else if (!add_case (matrix, choice, subject, error))
        return FALSE;
    }
  if (left_out > 0)
    lb_cli_note (matrix->cli, "%s%s%s does not speak the language of %u of %u texts: left out",
                 manifest->id, model != NULL ? " with " : "", model != NULL ? model : "",
                 left_out, matrix->subjects->len);
  return TRUE;
}

/* Of the mode's own, as far as the engine takes them, the first that is here. *@first: the first
 * of them at all. */
static const char *
choose_usual (const Matrix *matrix, const LbManifest *manifest, const char **first)
{
  const char *const *variants = (const char *const *) manifest->variants;
  const char *const *names = matrix->mode->models;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      const LbModel *model = lb_models_find (matrix->models, names[i], matrix->mode->mode,
                                             variants, NULL);

      if (model != NULL && lb_models_is_here (matrix->models, model))
        return names[i];
      if (model != NULL && *first == NULL)
        *first = names[i];
    }
  return NULL;
}

/* The mode's own that is here; else the first that is here of all that the engine takes; else
 * the first of the mode's own, or of all. NULL: there is none. */
static const char *
choose_model (const Matrix *matrix, const LbManifest *manifest)
{
  const GPtrArray *all = lb_models_all (matrix->models);
  const char *first = NULL;
  const char *best = choose_usual (matrix, manifest, &first);

  for (guint i = 0; best == NULL && i < all->len; i++)
    {
      const LbModel *model = g_ptr_array_index (all, i);

      if (!lb_engine_takes (manifest, model, matrix->mode->mode))
        continue;
      if (lb_models_is_here (matrix->models, model))
        best = model->name;
      else if (first == NULL)
        first = model->name;
    }
  return best != NULL ? best : first;
}

static gboolean
fail_voices (const LbManifest *manifest, GError **error)
{
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "%s has no voices to choose from: leave --voice out, or choose another engine",
               manifest->id);
  return FALSE;
}

static gboolean
fail_both (const LbManifest *manifest, GError **error)
{
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "--voice and --model are two names of one thing for %s: give one of them",
               manifest->id);
  return FALSE;
}

/* What --voice names are models, but of an engine with an option of that name: a model of it may
 * have many voices. One that takes no model is there once. */
static gboolean
list_choices (const Matrix *matrix, const LbManifest *manifest, const char *const **models,
              const char *const **voices, GError **error)
{
  const char *const *named = lb_cli_list (matrix->cli, LB_VOICE_OPTION);
  gboolean has_voices = lb_manifest_option (manifest, LB_VOICE_OPTION) != NULL;
  gboolean takes_model = manifest->variants != NULL && manifest->variants[0] != NULL;

  *voices = has_voices ? named : NULL;
  *models = takes_model ? lb_cli_list (matrix->cli, "model") : NULL;
  if (named == NULL || has_voices)
    return TRUE;
  if (*models != NULL)
    return fail_both (manifest, error);
  *models = named;
  return takes_model || fail_voices (manifest, error);
}

/* models × devices × voices × subjects of one engine. */
static gboolean
add_engine (const Matrix *matrix, const LbManifest *manifest, GError **error)
{
  const char *const default_device[] = { "auto", NULL }, *const as_it_is[] = { NULL, NULL };
  const char *const *devices = lb_cli_list (matrix->cli, "device") ?: default_device;
  const char *chosen[] = { NULL, NULL };
  const char *const *models, *const *voices;

  if (!list_choices (matrix, manifest, &models, &voices, error))
    return FALSE;
  if (models == NULL && manifest->variants != NULL && manifest->variants[0] != NULL)
    chosen[0] = choose_model (matrix, manifest);
  models = models ?: chosen;
  voices = voices ?: as_it_is;
  for (guint m = 0; m == 0 || models[m] != NULL; m++)
    for (guint d = 0; devices[d] != NULL; d++)
      for (guint v = 0; v == 0 || voices[v] != NULL; v++)
        {
          const Choice choice = { manifest, models[m], devices[d], voices[v] };

          if (!add_cases (matrix, &choice, error))
            return FALSE;
        }
  return TRUE;
}

static gboolean
add_matrix (LbCli *cli, const Matrix *matrix, GError **error)
{
  g_autoptr (GPtrArray) engines = lb_cli_engines (cli, error);

  for (guint e = 0; engines != NULL && e < engines->len; e++)
    if (!add_engine (matrix, g_ptr_array_index (engines, e), error))
      return FALSE;
  if (engines != NULL && matrix->plan->cases->len == 0)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "no chosen voice speaks the language of any of the texts: choose "
                           "others with --voice (llamaburn models list)");
      return FALSE;
    }
  return engines != NULL;
}

static gboolean
check_size (const LbPlan *plan, GError **error)
{
  if (plan->cases->len <= LB_PLAN_MAX_CASES)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "that makes %u cases, a plan has at most %d: name fewer inputs, models or devices",
               plan->cases->len, LB_PLAN_MAX_CASES);
  return FALSE;
}

/* Without ids: each run of it is then a new one. */
static void
print_plan (const LbCli *cli, const LbPlan *plan)
{
  g_autoptr (json_t) value = lb_plan_to_json (plan);
  g_autofree char *text = NULL;
  size_t index;
  json_t *it;

  json_object_del (value, "group");
  json_array_foreach (json_object_get (value, "cases"), index, it)
    json_object_del (it, "id");
  text = lb_json_pretty (value);
  lb_cli_print (cli, text);
}

static gboolean
make_plan (LbCli *cli, const LbBenchmarkMode *mode, LbModels *models, LbPlan *plan,
           GError **error)
{
  g_autoptr (GPtrArray) subjects = lb_benchmark_subjects (cli, mode, error);
  const Matrix matrix = { cli, mode, models, subjects, plan };

  if (subjects == NULL || !lb_benchmark_settings (cli, &plan->settings, error))
    return FALSE;
  /* which part of a sound goes in; elsewhere --duration is how much of it comes out */
  if (mode->kind != LB_SUBJECT_SOUND)
    plan->settings.start_s = plan->settings.duration_s = 0;
  return add_matrix (cli, &matrix, error) && check_size (plan, error);
}

int
lb_benchmark_command (LbCli *cli, const LbBenchmarkMode *mode, GError **error)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  LbRegistry *registry = lb_cli_registry (cli, error);
  LbModels *models = registry != NULL ? lb_cli_models (cli, error) : NULL;

  if (models == NULL || !make_plan (cli, mode, models, plan, error))
    return LB_EXIT_FAILED;
  if (!lb_runner_check (plan, registry, models, error))
    return LB_EXIT_USAGE;
  if (lb_cli_flag (cli, "print-plan"))
    {
      print_plan (cli, plan);
      return LB_EXIT_OK;
    }
  return lb_benchmark_run (cli, plan, registry, models, -1, error);
}
