/* What src/scores answers, for the Python oracles: one JSON request a line on
 * standard input ({"normaliser", "reference", "hypothesis"} or {"normaliser",
 * "text"}), one JSON answer a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "scores/wer.h"
#include "serve.h"

static LbNormaliser
normaliser_named (const char *name)
{
  for (LbNormaliser n = LB_NORMALISE_NONE; n <= LB_NORMALISE_ENGLISH; n++)
    if (strcmp (lb_normaliser_name (n), name) == 0)
      return n;
  return LB_NORMALISE_NONE;
}

static json_t *
counts (const LbWer *score, LbNormaliser normaliser)
{
  json_t *object = lb_wer_json (score, normaliser);

  lb_json_set_integer (object, "matches", (gint64) score->matches);
  return object;
}

static json_t *
answer (const json_t *request, GError **error)
{
  LbNormaliser normaliser = normaliser_named (lb_json_string (request, "normaliser", "none"));
  const char *text = lb_json_string (request, "text", NULL);
  const char *reference = lb_json_string (request, "reference", "");
  const char *hypothesis = lb_json_string (request, "hypothesis", "");
  json_t *object = json_object ();
  LbWer wer, cer;

  if (text != NULL)
    {
      g_autofree char *normal = lb_normalise (text, normaliser);

      lb_json_set_string (object, "text", normal);
      return object;
    }
  if (lb_wer_score (reference, hypothesis, normaliser, &wer, error) &&
      lb_cer_score (reference, hypothesis, normaliser, &cer, error))
    {
      lb_json_set (object, "wer", counts (&wer, normaliser));
      lb_json_set (object, "cer", counts (&cer, normaliser));
      lb_json_set (object, "alignment",
                   lb_wer_alignment (reference, hypothesis, normaliser, error));
    }
  return object;
}

int
main (void)
{
  return serve (answer);
}
