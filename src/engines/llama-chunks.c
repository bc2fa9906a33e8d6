#include "llama-chunks.h"

#include <string.h>

#include "core/error.h"
#include "llama-prompt.h"

#define MARKER "<__sound of this message__>"

static struct mtmd_input_chunks *
tokenize (struct mtmd_context *projector, const struct mtmd_bitmap *sound, const char *before,
          gsize before_length, const char *after)
{
  const struct mtmd_input_text texts[] = { { before, before_length, false, true },
                                           { after, strlen (after), false, true } };
  const struct mtmd_input_part parts[] = { { &texts[0], NULL },
                                           { NULL, sound },
                                           { &texts[1], NULL } };
  const struct mtmd_input_part *const pointers[] = { &parts[0], &parts[1], &parts[2] };
  struct mtmd_input_chunks *chunks = mtmd_input_chunks_init ();

  if (mtmd_tokenize_from_parts (projector, chunks, pointers, G_N_ELEMENTS (pointers), true) == 0)
    return chunks;
  mtmd_input_chunks_free (chunks);
  return NULL;
}

struct mtmd_input_chunks *
llama_chunks (const LlamaEngine *engine, struct mtmd_context *projector,
              const LbEngineInput *audio, const char *prompt, GError **error)
{
  g_autofree char *content = g_strconcat (MARKER, prompt, NULL);
  g_autofree char *all = llama_prompt_text (engine->model, engine->options, engine->system,
                                            content, error);
  struct mtmd_bitmap *sound;
  struct mtmd_input_chunks *chunks;
  const char *marker;

  if (all == NULL)
    return NULL;
  marker = strstr (all, MARKER);
  sound = mtmd_bitmap_init_from_audio (audio->frames, audio->samples);
  chunks = tokenize (projector, sound, all, (gsize) (marker - all), marker + strlen (MARKER));
  mtmd_bitmap_free (sound);
  if (chunks == NULL)
    g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE,
                         "llama.cpp can't make tokens of the prompt and the sound: its log says "
                         "why");
  return chunks;
}
