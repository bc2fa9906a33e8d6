/* lb_bss_eval() for the Python oracle and for bench/bss-eval.py: one JSON request a line on
 * standard input:
 * {"path", "stems", "channels", "frames", "rate"}, the file holding f32, interleaved: the
 * references, then the estimates. One JSON answer a line: {"seconds", "stems": [{…, "each":
 * [[sdr, isr, sir, sar]]}]} */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "scores/bss-eval.h"
#include "serve.h"

typedef struct {
  FILE *file;
  guint64 offset; /* in frames */
  guint channels;
} Part;

static gboolean
read_part (gconstpointer source, guint64 start, float *samples, gsize frames, GError **error)
{
  const Part *part = source;
  gsize bytes = part->channels * sizeof (float);

  if (fseeko (part->file, (off_t) ((part->offset + start) * bytes), SEEK_SET) == 0 &&
      fread (samples, bytes, frames, part->file) == frames)
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_FAILED, "the file is too short");
  return FALSE;
}

static json_t *
describe (const LbBssScore *score)
{
  json_t *object = lb_bss_json (score), *each = json_array ();

  for (guint64 i = 0; i < score->windows; i++)
    {
      const LbBssRatios *it = &score->each[i];
      json_t *ratios = json_array ();

      for (guint j = 0; j < 4; j++)
        {
          double value = (const double[]){ it->sdr_db, it->isr_db, it->sir_db, it->sar_db }[j];

          json_array_append_new (ratios, value == value ? json_real (value) : json_null ());
        }
      json_array_append_new (each, ratios);
    }
  lb_json_set (object, "each", each);
  return object;
}

static json_t *
answer (const json_t *request, GError **error)
{
  guint stems = (guint) lb_json_integer (request, "stems", 1);
  guint channels = (guint) lb_json_integer (request, "channels", 1);
  guint64 frames = (guint64) lb_json_integer (request, "frames", 0);
  g_autofree Part *parts = g_new0 (Part, 2 * stems);
  g_autofree LbSignal *signals = g_new0 (LbSignal, 2 * stems);
  g_autofree LbBssScore *scores = g_new0 (LbBssScore, stems);
  FILE *file = fopen (lb_json_string (request, "path", ""), "rb");
  json_t *object = json_object (), *list = json_array ();
  gint64 start = lb_clock_now_ns ();

  for (guint i = 0; i < 2 * stems; i++)
    {
      parts[i] = (Part){ file, i * frames, channels };
      signals[i] = (LbSignal){ "stem", read_part, &parts[i], frames };
    }
  if (file != NULL &&
      lb_bss_eval (signals, signals + stems, stems, channels,
                   (guint) lb_json_integer (request, "rate", 0), scores, NULL, error))
    {
      lb_json_set_real (object, "seconds", lb_clock_seconds (start, lb_clock_now_ns ()));
      for (guint i = 0; i < stems; i++)
        {
          json_array_append_new (list, describe (&scores[i]));
          lb_bss_score_clear (&scores[i]);
        }
    }
  lb_json_set (object, "stems", list);
  if (file != NULL)
    fclose (file);
  return object;
}

int
main (void)
{
  return serve (answer);
}
