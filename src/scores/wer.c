/* Word error rate, after Levenshtein (1966); normalised after appendix C of Radford et al.
 * (2022), "Robust Speech Recognition via Large-Scale Weak Supervision". */
#include "scores/wer.h"

#include <string.h>

#include "core/error.h"
#include "scores/align.h"
#include "scores/symbols.h"

typedef LbSymbols *(*Split) (const char *reference, const char *hypothesis);

static gboolean
normalise_both (const char *reference, const char *hypothesis, LbNormaliser normaliser,
                char **normal_reference, char **normal_hypothesis, GError **error)
{
  if (strlen (reference) > LB_WER_MAX_BYTES || strlen (hypothesis) > LB_WER_MAX_BYTES)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "the %s is longer than %d MiB: score it in parts",
                   strlen (reference) > LB_WER_MAX_BYTES ? "reference" : "engine's text",
                   LB_WER_MAX_BYTES / (1024 * 1024));
      return FALSE;
    }
  *normal_reference = lb_normalise (reference, normaliser);
  if (**normal_reference == '\0')
    {
      g_clear_pointer (normal_reference, g_free);
      g_set_error (error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE,
                   "the reference has no words that could be counted (normaliser \"%s\"): give "
                   "the text of what is said",
                   lb_normaliser_name (normaliser));
      return FALSE;
    }
  *normal_hypothesis = lb_normalise (hypothesis, normaliser);
  return TRUE;
}

static void
count_edits (const GByteArray *edits, gsize reference_length, LbWer *score)
{
  guint64 counts[LB_EDIT_INSERT + 1] = { 0 };

  for (gsize i = 0; i < edits->len; i++)
    counts[edits->data[i]]++;
  *score = (LbWer){
    .matches = counts[LB_EDIT_MATCH],
    .substitutions = counts[LB_EDIT_SUBSTITUTE],
    .deletions = counts[LB_EDIT_DELETE],
    .insertions = counts[LB_EDIT_INSERT],
    .reference_words = reference_length,
  };
  score->value = (double) (score->substitutions + score->deletions + score->insertions) /
                 (double) reference_length;
}

static GByteArray *
align_symbols (const LbSymbols *symbols)
{
  return lb_align (symbols->reference, symbols->reference_length, symbols->hypothesis,
                   symbols->hypothesis_length, symbols->known);
}

static gboolean
score_by (Split split, const char *reference, const char *hypothesis, LbNormaliser normaliser,
          LbWer *score, GError **error)
{
  g_autofree char *normal_reference = NULL;
  g_autofree char *normal_hypothesis = NULL;
  g_autoptr (LbSymbols) symbols = NULL;
  g_autoptr (GByteArray) edits = NULL;

  if (!normalise_both (reference, hypothesis, normaliser, &normal_reference, &normal_hypothesis,
                       error))
    return FALSE;
  symbols = split (normal_reference, normal_hypothesis);
  edits = align_symbols (symbols);
  count_edits (edits, symbols->reference_length, score);
  return TRUE;
}

gboolean
lb_wer_score (const char *reference, const char *hypothesis, LbNormaliser normaliser,
              LbWer *score, GError **error)
{
  g_return_val_if_fail (reference != NULL && hypothesis != NULL && score != NULL, FALSE);

  return score_by (lb_symbols_words, reference, hypothesis, normaliser, score, error);
}

gboolean
lb_cer_score (const char *reference, const char *hypothesis, LbNormaliser normaliser,
              LbWer *score, GError **error)
{
  g_return_val_if_fail (reference != NULL && hypothesis != NULL && score != NULL, FALSE);

  return score_by (lb_symbols_characters, reference, hypothesis, normaliser, score, error);
}

/* Passes over @n words of @text. Returns: (transfer full): them */
static char *
take_words (const char **text, gsize n)
{
  const char *start = *text, *end = start;

  for (gsize i = 0; i < n; i++)
    end = strchrnul (end + (i > 0), ' ');
  *text = *end == ' ' ? end + 1 : end;
  return g_strndup (start, (gsize) (end - start));
}

static json_t *
describe_run (LbEdit edit, gsize n, const char **reference, const char **hypothesis)
{
  static const char *const names[] = { "equal", "substitute", "delete", "insert" };
  g_autofree char *said = take_words (reference, edit == LB_EDIT_INSERT ? 0 : n);
  g_autofree char *heard = take_words (hypothesis, edit == LB_EDIT_DELETE ? 0 : n);

  return json_pack ("{s:s, s:s, s:s}", "op", names[edit], "reference", said, "hypothesis", heard);
}

json_t *
lb_wer_alignment (const char *reference, const char *hypothesis, LbNormaliser normaliser,
                  GError **error)
{
  g_autofree char *normal_reference = NULL;
  g_autofree char *normal_hypothesis = NULL;
  g_autoptr (LbSymbols) symbols = NULL;
  g_autoptr (GByteArray) edits = NULL;
  const char *said, *heard;
  json_t *runs;

  g_return_val_if_fail (reference != NULL && hypothesis != NULL, NULL);

  if (!normalise_both (reference, hypothesis, normaliser, &normal_reference, &normal_hypothesis,
                       error))
    return NULL;
  symbols = lb_symbols_words (normal_reference, normal_hypothesis);
  edits = align_symbols (symbols);
  runs = json_array ();
  said = normal_reference;
  heard = normal_hypothesis;
  for (gsize i = 0, n; i < edits->len; i += n)
    {
      for (n = 1; i + n < edits->len && edits->data[i + n] == edits->data[i]; n++)
        ;
      json_array_append_new (runs, describe_run (edits->data[i], n, &said, &heard));
    }
  return runs;
}

json_t *
lb_wer_json (const LbWer *score, LbNormaliser normaliser)
{
  json_t *object = json_object ();

  lb_json_set_real (object, "value", score->value);
  lb_json_set_integer (object, "substitutions", (gint64) score->substitutions);
  lb_json_set_integer (object, "deletions", (gint64) score->deletions);
  lb_json_set_integer (object, "insertions", (gint64) score->insertions);
  lb_json_set_integer (object, "reference_words", (gint64) score->reference_words);
  lb_json_set_string (object, "normaliser", lb_normaliser_name (normaliser));
  return object;
}
