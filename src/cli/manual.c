/* Manual pages in roff (man(7)), made of the same tables as --help. */
#include <string.h>

#include "cli/private.h"

/* Text between macros: a backslash, a leading dot or quote, and dashes that are to be typed
 * are roff's. */
static void
append_text (GString *out, const char *text)
{
  gboolean line_begins = TRUE;

  for (const char *p = text; *p != '\0'; p++)
    {
      if (line_begins && (*p == '.' || *p == '\''))
        g_string_append (out, "\\&");
      line_begins = *p == '\n';
      if (*p == '\\')
        g_string_append (out, "\\e");
      else if (*p == '-')
        g_string_append (out, "\\-");
      else
        g_string_append_c (out, *p);
    }
}

static void
append_line (GString *out, const char *macro, const char *text)
{
  g_string_append (out, macro);
  append_text (out, text);
  g_string_append_c (out, '\n');
}

static void
append_item (GString *out, const char *title, const char *text)
{
  g_string_append (out, ".TP\n");
  append_line (out, ".B ", title);
  append_line (out, "", text);
}

static void
append_option (const LbCliOption *option, gpointer user_data)
{
  g_autofree char *title = lb_help_option_title (option);
  g_autofree char *text = lb_help_option_text (option);

  append_item (user_data, title, text);
}

static void
append_paragraphs (GString *out, const char *text)
{
  g_auto (GStrv) paragraphs = g_strsplit (text, "\n\n", -1);

  for (guint i = 0; paragraphs[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append (out, ".PP\n");
      append_line (out, "", paragraphs[i]);
    }
}

static char *
page_name (const LbCliCommand *command)
{
  g_autofree char *joined = NULL;

  if (command == NULL)
    return g_strdup ("llamaburn");
  joined = g_strdelimit (g_strdup (command->name), " ", '-');
  return g_strconcat ("llamaburn-", joined, NULL);
}

static void
append_title (GString *out, const char *name, const char *summary)
{
  g_autofree char *upper = g_ascii_strup (name, -1);

  g_string_append (out, ".\\\" Made by llamaburn --generate manual: change src/cli.\n");
  g_string_append (out, ".TH \"");
  append_text (out, upper);
  g_string_append (out, "\" \"1\" \"\" \"LlamaBurn " LB_VERSION "\" \"LlamaBurn\"\n.SH NAME\n");
  append_text (out, name);
  g_string_append (out, " \\- ");
  append_line (out, "", summary);
}

static void
append_engines (GString *out, const LbRegistry *registry, const char *mode)
{
  const GPtrArray *all = lb_registry_all (registry);

  for (guint i = 0; i < all->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (all, i);

      if (manifest->hidden || !lb_help_has_mode (manifest, mode) || manifest->options->len == 0)
        continue;
      append_line (out, ".SS Options of ", manifest->id);
      for (guint j = 0; j < manifest->options->len; j++)
        {
          const LbOption *option = g_ptr_array_index (manifest->options, j);
          g_autofree char *title = lb_help_engine_title (option);
          g_autofree char *text = lb_help_engine_text (option);

          append_item (out, title, text);
        }
    }
}

/* clang-format off */
static const struct {
  const char *status, *meaning;
} statuses[] = {
  { "0", "Done." },
  { "1", "A case failed, or the program could not do what was asked." },
  { "2", "Wrong usage." },
  { "3", "A result is not valid, under --strict." },
  { "4", "A regression." },
  { "130", "Interrupted." },
};

static const struct {
  const char *name, *meaning;
} variables[] = {
  { "NO_COLOR", "If set and not empty: no colour." },
  { "COLUMNS", "Width of what is written to a terminal." },
  { "XDG_DATA_HOME",
    "Where models and history are: in the folder llamaburn of it; ~/.local/share by default." },
  { "XDG_CACHE_HOME", "Where what can be made again is; ~/.cache by default." },
  { "LLAMABURN_DATA", "A folder with catalogue and manifests that goes before the installed one." },
};
/* clang-format on */

static void
append_ending (GString *out)
{
  g_string_append (out, ".SH EXIT STATUS\n");
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    append_item (out, statuses[i].status, statuses[i].meaning);
}

static void
append_see_also (GString *out, const LbCliCommand *own)
{
  gboolean some = FALSE;

  g_string_append (out, ".SH SEE ALSO\n");
  if (own != NULL)
    {
      g_string_append (out, ".BR llamaburn (1)\n");
      return;
    }
  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    {
      g_autofree char *name = page_name (*command);

      g_string_append (out, some ? ",\n.BR " : ".BR ");
      append_text (out, name);
      g_string_append (out, " (1)");
      some = TRUE;
    }
  g_string_append_c (out, '\n');
}

static void
append_own_page (GString *out)
{
  append_title (out, "llamaburn", "benchmark audio AI on this machine");
  g_string_append (
      out, ".SH SYNOPSIS\n.B llamaburn\n.I COMMAND\n[OPTION…] [ARGUMENT…]\n.SH DESCRIPTION\n");
  append_line (
      out, "",
      "LlamaBurn measures speech, voice and music models on one's own machine: how fast they "
      "run, "
      "how good they are, what they cost in memory and time. Results go to standard output, "
      "progress to standard error, and every run into a history.");
  g_string_append (out, ".SH COMMANDS\n");
  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    append_item (out, (*command)->name, (*command)->summary);
  append_item (out, "help [COMMAND]", "show help");
  g_string_append (out, ".SH OPTIONS\n");
  append_item (out, "-V, --version", "say which version this is");
  g_string_append (out, ".SS Options of every command\n");
  for (const LbCliOption *option = lb_cli_common_options (); option->name != NULL; option++)
    append_option (option, out);
  g_string_append (out, ".SH ENVIRONMENT\n");
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    append_item (out, variables[i].name, variables[i].meaning);
}

void
lb_manual_page (GString *out, const LbCliCommand *command, const LbRegistry *registry)
{
  g_autofree char *name = page_name (command);

  if (command == NULL)
    append_own_page (out);
  else
    {
      append_title (out, name, command->summary);
      append_line (out, ".SH SYNOPSIS\n.B llamaburn ", command->name);
      g_string_append (out, "[OPTION…]");
      append_line (out, " ", command->arguments != NULL ? command->arguments : "");
      g_string_append (out, ".SH DESCRIPTION\n");
      append_paragraphs (out,
                         command->description != NULL ? command->description : command->summary);
      g_string_append (out, ".SH OPTIONS\n");
      lb_cli_each_option (command, append_option, out);
      if (command->mode != NULL && registry != NULL)
        append_engines (out, registry, command->mode);
    }
  append_ending (out);
  append_see_also (out, command);
}
