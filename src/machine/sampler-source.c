/* Sources: Documentation/gpu/drm-usage-stats.rst, gpu/amdgpu/thermal.rst,
 * hwmon/sysfs-interface.rst, power/powercap/powercap.rst of Linux. */
#include "machine/sampler-source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "machine/describe.h"
#include "machine/files.h"
#include "machine/quota.h"
#include "machine/process.h"

#define MAX_CLOCKS 16 /* of a CPU with many cores, evenly spread: reading all would disturb */

void
lb_sampler_file_free (LbSamplerFile *file)
{
  g_free (file->path);
  g_free (file);
}

gboolean
lb_sampler_read (const LbSamplerSource *source, const LbSamplerPlace *place,
                 const LbSamplerFile *file, guint64 *value)
{
  return source->read != NULL ? source->read (place, file, value)
                              : lb_file_number (value, place->root, "%s", file->path);
}

/* Only what can be read now. */
static void
add_file (const LbSamplerPlace *place, GPtrArray *files, guint64 limit, char *path)
{
  guint64 value;

  if (lb_file_number (&value, place->root, "%s", path))
    {
      LbSamplerFile *file = g_new0 (LbSamplerFile, 1);

      file->path = path;
      file->limit = limit;
      g_ptr_array_add (files, file);
      return;
    }
  g_free (path);
}

/* Calls @add for the folder of each card of a maker we know. */
static void
each_card (const LbSamplerPlace *place, GPtrArray *files,
           void (*add) (const LbSamplerPlace *, GPtrArray *, const char *folder))
{
  g_autoptr (GPtrArray) cards = lb_file_list ("card", place->root, "/sys/class/drm");

  for (guint i = 0; i < cards->len; i++)
    {
      g_autofree char *folder = g_strdup_printf ("/sys/class/drm/%s/device",
                                                 (char *) cards->pdata[i]);
      guint64 vendor;

      if (strchr (cards->pdata[i], '-') == NULL &&
          lb_file_number (&vendor, place->root, "%s/vendor", folder) && vendor <= G_MAXUINT &&
          lb_gpu_vendor ((guint) vendor) != NULL)
        add (place, files, folder);
    }
}

/* Adds each file of a hwmon folder below @parent that begins with @prefix and ends in
 * @suffix. */
static void
add_sensors (const LbSamplerPlace *place, GPtrArray *files, const char *parent,
             const char *prefix, const char *suffix)
{
  g_autoptr (GPtrArray) monitors = lb_file_list ("hwmon", place->root, "%s/hwmon", parent);

  for (guint i = 0; i < monitors->len; i++)
    {
      const char *monitor = monitors->pdata[i];
      g_autoptr (GPtrArray)
          names = lb_file_list (prefix, place->root, "%s/hwmon/%s", parent, monitor);

      for (guint j = 0; j < names->len; j++)
        if (g_str_has_suffix (names->pdata[j], suffix))
          add_file (
              place, files, 0,
              g_strdup_printf ("%s/hwmon/%s/%s", parent, monitor, (char *) names->pdata[j]));
    }
}

static void
add_busy (const LbSamplerPlace *place, GPtrArray *files, const char *folder)
{
  add_file (place, files, 0, g_strconcat (folder, "/gpu_busy_percent", NULL));
}

static void
add_device_memory (const LbSamplerPlace *place, GPtrArray *files, const char *folder)
{
  add_file (place, files, 0, g_strconcat (folder, "/mem_info_vram_used", NULL));
}

static void
add_power (const LbSamplerPlace *place, GPtrArray *files, const char *folder)
{
  guint before = files->len;

  add_sensors (place, files, folder, "power1_", "_average"); /* up to RDNA 2 and some later */
  if (files->len == before)
    add_sensors (place, files, folder, "power1_", "_input");
}

/* i915 and xe count; a card with a power sensor is integrated instead, never both. */
static void
add_energy (const LbSamplerPlace *place, GPtrArray *files, const char *folder)
{
  g_autoptr (GPtrArray)
      power = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_sampler_file_free);

  add_power (place, power, folder);
  if (power->len == 0)
    add_sensors (place, files, folder, "energy1_", "_input");
}

static void
add_gpu_temperature (const LbSamplerPlace *place, GPtrArray *files, const char *folder)
{
  add_sensors (place, files, folder, "temp", "_input");
}

static void
add_gpu_clock (const LbSamplerPlace *place, GPtrArray *files, const char *folder)
{
  add_sensors (place, files, folder, "freq1_", "_input");
}

static void
open_busy (const LbSamplerPlace *place, GPtrArray *files)
{
  each_card (place, files, add_busy);
}

static void
open_device_memory (const LbSamplerPlace *place, GPtrArray *files)
{
  each_card (place, files, add_device_memory);
}

static void
open_power (const LbSamplerPlace *place, GPtrArray *files)
{
  each_card (place, files, add_power);
}

static void
open_energy (const LbSamplerPlace *place, GPtrArray *files)
{
  each_card (place, files, add_energy);
}

static void
open_gpu_temperature (const LbSamplerPlace *place, GPtrArray *files)
{
  each_card (place, files, add_gpu_temperature);
}

static void
open_gpu_clock (const LbSamplerPlace *place, GPtrArray *files)
{
  each_card (place, files, add_gpu_clock);
}

/* Packages only ("intel-rapl:0", AMD's too): "intel-rapl:0:0" is a part of one. */
static void
open_package_energy (const LbSamplerPlace *place, GPtrArray *files)
{
  g_autoptr (GPtrArray) zones = lb_file_list ("intel-rapl:", place->root, "/sys/class/powercap");

  for (guint i = 0; i < zones->len; i++)
    {
      const char *zone = zones->pdata[i];
      g_autofree char *name = lb_file_text (place->root, "/sys/class/powercap/%s/name", zone);
      guint64 limit = 0;

      if (name == NULL || !g_str_has_prefix (name, "package"))
        continue;
      lb_file_number (&limit, place->root, "/sys/class/powercap/%s/max_energy_range_uj", zone);
      add_file (place, files, limit, g_strdup_printf ("/sys/class/powercap/%s/energy_uj", zone));
    }
}

static void
open_cpu_temperature (const LbSamplerPlace *place, GPtrArray *files)
{
  static const char *const drivers[] = { "coretemp", "k10temp", "zenpower", "cpu_thermal", NULL };
  g_autoptr (GPtrArray) monitors = lb_file_list ("hwmon", place->root, "/sys/class/hwmon");

  for (guint i = 0; i < monitors->len; i++)
    {
      const char *monitor = monitors->pdata[i];
      g_autofree char *name = lb_file_text (place->root, "/sys/class/hwmon/%s/name", monitor);
      g_autoptr (GPtrArray) names = NULL;

      if (name == NULL || !g_strv_contains (drivers, name))
        continue;
      names = lb_file_list ("temp", place->root, "/sys/class/hwmon/%s", monitor);
      for (guint j = 0; j < names->len; j++)
        if (g_str_has_suffix (names->pdata[j], "_input"))
          add_file (
              place, files, 0,
              g_strdup_printf ("/sys/class/hwmon/%s/%s", monitor, (char *) names->pdata[j]));
    }
}

static void
open_cpu_clock (const LbSamplerPlace *place, GPtrArray *files)
{
  g_autoptr (GArray) cpus = lb_limits_affinity ();
  guint step = MAX (1, (cpus->len + MAX_CLOCKS - 1) / MAX_CLOCKS);

  for (guint i = 0; i < cpus->len; i += step)
    add_file (place, files, 0,
              g_strdup_printf ("/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq",
                               g_array_index (cpus, int, i)));
}

/* By process: where the kernel has render devices at all. The file stands for the whole tree. */
static void
open_process_memory (const LbSamplerPlace *place, GPtrArray *files)
{
  g_autoptr (GPtrArray) renders = lb_file_list ("renderD", place->root, "/dev/dri");
  LbSamplerFile *file;

  if (renders->len == 0)
    return;
  file = g_new0 (LbSamplerFile, 1);
  file->path = g_strdup ("");
  g_ptr_array_add (files, file);
}

static guint64
with_unit (const char *text)
{
  char *end;
  guint64 value = g_ascii_strtoull (text, &end, 10);

  while (*end == ' ')
    end++;
  return value << (g_str_has_prefix (end, "KiB") ? 10 : g_str_has_prefix (end, "MiB") ? 20 : 0);
}

/* Memory on the card: the driver's regions are called vram… or local…; what is in use is
 * "resident", in older kernels "memory". FALSE: this is no DRM client with a card's memory. */
static gboolean
card_memory (const char *fdinfo, guint64 *bytes)
{
  static const char *const prefixes[] = { "drm-resident-", "drm-memory-", "drm-total-" };
  static const char *const regions[] = { "vram", "vram0", "vram1", "local", "local0", "local1" };
  gboolean found = FALSE;

  *bytes = 0;
  for (guint i = 0; i < G_N_ELEMENTS (regions); i++)
    for (guint j = 0; j < G_N_ELEMENTS (prefixes); j++)
      {
        g_autofree char *key = g_strconcat (prefixes[j], regions[i], NULL);
        g_autofree char *value = lb_file_field (fdinfo, key, ':');

        if (value == NULL)
          continue;
        *bytes += with_unit (value);
        found = TRUE;
        break;
      }
  return found;
}

static gboolean
is_render_device (const char *root, GPid pid, const char *fd)
{
  g_autofree char *path = g_strdup_printf ("%s/proc/%d/fd/%s", root, (int) pid, fd);
  g_autofree char *target = g_file_read_link (path, NULL);

  return target != NULL && g_str_has_prefix (target, "/dev/dri/");
}

/* One client may be behind many descriptors, of several processes: each counts once. */
static void
add_clients (const LbSamplerPlace *place, GPid pid, GHashTable *clients, guint64 *total,
             gboolean *found)
{
  g_autoptr (GPtrArray) fds = lb_file_list ("", place->root, "/proc/%d/fd", (int) pid);

  for (guint i = 0; i < fds->len; i++)
    {
      const char *fd = fds->pdata[i];
      g_autofree char *text = NULL, *client = NULL, *device = NULL;
      guint64 bytes;

      if (!is_render_device (place->root, pid, fd))
        continue;
      text = lb_file_text (place->root, "/proc/%d/fdinfo/%s", (int) pid, fd);
      if (text == NULL || !card_memory (text, &bytes))
        continue;
      *found = TRUE;
      client = lb_file_field (text, "drm-client-id", ':');
      device = lb_file_field (text, "drm-pdev", ':');
      if (client == NULL || g_hash_table_add (clients, g_strconcat (client, " ", device, NULL)))
        *total += bytes;
    }
}

static gboolean
read_process_memory (const LbSamplerPlace *place, const LbSamplerFile *file, guint64 *value)
{
  g_autofree GPid *tree = lb_process_tree (place->pid);
  g_autoptr (GHashTable) clients = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean found = FALSE;

  *value = 0;
  for (guint i = 0; tree[i] != 0; i++)
    add_clients (place, tree[i], clients, value, &found);
  return found;
}

/* clang-format off */
static const LbSamplerSource sources[] = {
  { "gpu-memory",        "peak_gpu_bytes",        NULL,                LB_SAMPLER_PEAK,     1,
    open_process_memory, read_process_memory },
  { "gpu-device-memory", "peak_gpu_device_bytes", NULL,                LB_SAMPLER_PEAK,     1,
    open_device_memory },
  { "gpu-busy",          "gpu_busy",              NULL,                LB_SAMPLER_MEAN,     1e-2,
    open_busy },
  { "gpu-power",         "gpu_energy_j",          NULL,                LB_SAMPLER_INTEGRAL, 1e-6,
    open_power },
  { "gpu-energy",        "gpu_energy_j",          NULL,                LB_SAMPLER_COUNTER,  1e-6,
    open_energy },
  { "gpu-temperature",   "max_gpu_temperature_c", NULL,                LB_SAMPLER_PEAK,     1e-3,
    open_gpu_temperature },
  { "gpu-clock",         "max_gpu_clock_hz",      "min_gpu_clock_hz",  LB_SAMPLER_RANGE,    1,
    open_gpu_clock },
  { "cpu-energy",        "cpu_energy_j",          NULL,                LB_SAMPLER_COUNTER,  1e-6,
    open_package_energy },
  { "cpu-temperature",   "max_cpu_temperature_c", NULL,                LB_SAMPLER_PEAK,     1e-3,
    open_cpu_temperature },
  { "cpu-clock",         "max_cpu_clock_hz",      "min_cpu_clock_hz",  LB_SAMPLER_RANGE,    1e3,
    open_cpu_clock },
  { NULL },
};
/* clang-format on */

const LbSamplerSource *
lb_sampler_sources (void)
{
  return sources;
}
