/* What a server understood: as one JSON value, or as the events of a stream. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/** openai_transcript_of_json: @value: {"text", "language", "segments", "words", "usage"}; what is
 *  not of its type is left out. Returns: (transfer full): the output of a run; %NULL: it has no
 *  text */
json_t *openai_transcript_of_json (const json_t *value);

typedef struct _OpenaiTranscript OpenaiTranscript;

OpenaiTranscript *openai_transcript_new (void);
void openai_transcript_free (OpenaiTranscript *transcript);

/**
 * openai_transcript_add:
 * @event: as OpenAI streams (transcript.text.delta, transcript.text.done), as vLLM does
 *   (choices[0].delta.content), or a segment with its text
 * @delta: (out) (transfer full): its piece of text, to be shown; %NULL: none
 *
 * Returns: %FALSE: it was the last one
 */
gboolean openai_transcript_add (OpenaiTranscript *transcript, const json_t *event, char **delta);

gboolean openai_transcript_has_any (const OpenaiTranscript *transcript);
gboolean openai_transcript_is_full (const OpenaiTranscript *transcript);

/** openai_transcript_output: Returns: (transfer full): the output of a run */
json_t *openai_transcript_output (const OpenaiTranscript *transcript);

G_END_DECLS
