#include "bench/scoring.h"

#include <string.h>

#include "bench/scoring-music.h"
#include "bench/truth.h"
#include "core/error.h"
#include "scores/wer.h"

/* Above this an alignment is too long to look at, and to keep. */
#define ALIGNMENT_MAX_WORDS 5000

typedef json_t *(*Score) (const json_t *output, const LbTruth *truth, GError **error);

typedef struct {
  const char *mode;
  const char *name;
  Score score;
} ScoreRow;

static LbNormaliser
normaliser_of (const json_t *output)
{
  return lb_normaliser_for_language (lb_json_string (output, "language", "en"));
}

static json_t *
score_wer (const json_t *output, const LbTruth *truth, GError **error)
{
  const char *reference = truth->text;
  LbNormaliser normaliser = normaliser_of (output);
  const char *text = lb_json_string (output, "text", "");
  LbWer wer;
  json_t *value;

  if (!lb_wer_score (reference, text, normaliser, &wer, error))
    return NULL;
  value = lb_wer_json (&wer, normaliser);
  if (wer.reference_words <= ALIGNMENT_MAX_WORDS && strlen (text) < 1024 * 1024)
    lb_json_set (value, "alignment", lb_wer_alignment (reference, text, normaliser, NULL));
  return value;
}

static json_t *
score_cer (const json_t *output, const LbTruth *truth, GError **error)
{
  const char *reference = truth->text;
  LbNormaliser normaliser = normaliser_of (output);
  LbWer cer;
  json_t *value;

  if (!lb_cer_score (reference, lb_json_string (output, "text", ""), normaliser, &cer, error))
    return NULL;
  value = lb_wer_json (&cer, normaliser);
  json_object_del (value, "reference_words");
  lb_json_set_integer (value, "reference_characters", (gint64) cer.reference_words);
  return value;
}

static const ScoreRow rows[] = {
  { "stt", "wer", score_wer },
  { "stt", "cer", score_cer },
  { "beats", "beat_f", lb_score_beats },
  { "beats", "tempo", lb_score_tempo },
  { "transcription", "note_f1", lb_score_notes },
  { "chords", "chord_majmin", lb_score_chords },
  { "genre", "genre_top1", lb_score_genre },
};

json_t *
lb_scoring_truth (const char *mode, const json_t *output, const LbTruth *truth, GError **error)
{
  g_autoptr (json_t) scores = json_object ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GError *local = NULL;
      json_t *value;

      if (strcmp (rows[i].mode, mode) != 0)
        continue;
      value = rows[i].score (output, truth, &local);
      if (local != NULL)
        {
          g_propagate_error (error, local);
          return NULL;
        }
      if (value != NULL)
        lb_json_set (scores, rows[i].name, value);
    }
  return json_object_size (scores) > 0 ? g_steal_pointer (&scores) : NULL;
}

json_t *
lb_scoring (const char *mode, const json_t *output, const char *reference, GError **error)
{
  const LbTruth truth = { .text = (char *) reference };

  return lb_scoring_truth (mode, output, &truth, error);
}

gboolean
lb_scoring_truth_check (const char *mode, const LbTruth *truth, GError **error)
{
  g_autoptr (json_t)
      nothing = json_pack ("{s:[{s:s, s:f}]}", "genre", "label", "x", "score", 0.0);
  GError *local = NULL;
  g_autoptr (json_t) scores = lb_scoring_truth (mode, nothing, truth, &local);

  if (local != NULL)
    g_propagate_error (error, local);
  return local == NULL;
}

gboolean
lb_scoring_check (const char *mode, const char *reference, GError **error)
{
  const LbTruth truth = { .text = (char *) reference };

  return lb_scoring_truth_check (mode, &truth, error);
}
