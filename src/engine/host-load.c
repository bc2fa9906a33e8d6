#include "engine/host-load.h"

#include "core/error.h"
#include "core/text.h"

json_t *
lb_load_options (const LbManifest *manifest, const json_t *given, GError **error)
{
  g_autoptr (json_t) options = json_object ();
  const char *name;
  json_t *value;

  if (given != NULL && !json_is_object (given))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE, "\"options\" must be an object");
      return NULL;
    }
  json_object_foreach ((json_t *) given, name, value)
    {
      const LbOption *option = lb_manifest_option (manifest, name);
      g_autofree char *shown = lb_text_escape (name);

      if (option == NULL)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "the engine \"%s\" has no option \"%s\"",
                       manifest->id, shown);
          return NULL;
        }
      if (!lb_option_check (option, value, error))
        return NULL;
    }
  for (guint i = 0; i < manifest->options->len; i++)
    {
      const LbOption *option = manifest->options->pdata[i];
      json_t *taken = json_object_get (given, option->name);

      if (taken == NULL)
        taken = option->fallback;
      if (taken != NULL)
        json_object_set (options, option->name, taken);
    }
  return g_steal_pointer (&options);
}

void
lb_load_read (const json_t *message, LbLoadRequest *request, char **path)
{
  const char *uri = lb_json_string (message, "model_path_uri", NULL);
  const json_t *model = json_object_get (message, "model");

  *path = uri != NULL ? g_filename_from_uri (uri, NULL, NULL) : NULL;
  *request = (LbLoadRequest){
    .model_path = lb_json_string (message, "model_path", *path),
    .device = lb_json_string (message, "device", "cpu"),
    .threads = (int) CLAMP (lb_json_integer (message, "threads", 1), -1, 65537),
    .seed = lb_json_integer (message, "seed", 0),
    .random_weights = lb_json_boolean (message, "random_weights", FALSE),
    .allow_network = lb_json_boolean (message, "allow_network", FALSE),
    .mode = lb_json_string (message, "mode", NULL),
    .model = json_is_object (model) ? model : NULL,
  };
}

void
lb_load_describe (LbLoadAnswer *answer, const json_t *options, json_t *message)
{
  answer->backend[sizeof answer->backend - 1] = '\0';
  answer->device[sizeof answer->device - 1] = '\0';
  answer->device_name[sizeof answer->device_name - 1] = '\0';
  lb_json_set_integer (message, "input_rate_hz", answer->input_rate_hz);
  lb_json_set_integer (message, "input_channels", answer->input_channels);
  lb_json_set_integer (message, "output_rate_hz", answer->output_rate_hz);
  lb_json_set_integer (message, "output_channels", answer->output_channels);
  if (answer->output_s > 0)
    lb_json_set_real (message, "output_s", answer->output_s);
  if (answer->output_stems > 0)
    lb_json_set_integer (message, "output_stems", answer->output_stems);
  lb_json_set_string (message, "backend", answer->backend);
  lb_json_set_string (message, "device", answer->device);
  lb_json_set_string (message, "device_name", answer->device_name);
  lb_json_set_integer (message, "threads", answer->threads);
  lb_json_set_boolean (message, "deterministic", answer->deterministic);
  lb_json_set_integer (message, "parameters", (gint64) answer->parameters);
  lb_json_set (message, "options", json_incref ((json_t *) options));
  lb_json_set (message, "info", json_incref (answer->info));
}
