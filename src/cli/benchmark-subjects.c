/* What a benchmark command measures, from its arguments and options. */
#include <string.h>

#include "cli/benchmark.h"
#include "core/error.h"

/* Returns: (nullable): where the texts of @kind come from */
static const LbTextSource *
source_of (LbSubjectKind kind)
{
  static const LbTextSource *const sources[] = {
    [LB_SUBJECT_SOUND] = NULL,
    [LB_SUBJECT_TEXT] = &lb_texts,
    [LB_SUBJECT_PROMPT] = &lb_prompts,
  };

  return sources[kind];
}

static gboolean
add_arguments (const LbCli *cli, const LbTextSource *source, GPtrArray *subjects, GError **error)
{
  const char *const *arguments = lb_cli_arguments (cli);

  for (guint i = 0; arguments[i] != NULL; i++)
    {
      g_autofree char *where = g_strdup_printf ("%s %u", source != NULL ? source->word : "file",
                                                i + 1);

      if (source == NULL)
        lb_subjects_add_file (subjects, arguments[i]);
      else if (strcmp (arguments[i], "-") == 0)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                       "\"-\" is no %s: --%s - takes one a line from standard input",
                       source->word, source->file_option);
          return FALSE;
        }
      else if (!lb_subjects_add_text (subjects, source, arguments[i], where, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_texts (const LbCli *cli, const LbTextSource *source, GPtrArray *subjects, GError **error)
{
  const char *file = lb_cli_text (cli, source->file_option, NULL);
  const char *const *sets = lb_cli_list (cli, source->set_option);

  if (file != NULL && !lb_subjects_add_lines (subjects, source, file, error))
    return FALSE;
  for (guint i = 0; sets != NULL && sets[i] != NULL; i++)
    if (!lb_subjects_add_set (subjects, source, sets[i], error))
      return FALSE;
  return TRUE;
}

GPtrArray *
lb_benchmark_subjects (const LbCli *cli, const LbBenchmarkMode *mode, GError **error)
{
  g_autoptr (GPtrArray) subjects = lb_subjects_new ();
  const LbTextSource *source = source_of (mode->kind);

  if (!add_arguments (cli, source, subjects, error) ||
      (source != NULL && !add_texts (cli, source, subjects, error)))
    return NULL;
  if (subjects->len == 0 && mode->text != NULL)
    {
      if (!lb_subjects_add_text (subjects, source, mode->text, "the text", error))
        return NULL;
      lb_cli_note (cli, "No %s was given: it is \"%s\"", source->word, mode->text);
    }
  return g_steal_pointer (&subjects);
}
