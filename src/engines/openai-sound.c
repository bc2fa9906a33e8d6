#include "openai-sound.h"

#include <math.h>
#include <string.h>

#define WAV_HEAD_BYTES 44

static guint8 *
put16 (guint8 *at, guint value)
{
  at[0] = (guint8) value;
  at[1] = (guint8) (value >> 8);
  return at + 2;
}

static guint8 *
put32 (guint8 *at, guint32 value)
{
  return put16 (put16 (at, value & 0xffff), value >> 16);
}

static guint8 *
put_text (guint8 *at, const char *four)
{
  memcpy (at, four, 4);
  return at + 4;
}

static void
put_wav_head (guint8 *at, guint32 data_bytes, guint rate_hz)
{
  at = put32 (put_text (at, "RIFF"), data_bytes + WAV_HEAD_BYTES - 8);
  at = put32 (put_text (put_text (at, "WAVE"), "fmt "), 16);
  at = put16 (put16 (at, 1), 1);
  at = put32 (put32 (at, rate_hz), rate_hz * 2);
  at = put16 (put16 (at, 2), 16);
  put32 (put_text (at, "data"), data_bytes);
}

/* Sound that was decoded from 16 bits becomes the same 16 bits again. */
static guint
to_s16 (float sample)
{
  float scaled = roundf (sample * 32768);

  if (isnan (scaled))
    return 0;
  return (guint16) (gint16) CLAMP (scaled, -32768.0f, 32767.0f);
}

gsize
openai_sound_bytes (gsize frames)
{
  return WAV_HEAD_BYTES + 2 * frames;
}

void
openai_sound_write (guint8 *out, const float *samples, gsize frames, guint rate_hz)
{
  put_wav_head (out, (guint32) (2 * frames), rate_hz);
  out += WAV_HEAD_BYTES;
  for (gsize i = 0; i < frames; i++)
    out = put16 (out, to_s16 (samples[i]));
}

char *
openai_sound_base64 (const float *samples, gsize frames, guint rate_hz)
{
  gsize n_bytes = openai_sound_bytes (frames);
  g_autofree guint8 *wav = g_malloc (n_bytes);

  openai_sound_write (wav, samples, frames, rate_hz);
  return g_base64_encode (wav, n_bytes);
}

gsize
openai_sound_frames_within (gsize base64_bytes)
{
  gsize n_bytes = base64_bytes / 4 * 3;

  return n_bytes > WAV_HEAD_BYTES ? (n_bytes - WAV_HEAD_BYTES) / 2 : 0;
}
