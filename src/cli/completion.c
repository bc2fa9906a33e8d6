/* Completion for bash and zsh, made of the same tables as --help. What only the running
 * program knows (names of engines, models, runs) the scripts ask `llamaburn --complete
 * KIND`. */
#include <string.h>

#include "cli/private.h"

static void
append_bash_name (const LbCliOption *option, gpointer user_data)
{
  GString *out = user_data;

  g_string_append_printf (out, " --%s", option->name);
  if (option->letter != 0)
    g_string_append_printf (out, " -%c", option->letter);
}

static const char *
kind_of_value (const LbCliOption *option)
{
  if (option->completion != NULL)
    return option->completion;
  return option->kind == LB_CLI_PATH ? "files" : "none";
}

static void
append_bash_value (const LbCliOption *option, gpointer user_data)
{
  GString *out = user_data;

  if (option->kind == LB_CLI_FLAG)
    return;
  g_string_append_printf (out, "        --%s", option->name);
  if (option->letter != 0)
    g_string_append_printf (out, "|-%c", option->letter);
  if (option->choices != NULL)
    {
      g_autofree char *words = g_strdelimit (g_strdup (option->choices), ",", ' ');

      g_string_append_printf (out, ") kind=words; words='%s' ;;\n", words);
    }
  else
    g_string_append_printf (out, ") kind=%s ;;\n", kind_of_value (option));
}

static void
append_bash_command (GString *out, const LbCliCommand *command)
{
  g_string_append_printf (out, "    '%s')\n      options='", command->name);
  lb_cli_each_option (command, append_bash_name, out);
  g_string_append_printf (out, "'\n      kind=%s\n      case $previous in\n",
                          command->completion != NULL ? command->completion : "none");
  lb_cli_each_option (command, append_bash_value, out);
  g_string_append (out, "      esac ;;\n");
}

static gboolean
has_two_words (const LbCliCommand *command)
{
  return strchr (command->name, ' ') != NULL;
}

/* The first words of all commands, each once. */
static void
append_first_words (GString *out)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    {
      char *first = g_strndup ((*command)->name, strcspn ((*command)->name, " "));

      if (!g_hash_table_contains (seen, first))
        g_string_append_printf (out, "%s ", first);
      g_hash_table_add (seen, first);
    }
  g_string_append (out, "help --help --version");
}

static void
append_second_words (GString *out)
{
  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    if (has_two_words (*command))
      {
        const char *space = strchr ((*command)->name, ' ');

        g_string_append_printf (out, "    %.*s) seconds=\"$seconds %s\" ;;&\n",
                                (int) (space - (*command)->name), (*command)->name, space + 1);
      }
}

static const char bash_tail[] =
    "  if [[ $current == -* && $kind != words ]]; then\n"
    "    kind=words; words=$options\n"
    "  fi\n"
    "  local prefix=\n"
    "  if [[ $current == *,* ]]; then prefix=${current%,*},; fi\n"
    "  case $kind in\n"
    "    words) mapfile -t COMPREPLY < <(compgen -P \"$prefix\" -W \"$words\" -- "
    "\"${current##*,}\") ;;\n"
    "    engines|models|voices|runs|keys)\n"
    "      words=$(\"${COMP_WORDS[0]}\" --complete \"$kind\" 2>/dev/null)\n"
    "      mapfile -t COMPREPLY < <(compgen -P \"$prefix\" -W \"$words\" -- "
    "\"${current##*,}\") ;;\n"
    "    folders) compopt -o filenames 2>/dev/null\n"
    "      mapfile -t COMPREPLY < <(compgen -d -- \"$current\") ;;\n"
    "    files) compopt -o filenames 2>/dev/null\n"
    "      mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ;;\n"
    "  esac\n"
    "}\n"
    "complete -F _llamaburn llamaburn\n";

void
lb_completion_bash (GString *out)
{
  g_string_append (
      out, "# bash completion for llamaburn, made by llamaburn --generate completion-bash\n"
           "_llamaburn ()\n{\n"
           "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
           "  local first=${COMP_WORDS[1]} second=${COMP_WORDS[2]} command seconds= options=\n"
           "  local kind=none words=\n"
           "  COMPREPLY=()\n"
           "  if (( COMP_CWORD == 1 )); then\n"
           "    mapfile -t COMPREPLY < <(compgen -W '");
  append_first_words (out);
  g_string_append (out, "' -- \"$current\")\n    return\n  fi\n"
                        "  case $first in\n");
  append_second_words (out);
  g_string_append (out, "    *) ;;\n  esac\n"
                        "  command=$first\n"
                        "  if [[ -n $second && \" $seconds \" == *\" $second \"* ]] && (( "
                        "COMP_CWORD > 2 )); then\n"
                        "    command=\"$first $second\"\n"
                        "  fi\n"
                        "  case $command in\n    help) kind=words; words='");
  append_first_words (out);
  g_string_append (out, "' ;;\n");
  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    append_bash_command (out, *command);
  g_string_append (out,
                   "    *) ;;\n  esac\n"
                   "  if (( COMP_CWORD == 2 )) && [[ -n $seconds && $current != -* ]]; then\n"
                   "    mapfile -t COMPREPLY < <(compgen -W \"$seconds\" -- \"$current\")\n"
                   "    [[ ${#COMPREPLY[@]} -gt 0 || $kind == none ]] && return\n"
                   "  fi\n");
  g_string_append (out, bash_tail);
}

/* Between single quotes, inside brackets of _arguments: quotes, brackets and colons are
 * zsh's. */
static void
append_zsh_text (GString *out, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '\'')
        g_string_append (out, "'\\'");
      else if (*p == '[' || *p == ']' || *p == ':' || *p == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *p);
    }
}

static void
append_zsh_action (GString *out, const char *kind)
{
  if (strcmp (kind, "files") == 0)
    g_string_append (out, "_files");
  else if (strcmp (kind, "folders") == 0)
    g_string_append (out, "_files -/");
  else if (strcmp (kind, "none") != 0)
    g_string_append_printf (out, "{_llamaburn_names %s}", kind);
}

static void
append_zsh_spec (GString *out, const LbCliOption *option, const char *typed)
{
  const char *argument = option->argument != NULL ? option->argument : "VALUE";

  g_string_append_printf (out, "        '*%s[", typed);
  append_zsh_text (out, option->help);
  g_string_append_c (out, ']');
  if (option->kind != LB_CLI_FLAG)
    {
      g_string_append_c (out, ':');
      append_zsh_text (out, argument);
      g_string_append_c (out, ':');
      if (option->choices != NULL)
        {
          g_autofree char *words = g_strdelimit (g_strdup (option->choices), ",", ' ');

          g_string_append_printf (out, "(%s)", words);
        }
      else
        append_zsh_action (out, kind_of_value (option));
    }
  g_string_append (out, "' \\\n");
}

static void
append_zsh_option (const LbCliOption *option, gpointer user_data)
{
  g_autofree char *name = g_strconcat ("--", option->name, NULL);
  char letter[] = { '-', option->letter, '\0' };

  append_zsh_spec (user_data, option, name);
  if (option->letter != 0)
    append_zsh_spec (user_data, option, letter);
}

static void
append_zsh_command (GString *out, const LbCliCommand *command)
{
  g_string_append_printf (out, "    ('%s')\n      _arguments -s -S : \\\n", command->name);
  lb_cli_each_option (command, append_zsh_option, out);
  g_string_append (out, "        '*: :");
  append_zsh_action (out, command->completion != NULL ? command->completion : "none");
  g_string_append (out, "' ;;\n");
}

void
lb_completion_zsh (GString *out)
{
  g_string_append (out,
                   "#compdef llamaburn\n"
                   "# zsh completion for llamaburn, made by llamaburn --generate completion-zsh\n"
                   "_llamaburn_names ()\n{\n  local -a names\n"
                   "  names=(${(f)\"$(llamaburn --complete $1 2>/dev/null)\"})\n"
                   "  compset -P '*,'\n  compadd -a names\n}\n\n"
                   "_llamaburn ()\n{\n  local command=$words[2]\n  local -a names\n"
                   "  if (( CURRENT == 2 )); then\n    names=(\n");
  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    {
      g_string_append_printf (out, "      '%.*s:", (int) strcspn ((*command)->name, " "),
                              (*command)->name);
      append_zsh_text (out, has_two_words (*command) ? "several commands" : (*command)->summary);
      g_string_append (out, "'\n");
    }
  g_string_append (out, "      'help:show help'\n    )\n"
                        "    _describe -t commands command names\n    return\n  fi\n"
                        "  case \"$words[2] $words[3]\" in\n");
  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    if (has_two_words (*command))
      g_string_append_printf (
          out,
          "    ('%s') (( CURRENT > 3 )) && { command='%s'; shift words; (( CURRENT-- )) } ;;\n",
          (*command)->name, (*command)->name);
  g_string_append (out, "  esac\n  if (( CURRENT == 3 )); then\n    case $words[2] in\n");
  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    if (has_two_words (*command))
      g_string_append_printf (out, "      (%.*s) names+=(%s) ;|\n",
                              (int) strcspn ((*command)->name, " "), (*command)->name,
                              strchr ((*command)->name, ' ') + 1);
  g_string_append (out, "    esac\n    (( $#names )) && compadd -a names\n  fi\n"
                        "  shift words; (( CURRENT-- ))\n  case $command in\n");
  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    append_zsh_command (out, *command);
  g_string_append (out, "  esac\n}\n\n_llamaburn \"$@\"\n");
}
