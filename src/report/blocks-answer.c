/* Rows of a result's block that only answers of language models have. */
#include "report/blocks-say.h"
#include "report/field.h"
#include "report/style.h"

/* "245 at 106 a second; 120 a second while it wrote": over the whole run, and over the writing
 * alone. */
char *
lb_say_tokens (const json_t *record)
{
  g_autofree char *tokens = lb_say ("avg_tokens", record);
  GString *line = g_string_new (tokens);

  if (!lb_says ("avg_tokens", record))
    return g_string_free (line, FALSE);
  lb_say_append (line, record, "avg_tokens_per_sec", " at ", " a second");
  lb_say_append (line, record, "avg_generate_tokens_per_sec", "; ", " a second while it wrote");
  return g_string_free (line, FALSE);
}

char *
lb_say_prompt (const json_t *record)
{
  g_autofree char *tokens = lb_say ("prompt_tokens", record);
  GString *line = g_string_new (NULL);

  if (lb_says ("prompt_tokens", record))
    g_string_append_printf (line, "%s tokens", tokens);
  lb_say_append (line, record, "avg_prompt_tokens_per_sec", " at ", " a second");
  lb_say_append (line, record, "avg_encode_s",
                 line->len > 0 ? "; sound encoded in " : "sound encoded in ", "");
  lb_say_append (line, record, "avg_features_s",
                 line->len > 0 ? "; features measured in " : "features measured in ", "");
  return g_string_free (line->len > 0 ? line : g_string_append (line, LB_ABSENT), FALSE);
}

/* Which part of the sound the model heard. */
char *
lb_say_part (const json_t *record)
{
  const json_t *heard = lb_field_at (record, "/output/heard_s");
  g_autofree char *from = lb_report_seconds (json_number_value (json_array_get (heard, 0)));
  g_autofree char *to = lb_report_seconds (json_number_value (json_array_get (heard, 1)));
  g_autofree char *of = lb_say ("processed_s", record);

  if (!json_is_number (json_array_get (heard, 0)) || !json_is_number (json_array_get (heard, 1)))
    return g_strdup (LB_ABSENT);
  return g_strdup_printf ("%s to %s of %s", from, to, of);
}

/* "4 of 5 claims are right; 3 of 7 facts told; 2 claims can't be checked" */
char *
lb_say_grounding (const json_t *record)
{
  const json_t *score = lb_field_at (record, "/scores/grounding");
  gint64 right = lb_json_integer (score, "right", 0), wrong = lb_json_integer (score, "wrong", 0);
  gint64 unchecked = lb_json_integer (score, "unchecked", 0);
  gint64 facts = lb_json_integer (score, "facts", 0);
  GString *line = g_string_new (NULL);

  if (!json_is_object (score))
    return g_string_free (g_string_append (line, LB_ABSENT), FALSE);
  if (right + wrong > 0)
    g_string_append_printf (line, "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " claims right",
                            right, right + wrong);
  else
    g_string_append (line, "no claim that could be checked");
  if (facts > 0)
    g_string_append_printf (line, "; %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " facts told",
                            lb_json_integer (score, "facts_told", 0), facts);
  if (unchecked > 0)
    g_string_append_printf (line, "; %" G_GINT64_FORMAT " not checked", unchecked);
  return g_string_free (line, FALSE);
}

/* "relevance 4, completeness 3 of 5 by openai-chat gpt: an opinion by llamaburn-rubric/1, …" */
char *
lb_say_judgement (const json_t *record)
{
  const json_t *judgement = lb_field_at (record, "/judgement");
  json_t *scores = json_object_get (judgement, "scores");
  GString *line = g_string_new (NULL);
  const char *name;
  json_t *score;

  if (!json_is_object (scores))
    return g_string_free (g_string_append (line, LB_ABSENT), FALSE);
  json_object_foreach (scores, name, score)
    g_string_append_printf (line, "%s%s %" JSON_INTEGER_FORMAT, line->len > 0 ? ", " : "", name,
                            json_integer_value (score));
  g_string_append_printf (line, " of 5: an opinion of %s %s, by %s, that heard nothing",
                          lb_json_string (judgement, "engine", ""),
                          lb_json_string (judgement, "model", ""),
                          lb_json_string (judgement, "rubric", ""));
  return g_string_free (line, FALSE);
}
