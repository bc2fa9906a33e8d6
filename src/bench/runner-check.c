#include "bench/runner.h"

#include <string.h>

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

static const char *
kind_of_role (const LbManifest *manifest, const char *role)
{
  size_t index;
  json_t *input;

  json_array_foreach (json_object_get (manifest->json, "inputs"), index, input)
    if (strcmp (lb_json_string (input, "role", ""), role) == 0)
      return lb_json_string (input, "kind", "");
  return NULL;
}

/* Each role is one that the engine knows, is there once, and has what it is to have. There is one
 * mapping for sound, for the input that is measured: the first. */
static gboolean
check_input (const LbCase *it, guint index, const LbManifest *manifest, GError **error)
{
  const LbPlanInput *input = g_ptr_array_index (it->inputs, index);
  const char *kind = kind_of_role (manifest, input->role);
  g_autofree char *shown = lb_text_escape (input->role);
  const char *why = NULL;

  if (kind == NULL)
    why = "the engine takes no input of that role";
  else if ((strcmp (kind, "pcm") == 0) != (input->path != NULL))
    why = input->path != NULL ? "it must be a text, not a file" : "it must be a file, not a text";
  else if (index > 0 && input->path != NULL)
    why = "a sound must come first, and only one sound is measured";
  for (guint i = 0; i < index && why == NULL; i++)
    if (strcmp (((LbPlanInput *) g_ptr_array_index (it->inputs, i))->role, input->role) == 0)
      why = "it is there twice";
  if (why == NULL)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "engine \"%s\", input \"%s\": %s", manifest->id,
               shown, why);
  return FALSE;
}

static gboolean
check_inputs (const LbCase *it, const LbManifest *manifest, GError **error)
{
  for (guint i = 0; i < it->inputs->len; i++)
    if (!check_input (it, i, manifest, error))
      return FALSE;
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
check_case (LbCase *it, LbRegistry *registry, LbModels *models, GError **error)
{
  const LbManifest *manifest = lb_registry_find (registry, it->engine, it->mode, error);

  if (manifest == NULL || !check_device (it->device, error) ||
      !check_inputs (it, manifest, error) || !check_options (it, manifest, error) ||
      !check_address (it, manifest, error))
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
    if (!check_case (g_ptr_array_index (plan->cases, i), registry, models, error))
      return FALSE;
  return TRUE;
}
