/* --help, made of the tables and of the manifests. */
#include <math.h>
#include <string.h>

#include "cli/benchmark.h"
#include "cli/private.h"
#include "core/text.h"
#include "report/style.h"

#define HELP_COLUMN 30
#define NARROW 60 /* below this an option's help stands under it */

typedef struct {
  GString *out;
  const LbReportStyle *style;
} Page;

char *
lb_help_option_title (const LbCliOption *option)
{
  GString *title = g_string_new (NULL);

  if (option->letter != 0)
    g_string_append_printf (title, "-%c, ", option->letter);
  g_string_append_printf (title, "--%s", option->name);
  if (option->argument != NULL)
    g_string_append_printf (title, " %s", option->argument);
  else if (option->kind != LB_CLI_FLAG)
    g_string_append (title, " VALUE");
  return g_string_free (title, FALSE);
}

static void
append_range (GString *text, double min, double max)
{
  if (isfinite (min) && isfinite (max))
    g_string_append_printf (text, "%.15g to %.15g", min, max);
  else if (isfinite (min))
    g_string_append_printf (text, "at least %.15g", min);
  else if (isfinite (max))
    g_string_append_printf (text, "at most %.15g", max);
}

char *
lb_help_option_text (const LbCliOption *option)
{
  GString *text = g_string_new (option->help);

  if (option->choices != NULL)
    {
      g_auto (GStrv) all = g_strsplit (option->choices, ",", -1);
      g_autofree char *joined = g_strjoinv (", ", all);

      g_string_append_printf (text, " [%s]", joined);
    }
  if (option->min != 0 || option->max != 0)
    {
      g_string_append (text, " (");
      append_range (text, option->min, option->max);
      g_string_append_c (text, ')');
    }
  return g_string_free (text, FALSE);
}

char *
lb_help_engine_title (const LbOption *option)
{
  static const char *const arguments[] = {
    [LB_OPTION_BOOL] = "",      [LB_OPTION_INT] = " N",     [LB_OPTION_DOUBLE] = " X",
    [LB_OPTION_ENUM] = " WORD", [LB_OPTION_TEXT] = " TEXT", [LB_OPTION_FILE] = " FILE",
    [LB_OPTION_LIST] = " LIST",
  };
  g_autofree char *name = lb_text_escape (option->name);

  return g_strdup_printf (
      "--%s%s%s",
      option->kind == LB_OPTION_BOOL && !g_str_has_prefix (option->name, "no-") ? "[no-]" : "",
      name, arguments[option->kind]);
}

static char *
show_default (const json_t *value)
{
  if (json_is_string (value))
    return *json_string_value (value) != '\0' ? g_strdup (json_string_value (value)) : NULL;
  if (json_is_boolean (value))
    return g_strdup (json_is_true (value) ? "yes" : "no");
  if (json_is_real (value))
    return g_strdup_printf ("%.15g", json_real_value (value));
  return value != NULL && !json_is_null (value) ? lb_json_line (value) : NULL;
}

char *
lb_help_engine_text (const LbOption *option)
{
  g_autoptr (GString) text = g_string_new (option->help != NULL ? option->help : "");
  g_autofree char *fallback = show_default (option->fallback);

  if (option->choices != NULL)
    {
      g_autofree char *joined = g_strjoinv (", ", option->choices);

      g_string_append_printf (text, " [%s]", joined);
    }
  if (isfinite (option->min) || isfinite (option->max))
    {
      g_string_append (text, " (");
      append_range (text, option->min, option->max);
      g_string_append_c (text, ')');
    }
  if (fallback != NULL)
    g_string_append_printf (text, "; by default %s", fallback);
  return lb_text_escape (text->str);
}

static void
append_heading (const Page *page, const char *text)
{
  g_string_append_c (page->out, '\n');
  lb_style_append (page->out, page->style, LB_STYLE_BOLD, text);
  g_string_append_c (page->out, '\n');
}

static void
append_item (const Page *page, const char *title, const char *text, int column)
{
  int width = lb_style_width (title) + 2;
  gboolean narrow = page->style->width > 0 && page->style->width < NARROW;

  if (narrow)
    column = 6;
  g_string_append_printf (page->out, "  %s", title);
  if (narrow || width + 2 > column)
    {
      g_string_append_c (page->out, '\n');
      width = 0;
    }
  lb_style_pad (page->out, column - width);
  lb_style_wrap (page->out, text, column, page->style->width);
}

static void
append_option (const LbCliOption *option, gpointer user_data)
{
  g_autofree char *title = lb_help_option_title (option);
  g_autofree char *text = lb_help_option_text (option);

  append_item (user_data, title, text, HELP_COLUMN);
}

static void
append_table (const Page *page, const char *heading, const LbCliOption *options)
{
  if (options == NULL || options->name == NULL)
    return;
  append_heading (page, heading);
  for (const LbCliOption *option = options; option->name != NULL; option++)
    append_option (option, (gpointer) page);
}

static void
append_paragraphs (const Page *page, const char *text)
{
  g_auto (GStrv) paragraphs = g_strsplit (text, "\n\n", -1);

  for (guint i = 0; paragraphs[i] != NULL; i++)
    {
      g_autofree char *joined = g_strdelimit (g_strdup (paragraphs[i]), "\n", ' ');

      g_string_append_c (page->out, '\n');
      lb_style_wrap (page->out, joined, 0, page->style->width);
    }
}

static void
append_engines (const Page *page, const LbRegistry *registry, const char *mode)
{
  const GPtrArray *all = lb_registry_all (registry);

  for (guint i = 0; i < all->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (all, i);
      g_autofree char *id = lb_text_escape (manifest->id);
      g_autofree char *heading = g_strdup_printf ("Options of %s", id);

      if (manifest->hidden || !lb_help_has_mode (manifest, mode) || manifest->options->len == 0)
        continue;
      append_heading (page, heading);
      for (guint j = 0; j < manifest->options->len; j++)
        {
          const LbOption *option = g_ptr_array_index (manifest->options, j);
          g_autofree char *title = lb_help_engine_title (option);
          g_autofree char *text = lb_help_engine_text (option);

          append_item (page, title, text, HELP_COLUMN);
        }
    }
}

void
lb_help_command (GString *out, const LbCliCommand *command, const LbRegistry *registry,
                 const LbReportStyle *style)
{
  Page page = { out, style };
  gboolean has_options = command->options != NULL && command->options->name != NULL;

  g_string_append_printf (out, "llamaburn %s: ", command->name);
  lb_style_wrap (out, command->summary, lb_style_width (command->name) + 12, style->width);
  append_heading (&page, "Usage");
  g_string_append_printf (out, "  llamaburn %s%s%s%s\n", command->name, " [OPTION…]",
                          command->arguments != NULL ? " " : "",
                          command->arguments != NULL ? command->arguments : "");
  if (command->description != NULL)
    append_paragraphs (&page, command->description);
  if (has_options)
    append_table (&page, "Options", command->options);
  if (command->mode != NULL)
    append_table (&page, "Options of every benchmark", lb_benchmark_options);
  if (command->mode != NULL)
    append_table (&page, "Options of engines", lb_cli_mode_options ());
  append_table (&page, "Options of every command", lb_cli_common_options ());
  if (command->mode != NULL && registry != NULL)
    append_engines (&page, registry, command->mode);
}

void
lb_help_overview (GString *out, const LbReportStyle *style)
{
  Page page = { out, style };

  lb_style_wrap (
      out,
      "LlamaBurn measures audio AI on your own machine: how fast it runs, how good it is, what "
      "it costs in memory and time.",
      0, style->width);
  append_heading (&page, "Begin with");
  append_item (&page, "llamaburn models pull base", "fetch the weights of Whisper base", 36);
  append_item (&page, "llamaburn stt FILE.wav -m base", "benchmark speech-to-text on a recording",
               36);
  append_item (&page, "llamaburn tts \"Good morning.\"", "benchmark text-to-speech", 36);
  append_heading (&page, "Commands");
  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    append_item (&page, (*command)->name, (*command)->summary, 20);
  g_string_append_c (out, '\n');
  lb_style_wrap (
      out,
      "llamaburn COMMAND --help tells all about one; llamaburn --version says which this is.", 0,
      style->width);
}
