#include "gui/claim-marks.h"

#include <glib/gi18n.h>
#include <string.h>

static void
mark_free (gpointer data)
{
  LbClaimMark *mark = data;

  g_free (mark->said);
  g_free (mark->words);
  g_free (mark);
}

const char *
lb_claim_verdict_sign (LbClaimVerdict verdict)
{
  static const char *const signs[] = {
    [LB_CLAIM_NOT_CHECKABLE] = "?",
    [LB_CLAIM_WRONG] = "✗",
    [LB_CLAIM_RIGHT] = "✓",
  };

  return signs[verdict];
}

/* Adds a truth, or one of several. */
static void
append_truth (GString *words, const json_t *truth)
{
  if (words->len > 0)
    g_string_append (words, ", ");
  if (json_is_string (truth))
    g_string_append (words, json_string_value (truth));
  else if (json_is_integer (truth))
    g_string_append_printf (words, "%" JSON_INTEGER_FORMAT, json_integer_value (truth));
  else if (json_is_real (truth))
    g_string_append_printf (words, "%.1f", json_real_value (truth));
  else if (json_is_boolean (truth))
    g_string_append (words, json_is_true (truth) ? _ ("vocals") : _ ("no vocals"));
  else
    g_string_append_c (words, '?');
}

/* "119.8 bpm", "120, 60 bpm", "A minor", "no vocals", "piano, double bass" */
static char *
say_truth (const char *kind, const json_t *truth)
{
  g_autoptr (GString) words = g_string_new (NULL);
  size_t index;
  json_t *one;

  if (!json_is_array (truth))
    append_truth (words, truth);
  json_array_foreach ((json_t *) truth, index, one)
    append_truth (words, one);
  return strcmp (kind, "tempo") == 0 ? g_strdup_printf (_ ("%s bpm"), words->str)
                                     : g_strdup (words->str);
}

static char *
say_verdict (const json_t *claim, LbClaimVerdict verdict)
{
  g_autofree char *truth = say_truth (lb_json_string (claim, "kind", ""),
                                      json_object_get (claim, "truth"));
  gboolean measured = strcmp (lb_json_string (claim, "against", ""), "measured") == 0;
  const char *word = verdict == LB_CLAIM_RIGHT ? _ ("Right") : _ ("Wrong");

  if (verdict == LB_CLAIM_NOT_CHECKABLE)
    return g_strdup (_ ("Not checkable: nothing is known of it"));
  return g_strdup_printf (measured ? _ ("%s: measured is %s") : _ ("%s: the reference says %s"),
                          word, truth);
}

/* Only where the text has it: a mark at another place would mislead. */
static void
find_place (LbClaimMark *mark, const char *text, glong length, const json_t *claim)
{
  gint64 start = lb_json_integer (claim, "start_characters", -1);
  const char *said = lb_json_string (claim, "said", "");

  mark->start = mark->end = -1;
  if (start < 0 || start > length || *said == '\0' ||
      !g_str_has_prefix (g_utf8_offset_to_pointer (text, (glong) start), said))
    return;
  mark->start = (int) start;
  mark->end = (int) (start + g_utf8_strlen (said, -1));
}

static LbClaimVerdict
verdict_of (const json_t *claim)
{
  const json_t *right = json_object_get (claim, "right");

  return !json_is_boolean (right) ? LB_CLAIM_NOT_CHECKABLE
         : json_is_true (right)   ? LB_CLAIM_RIGHT
                                  : LB_CLAIM_WRONG;
}

GPtrArray *
lb_claim_marks_of (const char *text, const json_t *score)
{
  GPtrArray *marks = g_ptr_array_new_with_free_func (mark_free);
  glong length = g_utf8_strlen (text, -1);
  size_t index;
  json_t *claim;

  json_array_foreach (json_object_get (score, "list"), index, claim)
    {
      LbClaimMark *mark = g_new0 (LbClaimMark, 1);
      const char *said = lb_json_string (claim, "said", "?");

      mark->verdict = verdict_of (claim);
      mark->said = lb_json_boolean (claim, "negated", FALSE)
                       ? g_strdup_printf (_ ("%s (denied)"), said)
                       : g_strdup (said);
      mark->words = say_verdict (claim, mark->verdict);
      find_place (mark, text, length, claim);
      g_ptr_array_add (marks, mark);
    }
  return marks;
}
