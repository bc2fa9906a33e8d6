#include "machine/describe.h"

#include <math.h>
#include <string.h>

#include "machine/files.h"
#include "machine/quota.h"
#include "machine/machine.h"

/* x86 says "model name", 64-bit Arm has numbers only, POWER and RISC-V say "cpu" and "uarch". */
static const char *const model_keys[] = { "model name", "Model", "cpu", "uarch", "Hardware" };
static const char *const flag_keys[] = { "flags", "Features", "isa" };

static char *
first_field (const char *text, const char *const *keys, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      char *value = lb_file_field (text, keys[i], ':');

      if (value != NULL && *value != '\0')
        return value;
      g_free (value);
    }
  return NULL;
}

/* Physical cores: different pairs of (physical id, core id); where the file has
 * none, its processors. */
static void
count_cores (const char *text, gint64 *cores, gint64 *threads)
{
  g_autoptr (GHashTable) pairs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) blocks = g_strsplit (text, "\n\n", -1);

  *threads = 0;
  for (int i = 0; blocks[i] != NULL; i++)
    {
      g_autofree char *processor = lb_file_field (blocks[i], "processor", ':');
      g_autofree char *package = lb_file_field (blocks[i], "physical id", ':');
      g_autofree char *core = lb_file_field (blocks[i], "core id", ':');

      if (processor == NULL)
        continue;
      ++*threads;
      if (core != NULL)
        g_hash_table_add (pairs, g_strconcat (package != NULL ? package : "", "/", core, NULL));
    }
  *cores = g_hash_table_size (pairs) > 0 ? (gint64) g_hash_table_size (pairs) : *threads;
}

static json_t *
flag_list (const char *text)
{
  g_autofree char *flags = first_field (text, flag_keys, G_N_ELEMENTS (flag_keys));
  g_auto (GStrv) words = g_strsplit (flags != NULL ? flags : "", " ", -1);
  json_t *list = json_array ();

  for (int i = 0; words[i] != NULL; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (words[i], -1);

      if (*valid != '\0')
        json_array_append_new (list, json_string (valid));
    }
  return list;
}

/* Each driver has its own switch; two of them say "off" by 1. */
static void
set_boost (json_t *cpu, const char *root)
{
  guint64 value;

  if (lb_file_number (&value, root, "/sys/devices/system/cpu/intel_pstate/no_turbo"))
    lb_json_set_boolean (cpu, "boost", value == 0);
  else if (lb_file_number (&value, root, "/sys/devices/system/cpu/cpufreq/boost") ||
           lb_file_number (&value, root, "/sys/devices/system/cpu/cpufreq/policy0/boost"))
    lb_json_set_boolean (cpu, "boost", value != 0);
}

static void
set_frequency (json_t *cpu, const char *root, const char *cpuinfo)
{
  g_autofree char *mhz = lb_file_field (cpuinfo, "cpu MHz", ':');
  guint64 khz;

  if (lb_file_number (&khz, root, "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"))
    lb_json_set_integer (cpu, "frequency_hz", (gint64) khz * 1000);
  else if (mhz != NULL)
    lb_json_set_integer (cpu, "frequency_hz",
                         (gint64) llround (g_ascii_strtod (mhz, NULL) * 1e6));
  if (lb_file_number (&khz, root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq"))
    lb_json_set_integer (cpu, "frequency_limit_hz", (gint64) khz * 1000);
}

json_t *
lb_describe_cpu (const char *root)
{
  g_autofree char *text = lb_file_text (root, "/proc/cpuinfo");
  const char *cpuinfo = text != NULL ? text : "";
  g_autofree char *model = first_field (cpuinfo, model_keys, G_N_ELEMENTS (model_keys));
  g_autofree char *vendor = lb_file_field (cpuinfo, "vendor_id", ':');
  g_autofree char *implementer = lb_file_field (cpuinfo, "CPU implementer", ':');
  g_autofree char *microcode = lb_file_field (cpuinfo, "microcode", ':');
  g_autofree char *governor = lb_file_text (
      root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  g_autofree char *driver = lb_file_text (root,
                                          "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver");
  json_t *cpu = json_object ();
  gint64 cores, threads;
  guint64 smt;

  count_cores (cpuinfo, &cores, &threads);
  lb_json_set_string (cpu, "model", model != NULL ? model : "unknown");
  lb_json_set_string (cpu, "vendor", vendor != NULL ? vendor : implementer);
  lb_json_set_integer (cpu, "cores", cores);
  lb_json_set_integer (cpu, "threads", threads);
  lb_json_set_integer (cpu, "cores_allowed", lb_machine_cores_allowed ());
  if (lb_file_number (&smt, root, "/sys/devices/system/cpu/smt/active"))
    lb_json_set_boolean (cpu, "smt", smt != 0);
  lb_json_set_string (cpu, "governor", governor);
  lb_json_set_string (cpu, "frequency_driver", driver);
  set_boost (cpu, root);
  set_frequency (cpu, root, cpuinfo);
  lb_json_set_string (cpu, "microcode", microcode);
  lb_json_set (cpu, "flags", flag_list (cpuinfo));
  return cpu;
}
