#include "scores/label-score.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

/* Returns: (transfer full): letters and digits of @label, folded; what stands between them is one
 * space */
static char *
fold (const char *label)
{
  g_autofree char *valid = g_utf8_make_valid (label, -1);
  g_autofree char *normal = g_utf8_normalize (valid, -1, G_NORMALIZE_ALL);
  g_autofree char *folded = g_utf8_casefold (normal, -1);
  GString *words = g_string_new (NULL);
  gboolean between = FALSE;

  for (const char *at = folded; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (!g_unichar_isalnum (c) && !g_unichar_ismark (c))
        {
          between = words->len > 0;
          continue;
        }
      if (between)
        g_string_append_c (words, ' ');
      between = FALSE;
      g_string_append_unichar (words, c);
    }
  return g_string_free (words, FALSE);
}

static gboolean
check_labels (const LbLabel *labels, gsize n, guint k, GError **error)
{
  if (n == 0 || n > LB_LABEL_MAX_CLASSES || k == 0)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "the classifier's answer has %" G_GSIZE_FORMAT
                   " labels, of which the first %u count: 1 "
                   "to %d of them can be scored",
                   n, k, LB_LABEL_MAX_CLASSES);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    if (isnan (labels[i].score))
      {
        g_autofree char *label = lb_text_escape (labels[i].label);

        g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                     "the classifier's score of \"%s\" is no number: the model may be damaged",
                     label);
        return FALSE;
      }
  return TRUE;
}

static guint64
place_of (const LbLabel *labels, gsize n, gsize which)
{
  guint64 place = 1;

  for (gsize i = 0; i < n; i++)
    place += labels[i].score > labels[which].score ||
             (labels[i].score == labels[which].score && i < which);
  return place;
}

gboolean
lb_label_score (const char *reference, const LbLabel *labels, gsize n, guint k,
                LbLabelScore *score, GError **error)
{
  g_autofree char *wanted = NULL;
  gsize best = G_MAXSIZE;

  g_return_val_if_fail (reference != NULL && score != NULL && (labels != NULL || n == 0), FALSE);

  wanted = fold (reference);
  if (*wanted == '\0')
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE,
                           "the reference label is empty: give the right one");
      return FALSE;
    }
  if (!check_labels (labels, n, k, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *label = fold (labels[i].label);

      if (strcmp (label, wanted) == 0 &&
          (best == G_MAXSIZE || labels[i].score > labels[best].score))
        best = i;
    }
  *score = (LbLabelScore){ .k = k };
  if (best != G_MAXSIZE)
    score->place = place_of (labels, n, best);
  score->top_1 = score->place == 1;
  score->top_k = score->place >= 1 && score->place <= k;
  return TRUE;
}

json_t *
lb_label_score_json (const LbLabelScore *score)
{
  json_t *object = json_object ();

  lb_json_set_boolean (object, "top_1", score->top_1);
  lb_json_set_boolean (object, "top_k", score->top_k);
  lb_json_set_integer (object, "k", score->k);
  if (score->place > 0)
    lb_json_set_integer (object, "place", (gint64) score->place);
  return object;
}
