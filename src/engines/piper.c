/* Engine piper: Piper's voices (VITS graphs) in ONNX Runtime, their phonemes by espeak-ng. The
 * sound is that of the package piper-tts, sentence by sentence. */
#include <math.h>
#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"
#include "engine/engine.h"
#include "onnx.h"
#include "piper-phonemes.h"
#include "piper-voice.h"

#define WATCH_EVERY_US (50 * 1000)
#define SILENT 1e-8f /* a peak below it is not raised */

typedef struct {
  PiperVoice *voice;
  Onnx *onnx;
  float scales[3]; /* noise, length, noise-w: the graph's order */
  gint64 speaker;
  gboolean normalise;
  float volume;
  float *silence; /* between sentences */
  gsize silence_frames;
} Piper;

typedef struct {
  GString *phonemes; /* of all sentences, a line each */
  guint sentences, unknown;
  guint64 ids;
  gint64 phonemes_ns, infer_ns, engine_ns;
} Spoken;

/* Ends a run in ONNX Runtime when the sink says that it is cancelled. */
typedef struct {
  Onnx *onnx;
  LbSink *sink;
  GMutex lock;
  GCond changed;
  gboolean over;
} Watch;

static gboolean
piper_probe (LbProbeAnswer *answer, GError **error)
{
  g_strlcpy (answer->version, onnx_version (), sizeof answer->version);
  answer->devices = json_pack ("[{s:s, s:s, s:s}]", "id", "cpu", "backend", "cpu", "name", "CPU");
  answer->libraries = json_object ();
  lb_json_set_string (answer->libraries, "onnxruntime", onnx_version ());
  lb_json_set_string (answer->libraries, "espeak-ng", piper_phonemes_version ());
  return TRUE;
}

static gboolean
check_inputs (const Piper *piper, GError **error)
{
  static const char *const needed[] = { "input", "input_lengths", "scales", "sid" };
  const char *const *there = onnx_inputs (piper->onnx);
  const guint n = piper->voice->n_speakers > 1 ? 4 : 3;

  for (guint i = 0; i < n; i++)
    if (!g_strv_contains (there, needed[i]))
      {
        if (i == 3)
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                       "its .json says %d speakers, but the .onnx has one: take the .json that "
                       "belongs to it",
                       piper->voice->n_speakers);
        else
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                       "the .onnx is no Piper voice: it has no input \"%s\"", needed[i]);
        return FALSE;
      }
  for (guint i = 0; there[i] != NULL; i++)
    {
      g_autofree char *shown = lb_text_escape (there[i]);
      guint k = 0;

      while (k < n && !g_str_equal (there[i], needed[k]))
        k++;
      if (k == n)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                       g_str_equal (there[i], "sid")
                           ? "the .onnx has several speakers, its .json says one (\"%s\")"
                           : "the .onnx is no Piper voice: it wants an input \"%s\"",
                       shown);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
read_options (Piper *piper, const json_t *options, GError **error)
{
  const PiperVoice *voice = piper->voice;
  const double silence_s = lb_json_real (options, "sentence-silence", 0);
  const int speaker = piper_voice_speaker (voice, lb_json_string (options, "speaker", NULL),
                                           error);

  piper->speaker = speaker;
  piper->scales[0] = (float) lb_json_real (options, "noise-scale", voice->noise_scale);
  piper->scales[1] = (float) lb_json_real (options, "length-scale", voice->length_scale);
  piper->scales[2] = (float) lb_json_real (options, "noise-w", voice->noise_w);
  piper->normalise = lb_json_boolean (options, "normalise", TRUE);
  piper->volume = (float) lb_json_real (options, "volume", 1);
  piper->silence_frames = (gsize) (voice->rate_hz * silence_s);
  piper->silence = g_new0 (float, piper->silence_frames);
  return speaker >= 0;
}

static void
piper_unload (gpointer state)
{
  Piper *piper = state;

  g_clear_pointer (&piper->onnx, onnx_free);
  g_clear_pointer (&piper->voice, piper_voice_free);
  g_clear_pointer (&piper->silence, g_free);
}

static gboolean
open_model (Piper *piper, const LbLoadRequest *request, GError **error)
{
  const OnnxSettings settings = {
    .threads = request->threads,
    .spinning = lb_json_boolean (request->options, "spinning", TRUE),
    .arena = lb_json_boolean (request->options, "arena", TRUE),
    .memory_pattern = lb_json_boolean (request->options, "memory-pattern", FALSE),
    .optimisation = lb_json_string (request->options, "graph-optimisation", "none"),
  };
  g_autofree char *description = g_strconcat (request->model_path, ".json", NULL);

  piper->voice = piper_voice_read (description, error);
  if (piper->voice == NULL || !read_options (piper, request->options, error))
    return FALSE;
  if (!piper_phonemes_open (piper->voice, error))
    return FALSE;
  piper->onnx = onnx_open (request->model_path, &settings, error);
  return piper->onnx != NULL && check_inputs (piper, error);
}

static void
answer_load (const Piper *piper, LbLoadAnswer *answer)
{
  json_t *info = json_object ();

  answer->output_rate_hz = piper->voice->rate_hz;
  answer->output_channels = 1;
  g_strlcpy (answer->backend, "cpu", sizeof answer->backend);
  g_strlcpy (answer->device, "cpu", sizeof answer->device);
  answer->threads = onnx_threads (piper->onnx);
  /* The graph draws its noise itself, from a seed that can't be set from outside. */
  answer->deterministic = piper->scales[0] == 0 && piper->scales[2] == 0;
  lb_json_set_string (info, "onnxruntime", onnx_version ());
  lb_json_set_string (info, "phonemes_by",
                      piper->voice->espeak_voice != NULL ? "espeak-ng" : "characters");
  if (piper->voice->espeak_voice != NULL)
    {
      lb_json_set_string (info, "espeak_ng", piper_phonemes_version ());
      lb_json_set_string (info, "espeak_voice", piper->voice->espeak_voice);
    }
  lb_json_set_integer (info, "speakers", piper->voice->n_speakers);
  lb_json_set_integer (info, "speaker", piper->speaker);
  lb_json_set_real (info, "noise_scale", piper->scales[0]);
  lb_json_set_real (info, "length_scale", piper->scales[1]);
  lb_json_set_real (info, "noise_w", piper->scales[2]);
  answer->info = info;
}

static gboolean
piper_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer, LbSink *sink,
            GError **error)
{
  Piper *piper = state;

  if (request->random_weights || request->model_path == NULL)
    {
      g_set_error_literal (
          error, LB_ERROR, LB_ERROR_USAGE,
          "piper needs a voice: name one with -m, such as \"en_US-lessac-medium\"");
      return FALSE;
    }
  if (!g_str_equal (request->device, "cpu") && !g_str_equal (request->device, "auto"))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "piper runs on the processor only: leave out --device");
      return FALSE;
    }
  if (!open_model (piper, request, error))
    {
      piper_unload (piper);
      return FALSE;
    }
  answer_load (piper, answer);
  return TRUE;
}

static gpointer
watch_thread (gpointer data)
{
  Watch *watch = data;

  g_mutex_lock (&watch->lock);
  while (!watch->over)
    {
      g_cond_wait_until (&watch->changed, &watch->lock, g_get_monotonic_time () + WATCH_EVERY_US);
      if (!watch->over && lb_sink_cancelled (watch->sink))
        onnx_stop (watch->onnx);
    }
  g_mutex_unlock (&watch->lock);
  return NULL;
}

static GThread *
watch_begin (Watch *watch, Onnx *onnx, LbSink *sink)
{
  *watch = (Watch){ .onnx = onnx, .sink = sink };
  g_mutex_init (&watch->lock);
  g_cond_init (&watch->changed);
  onnx_start (onnx);
  return g_thread_new ("piper-watch", watch_thread, watch);
}

static void
watch_end (Watch *watch, GThread *thread)
{
  g_mutex_lock (&watch->lock);
  watch->over = TRUE;
  g_cond_signal (&watch->changed);
  g_mutex_unlock (&watch->lock);
  g_thread_join (thread);
  g_mutex_clear (&watch->lock);
  g_cond_clear (&watch->changed);
}

/* Raises the peak to full scale, as piper-tts does unless told not to; then volume, and no sample
 * beyond 1. */
static gboolean
level (const Piper *piper, float *samples, gsize n, GError **error)
{
  float peak = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (!isfinite (samples[i]))
        {
          g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE,
                               "the voice gave samples that are no numbers: its file is damaged, "
                               "or a scale is out of what it can do");
          return FALSE;
        }
      peak = MAX (peak, fabsf (samples[i]));
    }
  for (gsize i = 0; i < n; i++)
    {
      float sample = samples[i];

      if (piper->normalise)
        sample = peak < SILENT ? 0 : sample / peak;
      samples[i] = CLAMP (sample * piper->volume, -1.0f, 1.0f);
    }
  return TRUE;
}

/* What ONNX Runtime says of a graph's insides helps nobody who only has a voice. */
static void
explain (GError **error)
{
  if (error != NULL && g_error_matches (*error, LB_ERROR, LB_ERROR_ENGINE))
    g_prefix_error (error,
                    "the voice fails on this text: bring noise-scale, noise-w and "
                    "length-scale nearer to its own, or see that its .json belongs to it: ");
}

static float *
infer (const Piper *piper, const GArray *ids, gsize *n, GError **error)
{
  const gint64 length = ids->len;
  const OnnxInput inputs[] = {
    { "input", ONNX_INT64, ids->data, { 1, length }, 2 },
    { "input_lengths", ONNX_INT64, &length, { 1 }, 1 },
    { "scales", ONNX_FLOAT, piper->scales, { 3 }, 1 },
    { "sid", ONNX_INT64, &piper->speaker, { 1 }, 1 },
  };
  float *samples = onnx_run (piper->onnx, inputs, piper->voice->n_speakers > 1 ? 4 : 3, n, error);

  if (samples == NULL)
    explain (error);
  return samples;
}

static gboolean
speak_sentence (const Piper *piper, const GPtrArray *phonemes, Spoken *spoken, LbSink *sink,
                GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  const gint64 before = lb_clock_now_ns ();
  float *samples;
  gsize n = 0;

  spoken->unknown += piper_voice_ids (piper->voice, phonemes, ids);
  spoken->ids += ids->len;
  samples = infer (piper, ids, &n, error);
  spoken->infer_ns += lb_clock_now_ns () - before;
  if (samples == NULL || !level (piper, samples, n, error))
    return FALSE;
  if (spoken->sentences > 0 && piper->silence_frames > 0 &&
      !lb_sink_write_pcm (sink, "audio", piper->silence, piper->silence_frames, error))
    return FALSE;
  if (!lb_sink_write_pcm (sink, "audio", samples, n, error))
    return FALSE;
  lb_sink_first (sink, "audio");
  spoken->sentences++;
  return TRUE;
}

static gboolean
speak (const Piper *piper, const char *words, Spoken *spoken, LbSink *sink, GError **error)
{
  g_autoptr (PiperText) text = piper_text_new (piper->voice, words);

  while (TRUE)
    {
      const gint64 before = lb_clock_now_ns ();
      g_autoptr (GPtrArray) phonemes = piper_text_next (text);

      spoken->phonemes_ns += lb_clock_now_ns () - before;
      if (phonemes == NULL)
        break;
      if (spoken->sentences > 0)
        g_string_append_c (spoken->phonemes, '\n');
      for (guint i = 0; i < phonemes->len; i++)
        g_string_append (spoken->phonemes, phonemes->pdata[i]);
      if (!speak_sentence (piper, phonemes, spoken, sink, error))
        return FALSE;
      lb_sink_progress (sink, piper_text_fraction (text));
    }
  if (spoken->sentences == 0)
    g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                         "there is nothing in the text that can be spoken");
  return spoken->sentences > 0;
}

static const char *
find_text (const LbRunRequest *request, GError **error)
{
  for (guint i = 0; i < request->n_inputs; i++)
    if (g_str_equal (request->inputs[i].role, "text") && request->inputs[i].text != NULL)
      return request->inputs[i].text;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT, "piper takes one input \"text\"");
  return NULL;
}

static json_t *
output_new (const Spoken *spoken)
{
  json_t *output = json_object ();
  json_t *phases = json_object ();

  lb_json_set_integer (output, "sentences", spoken->sentences);
  lb_json_set_string (output, "phonemes", spoken->phonemes->str);
  lb_json_set_integer (output, "ids", (gint64) spoken->ids);
  lb_json_set_integer (output, "unknown_phonemes", spoken->unknown);
  lb_json_set_real (phases, "phonemes_s", (double) spoken->phonemes_ns / LB_NS_PER_S);
  lb_json_set_real (phases, "infer_s", (double) spoken->infer_ns / LB_NS_PER_S);
  lb_json_set (output, "phases", phases);
  lb_json_set_real (output, "engine_s", (double) spoken->engine_ns / LB_NS_PER_S);
  return output;
}

static gboolean
piper_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
           GError **error)
{
  const Piper *piper = state;
  const char *text = find_text (request, error);
  const gint64 before = lb_clock_now_ns ();
  g_autoptr (GString) phonemes = g_string_new (NULL);
  Spoken spoken = { .phonemes = phonemes };
  GThread *thread;
  Watch watch;
  gboolean done;

  if (text == NULL)
    return FALSE;
  thread = watch_begin (&watch, piper->onnx, sink);
  done = speak (piper, text, &spoken, sink, error);
  spoken.engine_ns = lb_clock_now_ns () - before;
  if (done)
    lb_sink_done (sink);
  watch_end (&watch, thread);
  if (done)
    *output = output_new (&spoken);
  return done;
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (Piper),
  .version = onnx_version,
  .probe = piper_probe,
  .load = piper_load,
  .run = piper_run,
  .unload = piper_unload,
};

LB_ENGINE_MODULE ("piper", hooks)
