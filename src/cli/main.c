/* The table of commands, and the way from argv to one of them. */
#include <fcntl.h>
#include <gio/gio.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"

/* clang-format off */
static const LbCliCommand *const commands[] = {
  &lb_command_stt,
  &lb_command_tts,
  &lb_command_separate,
  &lb_command_transcribe,
  &lb_command_beats,
  &lb_command_chords,
  &lb_command_genre,
  &lb_command_generate,
  &lb_command_describe,
  &lb_command_features,
  &lb_command_run,
  &lb_command_history,
  &lb_command_history_remove,
  &lb_command_show,
  &lb_command_compare,
  &lb_command_report,
  &lb_command_import,
  &lb_command_play,
  &lb_command_models_list,
  &lb_command_models_pull,
  &lb_command_models_import,
  &lb_command_models_verify,
  &lb_command_models_remove,
  &lb_command_models_path,
  &lb_command_samples_list,
  &lb_command_samples_pull,
  &lb_command_engines,
  &lb_command_engines_list,
  &lb_command_engines_install,
  &lb_command_engines_remove,
  &lb_command_engines_check,
  &lb_command_keys_list,
  &lb_command_keys_set,
  &lb_command_keys_remove,
  &lb_command_system,
  NULL,
};

static const LbCliOption common_options[] = {
  { 'h', "help", LB_CLI_FLAG, NULL, "show this help and leave" },
  { 'q', "quiet", LB_CLI_FLAG, NULL,
    "no progress and no notes: only errors, warnings and the result" },
  { 0, "no-colour", LB_CLI_FLAG, NULL, "no colour, as NO_COLOR does" },
  { 0, "no-color", LB_CLI_FLAG, NULL, "the same" },
  { 'v', "verbose", LB_CLI_FLAG, NULL, "say more of what is done" },
  { 0 },
};

static const LbCliOption mode_options[] = {
  { 'O', "engine-option", LB_CLI_REPEAT, "ENGINE:NAME=VALUE",
    "an option of one of several engines; --NAME VALUE sets it for all that are chosen" },
  { 0 },
};
/* clang-format on */

const LbCliCommand *const *
lb_cli_commands (void)
{
  return commands;
}

const LbCliOption *
lb_cli_common_options (void)
{
  return common_options;
}

const LbCliOption *
lb_cli_mode_options (void)
{
  return mode_options;
}

/* How many of @words are the name of @command: 0 when they are not. */
static int
match_words (const LbCliCommand *command, char **words)
{
  g_auto (GStrv) names = g_strsplit (command->name, " ", -1);
  int i = 0;

  while (names[i] != NULL && words[i] != NULL && strcmp (names[i], words[i]) == 0)
    i++;
  return names[i] == NULL ? i : 0;
}

/* "models" alone, when there are "models pull", "models list"…: their second words. */
static GPtrArray *
list_second_words (const char *word)
{
  GPtrArray *names = g_ptr_array_new ();
  g_autofree char *prefix = g_strconcat (word, " ", NULL);

  for (guint i = 0; commands[i] != NULL; i++)
    if (g_str_has_prefix (commands[i]->name, prefix))
      g_ptr_array_add (names, (gpointer) (commands[i]->name + strlen (prefix)));
  g_ptr_array_add (names, NULL);
  return names;
}

static void
fail_second_word (char **words, const GPtrArray *names, GError **error)
{
  g_autofree char *all = g_strjoinv (", ", (char **) names->pdata);
  g_autofree char *first = lb_text_escape (words[0]);
  g_autofree char *second = words[1] != NULL ? lb_text_escape (words[1]) : NULL;
  const char *nearest = NULL;

  if (words[1] != NULL)
    nearest = lb_text_nearest (words[1], (const char *const *) names->pdata);
  if (nearest != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "unknown command \"%s %s\": did you mean \"%s %s\"?", first, second, first,
                 nearest);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "llamaburn %s takes one of %s%s%s%s", first,
                 all, second != NULL ? ", not \"" : "", second != NULL ? second : "",
                 second != NULL ? "\"" : "");
}

static void
fail_command (char **words, GError **error)
{
  g_autoptr (GPtrArray) names = list_second_words (words[0]);
  g_autofree char *shown = lb_text_escape (words[0]);
  const char *nearest;

  if (names->len > 1)
    {
      fail_second_word (words, names, error);
      return;
    }
  g_ptr_array_set_size (names, 0);
  for (guint i = 0; commands[i] != NULL; i++)
    g_ptr_array_add (names, (gpointer) commands[i]->name);
  g_ptr_array_add (names, (gpointer) "help");
  g_ptr_array_add (names, NULL);
  nearest = lb_text_nearest (words[0], (const char *const *) names->pdata);
  if (nearest != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "unknown command \"%s\": did you mean \"%s\"?",
                 shown, nearest);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "unknown command \"%s\": llamaburn help lists all", shown);
}

const LbCliCommand *
lb_cli_find_command (char **words, int *used, GError **error)
{
  const LbCliCommand *best = NULL;

  *used = 0;
  for (guint i = 0; commands[i] != NULL; i++)
    {
      int n = match_words (commands[i], words);

      if (n > *used)
        {
          best = commands[i];
          *used = n;
        }
    }
  if (best == NULL)
    fail_command (words, error);
  return best;
}

/* Help is text for people wherever it goes: a pager or a file gets lines of 80 columns. */
static LbReportStyle
help_style (const LbCli *cli)
{
  LbReportStyle style = lb_cli_style (cli);

  style.width = style.width > 0 ? style.width : 80;
  return style;
}

static int
run_command (LbCli *cli, const LbCliCommand *command, char **arguments, GError **error)
{
  g_autoptr (GString) help = NULL;
  LbReportStyle style;

  if (!lb_cli_parse (cli, command, arguments, error))
    return LB_EXIT_USAGE;
  lb_cli_look_around (cli);
  if (!lb_cli_flag (cli, "help"))
    return command->run (cli, error);
  help = g_string_new (NULL);
  style = help_style (cli);
  lb_help_command (help, command, command->mode != NULL ? lb_cli_registry (cli, NULL) : NULL,
                   &style);
  lb_cli_print (cli, help->str);
  return LB_EXIT_OK;
}

static int
print_overview (LbCli *cli, char **words, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  LbReportStyle style;

  lb_cli_look_around (cli);
  style = help_style (cli);
  lb_help_overview (text, &style);
  lb_cli_print (cli, text->str);
  return LB_EXIT_OK;
}

static int
print_help (LbCli *cli, char **words, GError **error)
{
  static char *const only_help[] = { (char *) "--help", NULL };
  const LbCliCommand *command;
  int used;

  if (words[0] == NULL)
    return print_overview (cli, words, error);
  command = lb_cli_find_command (words, &used, error);
  return command != NULL ? run_command (cli, command, (char **) only_help, error) : LB_EXIT_USAGE;
}

static int
print_version (LbCli *cli, char **words, GError **error)
{
  lb_cli_print (cli, "llamaburn " LB_VERSION "\n");
  return LB_EXIT_OK;
}

/* For the build: what the tables become. Not shown in help. */
static int
generate (LbCli *cli, char **words, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const LbCliCommand *command = NULL;
  int used;

  if (words[0] != NULL && words[1] != NULL)
    {
      command = lb_cli_find_command (words + 1, &used, error);
      if (command == NULL)
        return LB_EXIT_USAGE;
    }
  if (g_strcmp0 (words[0], "completion-bash") == 0)
    lb_completion_bash (text);
  else if (g_strcmp0 (words[0], "completion-zsh") == 0)
    lb_completion_zsh (text);
  else if (g_strcmp0 (words[0], "manual") == 0)
    lb_manual_page (text, command, lb_cli_registry (cli, NULL));
  else if (g_strcmp0 (words[0], "commands") == 0)
    for (guint i = 0; commands[i] != NULL; i++)
      g_string_append_printf (text, "%s\n", commands[i]->name);
  else
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "--generate takes one of manual [COMMAND], completion-bash, completion-zsh, "
                   "commands");
      return LB_EXIT_USAGE;
    }
  lb_cli_print (cli, text->str);
  return LB_EXIT_OK;
}

/* For completion scripts: names that are known at run time. Not shown in help. */
static int
complete (LbCli *cli, char **words, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (words[0] != NULL)
    lb_cli_names (text, words[0]);
  lb_cli_print (cli, text->str);
  return LB_EXIT_OK;
}

/* Words that may stand where a command stands. */
static const struct {
  const char *word;
  int (*run) (LbCli *cli, char **words, GError **error);
} specials[] = {
  { "help", print_help },         { "--help", print_help },   { "-h", print_help },
  { "--version", print_version }, { "-V", print_version },    { "version", print_version },
  { "--generate", generate },     { "--complete", complete },
};

static int
dispatch (LbCli *cli, char **words, GError **error)
{
  const LbCliCommand *command;
  int used;

  if (words[0] == NULL)
    return print_overview (cli, words, error);
  for (guint i = 0; i < G_N_ELEMENTS (specials); i++)
    if (strcmp (specials[i].word, words[0]) == 0)
      return specials[i].run (cli, words + 1, error);
  if (words[0][0] == '-')
    {
      g_autofree char *shown = lb_text_escape (words[0]);

      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "a command comes first, not \"%s\": llamaburn help lists all", shown);
      return LB_EXIT_USAGE;
    }
  command = lb_cli_find_command (words, &used, error);
  return command != NULL ? run_command (cli, command, words + used, error) : LB_EXIT_USAGE;
}

static int
status_of_error (const GError *error)
{
  if (g_error_matches (error, LB_ERROR, LB_ERROR_USAGE))
    return LB_EXIT_USAGE;
  if (g_error_matches (error, LB_ERROR, LB_ERROR_CANCELLED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return LB_EXIT_INTERRUPTED;
  return LB_EXIT_FAILED;
}

/* A caller may have closed 0, 1 or 2: the next file that we open, a store or a pipe, would take
 * the number, and results would be written into it. Standard output is then one that can't be
 * written. */
static gboolean
hold_standard_descriptors (void)
{
  static const int flags[] = { O_RDONLY, O_RDONLY, O_WRONLY };
  int fd;

  for (int i = 0; i < (int) G_N_ELEMENTS (flags); i++)
    if (fcntl (i, F_GETFD) < 0)
      {
        fd = open ("/dev/null", flags[i]);
        if (fd != i)
          return FALSE;
      }
  return TRUE;
}

int
lb_cli_main (int argc, char **argv)
{
  g_autoptr (LbCli) cli = lb_cli_new ();
  g_autoptr (GError) error = NULL;
  char *nothing[] = { NULL };
  int status;

  if (!hold_standard_descriptors ())
    return LB_EXIT_FAILED;
  /* Characters by the user's locale, numbers always with a point. */
  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  /* A reader that leaves is an error of write(), which is quiet: no death in the middle of a
   * commit. */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN); /* a limit on files (ulimit -f) is an error, no death */
  status = dispatch (cli, argc > 0 ? argv + 1 : nothing, &error);
  if (error == NULL)
    return status;
  lb_cli_complain (cli, error->message);
  return status == LB_EXIT_USAGE ? status : status_of_error (error);
}
