/* What the engines that ask a server of the OpenAI audio API share: the server, its answers, and
 * that a request ends when its run is cancelled. */
#pragma once

#include "engine/engine.h"
#include "net/remote.h"
#include "openai-watch.h"

G_BEGIN_DECLS

typedef struct {
  LbRemote *remote;
  OpenaiWatch *watch;
  json_t *options; /* as the host checked them */
  char *path;
  char *model;            /* sent as `model` */
  const char *model_from; /* "option", "server", "default" */
  char *software;         /* what the server calls itself, or NULL */
  LbSink *sink;           /* of the load or run that goes on */
  guint status;           /* of the last answer */
} Openai;

/** openai_open: finds the server; nothing but its list of models is asked for. @fallback_model:
 *  sent where neither --model-name nor the server names one. On failure nothing is left open */
gboolean openai_open (Openai *self, const LbLoadRequest *request, const char *fallback_model,
                      LbSink *sink, GError **error);
void openai_close (Openai *self);

/** openai_ask: POST to the path of the engine. Returns: (transfer full): an answer of status 200,
 *  or %NULL with one line; %LB_ERROR_ENGINE, %LB_ERROR_CANCELLED */
LbReply *openai_ask (Openai *self, const char *type, GBytes *body, GError **error);

/** openai_read: as lb_reply_read() */
gssize openai_read (Openai *self, LbReply *reply, void *buffer, gsize size, GError **error);

/** openai_read_body: Returns: (transfer full): all of it, at most 16 MiB, NUL behind it */
char *openai_read_body (Openai *self, LbReply *reply, gsize *length, GError **error);

/** openai_parse: Returns: (transfer full): @text as JSON, without the key; an object that tells
 * of an error is one: %LB_ERROR_ENGINE */
json_t *openai_parse (Openai *self, const char *text, gssize length, GError **error);

json_t *openai_parse_reply (Openai *self, LbReply *reply, const char *body, gsize length,
                            GError **error);

/** openai_fail: Returns: %FALSE, @error set to LB_ERROR_ENGINE: "HOST" + @what */
gboolean openai_fail (const Openai *self, GError **error, const char *what, ...)
    G_GNUC_PRINTF (3, 4);

/** openai_answer: what load answers of every such engine */
void openai_answer (const Openai *self, LbLoadAnswer *answer);

/** openai_field: the next of --field NAME=VALUE, from 0. @value: (out) (transfer none). Returns:
 *  (transfer full): its name; %NULL: no more. @error: one that is none */
char *openai_field (const Openai *self, gsize index, const char **value, GError **error);

gboolean openai_probe (LbProbeAnswer *answer, GError **error);

G_END_DECLS
