/* llamaburn system: this machine, as it goes into every result. */
#include <math.h>
#include <string.h>

#include "cli/private.h"
#include "core/text.h"
#include "machine/machine.h"
#include "report/style.h"

typedef struct {
  const char *label;
  const char *folder; /* member of the description; NULL: the description itself */
  const char *key;
  enum { TEXT, COUNT, BYTES, HERTZ, YES } kind;
} Row;

/* clang-format off */
static const Row rows[] = {
  { "System", NULL, "os", TEXT },
  { "Kernel", NULL, "kernel", TEXT },
  { "Processor", "cpu", "model", TEXT },
  { "Cores", "cpu", "cores", COUNT },
  { "Cores allowed", "cpu", "cores_allowed", COUNT },
  { "Frequency", "cpu", "frequency_hz", HERTZ },
  { "Governor", "cpu", "governor", TEXT },
  { "Boost", "cpu", "boost", YES },
  { "Memory", "memory", "total_bytes", BYTES },
  { "Available", "memory", "available_bytes", BYTES },
  { "Container", NULL, "container", TEXT },
  { "Virtualisation", NULL, "virtualisation", TEXT },
  { "LlamaBurn", "llamaburn", "version", TEXT },
  { "Compiler", "llamaburn", "compiler", TEXT },
  { "Machine id", NULL, "id", TEXT },
};
/* clang-format on */

static char *
show_value (const json_t *value, const Row *row)
{
  double number = json_is_number (value) ? json_number_value (value) : NAN;

  if (json_is_string (value) && *json_string_value (value) != '\0')
    return lb_text_escape (json_string_value (value));
  if (json_is_boolean (value))
    return g_strdup (json_is_true (value) ? "yes" : "no");
  if (!isfinite (number) || number < 0 || number > 1e18)
    return g_strdup (LB_ABSENT);
  if (row->kind == BYTES)
    return lb_text_bytes ((guint64) number);
  if (row->kind == HERTZ)
    return g_strdup_printf ("%.2f GHz", number / 1e9);
  return g_strdup_printf ("%.15g", number);
}

static void
append_gpu (GString *out, const json_t *gpu, const LbReportStyle *style)
{
  g_autofree char *name = lb_text_escape (lb_json_string (gpu, "name", "a GPU without a name"));
  g_autofree char *id = lb_text_escape (lb_json_string (gpu, "id", LB_ABSENT));
  g_autofree char *driver = lb_text_escape (lb_json_string (gpu, "driver", LB_ABSENT));
  g_autofree char *why = lb_text_escape (lb_json_string (gpu, "why", ""));
  g_autofree char *cure = lb_text_escape (lb_json_string (gpu, "cure", ""));
  gint64 bytes = lb_json_integer (gpu, "memory_bytes", 0);
  g_autofree char *memory = bytes > 0 ? lb_text_bytes ((guint64) bytes) : g_strdup (LB_ABSENT);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s (%s), memory %s, driver %s", name, id, memory, driver);
  if (!lb_json_boolean (gpu, "usable", FALSE))
    g_string_append_printf (text, "; not usable%s%s%s%s", *why != '\0' ? ": " : "", why,
                            *cure != '\0' ? ". Cure: " : "", cure);
  g_string_append_printf (out, "%-16s", "GPU");
  lb_style_wrap (out, text->str, 16, style->width);
}

/* A software device of Vulkan is no card: it may be measured all the same. */
#define NO_GPU \
  "none was found: the kernel shows no card of AMD, NVIDIA or Intel in /sys/class/drm or " \
  "/proc/driver/nvidia"

static void
append_table (GString *out, const json_t *machine, const LbReportStyle *style)
{
  const json_t *gpus = json_object_get (machine, "gpus");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const json_t *folder = rows[i].folder != NULL ? json_object_get (machine, rows[i].folder)
                                                    : machine;
      g_autofree char *shown = show_value (json_object_get (folder, rows[i].key), &rows[i]);

      g_string_append_printf (out, "%-16s", rows[i].label);
      lb_style_wrap (out, shown, 16, style->width);
    }
  for (gsize i = 0; i < json_array_size (gpus); i++)
    append_gpu (out, json_array_get (gpus, i), style);
  if (json_array_size (gpus) == 0)
    {
      g_string_append_printf (out, "%-16s", "GPU");
      lb_style_wrap (out, NO_GPU, 16, style->width);
    }
}

static int
run_system (LbCli *cli, GError **error)
{
  g_autoptr (json_t) machine = lb_machine_describe ();
  LbReportStyle style = lb_cli_style (cli);
  g_autoptr (GString) out = g_string_new (NULL);

  if (strcmp (lb_cli_text (cli, "format", "table"), "json") == 0)
    {
      g_autofree char *text = lb_json_pretty (machine);

      lb_report_json (out, text);
    }
  else
    append_table (out, machine, &style);
  lb_cli_print (cli, out->str);
  return LB_EXIT_OK;
}

/* clang-format off */
static const LbCliOption options[] = {
  { 0, "format", LB_CLI_CHOICE, "FORMAT", "how to write it", "table,json" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_system = {
  .name = "system",
  .summary = "describe this machine, as it goes into every result",
  .description = "Shows processor, memory, GPUs and software of this machine. A GPU that can't "
                 "be used says why, "
                 "and what would change that.",
  .options = options,
  .min_arguments = 0,
  .max_arguments = 0,
  .run = run_system,
};
