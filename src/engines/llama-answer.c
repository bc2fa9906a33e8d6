#include "llama-answer.h"

#include <mtmd-helper.h>

#include "core/clock.h"
#include "core/error.h"
#include "llama-chunks.h"
#include "llama-writing.h"

#define SEQUENCE 0

typedef struct {
  LlamaWriting writing;
  struct mtmd_context *projector;
  struct mtmd_input_chunks *chunks;
  gsize audio_tokens, windows;
  double duration_s;
  double encode_s;
} Answer;

static gboolean
is_sound (const struct mtmd_input_chunk *chunk)
{
  return mtmd_input_chunk_get_type (chunk) == MTMD_INPUT_CHUNK_TYPE_AUDIO;
}

static void
count (Answer *answer)
{
  for (gsize i = 0; i < mtmd_input_chunks_size (answer->chunks); i++)
    {
      const struct mtmd_input_chunk *chunk = mtmd_input_chunks_get (answer->chunks, i);
      gsize tokens = mtmd_input_chunk_get_n_tokens (chunk);

      answer->writing.prompt_tokens += tokens;
      answer->audio_tokens += is_sound (chunk) ? tokens : 0;
      answer->windows += is_sound (chunk);
    }
}

static gsize
text_tokens (const Answer *answer)
{
  return answer->writing.prompt_tokens - answer->audio_tokens;
}

/* Windows are of one length: as much sound fits as there are whole windows of it. */
static double
seconds_that_fit (const Answer *answer, gsize context)
{
  gsize text = text_tokens (answer) + 1;
  double window_s = answer->duration_s / (double) MAX (answer->windows, 1);
  double window_tokens = (double) answer->audio_tokens / (double) MAX (answer->windows, 1);

  if (answer->windows == 1)
    return 0;
  return context > text ? window_s * (double) (gsize) ((double) (context - text) / window_tokens)
                        : 0;
}

/* What to do about it. Returns: (transfer full) */
static char *
say_cure (const Answer *answer, gsize context)
{
  int known = llama_model_n_ctx_train (answer->writing.engine->model);
  gint64 fits_s = (gint64) seconds_that_fit (answer, context);
  g_autoptr (GString) cure = g_string_new (NULL);

  if (fits_s > 0)
    g_string_printf (cure, "%" G_GINT64_FORMAT " s of it fit: --duration %" G_GINT64_FORMAT,
                     fits_s, fits_s);
  else
    g_string_assign (cure, "no window of sound fits");
  if ((gsize) known > context)
    g_string_append_printf (cure, ", or --context up to %d", known);
  return g_strdup (cure->str);
}

/* At least one token of an answer must fit too. */
static gboolean
check_room (const Answer *answer, GError **error)
{
  gsize context = llama_n_ctx (answer->writing.engine->context);
  g_autofree char *cure = NULL;

  if (answer->writing.prompt_tokens < context)
    return TRUE;
  cure = say_cure (answer, context);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "the context of %zu tokens is too small for %.1f s of sound (%zu tokens) and the "
               "prompt (%zu): %s",
               context, answer->duration_s, answer->audio_tokens, text_tokens (answer), cure);
  return FALSE;
}

/* One window of sound: encoded, then read by the language model. */
static gboolean
read_sound (Answer *answer, const struct mtmd_input_chunk *chunk, GError **error)
{
  LlamaWriting *writing = &answer->writing;
  LlamaEngine *engine = writing->engine;
  gint64 begun_ns = lb_clock_now_ns ();
  int status = mtmd_encode_chunk (answer->projector, chunk);

  answer->encode_s += llama_since (begun_ns);
  if (status != 0 || lb_sink_cancelled (engine->sink))
    return llama_engine_fail (engine, "encode the sound", status, error);
  begun_ns = lb_clock_now_ns ();
  status = mtmd_helper_decode_image_chunk (
      answer->projector, engine->context, chunk, mtmd_get_output_embd (answer->projector),
      writing->at, SEQUENCE, (int) llama_n_batch (engine->context), &writing->at, NULL, NULL);
  llama_synchronize (engine->context);
  writing->prompt_s += llama_since (begun_ns);
  return status == 0 || llama_engine_fail (engine, "read the sound", status, error);
}

static gboolean
read_text (Answer *answer, const struct mtmd_input_chunk *chunk, gboolean last, GError **error)
{
  LlamaWriting *writing = &answer->writing;
  LlamaEngine *engine = writing->engine;
  gint64 begun_ns = lb_clock_now_ns ();
  int status = mtmd_helper_eval_chunk_single (
      answer->projector, engine->context, chunk, writing->at, SEQUENCE,
      (int) llama_n_batch (engine->context), last, &writing->at);

  llama_synchronize (engine->context);
  writing->prompt_s += llama_since (begun_ns);
  return status == 0 || llama_engine_fail (engine, "read the prompt", status, error);
}

static gboolean
read_prompt (Answer *answer, GError **error)
{
  LlamaEngine *engine = answer->writing.engine;
  gsize n = mtmd_input_chunks_size (answer->chunks);
  gsize sounds = 0;

  for (gsize i = 0; i < n; i++)
    {
      const struct mtmd_input_chunk *chunk = mtmd_input_chunks_get (answer->chunks, i);

      if (!(is_sound (chunk) ? read_sound (answer, chunk, error)
                             : read_text (answer, chunk, i + 1 == n, error)))
        return FALSE;
      sounds += is_sound (chunk);
      if (!lb_sink_progress (engine->sink,
                             0.5 * (double) sounds / (double) MAX (answer->windows, 1)))
        return llama_engine_fail (engine, "read the prompt", 0, error);
    }
  return TRUE;
}

static json_t *
build_output (const Answer *answer, double engine_s)
{
  json_t *output = llama_writing_output (&answer->writing);

  lb_json_set_integer (output, "audio_tokens", (gint64) answer->audio_tokens);
  lb_json_set_integer (output, "windows", (gint64) answer->windows);
  lb_json_set (output, "heard_s", json_pack ("[f, f]", 0.0, answer->duration_s));
  lb_json_set_real (json_object_get (output, "phases"), "encode_s", answer->encode_s);
  lb_json_set_real (output, "engine_s", engine_s);
  return output;
}

static gboolean
prepare (Answer *answer, const LbEngineInput *audio, const char *prompt, GError **error)
{
  gint64 begun_ns = lb_clock_now_ns ();

  answer->chunks = llama_chunks (answer->writing.engine, answer->projector, audio, prompt, error);
  answer->encode_s = llama_since (begun_ns); /* nearly all of it is the spectrogram */
  if (answer->chunks == NULL)
    return FALSE;
  count (answer);
  return check_room (answer, error);
}

gboolean
llama_answer (LlamaEngine *engine, struct mtmd_context *projector, const LbEngineInput *audio,
              const char *prompt, json_t **output, GError **error)
{
  Answer answer = { .projector = projector,
                    .duration_s = (double) audio->frames / audio->rate_hz };
  gint64 begun_ns = lb_clock_now_ns ();
  gboolean good;

  llama_writing_begin (&answer.writing, engine);
  good = prepare (&answer, audio, prompt, error) && read_prompt (&answer, error) &&
         llama_writing_go (&answer.writing, error);
  if (good)
    {
      double engine_s = llama_since (begun_ns);

      lb_sink_done (engine->sink);
      *output = build_output (&answer, engine_s);
    }
  g_clear_pointer (&answer.chunks, mtmd_input_chunks_free);
  llama_writing_clear (&answer.writing);
  return good;
}
