/* A run of an engine that asks a language model behind a server about a sound, in words: what is
 * sent, how often, and what came of it. openai-chat and gemini differ by their dialect. */
#pragma once

#include "chat-answer.h"
#include "openai.h"

G_BEGIN_DECLS

#define CHAT_MAX_SOUND_BYTES (128 * 1024 * 1024)

typedef struct _Chat Chat;

typedef struct {
  /* Returns: (transfer full): the request; %NULL with @error. @sound: (transfer full) (nullable):
   * a WAV in base64 */
  json_t *(*request) (const Chat *chat, const char *prompt, json_t *sound, gint64 seed,
                      GError **error);
  ChatRead read;
  gsize max_request_bytes; /* the sound is cut to fit; 0: CHAT_MAX_SOUND_BYTES of it */
  guint max_retries;       /* when the option `retries` doesn't say; 0: it has none */
} ChatDialect;

struct _Chat {
  Openai server;
  const ChatDialect *dialect;
  guint rate_hz;
  gboolean stream;
};

/** chat_settle: after openai_open(): what the options say, and what load answers */
void chat_settle (Chat *chat, const ChatDialect *dialect, LbLoadAnswer *answer);

/** chat_run: the engine's run(). Without a sound, the prompt is all that is sent */
gboolean chat_run (Chat *chat, const LbRunRequest *request, LbSink *sink, json_t **output,
                   GError **error);

G_END_DECLS
