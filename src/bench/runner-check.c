#include "bench/equal.h"
#include "bench/runner.h"

#include <string.h>

#include "bench/grounded.h"
#include "bench/judge.h"
#include "bench/keep.h"
#include "bench/spoken.h"
#include "core/error.h"
#include "core/text.h"

static const char *const devices[] = { "auto", "cpu",   "hip",  "vulkan",
                                       "cuda", "metal", "sycl", NULL };

/* "cpu", "hip:0": a known backend, and a number after the colon. */
static gboolean
check_device (const char *device, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (device, ":", 2);
  g_autofree char *shown = lb_text_escape (device);
  const char *backend = parts[0] != NULL ? parts[0] : "";
  gboolean known = g_strv_contains (devices, backend);
  const char *nearest = lb_text_nearest (backend, devices);

  if (known &&
      (parts[1] == NULL || g_ascii_string_to_unsigned (parts[1], 10, 0, 255, NULL, NULL)))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "no device is named \"%s\"%s%s%s: cpu, or a backend with a number like vulkan:0 "
               "(llamaburn system lists them)",
               shown, !known && nearest ? "; did you mean \"" : "",
               !known && nearest ? nearest : "", !known && nearest ? "\"?" : "");
  return FALSE;
}

/* Options from a command line come as text: typed by the manifest, in place. */
static gboolean
check_options (LbCase *it, const LbManifest *manifest, GError **error)
{
  const char *name;
  json_t *value;
  void *next;

  json_object_foreach_safe (it->options, next, name, value)
    {
      const LbOption *option = lb_manifest_option (manifest, name);
      json_t *typed;

      if (option == NULL)
        {
          g_autofree char *shown = lb_text_escape (name);

          g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                       "engine \"%s\" has no option \"%s\": llamaburn engines %s lists them",
                       manifest->id, shown, manifest->id);
          return FALSE;
        }
      if (!json_is_string (value) || lb_option_check (option, value, NULL))
        {
          if (!lb_option_check (option, value, error))
            return FALSE;
          continue;
        }
      typed = lb_option_parse (option, json_string_value (value), error);
      if (typed == NULL)
        return FALSE;
      json_object_set_new (it->options, name, typed);
    }
  return TRUE;
}

/* Each role is one that the engine knows, is there once, and has what it is to have. */
static gboolean
check_input (const LbCase *it, guint index, const LbManifest *manifest, GError **error)
{
  const LbPlanInput *input = g_ptr_array_index (it->inputs, index);
  const json_t *known = lb_manifest_input (manifest, it->mode, input->role);
  gboolean sound = strcmp (lb_json_string (known, "kind", ""), "pcm") == 0;
  g_autofree char *shown = lb_text_escape (input->role);
  const char *why = NULL;

  if (known == NULL)
    why = "the engine takes no input of that role";
  else if (sound != (input->path != NULL))
    why = sound ? "it must be a file, not a text" : "it must be a text, not a file";
  for (guint i = 0; i < index && why == NULL; i++)
    if (strcmp (((LbPlanInput *) g_ptr_array_index (it->inputs, i))->role, input->role) == 0)
      why = "it is there twice";
  if (why == NULL)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "engine \"%s\", input \"%s\": %s", manifest->id,
               shown, why);
  return FALSE;
}

/* Returns: the place of @role's input in @it, −1: it has none */
static int
find_input (const LbCase *it, const char *role)
{
  for (guint i = 0; i < it->inputs->len; i++)
    if (strcmp (((LbPlanInput *) g_ptr_array_index (it->inputs, i))->role, role) == 0)
      return (int) i;
  return -1;
}

/* Returns: (nullable): what the command line has for inputs of @role */
static const char *
option_of (const char *role)
{
  static const struct {
    const char *role, *option;
  } rows[] = { { "voice", "--voice-sample FILE" },
               { "voice-text", "--voice-text TEXT" },
               { "melody", "--melody FILE" },
               { "prompt", "--prompt TEXT" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].role, role) == 0)
      return rows[i].option;
  return NULL;
}

/* What can't be left out is there; what is measured comes first, wherever the plan has it. */
static gboolean
check_needed (LbCase *it, const LbManifest *manifest, GError **error)
{
  const json_t *first = lb_manifest_input (manifest, it->mode, NULL);
  const json_t *inputs = json_object_get (manifest->json, "inputs");
  size_t index;
  json_t *input;

  json_array_foreach ((json_t *) inputs, index, input)
    {
      const char *role = lb_json_string (input, "role", "");
      gboolean needed = input == first || !lb_json_boolean (input, "optional", FALSE);
      int at = find_input (it, role);

      if (lb_manifest_input (manifest, it->mode, role) != input)
        continue;
      if (at < 0 && needed)
        {
          const char *option = option_of (role);
          gboolean sound = strcmp (lb_json_string (input, "kind", ""), "pcm") == 0;

          g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                       "engine \"%s\" needs an input \"%s\": give %s%s%s", manifest->id, role,
                       sound ? "a sound file" : "a text", option != NULL ? " with " : "",
                       option != NULL ? option : "");
          return FALSE;
        }
      if (at > 0 && input == first)
        g_ptr_array_insert (it->inputs, 0, g_ptr_array_steal_index (it->inputs, (guint) at));
    }
  return TRUE;
}

/* A password in an address would be kept in the history, and shown by every view of it. */
static gboolean
check_address (const LbCase *it, const LbManifest *manifest, GError **error)
{
  const char *url = lb_json_string (it->options, "url", NULL);

  if (!manifest->network || url == NULL || strpbrk (url, "@?#") == NULL)
    return TRUE;
  g_set_error (
      error, LB_ERROR, LB_ERROR_USAGE,
      "engine \"%s\": --url holds an \"@\", \"?\" or \"#\": a password or key in it would be "
      "kept in the history; write http://HOST:PORT",
      manifest->id);
  return FALSE;
}

static gboolean
check_inputs (LbCase *it, const LbManifest *manifest, GError **error)
{
  for (guint i = 0; i < it->inputs->len; i++)
    if (!check_input (it, i, manifest, error))
      return FALSE;
  return check_needed (it, manifest, error);
}

static gboolean
check_weights (const LbPlan *plan, const LbManifest *manifest, GError **error)
{
  if (!plan->settings.random_weights || lb_manifest_can (manifest, "random-weights"))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "engine \"%s\" can't run with random weights (--random-weights): leave it out, or "
               "the engine",
               manifest->id);
  return FALSE;
}

static gboolean
check_case (const LbPlan *plan, LbCase *it, LbRegistry *registry, LbModels *models,
            GError **error)
{
  const LbManifest *manifest = lb_registry_find (registry, it->engine, it->mode, error);

  if (manifest == NULL || !check_device (it->device, error) ||
      !check_inputs (it, manifest, error) || !check_options (it, manifest, error) ||
      !check_address (it, manifest, error) || !check_weights (plan, manifest, error))
    return FALSE;
  if (manifest->variants == NULL || manifest->variants[0] == NULL)
    {
      g_clear_pointer (&it->model, g_free);
      return TRUE;
    }
  if (it->model == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "engine \"%s\" needs a model: name one with -m (llamaburn models list)",
                   it->engine);
      return FALSE;
    }
  return lb_models_find (models, it->model, it->mode, (const char *const *) manifest->variants,
                         error) != NULL;
}

gboolean
lb_runner_check (LbPlan *plan, LbRegistry *registry, LbModels *models, GError **error)
{
  for (guint i = 0; i < plan->cases->len; i++)
    if (!check_case (plan, g_ptr_array_index (plan->cases, i), registry, models, error))
      return FALSE;
  return lb_keep_check (plan, error) && lb_equal_prepare (plan, registry, error) &&
         lb_spoken_check (plan, registry, models, error) && lb_grounded_check (plan, error) &&
         lb_judge_check (plan, registry, models, error);
}
