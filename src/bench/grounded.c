#include "bench/grounded.h"

#include <string.h>

#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"
#include "scores/grounding.h"

gboolean
lb_grounded_is_asked (const LbSettings *settings)
{
  size_t index;
  json_t *asked;

  json_array_foreach (settings->score, index, asked)
    if (strcmp (lb_json_string (asked, "name", ""), LB_GROUNDING) == 0)
      return TRUE;
  return FALSE;
}

gboolean
lb_grounded_check (const LbPlan *plan, GError **error)
{
  if (!lb_grounded_is_asked (&plan->settings))
    return TRUE;
  for (guint c = 0; c < plan->cases->len; c++)
    if (strcmp (lb_plan_case (plan, c)->mode, "analysis") != 0)
      {
        g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                     "the score \"" LB_GROUNDING "\" is of descriptions (describe), not of mode "
                     "\"%s\"",
                     lb_plan_case (plan, c)->mode);
        return FALSE;
      }
  return TRUE;
}

static LbClaimWords *
read_words (GError **error)
{
  g_auto (GStrv) folders = lb_paths_shared ();

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], "words", "claims.json", NULL);
      g_autoptr (json_t) lists = NULL;

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      lists = lb_json_read (path, error);
      return lists != NULL ? lb_claim_words_new (lists, error) : NULL;
    }
  g_set_error_literal (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                       "the lists of words by which claims are found (words/claims.json) are "
                       "missing: reinstall LlamaBurn");
  return NULL;
}

json_t *
lb_grounded_read (const char *path, GError **error)
{
  g_autoptr (LbClaimWords) words = read_words (error);
  g_autofree char *shown = lb_text_escape (path);
  g_autoptr (json_t) reference = words != NULL ? lb_json_read (path, error) : NULL;

  if (reference == NULL)
    return NULL;
  if (lb_grounding_check_reference (words, reference, error))
    return g_steal_pointer (&reference);
  g_prefix_error (error, "the reference \"%s\": ", shown);
  return NULL;
}

/* @score: (transfer full) */
static void
add_score (json_t *output, json_t *score)
{
  if (json_object_get (output, "scores") == NULL)
    lb_json_set (output, "scores", json_object ());
  lb_json_set (json_object_get (output, "scores"), LB_GROUNDING, score);
}

gboolean
lb_grounded_score (LbResult *result, const json_t *features, const json_t *reference,
                   GError **error)
{
  g_autoptr (LbClaimWords) words = read_words (error);
  const json_t *outputs = json_object_get (lb_result_record (result), "outputs");
  size_t index;
  json_t *output;

  if (words == NULL)
    return FALSE;
  json_array_foreach ((json_t *) outputs, index, output)
    {
      const char *text = lb_json_string (json_object_get (output, "output"), "text", "");

      add_score (output, lb_grounding_score (words, text, features, reference));
    }
  return TRUE;
}
