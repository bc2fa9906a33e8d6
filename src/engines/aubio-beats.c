/* Engine aubio, mode beats: aubio's tempo tracker over the whole sound, hop by hop, as its own
 * `aubiotrack` does. GPL: so is this module as a whole. */
#include <aubio/aubio.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/statistics.h"
#include "engine/engine.h"

#define BEATS_AHEAD 4096 /* room for beats before the array grows: 15 minutes of 270 bpm */
#define HOPS_A_PROGRESS 256
#define NEAR 0.1 /* of the median interval */

typedef struct {
  char method[16];
  uint_t rate_hz, window, hop;
  smpl_t silence_db, threshold;
  fvec_t *piece, *found;
} Aubio;

static const char *
aubio_version (void)
{
#ifdef AUBIO_VERSION_STR
  return AUBIO_VERSION_STR;
#else
  return LB_AUBIO_VERSION;
#endif
}

static gboolean
aubio_probe (LbProbeAnswer *answer, GError **error)
{
  g_strlcpy (answer->version, aubio_version (), sizeof answer->version);
  answer->devices = json_pack ("[{s:s, s:s, s:s}]", "id", "cpu", "backend", "cpu", "name", "CPU");
  return TRUE;
}

/* A tracker keeps what it heard: each run has a new one. */
static aubio_tempo_t *
make_tracker (const Aubio *self)
{
  aubio_tempo_t *tracker = new_aubio_tempo (self->method, self->window, self->hop, self->rate_hz);

  if (tracker == NULL)
    return NULL;
  aubio_tempo_set_silence (tracker, self->silence_db);
  aubio_tempo_set_threshold (tracker, self->threshold);
  return tracker;
}

static void
aubio_unload (gpointer state)
{
  Aubio *self = state;

  g_clear_pointer (&self->piece, del_fvec);
  g_clear_pointer (&self->found, del_fvec);
}

static gboolean
check_settings (Aubio *self, GError **error)
{
  aubio_tempo_t *trial = self->hop <= self->window ? make_tracker (self) : NULL;

  if (trial != NULL)
    {
      del_aubio_tempo (trial);
      return TRUE;
    }
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "aubio takes no buffer-size %u with hop-size %u: hop-size must be at most "
               "buffer-size, and that a size that its Fourier transform has, as a power of two",
               self->window, self->hop);
  return FALSE;
}

static gboolean
aubio_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer, LbSink *sink,
            GError **error)
{
  Aubio *self = state;
  const json_t *options = request->options;

  g_strlcpy (self->method, lb_json_string (options, "onset-method", "default"),
             sizeof self->method);
  self->rate_hz = (uint_t) g_ascii_strtoull (lb_json_string (options, "rate", "44100"), NULL, 10);
  self->window = (uint_t) lb_json_integer (options, "buffer-size", 1024);
  self->hop = (uint_t) lb_json_integer (options, "hop-size", 512);
  self->silence_db = (smpl_t) lb_json_real (options, "silence-db", -90);
  self->threshold = (smpl_t) lb_json_real (options, "threshold", 0.3);
  if (!check_settings (self, error))
    return FALSE;
  self->piece = new_fvec (self->hop);
  self->found = new_fvec (1);
  answer->input_rate_hz = self->rate_hz;
  answer->input_channels = 1;
  answer->threads = 1;
  answer->deterministic = TRUE;
  g_strlcpy (answer->backend, "cpu", sizeof answer->backend);
  g_strlcpy (answer->device, "cpu", sizeof answer->device);
  return TRUE;
}

/* Seconds. The last hop is filled up with silence. */
static gboolean
track (Aubio *self, aubio_tempo_t *tracker, const LbEngineInput *sound, LbSink *sink,
       GArray *beats)
{
  gsize hops = (sound->frames + self->hop - 1) / self->hop;

  for (gsize i = 0; i < hops; i++)
    {
      gsize left = MIN (self->hop, sound->frames - i * self->hop);

      memset (self->piece->data, 0, self->hop * sizeof (smpl_t));
      for (gsize k = 0; k < left; k++)
        self->piece->data[k] = sound->samples[i * self->hop + k];
      aubio_tempo_do (tracker, self->piece, self->found);
      if (self->found->data[0] != 0)
        {
          double at_s = aubio_tempo_get_last_s (tracker);

          g_array_append_val (beats, at_s);
          lb_sink_first (sink, "beat");
        }
      if (i % HOPS_A_PROGRESS == 0 && !lb_sink_progress (sink, (double) i / (double) hops))
        return FALSE;
    }
  return TRUE;
}

/* Beats a minute by the mean of the intervals near their median: one that was left out, or a step
 * in the tracker's phase, moves nothing, and the grid of its hops evens out. */
static double
tempo_of (const GArray *beats)
{
  g_autofree double *intervals = g_new (double, beats->len + 1);
  double median, sum = 0;
  guint near = 0;

  if (beats->len < 2)
    return 0;
  for (guint i = 0; i + 1 < beats->len; i++)
    intervals[i] = g_array_index (beats, double, i + 1) - g_array_index (beats, double, i);
  median = lb_median (intervals, beats->len - 1);
  for (guint i = 0; i + 1 < beats->len; i++)
    if (fabs (intervals[i] / median - 1) < NEAR)
      {
        sum += intervals[i];
        near++;
      }
  return 60 * near / sum;
}

static json_t *
describe (const GArray *beats, double confidence)
{
  json_t *output = json_object ();
  json_t *times = json_array ();
  double bpm = tempo_of (beats);

  for (guint i = 0; i < beats->len; i++)
    json_array_append_new (times, json_real (g_array_index (beats, double, i)));
  if (bpm > 0)
    lb_json_set_real (output, "bpm", bpm);
  lb_json_set (output, "beats", times);
  lb_json_set_real (output, "confidence", confidence);
  return output;
}

static gboolean
aubio_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
           GError **error)
{
  Aubio *self = state;
  g_autoptr (GArray) beats = g_array_sized_new (FALSE, FALSE, sizeof (double), BEATS_AHEAD);
  aubio_tempo_t *tracker = make_tracker (self);
  gboolean done;
  double confidence;

  if (tracker == NULL)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE, "aubio has made no tracker");
      return FALSE;
    }
  done = track (self, tracker, &request->inputs[0], sink, beats);
  confidence = aubio_tempo_get_confidence (tracker);
  del_aubio_tempo (tracker);
  if (!done)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
      return FALSE;
    }
  lb_sink_done (sink);
  *output = describe (beats, confidence);
  return TRUE;
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (Aubio),
  .probe = aubio_probe,
  .load = aubio_load,
  .run = aubio_run,
  .unload = aubio_unload,
  .version = aubio_version,
};

LB_ENGINE_MODULE ("aubio", hooks)
