/* An answer of a language model behind a server, whole or in pieces, as two APIs have it:
 * OpenAI's chat completions and Gemini's generateContent. What a server says is hostile. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef struct {
  GString *text;
  gboolean any;   /* something of an answer came */
  gboolean ended; /* the server said why it ended */
  gboolean cut;   /* … at the limit of tokens */
  char *refusal;  /* why there is no answer, words after the server's name; or NULL */
  json_t *usage;  /* what it cost, in tokens; NULL: it didn't say */
  double prompt_s, generate_s; /* as the server says them; NAN: it doesn't */
} ChatAnswer;

ChatAnswer *chat_answer_new (void);
void chat_answer_free (ChatAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ChatAnswer, chat_answer_free)

/** ChatRead: adds @value, a whole answer or an event of one. @delta: (out) (transfer full)
 *  (nullable): the text in it. Nothing is added any more once refusal is set */
typedef void (*ChatRead) (ChatAnswer *answer, const json_t *value, char **delta);

void chat_read_openai (ChatAnswer *answer, const json_t *value, char **delta);
void chat_read_gemini (ChatAnswer *answer, const json_t *value, char **delta);

/** chat_answer_is_full: more text than any answer has */
gboolean chat_answer_is_full (const ChatAnswer *answer);

/** chat_answer_output: Returns: (transfer full): `text`, `tokens`, `prompt_tokens`, `usage`,
 * `stopped`, `phases`, as far as they are known */
json_t *chat_answer_output (const ChatAnswer *answer);

G_END_DECLS
