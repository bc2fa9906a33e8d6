#include "llama-prompt.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"

#define PLAIN "none"
#define MARKER "<__sound of this message__>"
#define MAX_PROMPT_BYTES (64 * 1024 * 1024)

/* The option's, a name that llama.cpp knows; else the model's. NULL: neither */
static const char *
template_of (const struct llama_model *model, const json_t *options)
{
  const char *named = lb_json_string (options, "template", NULL);

  return named != NULL ? named : llama_model_chat_template (model, NULL);
}

static gboolean
is_plain (const json_t *options)
{
  return strcmp (lb_json_string (options, "template", ""), PLAIN) == 0;
}

gboolean
llama_prompt_check (const struct llama_model *model, const json_t *options, GError **error)
{
  const struct llama_chat_message message = { "user", "" };
  const char *named = lb_json_string (options, "template", NULL);
  const char *text = template_of (model, options);
  g_autofree char *shown = named != NULL ? lb_text_escape (named) : NULL;

  if (is_plain (options) ||
      (text != NULL && llama_chat_apply_template (text, &message, 1, true, NULL, 0) >= 0))
    return TRUE;
  if (named != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "llama.cpp has no chat template \"%s\": give a name that it knows, such as "
                 "chatml, llama3 or mistral-v7-tekken, or none",
                 shown);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "the model has %s: name one with --template, such as chatml or llama3",
                 text == NULL ? "no chat template"
                              : "a chat template that llama.cpp's library does not know");
  return FALSE;
}

/* Returns: (transfer full): the whole conversation as one text, MARKER where the sound goes */
static char *
apply_template (const LlamaEngine *engine, const char *prompt)
{
  g_autofree char *content = g_strconcat (MARKER, prompt, NULL);
  const struct llama_chat_message messages[] = { { "system", engine->system },
                                                 { "user", content } };
  const struct llama_chat_message *first = engine->system != NULL ? messages : messages + 1;
  gsize n = engine->system != NULL ? 2 : 1;
  const char *text = template_of (engine->model, engine->options);
  char *all;
  int length;

  if (is_plain (engine->options))
    return g_steal_pointer (&content);
  length = llama_chat_apply_template (text, first, n, true, NULL, 0);
  if (length < 0 || length > MAX_PROMPT_BYTES)
    return NULL;
  all = g_malloc0 ((gsize) length + 1);
  llama_chat_apply_template (text, first, n, true, all, length + 1);
  return all;
}

static struct mtmd_input_chunks *
tokenize (LlamaEngine *engine, const struct mtmd_bitmap *sound, const char *before,
          gsize before_length, const char *after)
{
  const struct mtmd_input_text texts[] = { { before, before_length, false, true },
                                           { after, strlen (after), false, true } };
  const struct mtmd_input_part parts[] = { { &texts[0], NULL },
                                           { NULL, sound },
                                           { &texts[1], NULL } };
  const struct mtmd_input_part *const pointers[] = { &parts[0], &parts[1], &parts[2] };
  struct mtmd_input_chunks *chunks = mtmd_input_chunks_init ();

  if (mtmd_tokenize_from_parts (engine->projector, chunks, pointers, G_N_ELEMENTS (pointers),
                                true) == 0)
    return chunks;
  mtmd_input_chunks_free (chunks);
  return NULL;
}

struct mtmd_input_chunks *
llama_prompt_chunks (LlamaEngine *engine, const LbEngineInput *audio, const char *prompt,
                     GError **error)
{
  g_autofree char *all = apply_template (engine, prompt);
  const char *marker = all != NULL ? strstr (all, MARKER) : NULL;
  struct mtmd_bitmap *sound;
  struct mtmd_input_chunks *chunks;

  if (marker == NULL)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE,
                           "the model's chat template leaves out what the user says: name "
                           "another with --template");
      return NULL;
    }
  sound = mtmd_bitmap_init_from_audio (audio->frames, audio->samples);
  chunks = tokenize (engine, sound, all, (gsize) (marker - all), marker + strlen (MARKER));
  mtmd_bitmap_free (sound);
  if (chunks == NULL)
    g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE,
                         "llama.cpp can't make tokens of the prompt and the sound: its log says "
                         "why");
  return chunks;
}
