/* The parser: what was typed, by the tables. Arguments are bytes: only messages escape them. */
#include <math.h>
#include <string.h>

#include "cli/benchmark.h"
#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"

typedef struct {
  LbCli *cli;
  char **next; /* what is still to be read */
} Parser;

void
lb_cli_each_option (const LbCliCommand *command, LbCliVisit visit, gpointer user_data)
{
  const LbCliOption *const tables[] = {
    command->options,
    command->mode != NULL ? lb_benchmark_options : NULL,
    command->mode != NULL ? lb_cli_mode_options () : NULL,
    lb_cli_common_options (),
  };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const LbCliOption *option = tables[i]; option != NULL && option->name != NULL; option++)
      visit (option, user_data);
}

typedef struct {
  const char *name;
  char letter;
  const LbCliOption *found;
} Search;

static void
match_option (const LbCliOption *option, gpointer user_data)
{
  Search *search = user_data;

  if (search->found != NULL)
    return;
  if (search->name != NULL ? strcmp (search->name, option->name) == 0
                           : search->letter == option->letter)
    search->found = option;
}

static const LbCliOption *
find_option (const LbCliCommand *command, const char *name, char letter)
{
  Search search = { name, letter, NULL };

  lb_cli_each_option (command, match_option, &search);
  return search.found;
}

static gboolean
is_choice (const char *choices, const char *value)
{
  g_auto (GStrv) known = choices != NULL ? g_strsplit (choices, ",", -1) : NULL;

  return known != NULL && g_strv_contains ((const char *const *) known, value);
}

static gboolean
check_choice (const LbCliOption *option, const char *value, GError **error)
{
  g_auto (GStrv) known = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *all = NULL;
  const char *nearest;

  if (option->choices == NULL || is_choice (option->choices, value))
    return TRUE;
  known = g_strsplit (option->choices, ",", -1);
  shown = lb_text_escape (value);
  all = g_strjoinv (", ", known);
  nearest = lb_text_nearest (value, (const char *const *) known);
  if (nearest != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "--%s takes one of %s, not \"%s\": did you mean \"%s\"?", option->name, all,
                 shown, nearest);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "--%s takes one of %s, not \"%s\"",
                 option->name, all, shown);
  return FALSE;
}

static char *
describe_number (const LbCliOption *option)
{
  const char *what = option->kind == LB_CLI_INT ? "a whole number" : "a number";
  g_autofree char *words = option->choices != NULL ? g_strconcat (", or ", option->choices, NULL)
                                                   : g_strdup ("");

  if (option->min == 0 && option->max == 0)
    return g_strconcat (what, words, NULL);
  if (isinf (option->max))
    return g_strdup_printf ("%s of at least %.15g%s", what, option->min, words);
  return g_strdup_printf ("%s from %.15g to %.15g%s", what, option->min, option->max, words);
}

static gboolean
check_number (const LbCliOption *option, const char *value, GError **error)
{
  gboolean bounded = option->min != 0 || option->max != 0;
  g_autofree char *shown = NULL;
  g_autofree char *wanted = NULL;
  char *end = NULL;
  double number = g_ascii_strtod (value, &end);
  gboolean good = end != value && *end == '\0' && isfinite (number) && !g_ascii_isspace (*value);

  if (is_choice (option->choices, value))
    return TRUE;
  if (option->kind == LB_CLI_INT)
    {
      gint64 whole = 0;

      good = g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, &whole, NULL);
      number = (double) whole;
    }
  if (good && (!bounded || (number >= option->min && number <= option->max)))
    return TRUE;
  shown = lb_text_escape (value);
  wanted = describe_number (option);
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "--%s takes %s, not \"%s\"", option->name, wanted,
               shown);
  return FALSE;
}

static gboolean
add_list (LbCli *cli, const LbCliOption *option, const char *value, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (value, ",", -1);

  for (guint i = 0; i == 0 || parts[i] != NULL; i++)
    {
      if (parts[i] == NULL || *parts[i] == '\0')
        {
          g_autofree char *shown = lb_text_escape (value);

          g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                       "--%s takes names parted by commas: one is empty in \"%s\"", option->name,
                       shown);
          return FALSE;
        }
      if (!check_choice (option, parts[i], error))
        return FALSE;
      lb_cli_put (cli, option->name, parts[i]);
    }
  return TRUE;
}

static gboolean
add_value (LbCli *cli, const LbCliOption *option, const char *value, GError **error)
{
  switch (option->kind)
    {
    case LB_CLI_LIST:
      return add_list (cli, option, value, error);
    case LB_CLI_INT:
    case LB_CLI_DOUBLE:
      if (!check_number (option, value, error))
        return FALSE;
      break;
    case LB_CLI_PATH:
      if (*value == '\0')
        {
          g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "--%s takes a path, not an empty text",
                       option->name);
          return FALSE;
        }
      break;
    case LB_CLI_CHOICE:
      if (!check_choice (option, value, error))
        return FALSE;
      break;
    default:
      break;
    }
  lb_cli_put (cli, option->name, value);
  return option != lb_cli_mode_options () || lb_cli_add_dotted (cli, value, error);
}

static void
list_names (const LbCliOption *option, gpointer user_data)
{
  g_ptr_array_add (user_data, (gpointer) option->name);
}

static void
list_engine_names (LbCli *cli, GPtrArray *names)
{
  g_autoptr (GPtrArray) engines = lb_cli_engines (cli, NULL);

  for (guint i = 0; engines != NULL && i < engines->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (engines, i);

      for (guint j = 0; j < manifest->options->len; j++)
        g_ptr_array_add (names,
                         ((const LbOption *) g_ptr_array_index (manifest->options, j))->name);
    }
}

static gboolean
fail_unknown (LbCli *cli, const char *typed, const char *name, GError **error)
{
  const LbCliCommand *command = cli->command;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *shown = lb_text_escape (typed);
  const char *nearest;

  lb_cli_each_option (command, list_names, names);
  if (command->mode != NULL)
    list_engine_names (cli, names);
  g_ptr_array_add (names, NULL);
  nearest = lb_text_nearest (name, (const char *const *) names->pdata);
  if (nearest != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "unknown option \"%s\": did you mean \"--%s\"?",
                 shown, nearest);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "unknown option \"%s\": llamaburn %s --help lists all", shown, command->name);
  return FALSE;
}

static gboolean
take_value (Parser *parser, const char *shown_name, const char *kind, char **value,
            GError **error)
{
  if (*parser->next == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "%s needs a value%s%s", shown_name,
                   kind != NULL ? ": " : "", kind != NULL ? kind : "");
      return FALSE;
    }
  *value = *parser->next++;
  return TRUE;
}

/* --NAME that no table has: an option of the chosen engines, perhaps. */
static gboolean
parse_engine_option (Parser *parser, const char *typed, const char *name, char *value,
                     GError **error)
{
  const LbOption *option = NULL;
  g_autoptr (GError) why = NULL;
  gboolean negated = FALSE;

  if (!lb_cli_resolve (parser->cli, name, &option, &negated, &why))
    {
      if (why->code == LB_ERROR_NOT_FOUND)
        return fail_unknown (parser->cli, typed, name, error);
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (negated && value != NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "--no-%s takes no value", option->name);
      return FALSE;
    }
  if (option->kind == LB_OPTION_BOOL && value == NULL)
    value = (char *) (negated ? "false" : "true");
  else if (value == NULL && !take_value (parser, typed, option->help, &value, error))
    return FALSE;
  lb_cli_add_setting (parser->cli, NULL, option->name, value);
  return TRUE;
}

static gboolean
parse_long (Parser *parser, const char *typed, GError **error)
{
  const char *equals = strchr (typed, '=');
  g_autofree char *name = equals != NULL ? g_strndup (typed + 2, (gsize) (equals - typed - 2))
                                         : g_strdup (typed + 2);
  char *value = equals != NULL ? (char *) equals + 1 : NULL;
  const LbCliOption *option = find_option (parser->cli->command, name, 0);
  g_autofree char *shown_name = g_strconcat ("--", option != NULL ? option->name : "", NULL);

  if (option == NULL && parser->cli->command->mode != NULL)
    return parse_engine_option (parser, typed, name, value, error);
  if (option == NULL)
    return fail_unknown (parser->cli, typed, name, error);
  if (option->kind == LB_CLI_FLAG)
    {
      if (value != NULL)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "--%s takes no value", option->name);
          return FALSE;
        }
      lb_cli_put (parser->cli, option->name, "true");
      return TRUE;
    }
  if (value == NULL && !take_value (parser, shown_name, option->argument, &value, error))
    return FALSE;
  return add_value (parser->cli, option, value, error);
}

static gboolean
parse_cluster (Parser *parser, const char *typed, GError **error)
{
  for (const char *p = typed + 1; *p != '\0'; p++)
    {
      const LbCliOption *option = find_option (parser->cli->command, NULL, *p);
      char shown_name[] = { '-', *p, '\0' };
      char *value = (char *) p + 1;

      if (option == NULL)
        return fail_unknown (parser->cli, typed, "", error);
      if (option->kind == LB_CLI_FLAG)
        {
          lb_cli_put (parser->cli, option->name, "true");
          continue;
        }
      if (*value == '\0' && !take_value (parser, shown_name, option->argument, &value, error))
        return FALSE;
      return add_value (parser->cli, option, value, error);
    }
  return TRUE;
}

static void
add_argument (LbCli *cli, const char *argument)
{
  g_ptr_array_index (cli->arguments, cli->arguments->len - 1) = g_strdup (argument);
  g_ptr_array_add (cli->arguments, NULL);
}

static gboolean
check_count (const LbCli *cli, GError **error)
{
  const LbCliCommand *command = cli->command;
  int n = (int) cli->arguments->len - 1;

  if (n < command->min_arguments)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "llamaburn %s needs %s%s: see llamaburn %s --help", command->name,
                   command->arguments, n > 0 ? ", more than was given" : "", command->name);
      return FALSE;
    }
  if (command->max_arguments >= 0 && n > command->max_arguments)
    {
      g_autofree char *shown = lb_text_escape (
          g_ptr_array_index (cli->arguments, (guint) command->max_arguments));

      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "llamaburn %s does not take \"%s\": see llamaburn %s --help", command->name,
                   shown, command->name);
      return FALSE;
    }
  return TRUE;
}

/* The option that @typed names, and the value that hangs on it, if any: "--name=value",
 * "-qn5". */
static const LbCliOption *
split_typed (const LbCliCommand *command, const char *typed, const char **value)
{
  g_autofree char *name = g_strndup (typed, strcspn (typed, "="));
  const char *equals = strchr (typed, '=');

  *value = equals != NULL ? equals + 1 : NULL;
  if (g_str_has_prefix (name, "--"))
    return find_option (command, name + 2, 0);
  for (const char *p = typed + 1; *p != '\0'; p++)
    {
      const LbCliOption *option = find_option (command, NULL, *p);

      *value = p[1] != '\0' ? p + 1 : NULL;
      if (option == NULL || option->kind != LB_CLI_FLAG)
        return option;
    }
  return NULL;
}

/* Options that decide which engines are chosen, beside "engine". */
static gboolean
names_model (const LbCliOption *option)
{
  static const char *const names[] = { "model", "voice", "random-weights", NULL };

  return g_strv_contains (names, option->name);
}

/* Which engines are chosen decides what --NAME means, and -e may stand behind it: so -e, and
 * what names a model, is looked for first. What can't be understood in this pass is left to
 * the next one, which says so. */
static void
find_engines_first (LbCli *cli, const LbCliOption *engine, char **arguments)
{
  for (char **p = arguments; *p != NULL && strcmp (*p, "--") != 0; p++)
    {
      const char *value = NULL;
      const LbCliOption *option = **p == '-' ? split_typed (cli->command, *p, &value) : NULL;

      if (option == NULL)
        continue;
      if (names_model (option))
        cli->names_model = TRUE;
      if (option->kind == LB_CLI_FLAG)
        continue;
      if (value == NULL && (value = *++p) == NULL)
        return;
      if (option == engine || (names_model (option) && option->kind == LB_CLI_LIST))
        add_list (cli, option, value, NULL);
    }
}

/* The second pass reads -e again, into @cli: this one's answer is kept apart. */
static void
set_early_engines (LbCli *cli, char **arguments)
{
  const LbCliOption *engine = find_option (cli->command, "engine", 0);
  g_autoptr (LbCli) scan = lb_cli_new ();
  const char *const *models;

  scan->command = cli->command;
  if (engine == NULL || engine->kind != LB_CLI_LIST)
    return;
  find_engines_first (scan, engine, arguments);
  cli->early_engines = g_strdupv ((char **) lb_cli_list (scan, "engine"));
  models = lb_cli_list (scan, "model") ?: lb_cli_list (scan, "voice");
  cli->early_models = g_strdupv ((char **) models);
  cli->names_model = scan->names_model;
}

static gboolean
parse_all (Parser *parser, GError **error)
{
  while (*parser->next != NULL)
    {
      char *typed = *parser->next++;

      if (strcmp (typed, "--") == 0)
        {
          while (*parser->next != NULL)
            add_argument (parser->cli, *parser->next++);
          return TRUE;
        }
      if (*typed != '-' || typed[1] == '\0')
        add_argument (parser->cli, typed);
      else if (!(typed[1] == '-' ? parse_long (parser, typed, error)
                                 : parse_cluster (parser, typed, error)))
        return FALSE;
    }
  return TRUE;
}

gboolean
lb_cli_parse (LbCli *cli, const LbCliCommand *command, char **arguments, GError **error)
{
  Parser parser = { cli, arguments };

  cli->command = command;
  if (command->mode != NULL)
    set_early_engines (cli, arguments);
  if (!parse_all (&parser, error))
    return FALSE;
  if (lb_cli_flag (cli, "help"))
    return TRUE;
  return check_count (cli, error) && lb_cli_check_settings (cli, error);
}
