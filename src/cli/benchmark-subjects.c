/* What a benchmark command measures, from its arguments and options. */
#include <string.h>

#include "cli/benchmark.h"
#include "core/error.h"

static gboolean
add_arguments (const LbCli *cli, LbSubjectKind kind, GPtrArray *subjects, GError **error)
{
  const char *const *arguments = lb_cli_arguments (cli);

  for (guint i = 0; arguments[i] != NULL; i++)
    {
      g_autofree char *where = g_strdup_printf ("text %u", i + 1);

      if (kind == LB_SUBJECT_SOUND)
        lb_subjects_add_file (subjects, arguments[i]);
      else if (strcmp (arguments[i], "-") == 0)
        {
          g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                               "\"-\" is no text: --text-file - takes one a line from standard "
                               "input");
          return FALSE;
        }
      else if (!lb_subjects_add_text (subjects, arguments[i], where, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_texts (const LbCli *cli, GPtrArray *subjects, GError **error)
{
  const char *file = lb_cli_text (cli, "text-file", NULL);
  const char *const *sets = lb_cli_list (cli, "text-set");

  if (file != NULL && !lb_subjects_add_lines (subjects, file, error))
    return FALSE;
  for (guint i = 0; sets != NULL && sets[i] != NULL; i++)
    if (!lb_subjects_add_set (subjects, sets[i], error))
      return FALSE;
  return TRUE;
}

GPtrArray *
lb_benchmark_subjects (const LbCli *cli, const LbBenchmarkMode *mode, GError **error)
{
  g_autoptr (GPtrArray) subjects = lb_subjects_new ();

  if (!add_arguments (cli, mode->kind, subjects, error) || !add_texts (cli, subjects, error))
    return NULL;
  if (subjects->len == 0 && mode->text != NULL)
    {
      if (!lb_subjects_add_text (subjects, mode->text, "the text", error))
        return NULL;
      lb_cli_note (cli, "No text was given: it is \"%s\"", mode->text);
    }
  return g_steal_pointer (&subjects);
}
