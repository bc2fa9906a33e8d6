/* Engine whisper.cpp: speech to text by ggml. Decodes as whisper-cli does
 * unless options say otherwise. */
#include <stdio.h>
#include <string.h>

#include <whisper.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/engine.h"
#include "ggml-device.h"
#include "whisper-log.h"
#include "whisper-model.h"
#include "whisper-options.h"
#include "whisper-output.h"

/* whisper.cpp takes nothing below 100 ms of sound, and skips the last 100 ms of
 * a window: shorter sound gets silence behind it, up to this. It fills every
 * window up to 30 s with silence itself. */
#define MIN_FRAMES (WHISPER_SAMPLE_RATE / 5)

typedef struct {
  struct whisper_context *context;
  struct whisper_full_params params;
  json_t *options; /* @params points at its strings */
  char *vad_model;
  WhisperLog log;
  LbSink *sink; /* of the run that goes on */
  char said[8]; /* bytes of a character that the last segment cut */
} Whisper;

static void
log_to_stderr (enum ggml_log_level level, const char *text, void *data)
{
  if (level != GGML_LOG_LEVEL_DEBUG)
    fputs (text, stderr);
}

static void
log_read (enum ggml_log_level level, const char *text, void *data)
{
  if (!whisper_log_line (data, text))
    log_to_stderr (level, text, NULL);
}

static gboolean
whisper_cpp_probe (LbProbeAnswer *answer, GError **error)
{
  whisper_log_set (log_to_stderr, NULL);
  ggml_devices_load ();
  g_strlcpy (answer->version, whisper_version (), sizeof answer->version);
  answer->devices = ggml_devices_json ();
  answer->libraries = json_object ();
  lb_json_set_string (answer->libraries, "whisper", whisper_version ());
  lb_json_set_string (answer->libraries, "ggml", ggml_version ());
  lb_json_set_string (answer->libraries, "build", whisper_print_system_info ());
  return TRUE;
}

/* Without vad-model: a Silero file beside the model, else the one of whisper.cpp's own build. */
static char *
find_vad_model (const char *model_path)
{
  g_autofree char *folder = g_path_get_dirname (model_path);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  char *found = NULL;

  while (dir != NULL && found == NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "ggml-silero-") && g_str_has_suffix (name, ".bin"))
      found = g_build_filename (folder, name, NULL);
  if (found == NULL && *LB_SILERO_MODEL != '\0' &&
      g_file_test (LB_SILERO_MODEL, G_FILE_TEST_EXISTS))
    found = g_strdup (LB_SILERO_MODEL);
  return found;
}

static gboolean
prepare_vad (Whisper *whisper, const char *model_path, GError **error)
{
  if (!whisper->params.vad)
    return TRUE;
  if (whisper->params.vad_model_path == NULL)
    whisper->params.vad_model_path = whisper->vad_model = find_vad_model (model_path);
  if (whisper->params.vad_model_path != NULL)
    return whisper_vad_check (whisper->params.vad_model_path, error);
  g_set_error_literal (error, LB_ERROR, LB_ERROR_MODEL_MISSING,
                       "vad needs a Silero model: name its ggml file with vad-model");
  return FALSE;
}

/* What the model can't do: whisper-cli drops such wishes with a warning, a benchmark must not. */
static gboolean
check_shape (const Whisper *whisper, const WhisperShape *shape, GError **error)
{
  const struct whisper_full_params *params = &whisper->params;
  const gboolean english = shape->n_vocab == 51864;

  if (english && (params->translate || (!g_str_equal (params->language, "auto") &&
                                        whisper_lang_id (params->language) != 0)))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "this model knows English only: take a multilingual one, or leave out "
                           "language and translate");
      return FALSE;
    }
  if (params->initial_prompt != NULL && params->n_max_text_ctx == 0)
    {
      g_set_error_literal (
          error, LB_ERROR, LB_ERROR_USAGE,
          "whisper.cpp drops the prompt where max-context is 0, as it is with "
          "--decoding greedy: add -O whisper.cpp:max-context=-1, or leave it out");
      return FALSE;
    }
  if (params->audio_ctx > shape->n_audio_ctx)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "audio-ctx is at most %d with this model, not %d", shape->n_audio_ctx,
                   params->audio_ctx);
      return FALSE;
    }
  if (lb_json_boolean (whisper->options, "flash-attention", TRUE) &&
      !g_str_equal (lb_json_string (whisper->options, "dtw", "none"), "none"))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "dtw needs flash-attention switched off");
      return FALSE;
    }
  return TRUE;
}

static void
on_segment (struct whisper_context *context, struct whisper_state *state, int n_new, void *data)
{
  Whisper *whisper = data;
  const int n_segments = whisper_full_n_segments_from_state (state);

  lb_sink_first (whisper->sink, "segment");
  for (int i = n_segments - n_new; i < n_segments; i++)
    {
      const char *bytes = whisper_full_get_segment_text_from_state (state, i);
      g_autofree char *text = g_strconcat (whisper->said, bytes, NULL);
      const gsize length = strlen (text);
      const gsize cut = lb_text_incomplete_tail (text, length);

      g_strlcpy (whisper->said, text + length - cut, sizeof whisper->said);
      text[length - cut] = '\0';
      lb_sink_partial (whisper->sink, text);
    }
}

static void
on_progress (struct whisper_context *context, struct whisper_state *state, int percent,
             void *data)
{
  lb_sink_progress (((Whisper *) data)->sink, CLAMP (percent, 0, 100) / 100.0);
}

static bool
on_encoder_begin (struct whisper_context *context, struct whisper_state *state, void *data)
{
  return !lb_sink_cancelled (((Whisper *) data)->sink);
}

static bool
on_abort (void *data)
{
  return lb_sink_cancelled (((Whisper *) data)->sink);
}

static void
prepare_params (Whisper *whisper, const LbLoadRequest *request)
{
  whisper->options = json_deep_copy (request->options);
  if (whisper->options == NULL)
    whisper->options = json_object ();
  whisper->params = whisper_full_default_params (WHISPER_SAMPLING_BEAM_SEARCH);
  /* whisper.cpp's greedy parameters have best-of 5, its beam ones beam-size 5:
   * whisper-cli takes both. */
  whisper->params.greedy.best_of =
      whisper_full_default_params (WHISPER_SAMPLING_GREEDY).greedy.best_of;
  whisper->params.language = "auto";
  whisper->params.vad_model_path = NULL;
  whisper->params.n_threads = request->threads;
  whisper->params.print_progress = false;
  whisper->params.print_realtime = false;
  whisper->params.new_segment_callback = on_segment;
  whisper->params.new_segment_callback_user_data = whisper;
  whisper->params.progress_callback = on_progress;
  whisper->params.progress_callback_user_data = whisper;
  whisper->params.encoder_begin_callback = on_encoder_begin;
  whisper->params.encoder_begin_callback_user_data = whisper;
  whisper->params.abort_callback = on_abort;
  whisper->params.abort_callback_user_data = whisper;
}

static json_t *
info_new (struct whisper_context *context, const WhisperShape *shape, const Whisper *whisper)
{
  json_t *info = json_object ();

  lb_json_set_string (info, "quantisation", whisper_model_quantisation (shape->ftype));
  lb_json_set_string (info, "architecture", whisper_model_type_readable (context));
  lb_json_set_boolean (info, "multilingual", whisper_is_multilingual (context));
  lb_json_set_integer (info, "encoder_layers", shape->n_audio_layer);
  lb_json_set_integer (info, "decoder_layers", shape->n_text_layer);
  lb_json_set_integer (info, "width", shape->n_audio_state);
  lb_json_set_integer (info, "vocabulary", shape->n_vocab);
  lb_json_set_string (info, "system_info", whisper_print_system_info ());
  if (whisper->params.vad)
    lb_json_set_string (info, "vad_model", whisper->params.vad_model_path);
  return info;
}

/* Whether whisper.cpp's log says that it took the device: it goes on with the processor
 * where a GPU fails. */
static gboolean
check_device (const Whisper *whisper, const GgmlDevice *device, GError **error)
{
  if (!device->gpu || g_str_equal (whisper->log.backend, device->ggml))
    return TRUE;
  g_set_error (
      error, LB_ERROR, LB_ERROR_ENGINE,
      "whisper.cpp fell back to the processor: it can't use \"%s\" (%s); its log says why",
      device->id, device->name);
  return FALSE;
}

static gboolean
load_model (Whisper *whisper, const LbLoadRequest *request, const GgmlDevice *device,
            GError **error)
{
  struct whisper_context_params params = whisper_context_default_params ();

  params.use_gpu = device->gpu;
  params.gpu_device = MAX (device->index, 0);
  whisper_options_context (whisper->options, &params);
  if (device->gpu)
    g_strlcpy (whisper->log.wanted, device->ggml, sizeof whisper->log.wanted);
  whisper->context = whisper_init_from_file_with_params (request->model_path, params);
  if (whisper->context == NULL)
    {
      g_autofree char *shown = lb_text_escape (request->model_path);

      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                   "whisper.cpp can't load the model \"%s\": its log says why", shown);
      return FALSE;
    }
  return check_device (whisper, device, error);
}

static void
whisper_cpp_unload (gpointer state)
{
  Whisper *whisper = state;

  g_clear_pointer (&whisper->context, whisper_free);
  whisper_log_set (log_to_stderr, NULL);
  g_clear_pointer (&whisper->options, json_decref);
  g_clear_pointer (&whisper->vad_model, g_free);
}

static void
answer_load (const Whisper *whisper, const WhisperShape *shape, const GgmlDevice *device,
             LbLoadAnswer *answer)
{
  answer->input_rate_hz = WHISPER_SAMPLE_RATE;
  answer->input_channels = 1;
  g_strlcpy (answer->backend, device->backend, sizeof answer->backend);
  g_strlcpy (answer->device, device->id, sizeof answer->device);
  g_strlcpy (answer->device_name, device->name, sizeof answer->device_name);
  answer->threads = whisper->params.n_threads;
  answer->deterministic = !whisper_options_may_sample (&whisper->params);
  answer->parameters = whisper_model_parameters (shape);
  answer->info = info_new (whisper->context, shape, whisper);
}

static gboolean
whisper_cpp_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer,
                  LbSink *sink, GError **error)
{
  Whisper *whisper = state;
  WhisperShape shape;
  GgmlDevice device;

  if (request->random_weights || request->model_path == NULL)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "whisper.cpp needs a model: name one with -m, such as \"base\"");
      return FALSE;
    }
  *whisper = (Whisper){ .sink = sink };
  whisper_log_set (log_read, &whisper->log);
  ggml_devices_load ();
  prepare_params (whisper, request);
  if (!whisper_options_apply (whisper->options, &whisper->params, error) ||
      !ggml_device_find (request->device, &device, error) ||
      !whisper_model_check (request->model_path, &shape, error) ||
      !check_shape (whisper, &shape, error) ||
      !prepare_vad (whisper, request->model_path, error) ||
      !load_model (whisper, request, &device, error))
    {
      whisper_cpp_unload (whisper);
      return FALSE;
    }
  answer_load (whisper, &shape, &device, answer);
  return TRUE;
}

static const LbEngineInput *
find_audio (const LbRunRequest *request, GError **error)
{
  for (guint i = 0; i < request->n_inputs; i++)
    if (g_str_equal (request->inputs[i].role, "audio") && request->inputs[i].samples != NULL &&
        request->inputs[i].rate_hz == WHISPER_SAMPLE_RATE && request->inputs[i].channels == 1 &&
        request->inputs[i].frames <= G_MAXINT32)
      return &request->inputs[i];
  g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                       "whisper.cpp takes one input \"audio\": mono, 16000 Hz, at most 37 hours");
  return NULL;
}

static gboolean
transcribe (Whisper *whisper, const LbEngineInput *audio, GError **error)
{
  g_autofree float *padded = NULL;
  const float *samples = audio->samples;
  int frames = (int) audio->frames, status;

  if (frames < MIN_FRAMES)
    {
      padded = g_new0 (float, MIN_FRAMES);
      if (frames > 0)
        memcpy (padded, samples, (gsize) frames * sizeof *padded);
      samples = padded;
      frames = MIN_FRAMES;
    }
  status = whisper_full (whisper->context, whisper->params, samples, frames);
  if (lb_sink_cancelled (whisper->sink))
    g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
  else if (status != 0)
    g_set_error (error, LB_ERROR, LB_ERROR_ENGINE,
                 "whisper.cpp failed with status %d: its log says why", status);
  return status == 0 && !lb_sink_cancelled (whisper->sink);
}

static gboolean
whisper_cpp_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
                 GError **error)
{
  Whisper *whisper = state;
  const LbEngineInput *audio = find_audio (request, error);
  const gboolean words = lb_json_boolean (whisper->options, "word-timestamps", FALSE);
  const gboolean dtw = !g_str_equal (lb_json_string (whisper->options, "dtw", "none"), "none");

  if (audio == NULL)
    return FALSE;
  whisper->sink = sink;
  whisper->said[0] = '\0';
  whisper_log_set (log_read, &whisper->log); /* a probe in between has its own */
  whisper_log_begin (&whisper->log);
  whisper_reset_timings (whisper->context);
  if (!transcribe (whisper, audio, error))
    return FALSE;
  lb_sink_done (sink);
  whisper_print_timings (whisper->context);
  *output = whisper_output_new (whisper->context, words || dtw, dtw);
  lb_json_set (*output, "phases", whisper_log_phases (&whisper->log));
  lb_json_set_real (*output, "engine_s", whisper_log_sum_s (&whisper->log));
  lb_json_set_integer (*output, "fallbacks",
                       whisper->log.fallbacks - whisper->log.fallbacks_before);
  return TRUE;
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (Whisper),
  .version = whisper_version,
  .probe = whisper_cpp_probe,
  .load = whisper_cpp_load,
  .run = whisper_cpp_run,
  .unload = whisper_cpp_unload,
};

LB_ENGINE_MODULE ("whisper.cpp", hooks)
