#include "llama-words.h"

#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "llama-prompt.h"
#include "llama-writing.h"

#define READ_SHARE 0.5 /* of the progress */

/* Returns: (transfer full): with what the vocabulary wants before all, as llama.cpp's tools do */
static llama_token *
tokenize (const LlamaEngine *engine, const char *text, int *n_tokens, GError **error)
{
  const struct llama_vocab *vocab = llama_model_get_vocab (engine->model);
  int length = (int) strlen (text);
  int most = -llama_tokenize (vocab, text, length, NULL, 0, true, true);
  llama_token *tokens = most > 0 ? g_new (llama_token, most) : NULL;

  *n_tokens = tokens != NULL ? llama_tokenize (vocab, text, length, tokens, most, true, true) : 0;
  if (*n_tokens > 0)
    return tokens;
  g_free (tokens);
  g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                       "llama.cpp can't make tokens of the prompt: ask something");
  return NULL;
}

/* At least one token of an answer must fit too. */
static gboolean
check_room (const LlamaEngine *engine, int n_tokens, GError **error)
{
  guint32 context = llama_n_ctx (engine->context);
  int known = llama_model_n_ctx_train (engine->model);
  g_autofree char *cure = n_tokens < known
                              ? g_strdup_printf ("--context %d or more, up to %d", n_tokens + 1,
                                                 known)
                              : g_strdup ("ask less, or choose a model that takes more");

  if ((guint32) n_tokens < context)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "the context of %u tokens is too small for the prompt (%d tokens) and an answer: "
               "%s",
               context, n_tokens, cure);
  return FALSE;
}

static gboolean
read_tokens (LlamaWriting *writing, llama_token *tokens, int n_tokens, GError **error)
{
  LlamaEngine *engine = writing->engine;

  while (writing->at < n_tokens)
    {
      int n = MIN (n_tokens - writing->at, (int) llama_n_batch (engine->context));
      int status = llama_decode (engine->context, llama_batch_get_one (tokens + writing->at, n));

      if (status != 0)
        return llama_engine_fail (engine, "read the prompt", status, error);
      writing->at += n;
      if (!lb_sink_progress (engine->sink, READ_SHARE * writing->at / n_tokens))
        return llama_engine_fail (engine, "read the prompt", 0, error);
    }
  llama_synchronize (engine->context);
  return TRUE;
}

static gboolean
read_prompt (LlamaWriting *writing, const char *system, const char *question, GError **error)
{
  LlamaEngine *engine = writing->engine;
  gint64 begun_ns = lb_clock_now_ns ();
  g_autofree char *text = llama_prompt_text (engine->model, engine->options, system, question,
                                             error);
  int n_tokens = 0;
  g_autofree llama_token *tokens = text != NULL ? tokenize (engine, text, &n_tokens, error)
                                                : NULL;

  if (tokens == NULL || !check_room (engine, n_tokens, error) ||
      !read_tokens (writing, tokens, n_tokens, error))
    return FALSE;
  writing->prompt_tokens = (gsize) n_tokens;
  writing->prompt_s = llama_since (begun_ns);
  return TRUE;
}

gboolean
llama_words (LlamaEngine *engine, const char *system, const char *question, json_t **output,
             GError **error)
{
  LlamaWriting writing;
  gint64 begun_ns = lb_clock_now_ns ();
  gboolean good;

  llama_writing_begin (&writing, engine);
  good = read_prompt (&writing, system, question, error) && llama_writing_go (&writing, error);
  if (good)
    {
      double engine_s = llama_since (begun_ns);

      lb_sink_done (engine->sink);
      *output = llama_writing_output (&writing);
      lb_json_set_real (*output, "engine_s", engine_s);
    }
  llama_writing_clear (&writing);
  return good;
}
