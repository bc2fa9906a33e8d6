#include "null-sound.h"

#include <math.h>
#include <string.h>

#include "engine/sink.h"

#define SECONDS_PER_CHARACTER 0.06
#define PITCH_HZ 440.0

/* As long as the text takes, or as what it heard. */
static double
length_s (const Null *null, const LbRunRequest *request)
{
  double asked_s = lb_json_real (null->options, "sound-s",
                                 lb_json_real (null->options, "duration", -1));
  const LbEngineInput *input = request->n_inputs > 0 ? &request->inputs[0] : NULL;

  if (null_is (null, "sound", "too-much"))
    return 1e6;
  if (asked_s >= 0)
    return asked_s;
  if (input != NULL && input->text != NULL)
    return SECONDS_PER_CHARACTER * (double) g_utf8_strlen (input->text, -1);
  return input != NULL ? (double) input->frames / input->rate_hz : 1;
}

static float
sample (const Null *null, gsize at)
{
  double pitch = PITCH_HZ;
  double size = 0.5;

  if (lb_json_boolean (null->options, "vary", FALSE))
    pitch += null->runs;
  if (null_is (null, "sound", "silence"))
    return 0;
  if (null_is (null, "sound", "nan") && at == 1000)
    return NAN;
  if (null_is (null, "sound", "infinity") && at == 1000)
    return -INFINITY;
  if (null_is (null, "sound", "loud") || null_is (null, "sound", "clipped"))
    size = 1.5;
  size *= sin (2 * G_PI * pitch * (double) at / NULL_SOUND_RATE_HZ);
  return (float) (null_is (null, "sound", "clipped") ? CLAMP (size, -1, 1) : size);
}

static gboolean
give (const Null *null, const char *stem, gsize frames, LbSink *sink, GError **error)
{
  float piece[1024];
  gsize n;

  for (gsize done = 0; done < frames; done += n)
    {
      n = MIN (frames - done, G_N_ELEMENTS (piece));
      for (gsize i = 0; i < n; i++)
        piece[i] = sample (null, done + i);
      if (done == 0)
        lb_sink_first (sink, "audio");
      if (!lb_sink_write_pcm (sink, stem, piece, n, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
null_give_sound (const Null *null, const LbRunRequest *request, LbSink *sink, GError **error)
{
  gsize frames = (gsize) (length_s (null, request) * NULL_SOUND_RATE_HZ);
  gboolean stems = g_str_equal (null->mode, "separation");
  const float nothing = 0;

  if (null->out_channels == 0 || null_is (null, "sound", "none"))
    return TRUE;
  if (null_is (null, "sound", "empty"))
    return lb_sink_write_pcm (sink, "audio", &nothing, 0, error);
  if (null_is (null, "sound", "other-rate"))
    lb_sink_set_format (sink, NULL_SOUND_RATE_HZ / 2, null->out_channels);
  if (null_is (null, "sound", "short"))
    frames /= 2;
  if (stems || null_is (null, "sound", "two"))
    return give (null, "vocals", frames, sink, error) && give (null, "rest", frames, sink, error);
  return give (null, "audio", frames, sink, error);
}
