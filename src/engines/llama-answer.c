#include "llama-answer.h"

#include <string.h>

#include <mtmd-helper.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"
#include "llama-prompt.h"

#define MAX_PIECE_BYTES 4096
#define SEQUENCE 0

typedef struct {
  LlamaEngine *engine;
  struct mtmd_input_chunks *chunks;
  llama_pos at; /* places of the context that are taken */
  gsize prompt_tokens, audio_tokens, windows;
  double duration_s;
  double encode_s, prompt_s, generate_s;
  double eval_s;           /* of generate_s, by llama.cpp's own clock */
  GString *text, *pending; /* all of it; what of it is no whole character yet */
  gint64 tokens;
  const char *stopped;
} Answer;

static gboolean
set_cancelled (GError **error)
{
  g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
  return FALSE;
}

static gboolean
set_failed (const LlamaEngine *engine, const char *what, int status, GError **error)
{
  if (lb_sink_cancelled (engine->sink))
    return set_cancelled (error);
  g_set_error (error, LB_ERROR, LB_ERROR_ENGINE,
               "llama.cpp can't %s (status %d): its log says why", what, status);
  return FALSE;
}

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

      answer->prompt_tokens += tokens;
      answer->audio_tokens += is_sound (chunk) ? tokens : 0;
      answer->windows += is_sound (chunk);
    }
}

/* Windows are of one length: as much sound fits as there are whole windows of it. */
static double
seconds_that_fit (const Answer *answer, gsize context)
{
  gsize text = answer->prompt_tokens - answer->audio_tokens + 1;
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
  int known = llama_model_n_ctx_train (answer->engine->model);
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
  gsize context = llama_n_ctx (answer->engine->context);
  g_autofree char *cure = NULL;

  if (answer->prompt_tokens < context)
    return TRUE;
  cure = say_cure (answer, context);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "the context of %zu tokens is too small for %.1f s of sound (%zu tokens) and the "
               "prompt (%zu): %s",
               context, answer->duration_s, answer->audio_tokens,
               answer->prompt_tokens - answer->audio_tokens, cure);
  return FALSE;
}

static double
since (gint64 begun_ns)
{
  return lb_clock_seconds (begun_ns, lb_clock_now_ns ());
}

/* One window of sound: encoded, then read by the language model. */
static gboolean
read_sound (Answer *answer, const struct mtmd_input_chunk *chunk, GError **error)
{
  LlamaEngine *engine = answer->engine;
  gint64 begun_ns = lb_clock_now_ns ();
  int status = mtmd_encode_chunk (engine->projector, chunk);

  answer->encode_s += since (begun_ns);
  if (status != 0 || lb_sink_cancelled (engine->sink))
    return set_failed (engine, "encode the sound", status, error);
  begun_ns = lb_clock_now_ns ();
  status = mtmd_helper_decode_image_chunk (
      engine->projector, engine->context, chunk, mtmd_get_output_embd (engine->projector),
      answer->at, SEQUENCE, (int) llama_n_batch (engine->context), &answer->at, NULL, NULL);
  llama_synchronize (engine->context);
  answer->prompt_s += since (begun_ns);
  return status == 0 || set_failed (engine, "read the sound", status, error);
}

static gboolean
read_text (Answer *answer, const struct mtmd_input_chunk *chunk, gboolean last, GError **error)
{
  LlamaEngine *engine = answer->engine;
  gint64 begun_ns = lb_clock_now_ns ();
  int status = mtmd_helper_eval_chunk_single (
      engine->projector, engine->context, chunk, answer->at, SEQUENCE,
      (int) llama_n_batch (engine->context), last, &answer->at);

  llama_synchronize (engine->context);
  answer->prompt_s += since (begun_ns);
  return status == 0 || set_failed (engine, "read the prompt", status, error);
}

static gboolean
read_prompt (Answer *answer, GError **error)
{
  gsize n = mtmd_input_chunks_size (answer->chunks);
  gsize sounds = 0;

  for (gsize i = 0; i < n; i++)
    {
      const struct mtmd_input_chunk *chunk = mtmd_input_chunks_get (answer->chunks, i);

      if (!(is_sound (chunk) ? read_sound (answer, chunk, error)
                             : read_text (answer, chunk, i + 1 == n, error)))
        return FALSE;
      sounds += is_sound (chunk);
      if (!lb_sink_progress (answer->engine->sink,
                             0.5 * (double) sounds / (double) MAX (answer->windows, 1)))
        return set_cancelled (error);
    }
  return TRUE;
}

/* Whole characters are told as they come; the rest waits for the next token. */
static gboolean
tell (Answer *answer, const char *piece, gsize length)
{
  gsize rest;

  g_string_append_len (answer->text, piece, (gssize) length);
  g_string_append_len (answer->pending, piece, (gssize) length);
  rest = lb_text_incomplete_tail (answer->pending->str, answer->pending->len);
  if (answer->pending->len > rest)
    {
      g_autofree char *whole = g_utf8_make_valid (answer->pending->str,
                                                  (gssize) (answer->pending->len - rest));

      g_string_erase (answer->pending, 0, (gssize) (answer->pending->len - rest));
      return lb_sink_partial (answer->engine->sink, whole);
    }
  return !lb_sink_cancelled (answer->engine->sink);
}

static gboolean
tell_token (Answer *answer, llama_token token, GError **error)
{
  const struct llama_vocab *vocab = llama_model_get_vocab (answer->engine->model);
  char piece[MAX_PIECE_BYTES];
  int length = llama_token_to_piece (vocab, token, piece, sizeof piece, 0, false);

  answer->tokens++;
  if (answer->tokens == 1)
    lb_sink_first (answer->engine->sink, "token");
  return tell (answer, piece, (gsize) MAX (length, 0)) || set_cancelled (error);
}

/* Until the model ends its answer, or a limit does. */
static gboolean
generate (Answer *answer, GError **error)
{
  LlamaEngine *engine = answer->engine;
  const struct llama_vocab *vocab = llama_model_get_vocab (engine->model);
  gint64 most = lb_json_integer (engine->options, "max-tokens", 500);
  gint64 begun_ns = lb_clock_now_ns ();
  int status = 0;

  answer->stopped = "token-limit";
  llama_perf_context_reset (engine->context);
  while (answer->tokens < most)
    {
      llama_token token = llama_sampler_sample (engine->sampler, engine->context, -1);

      if (llama_vocab_is_eog (vocab, token))
        {
          answer->stopped = "end";
          break;
        }
      if (!tell_token (answer, token, error))
        return FALSE;
      if (answer->tokens == most)
        break;
      if ((guint32) answer->at >= llama_n_ctx (engine->context))
        {
          answer->stopped = "context";
          break;
        }
      status = llama_decode (engine->context, llama_batch_get_one (&token, 1));
      if (status != 0)
        return set_failed (engine, "write the answer", status, error);
      answer->at++;
    }
  llama_synchronize (engine->context);
  answer->generate_s = since (begun_ns);
  answer->eval_s = llama_perf_context (engine->context).t_eval_ms / 1000;
  return TRUE;
}

static json_t *
build_output (const Answer *answer, double engine_s)
{
  json_t *output = json_object ();
  g_autofree char *text = g_utf8_make_valid (answer->text->str, (gssize) answer->text->len);

  lb_json_set_string (output, "text", text);
  if (!g_utf8_validate (answer->text->str, (gssize) answer->text->len, NULL))
    lb_json_set_boolean (output, "repaired", TRUE);
  lb_json_set_integer (output, "tokens", answer->tokens);
  lb_json_set_integer (output, "prompt_tokens", (gint64) answer->prompt_tokens);
  lb_json_set_integer (output, "audio_tokens", (gint64) answer->audio_tokens);
  lb_json_set_integer (output, "windows", (gint64) answer->windows);
  lb_json_set (output, "heard_s", json_pack ("[f, f]", 0.0, answer->duration_s));
  lb_json_set_string (output, "stopped", answer->stopped);
  lb_json_set (output, "phases",
               json_pack ("{s:f, s:f, s:f, s:f}", "encode_s", answer->encode_s, "prompt_s",
                          answer->prompt_s, "generate_s", answer->generate_s, "eval_s",
                          answer->eval_s));
  lb_json_set_real (output, "engine_s", engine_s);
  return output;
}

static void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->chunks, mtmd_input_chunks_free);
  g_string_free (answer->text, TRUE);
  g_string_free (answer->pending, TRUE);
}

static gboolean
prepare (Answer *answer, const LbEngineInput *audio, const char *prompt, GError **error)
{
  gint64 begun_ns = lb_clock_now_ns ();

  llama_memory_clear (llama_get_memory (answer->engine->context), false);
  llama_sampler_reset (answer->engine->sampler);
  answer->chunks = llama_prompt_chunks (answer->engine, audio, prompt, error);
  answer->encode_s = since (begun_ns); /* nearly all of it is the spectrogram */
  if (answer->chunks == NULL)
    return FALSE;
  count (answer);
  return check_room (answer, error);
}

gboolean
llama_answer (LlamaEngine *engine, const LbEngineInput *audio, const char *prompt,
              json_t **output, GError **error)
{
  Answer answer = { .engine = engine,
                    .text = g_string_new (NULL),
                    .pending = g_string_new (NULL),
                    .duration_s = (double) audio->frames / audio->rate_hz };
  gint64 begun_ns = lb_clock_now_ns ();
  gboolean good = prepare (&answer, audio, prompt, error) && read_prompt (&answer, error) &&
                  generate (&answer, error);

  if (good)
    {
      double engine_s = since (begun_ns);

      lb_sink_done (engine->sink);
      *output = build_output (&answer, engine_s);
    }
  answer_clear (&answer);
  return good;
}
