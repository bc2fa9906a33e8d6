/* llamaburn samples list, pull */
#include <string.h>

#include "cli/private.h"
#include "core/error.h"
#include "report/style.h"
#include "samples/samples.h"

/* Those of the recipe that are named, or all. Returns: (transfer container) */
static GPtrArray *
choose (LbCli *cli, const json_t *recipe, GError **error)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  const char *const *names = lb_cli_arguments (cli);
  gboolean all = names == NULL || names[0] == NULL;
  size_t index;
  json_t *set;

  json_array_foreach (json_object_get (recipe, "sets"), index, set)
    if (all || g_strv_contains (names, lb_json_string (set, "name", "")))
      g_ptr_array_add (chosen, set);
  if (all || chosen->len == g_strv_length ((char **) names))
    return g_steal_pointer (&chosen);
  g_set_error_literal (
      error, LB_ERROR, LB_ERROR_USAGE,
      "a set of that name isn't known, or is named twice: llamaburn samples list "
      "shows them");
  return NULL;
}

/* ---- list ---- */

static json_t *
describe (const json_t *set)
{
  g_autofree char *lacks = lb_samples_lacks (set);
  json_t *object = json_object ();

  lb_json_set_string (object, "name", lb_json_string (set, "name", ""));
  lb_json_set_string (object, "title", lb_json_string (set, "title", ""));
  lb_json_set_string (object, "licence", lb_json_string (set, "licence", ""));
  lb_json_set_boolean (object, "here", lb_samples_is_here (set));
  lb_json_set_string (object, "lacks", lacks);
  return object;
}

static void
append_table (LbCli *cli, GString *out, const json_t *listed)
{
  static const char *const titles[] = { "NAME", "HERE", "WHAT", "LICENCE", NULL };
  g_autoptr (LbTable) table = lb_table_new (titles, "llll");
  LbReportStyle style = lb_cli_style (cli);
  size_t index;
  json_t *one;

  json_array_foreach ((json_t *) listed, index, one)
    {
      const char *cells[] = { lb_json_string (one, "name", ""),
                              lb_json_boolean (one, "here", FALSE)          ? "yes"
                              : lb_json_string (one, "lacks", NULL) != NULL ? "needs packages"
                                                                            : "no",
                              lb_json_string (one, "title", ""),
                              lb_json_string (one, "licence", ""), NULL };

      lb_table_row (table, cells);
    }
  lb_table_print (table, out, &style);
}

static int
run_list (LbCli *cli, GError **error)
{
  g_autoptr (json_t) recipe = lb_samples_recipe (error);
  g_autoptr (json_t) listed = json_array ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *folder = NULL;
  size_t index;
  json_t *set;

  if (recipe == NULL)
    return LB_EXIT_FAILED;
  json_array_foreach (json_object_get (recipe, "sets"), index, set)
    json_array_append_new (listed, describe (set));
  if (strcmp (lb_cli_text (cli, "format", "table"), "json") == 0)
    {
      g_autofree char *text = lb_json_pretty (listed);

      g_string_append (out, text);
    }
  else
    append_table (cli, out, listed);
  lb_cli_print (cli, out->str);
  folder = lb_samples_folder (NULL);
  if (folder != NULL)
    lb_cli_note (cli, "They lie in %s, with their hashes in manifest.json.", folder);
  return LB_EXIT_OK;
}

/* clang-format off */
static const LbCliOption list_options[] = {
  { 0, "format", LB_CLI_CHOICE, "FORMAT", "how to write it (default table)", "table,json" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_samples_list = {
  .name = "samples list",
  .arguments = "",
  .summary = "list sets of sounds with known truth",
  .description = "Lists the sets of sounds whose truth is exactly known, which 'samples pull' "
                 "makes on this machine out of installed packages, with their licences. HERE: "
                 "yes, no, or needs packages that aren't installed.",
  .options = list_options,
  .run = run_list,
};

/* ---- pull ---- */

static void
on_tick (const char *what, gpointer user_data)
{
  lb_cli_note (user_data, "  %s", what);
}

/* A set that lacks packages fails where it was named, and is passed over where all were meant. */
static gboolean
pull_one (LbCli *cli, const json_t *set, gboolean named, gboolean *made, GError **error)
{
  const char *name = lb_json_string (set, "name", "");
  g_autofree char *lacks = lb_samples_lacks (set);

  if (lb_samples_is_here (set) && !lb_cli_flag (cli, "again"))
    {
      lb_cli_note (cli, "%s: is here", name);
      *made = TRUE;
      return TRUE;
    }
  if (lacks != NULL && !named)
    {
      lb_cli_warn (cli, "%s: left out: apt install %s", name, lacks);
      return TRUE;
    }
  lb_cli_note (cli, "%s (%s)", name, lb_json_string (set, "licence", ""));
  if (!lb_samples_pull (set, on_tick, cli, error))
    return FALSE;
  *made = TRUE;
  return TRUE;
}

static int
run_pull (LbCli *cli, GError **error)
{
  g_autoptr (json_t) recipe = lb_samples_recipe (error);
  g_autoptr (GPtrArray) chosen = recipe != NULL ? choose (cli, recipe, error) : NULL;
  const char *const *names = lb_cli_arguments (cli);
  gboolean named = names != NULL && names[0] != NULL, made = FALSE;
  g_autofree char *folder = NULL;

  if (chosen == NULL)
    return recipe != NULL ? LB_EXIT_USAGE : LB_EXIT_FAILED;
  for (guint i = 0; i < chosen->len; i++)
    if (!pull_one (cli, g_ptr_array_index (chosen, i), named, &made, error))
      return LB_EXIT_FAILED;
  if (!made)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                           "no set could be made: install the packages that are named above");
      return LB_EXIT_FAILED;
    }
  folder = lb_samples_folder (error);
  if (folder == NULL)
    return LB_EXIT_FAILED;
  lb_cli_print (cli, folder);
  lb_cli_print (cli, "\n");
  return LB_EXIT_OK;
}

/* clang-format off */
static const LbCliOption pull_options[] = {
  { 0, "again", LB_CLI_FLAG, NULL, "make it anew, even if it is here" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_samples_pull = {
  .name = "samples pull",
  .arguments = "[SET…]",
  .summary = "make sets of sounds with known truth",
  .description = "Makes the sets that are named, or all whose packages are installed, and prints "
                 "their folder. Songs are rendered from notes: beside NAME.flac lie NAME.mid "
                 "(notes), NAME.beats, NAME.lab (chords) and the folder NAME with the stems; "
                 "clips of speech have NAME.txt. Nothing is fetched.",
  .options = pull_options,
  .min_arguments = 0,
  .max_arguments = -1,
  .run = run_pull,
};
