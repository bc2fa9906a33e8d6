#include "llama-writing.h"

#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"

#define MAX_PIECE_BYTES 4096

double
llama_since (gint64 begun_ns)
{
  return lb_clock_seconds (begun_ns, lb_clock_now_ns ());
}

void
llama_writing_begin (LlamaWriting *writing, LlamaEngine *engine)
{
  *writing = (LlamaWriting){ .engine = engine,
                             .text = g_string_new (NULL),
                             .pending = g_string_new (NULL) };
  llama_memory_clear (llama_get_memory (engine->context), false);
  llama_sampler_reset (engine->sampler);
}

void
llama_writing_clear (LlamaWriting *writing)
{
  g_string_free (writing->text, TRUE);
  g_string_free (writing->pending, TRUE);
}

/* Whole characters are told as they come; the rest waits for the next token. */
static gboolean
tell (LlamaWriting *writing, const char *piece, gsize length)
{
  gsize rest;

  g_string_append_len (writing->text, piece, (gssize) length);
  g_string_append_len (writing->pending, piece, (gssize) length);
  rest = lb_text_incomplete_tail (writing->pending->str, writing->pending->len);
  if (writing->pending->len > rest)
    {
      g_autofree char *whole = g_utf8_make_valid (writing->pending->str,
                                                  (gssize) (writing->pending->len - rest));

      g_string_erase (writing->pending, 0, (gssize) (writing->pending->len - rest));
      return lb_sink_partial (writing->engine->sink, whole);
    }
  return !lb_sink_cancelled (writing->engine->sink);
}

static gboolean
tell_token (LlamaWriting *writing, llama_token token, GError **error)
{
  const struct llama_vocab *vocab = llama_model_get_vocab (writing->engine->model);
  char piece[MAX_PIECE_BYTES];
  int length = llama_token_to_piece (vocab, token, piece, sizeof piece, 0, false);

  writing->tokens++;
  if (writing->tokens == 1)
    lb_sink_first (writing->engine->sink, "token");
  if (tell (writing, piece, (gsize) MAX (length, 0)))
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
  return FALSE;
}

/* Until the model ends its answer, or a limit does. */
static gboolean
write_tokens (LlamaWriting *writing, GError **error)
{
  LlamaEngine *engine = writing->engine;
  const struct llama_vocab *vocab = llama_model_get_vocab (engine->model);
  gint64 most = lb_json_integer (engine->options, "max-tokens", 500);

  writing->stopped = "token-limit";
  while (writing->tokens < most)
    {
      llama_token token = llama_sampler_sample (engine->sampler, engine->context, -1);
      int status;

      if (llama_vocab_is_eog (vocab, token))
        {
          writing->stopped = "end";
          break;
        }
      if (!tell_token (writing, token, error))
        return FALSE;
      if (writing->tokens == most)
        break;
      if ((guint32) writing->at >= llama_n_ctx (engine->context))
        {
          writing->stopped = "context";
          break;
        }
      status = llama_decode (engine->context, llama_batch_get_one (&token, 1));
      if (status != 0)
        return llama_engine_fail (engine, "write the answer", status, error);
      writing->at++;
    }
  return TRUE;
}

gboolean
llama_writing_go (LlamaWriting *writing, GError **error)
{
  struct llama_context *context = writing->engine->context;
  gint64 begun_ns = lb_clock_now_ns ();

  llama_perf_context_reset (context);
  if (!write_tokens (writing, error))
    return FALSE;
  llama_synchronize (context);
  writing->generate_s = llama_since (begun_ns);
  writing->eval_s = llama_perf_context (context).t_eval_ms / 1000;
  return TRUE;
}

json_t *
llama_writing_output (const LlamaWriting *writing)
{
  json_t *output = json_object ();
  g_autofree char *text = g_utf8_make_valid (writing->text->str, (gssize) writing->text->len);

  lb_json_set_string (output, "text", text);
  if (!g_utf8_validate (writing->text->str, (gssize) writing->text->len, NULL))
    lb_json_set_boolean (output, "repaired", TRUE);
  lb_json_set_integer (output, "tokens", writing->tokens);
  lb_json_set_integer (output, "prompt_tokens", (gint64) writing->prompt_tokens);
  lb_json_set_string (output, "stopped", writing->stopped);
  lb_json_set (output, "phases",
               json_pack ("{s:f, s:f, s:f}", "prompt_s", writing->prompt_s, "generate_s",
                          writing->generate_s, "eval_s", writing->eval_s));
  return output;
}
