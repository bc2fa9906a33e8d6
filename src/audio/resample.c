#include "audio/resample.h"

#include <math.h>
#include <soxr.h>

#include "audio/mix.h"
#include "core/error.h"

/* Samples at once, of all channels: fits a processor's second cache. */
#define CHUNK_SAMPLES 65536

typedef struct {
  const LbPcm *in;
  LbPcm *out;
  soxr_t soxr;      /* NULL: the rate stays */
  guint channels;   /* in between: the fewer of in's and out's; soxr works on these */
  gsize chunk;      /* frames */
  float *read;      /* chunk × in's channels */
  float *mixed;     /* chunk × channels */
  float *converted; /* chunk × channels */
  float *spread;    /* chunk × out's channels */
  guint64 wanted;   /* frames of the result */
} Resampler;

static void
resampler_clear (Resampler *self)
{
  if (self->soxr != NULL)
    soxr_delete (self->soxr);
  g_free (self->read);
  g_free (self->mixed);
  g_free (self->converted);
  g_free (self->spread);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Resampler, resampler_clear)

static gboolean
open_soxr (Resampler *self, GError **error)
{
  guint from = lb_pcm_rate_hz (self->in), to = lb_pcm_rate_hz (self->out);
  soxr_io_spec_t io = soxr_io_spec (SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  soxr_quality_spec_t quality = soxr_quality_spec (SOXR_HQ, 0);
  soxr_runtime_spec_t runtime = soxr_runtime_spec (1);
  soxr_error_t failed = NULL;

  if (from == to)
    return TRUE;
  self->soxr = soxr_create (from, to, self->channels, &failed, &io, &quality, &runtime);
  if (self->soxr != NULL && failed == NULL)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "sound can't be resampled from %u to %u Hz: %s", from, to,
               failed != NULL ? failed : "soxr refused");
  return FALSE;
}

/* Appends @frames of @samples, but never more than the result shall have. */
static gboolean
give (Resampler *self, const float *samples, gsize frames, GError **error)
{
  guint channels = lb_pcm_channels (self->out);

  frames = (gsize) MIN (frames, self->wanted - lb_pcm_frames (self->out));
  if (channels != self->channels)
    {
      lb_mix (samples, self->channels, self->spread, channels, frames);
      samples = self->spread;
    }
  return lb_pcm_append (self->out, samples, frames, error);
}

/* @input: NULL at the end: what soxr still holds comes out */
static gboolean
convert (Resampler *self, const float *input, gsize frames, GError **error)
{
  gsize used = 0, got = 0;

  if (self->soxr == NULL)
    return input == NULL || give (self, input, frames, error);
  do
    {
      gsize consumed = 0;
      const float *rest = input != NULL ? input + used * self->channels : NULL;
      soxr_error_t failed = soxr_process (self->soxr, rest, frames - used, &consumed,
                                          self->converted, self->chunk, &got);

      if (failed != NULL)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_FAILED, "soxr failed: %s", failed);
          return FALSE;
        }
      used += consumed;
      if (!give (self, self->converted, got, error))
        return FALSE;
    }
  while (used < frames || got == self->chunk);
  return TRUE;
}

/* soxr rounds in its own way at the end: at most a frame or two of silence is missing. */
static gboolean
pad (Resampler *self, GError **error)
{
  g_autofree float *silence = g_new0 (float, self->channels);

  while (lb_pcm_frames (self->out) < self->wanted)
    if (!give (self, silence, 1, error))
      return FALSE;
  return TRUE;
}

static gboolean
stream (Resampler *self, GError **error)
{
  guint64 frames = lb_pcm_frames (self->in);
  guint from = lb_pcm_channels (self->in);

  for (guint64 at = 0; at < frames; at += self->chunk)
    {
      gsize n = (gsize) MIN (self->chunk, frames - at);
      const float *samples = self->read;

      if (!lb_pcm_read (self->in, at, self->read, n, error))
        return FALSE;
      if (from != self->channels)
        {
          lb_mix (self->read, from, self->mixed, self->channels, n);
          samples = self->mixed;
        }
      if (!convert (self, samples, n, error))
        return FALSE;
    }
  return convert (self, NULL, 0, error) && pad (self, error);
}

LbPcm *
lb_resample (const LbPcm *in, guint rate_hz, guint channels, guint64 memory_limit_bytes,
             GError **error)
{
  g_autoptr (LbPcm) out = NULL;
  g_auto (Resampler) self = { 0 };

  g_return_val_if_fail (in != NULL, NULL);

  out = lb_pcm_new (rate_hz, channels, memory_limit_bytes, error);
  if (out == NULL)
    return NULL;
  self.in = in;
  self.out = out;
  self.channels = MIN (lb_pcm_channels (in), channels);
  self.wanted = (guint64) llround ((double) lb_pcm_frames (in) * rate_hz / lb_pcm_rate_hz (in));
  self.chunk = CHUNK_SAMPLES / MAX (lb_pcm_channels (in), channels);
  self.read = g_new (float, self.chunk *lb_pcm_channels (in));
  self.mixed = g_new (float, self.chunk *self.channels);
  self.converted = g_new (float, self.chunk *self.channels);
  self.spread = g_new (float, self.chunk *channels);
  if (!open_soxr (&self, error) || !stream (&self, error))
    return NULL;
  return g_steal_pointer (&out);
}
