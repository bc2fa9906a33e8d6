/* llamaburn engines: what there is, what is ready, what the others need. */
#include <string.h>

#include "cli/engines.h"
#include "cli/private.h"
#include "core/text.h"
#include "engine/python.h"
#include "report/style.h"

static char *
join (char **words)
{
  return words != NULL && words[0] != NULL ? g_strjoinv (", ", words) : g_strdup (LB_ABSENT);
}

static json_t *
describe_environments (const LbManifest *manifest)
{
  json_t *list = json_array ();

  for (guint i = 0; i < manifest->environments->len; i++)
    {
      const LbEnvironment *environment = manifest->environments->pdata[i];
      json_t *item = json_object ();

      lb_json_set_string (item, "accelerator", environment->accelerator);
      lb_json_set_string (item, "state", lb_environment_state_name (environment->state));
      lb_json_set_string (item, "folder", environment->folder);
      lb_json_set_string (item, "lock", environment->lock);
      if (environment->disk_bytes > 0)
        lb_json_set_integer (item, "disk_bytes", (gint64) environment->disk_bytes);
      json_array_append_new (list, item);
    }
  return list;
}

static json_t *
describe (const LbManifest *manifest)
{
  json_t *engine = json_copy (manifest->json);

  lb_json_set_boolean (engine, "ready", manifest->missing == NULL);
  lb_json_set_string (engine, "state", lb_manifest_state (manifest));
  lb_json_set_string (engine, "missing", manifest->missing);
  if (manifest->environments->len > 0)
    lb_json_set (engine, "environments", describe_environments (manifest));
  lb_json_set_string (engine, "module", manifest->module);
  lb_json_set_string (engine, "folder", manifest->folder);
  return engine;
}

/* The cure is the most useful cell: it is never cut, so it has lines of its own. */
static void
append_cures (GString *out, const GPtrArray *engines, const LbReportStyle *style)
{
  for (guint i = 0; i < engines->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (engines, i);
      g_autofree char *line = NULL;
      g_autofree char *escaped = NULL;

      if (manifest->missing == NULL)
        continue;
      line = g_strdup_printf ("%s: %s", manifest->id, manifest->missing);
      escaped = lb_text_escape (line);
      g_string_append_c (out, '\n');
      lb_style_wrap (out, escaped, 2, style->width);
    }
}

static void
append_list (GString *out, const GPtrArray *engines, const LbReportStyle *style)
{
  static const char *const titles[] = { "Engine", "State", "Modes", "Backends", "Title", NULL };
  g_autoptr (LbTable) table = lb_table_new (titles, "lllll");

  for (guint i = 0; i < engines->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (engines, i);
      g_autofree char *modes = join (manifest->modes), *backends = join (manifest->backends);
      const char *cells[] = { manifest->id, lb_manifest_state (manifest), modes,
                              backends,     manifest->title,     NULL };

      lb_table_row (table, cells);
    }
  if (engines->len == 0)
    g_string_append (
        out, "No engines are known. Is LLAMABURN_DATA right, or the installation whole?\n");
  else
    lb_table_print (table, out, style);
  append_cures (out, engines, style);
}

static void
append_fact (GString *out, const LbReportStyle *style, const char *label, const char *text)
{
  g_autofree char *escaped = lb_text_escape (text);

  g_string_append_printf (out, "  %-10s", label);
  lb_style_wrap (out, escaped, 12, style->width);
}

static void
append_environments (GString *out, const LbManifest *manifest, const LbReportStyle *style)
{
  for (guint i = 0; i < manifest->environments->len; i++)
    {
      const LbEnvironment *environment = manifest->environments->pdata[i];
      g_autofree char *bytes = lb_text_bytes (environment->disk_bytes);
      g_autofree char *text = g_strdup_printf (
          "%s: %s, %s%s in %s", environment->accelerator,
          lb_environment_state_name (environment->state),
          environment->disk_bytes > 0 ? "about " : "",
          environment->disk_bytes > 0 ? bytes : "size unknown", environment->folder);

      append_fact (out, style, "Packages", text);
    }
}

static void
append_details (GString *out, const LbManifest *manifest, const LbReportStyle *style)
{
  g_autofree char *modes = join (manifest->modes), *backends = join (manifest->backends);
  g_autofree char *models = join (manifest->variants), *inputs = join (manifest->roles);
  g_autofree char *outputs = join (manifest->outputs);
  g_autofree char *head = g_strdup_printf ("%s: %s", manifest->id, manifest->title);
  g_autofree char *escaped = lb_text_escape (head);

  lb_style_append (out, style, LB_STYLE_BOLD, escaped);
  g_string_append_c (out, '\n');
  append_fact (out, style, "State", manifest->missing == NULL ? "ready" : manifest->missing);
  append_fact (out, style, "Modes", modes);
  append_fact (out, style, "Backends", backends);
  append_fact (out, style, "Models", models);
  append_fact (out, style, "Inputs", inputs);
  append_fact (out, style, "Outputs", outputs);
  append_fact (out, style, "Network", manifest->network ? "yes" : "no");
  if (manifest->module != NULL)
    append_fact (out, style, "Module", manifest->module);
  append_environments (out, manifest, style);
  g_string_append (out, manifest->options->len > 0 ? "\n" : "");
  for (guint i = 0; i < manifest->options->len; i++)
    {
      const LbOption *option = g_ptr_array_index (manifest->options, i);
      g_autofree char *title = lb_help_engine_title (option);
      g_autofree char *text = lb_help_engine_text (option);
      int column = 28, spare = column - 2 - lb_style_width (title);

      g_string_append_printf (out, "  %s%s", title, spare < 2 ? "\n" : "");
      lb_style_pad (out, spare < 2 ? column : spare);
      lb_style_wrap (out, text, column, style->width);
    }
}

static void
append_all_details (GString *out, const GPtrArray *engines, const LbReportStyle *style)
{
  for (guint i = 0; i < engines->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, '\n');
      append_details (out, g_ptr_array_index (engines, i), style);
    }
}

GPtrArray *
lb_cli_choose_engines (LbCli *cli, GError **error)
{
  const char *const *ids = lb_cli_arguments (cli);
  LbRegistry *registry = lb_cli_registry (cli, error);
  const GPtrArray *all = registry != NULL ? lb_registry_all (registry) : NULL;
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();

  if (registry == NULL)
    return NULL;
  for (guint i = 0; ids[i] != NULL; i++)
    {
      const LbManifest *manifest = lb_registry_find (registry, ids[i], NULL, error);

      if (manifest == NULL)
        return NULL;
      g_ptr_array_add (chosen, (gpointer) manifest);
    }
  for (guint i = 0; ids[0] == NULL && i < all->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (all, i);

      if (!manifest->hidden || lb_cli_flag (cli, "all"))
        g_ptr_array_add (chosen, (gpointer) manifest);
    }
  return g_steal_pointer (&chosen);
}

static void
append_json (GString *out, const GPtrArray *engines)
{
  g_autoptr (json_t) list = json_array ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < engines->len; i++)
    json_array_append_new (list, describe (g_ptr_array_index (engines, i)));
  text = lb_json_pretty (list);
  lb_report_json (out, text);
}

static int
run_engines (LbCli *cli, GError **error)
{
  LbRegistry *registry = lb_cli_registry (cli, error);
  LbReportStyle style = lb_cli_style (cli);
  g_autoptr (GPtrArray) engines = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  const GPtrArray *problems;

  if (registry == NULL)
    return LB_EXIT_FAILED;
  engines = lb_cli_choose_engines (cli, error);
  if (engines == NULL)
    return LB_EXIT_FAILED;
  problems = lb_registry_problems (registry);
  for (guint i = 0; i < problems->len; i++)
    lb_cli_warn (cli, "%s", (const char *) g_ptr_array_index (problems, i));
  if (strcmp (lb_cli_text (cli, "format", "table"), "json") == 0)
    append_json (out, engines);
  else if (lb_cli_arguments (cli)[0] == NULL)
    append_list (out, engines, &style);
  else
    append_all_details (out, engines, &style);
  lb_cli_print (cli, out->str);
  return LB_EXIT_OK;
}

/* clang-format off */
static const LbCliOption options[] = {
  { 'a', "all", LB_CLI_FLAG, NULL, "list those too that only test LlamaBurn itself" },
  { 0, "format", LB_CLI_CHOICE, "FORMAT", "how to write it", "table,json" },
  { 0 },
};
/* clang-format on */

static const char description[] =
    "Lists the engines that LlamaBurn knows, whether each can run here, and what to do where it "
    "can't. With names of engines: all about them, options and their defaults too.\n\n"
    "Nothing is loaded for it, and no Python is started: an engine tells this by its manifest.";

#define LIST(NAME)                                                                               \
  {                                                                                              \
    .name = NAME, .arguments = "[ENGINE…]",                                                      \
    .summary = "list engines, and what each needs to run here", .description = description,      \
    .options = options, .min_arguments = 0, .max_arguments = -1, .completion = "engines",        \
    .run = run_engines,                                                                          \
  }

const LbCliCommand lb_command_engines = LIST ("engines");
const LbCliCommand lb_command_engines_list = LIST ("engines list");
