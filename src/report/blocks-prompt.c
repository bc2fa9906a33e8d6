/* Rows of a result that was made from a prompt: what the music is to be, and what became of it.
 */
#include "core/text.h"
#include "report/blocks-say.h"
#include "report/field.h"
#include "report/style.h"

static void
append_named (GString *out, const json_t *complexity, const char *kind, const char *one)
{
  const json_t *names = json_object_get (json_object_get (complexity, "named"), kind);
  gint64 n = lb_json_integer (complexity, kind, 0);
  size_t index;
  json_t *it;

  if (n <= 0)
    return;
  g_string_append_printf (out, "; %" G_GINT64_FORMAT " %s%s", n, one, n == 1 ? "" : "s");
  json_array_foreach ((json_t *) names, index, it)
    {
      g_autofree char *name = lb_text_escape (json_is_string (it) ? json_string_value (it) : "?");

      g_string_append_printf (out, "%s%s", index == 0 ? " (" : ", ", name);
    }
  g_string_append (out, json_array_size (names) > 0 ? ")" : "");
}

char *
lb_say_asked (const json_t *record)
{
  const json_t *complexity = lb_field_at (record, "/input/complexity");
  GString *line = g_string_new (NULL);

  if (complexity == NULL)
    return g_string_free (g_string_append (line, LB_ABSENT), FALSE);
  lb_say_append (line, record, "words", "",
                 lb_json_integer (json_object_get (record, "input"), "words", 0) == 1 ? " word"
                                                                                      : " words");
  append_named (line, complexity, "instruments", "instrument");
  append_named (line, complexity, "genres", "genre");
  append_named (line, complexity, "attributes", "attribute");
  lb_say_append (line, record, "prompt_bpm", "; ", " BPM asked for");
  return g_string_free (line, FALSE);
}

/* "100 at 2.5 a second" while it denoised. */
char *
lb_say_steps (const json_t *record)
{
  g_autofree char *steps = lb_say ("steps", record);
  GString *line = g_string_new (steps);

  if (lb_says ("steps", record))
    lb_say_append (line, record, "avg_steps_per_sec", " at ", " a second");
  return g_string_free (line, FALSE);
}

char *
lb_say_tempo_asked (const json_t *record)
{
  const json_t *score = lb_field_at (record, "/scores/tempo_asked");
  g_autofree char *asked = lb_say ("prompt_bpm", record), *found = lb_say ("found_bpm", record);
  const char *verdict = lb_json_integer (score, "value", 0) == 1   ? "found"
                        : lb_json_boolean (score, "octave", FALSE) ? "found an octave off"
                                                                   : "not found";

  if (score == NULL)
    return g_strdup (LB_ABSENT);
  return g_strdup_printf ("%s: %s BPM asked for, %s measured", verdict, asked, found);
}

char *
lb_say_repetition (const json_t *record)
{
  g_autofree char *value = lb_say ("repetition", record), *loop = lb_say ("loop_s", record);
  GString *line = g_string_new (NULL);

  if (lb_says ("repetition", record))
    g_string_append_printf (line, "%s like itself after %s", value, loop);
  lb_say_append (line, record, "stuck_share",
                 line->len > 0 ? "; stands still for " : "stands still for ", "");
  return g_string_free (line->len > 0 ? line : g_string_append (line, LB_ABSENT), FALSE);
}

char *
lb_say_clap (const json_t *record)
{
  g_autofree char *value = lb_say ("clap", record);

  return lb_says ("clap", record) ? g_strdup_printf ("%s (cosine of music and prompt)", value)
                                  : g_strdup (LB_ABSENT);
}

char *
lb_say_fad (const json_t *record)
{
  const json_t *score = lb_field_at (record, "/scores/fad");
  g_autofree char *value = lb_say ("fad", record);

  if (!lb_says ("fad", record))
    return g_strdup (LB_ABSENT);
  return g_strdup_printf ("%s (%" G_GINT64_FORMAT " windows against %" G_GINT64_FORMAT
                          " of %" G_GINT64_FORMAT " sounds)",
                          value, lb_json_integer (score, "windows", 0),
                          lb_json_integer (score, "reference_windows", 0),
                          lb_json_integer (score, "reference_sounds", 0));
}
