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
