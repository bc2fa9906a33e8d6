#include "ggml-device.h"

#include <dlfcn.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

static const struct {
  const char *ggml, *ours;
} backends[] = {
  { "CPU", "cpu" }, { "Vulkan", "vulkan" }, { "ROCm", "hip" },
  { "HIP", "hip" }, { "CUDA", "cuda" },
};

void
ggml_devices_load (void)
{
  Dl_info info;
  g_autofree char *folder = NULL;

  if (ggml_backend_dev_by_type (GGML_BACKEND_DEVICE_TYPE_CPU) != NULL)
    return;
  ggml_backend_load_all ();
  if (ggml_backend_dev_by_type (GGML_BACKEND_DEVICE_TYPE_CPU) != NULL ||
      dladdr ((gpointer) ggml_backend_load_all, &info) == 0 || info.dli_fname == NULL)
    return;
  folder = g_path_get_dirname (info.dli_fname);
  ggml_backend_load_all_from_path (folder);
}

static char *
backend_name (ggml_backend_reg_t reg)
{
  const char *ggml = ggml_backend_reg_name (reg);

  for (gsize i = 0; i < G_N_ELEMENTS (backends); i++)
    if (g_str_equal (backends[i].ggml, ggml))
      return g_strdup (backends[i].ours);
  return g_ascii_strdown (ggml, -1);
}

/* @n_before: devices of the same backend that came before, by ggml's order */
static void
describe (ggml_backend_dev_t dev, gboolean gpu, int index, int n_before, GgmlDevice *device)
{
  g_autofree char *backend = backend_name (ggml_backend_dev_backend_reg (dev));
  gsize available = 0, total = 0;

  *device = (GgmlDevice){ .gpu = gpu, .dev = dev, .index = index };
  g_strlcpy (device->backend, backend, sizeof device->backend);
  if (gpu)
    g_snprintf (device->id, sizeof device->id, "%s:%d", device->backend, n_before);
  else
    g_strlcpy (device->id, device->backend, sizeof device->id);
  g_strlcpy (device->ggml, ggml_backend_dev_name (dev), sizeof device->ggml);
  g_strlcpy (device->name, ggml_backend_dev_description (dev), sizeof device->name);
  ggml_backend_dev_memory (dev, &available, &total);
  device->memory_bytes = total;
}

static gboolean
is_gpu (ggml_backend_dev_t dev)
{
  const enum ggml_backend_dev_type type = ggml_backend_dev_type (dev);

  return type == GGML_BACKEND_DEVICE_TYPE_GPU || type == GGML_BACKEND_DEVICE_TYPE_IGPU;
}

/* All of them, the processor first. */
static GArray *
devices_new (void)
{
  GArray *found = g_array_new (FALSE, TRUE, sizeof (GgmlDevice));
  ggml_backend_dev_t cpu = ggml_backend_dev_by_type (GGML_BACKEND_DEVICE_TYPE_CPU);
  GgmlDevice device;
  int n_gpus = 0;

  if (cpu != NULL)
    {
      describe (cpu, FALSE, -1, 0, &device);
      g_array_append_val (found, device);
    }
  for (gsize i = 0; i < ggml_backend_dev_count (); i++)
    {
      ggml_backend_dev_t dev = ggml_backend_dev_get (i);
      int n_before = 0;

      if (!is_gpu (dev))
        continue;
      describe (dev, TRUE, n_gpus++, 0, &device);
      for (guint k = 0; k < found->len; k++)
        n_before += g_str_equal (g_array_index (found, GgmlDevice, k).backend, device.backend);
      describe (dev, TRUE, n_gpus - 1, n_before, &device);
      g_array_append_val (found, device);
    }
  return found;
}

/* "vulkan" is "vulkan:0" */
static gboolean
answers_to (const GgmlDevice *device, const char *id)
{
  return g_str_equal (device->id, id) || (g_str_equal (device->backend, id) &&
                                          (!device->gpu || g_str_has_suffix (device->id, ":0")));
}

/* A backend that finds no driver does not register: what our own build was asked for counts too.
 */
static gboolean
is_built (const char *backend)
{
  g_auto (GStrv) asked = g_strsplit (LB_GGML_GPU, ",", -1);
  gboolean built = g_strv_contains ((const char *const *) asked, backend);

  for (gsize i = 0; i < ggml_backend_reg_count () && !built; i++)
    {
      g_autofree char *name = backend_name (ggml_backend_reg_get (i));

      built = g_str_equal (name, backend);
    }
  return built;
}

static void
refuse (const char *id, const GArray *found, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *shown = lb_text_escape (id);
  g_auto (GStrv) parts = g_strsplit (id, ":", 2);

  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            g_array_index (found, GgmlDevice, i).id);
  if (found->len == 0)
    g_string_append (names, "none at all");
  if (is_built (parts[0]))
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 LB_GGML_LIBRARY
                 " finds no device \"%s\" here, only: %s; llamaburn system may say why "
                 "(docs/GPU.md)",
                 shown, names->str);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 LB_GGML_LIBRARY " is not built for the device \"%s\" here, only: %s; "
                                 "./quickstart --gpu LIST builds it for others (docs/GPU.md)",
                 shown, names->str);
}

gboolean
ggml_device_find (const char *id, GgmlDevice *device, GError **error)
{
  g_autoptr (GArray) found = devices_new ();
  const gboolean any = id == NULL || *id == '\0' || g_str_equal (id, "auto");

  for (guint i = 0; i < found->len; i++)
    {
      const GgmlDevice *it = &g_array_index (found, GgmlDevice, i);

      if (any ? it->gpu || found->len == 1 : answers_to (it, id))
        {
          *device = *it;
          return TRUE;
        }
    }
  refuse (any ? "auto" : id, found, error);
  return FALSE;
}

json_t *
ggml_devices_json (void)
{
  g_autoptr (GArray) found = devices_new ();
  json_t *list = json_array ();

  for (guint i = 0; i < found->len; i++)
    {
      const GgmlDevice *device = &g_array_index (found, GgmlDevice, i);
      json_t *json = json_object ();

      lb_json_set_string (json, "id", device->id);
      lb_json_set_string (json, "backend", device->backend);
      lb_json_set_string (json, "name", device->name);
      if (device->memory_bytes > 0)
        lb_json_set_integer (json, "memory_bytes", (gint64) device->memory_bytes);
      json_array_append_new (list, json);
    }
  return list;
}
