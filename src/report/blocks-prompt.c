/* What the music is to be: a row of a result that was made from a prompt. */
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
