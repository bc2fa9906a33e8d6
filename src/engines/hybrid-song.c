#include "hybrid-song.h"

#include <string.h>

#include "audio/pcm.h"
#include "core/clock.h"
#include "core/error.h"
#include "dsp/song.h"
#include "hybrid-prompt.h"

#define USUAL_QUESTION                                                                           \
  "Describe this music in detail: genre, mood, instruments, tempo, and style."

/* A song of one channel comes as two that are alike: measured as one, as its file would be. */
static gboolean
is_mono (const float *samples, gsize frames)
{
  for (gsize i = 0; i < frames; i++)
    if (samples[HYBRID_CHANNELS * i] != samples[HYBRID_CHANNELS * i + 1])
      return FALSE;
  return TRUE;
}

static LbPcm *
copy_sound (const LbEngineInput *audio, GError **error)
{
  gboolean mono = is_mono (audio->samples, audio->frames);
  g_autoptr (LbPcm) pcm = lb_pcm_new (HYBRID_RATE_HZ, mono ? 1 : HYBRID_CHANNELS, 0, error);
  float piece[4096];

  if (pcm == NULL)
    return NULL;
  if (!mono)
    return lb_pcm_append (pcm, audio->samples, audio->frames, error) ? g_steal_pointer (&pcm)
                                                                     : NULL;
  for (gsize at = 0; at < audio->frames; at += G_N_ELEMENTS (piece))
    {
      gsize n = MIN (G_N_ELEMENTS (piece), audio->frames - at);

      for (gsize i = 0; i < n; i++)
        piece[i] = audio->samples[HYBRID_CHANNELS * (at + i)];
      if (!lb_pcm_append (pcm, piece, n, error))
        return NULL;
    }
  return g_steal_pointer (&pcm);
}

static gboolean
is_cancelled (gpointer sink)
{
  return lb_sink_cancelled (sink);
}

/* Returns: (transfer full): the features of @audio, or %NULL */
static json_t *
measure (const LbEngineInput *audio, LbSink *sink, GError **error)
{
  g_autoptr (LbPcm) pcm = copy_sound (audio, error);
  LbSong song;

  if (pcm == NULL || !lb_song_measure (pcm, 0, is_cancelled, sink, &song, error))
    return NULL;
  return lb_song_json (&song);
}

static const LbEngineInput *
find_input (const LbRunRequest *request, const char *role)
{
  for (guint i = 0; i < request->n_inputs; i++)
    if (strcmp (request->inputs[i].role, role) == 0)
      return &request->inputs[i];
  return NULL;
}

gboolean
hybrid_song_read (const LbRunRequest *request, LbSink *sink, HybridSong *song, GError **error)
{
  const LbEngineInput *audio = find_input (request, "audio"),
                      *prompt = find_input (request, "prompt");
  const char *asked = prompt != NULL && prompt->text != NULL ? prompt->text : USUAL_QUESTION;
  gint64 begun_ns = lb_clock_now_ns ();

  *song = (HybridSong){ 0 };
  if (audio == NULL)
    {
      song->question = g_strdup (asked);
      return TRUE;
    }
  if (audio->samples == NULL || audio->rate_hz != HYBRID_RATE_HZ ||
      audio->channels != HYBRID_CHANNELS)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                           "it takes \"audio\", stereo at 44100 Hz, and \"prompt\", a text");
      return FALSE;
    }
  song->features = measure (audio, sink, error);
  if (song->features == NULL)
    return FALSE;
  song->features_s = lb_clock_seconds (begun_ns, lb_clock_now_ns ());
  song->question = hybrid_question (song->features, asked);
  return TRUE;
}

void
hybrid_song_answer (LbLoadAnswer *answer)
{
  answer->input_rate_hz = HYBRID_RATE_HZ;
  answer->input_channels = HYBRID_CHANNELS;
  lb_json_set_string (answer->info, "prompt_version", HYBRID_PROMPT_VERSION);
}

void
hybrid_song_note (const HybridSong *song, json_t *output)
{
  json_t *phases = json_object_get (output, "phases");

  if (song->features == NULL)
    return;
  lb_json_set_real (phases, "features_s", song->features_s);
  lb_json_set_real (output, "engine_s", lb_json_real (output, "engine_s", 0) + song->features_s);
  lb_json_set (output, "features", json_incref (song->features));
  lb_json_set (output, "prompt",
               json_pack ("{s:s, s:s, s:s}", "version", HYBRID_PROMPT_VERSION, "system",
                          hybrid_system (), "user", song->question));
}

void
hybrid_song_clear (HybridSong *song)
{
  g_clear_pointer (&song->features, json_decref);
  g_clear_pointer (&song->question, g_free);
}
