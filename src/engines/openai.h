/* What the engines that ask a server over HTTP share: the server, its answers, and that a request
 * ends when its run is cancelled. The first of them were those of the OpenAI API. */
#pragma once

#include "engine/engine.h"
#include "net/remote.h"
#include "openai-watch.h"

G_BEGIN_DECLS

/* Whose API it is. */
typedef struct {
  const char *key;            /* the environment variable that holds it */
  const char *key_header;     /* NULL: as a bearer's */
  const char *fallback_model; /* sent where neither --model-name nor the server names one */
  const char *usual_url;      /* NULL: the option has a default */
  const char *absent;         /* what to do about an answer 404 */
  gboolean asks_always;       /* for the list of models, also with --model-name: nothing else tells
                                 before the first run whether the server and the key are right */
} OpenaiService;

typedef struct {
  const OpenaiService *service;
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

/** openai_open: finds the server; nothing but its list of models is asked for, and that only
 * without --model-name. On failure nothing is left open */
gboolean openai_open (Openai *self, const OpenaiService *service, const LbLoadRequest *request,
                      LbSink *sink, GError **error);

/** openai_connect: as openai_open(), but nothing is asked at all: the model is --model-name's */
gboolean openai_connect (Openai *self, const OpenaiService *service,
                         const LbLoadRequest *request, LbSink *sink, GError **error);
void openai_close (Openai *self);

/** openai_send: POST of @body to @path; GET without one. Returns: (transfer full): an answer of
 * any status, or %NULL; %LB_ERROR_ENGINE, %LB_ERROR_CANCELLED */
LbReply *openai_send (Openai *self, const char *path, const char *type, GBytes *body,
                      GError **error);

/** openai_ask: POST to the path of the engine. Returns: (transfer full): an answer of status 200,
 *  or %NULL with one line */
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

/** openai_key_advice: Returns: (transfer full): how a user gives us @key (the name of a variable),
 *  and what stood in the way of finding it in the keyring */
char *openai_key_advice (const char *key);

/** openai_answer: what load answers of every such engine */
void openai_answer (const Openai *self, LbLoadAnswer *answer);

/** openai_field: the next of --field NAME=VALUE, from 0. @value: (out) (transfer none). Returns:
 *  (transfer full): its name; %NULL: no more. @error: one that is none */
char *openai_field (const Openai *self, gsize index, const char **value, GError **error);

/** openai_add_fields: those of --field into a request that is JSON; a value that is JSON too is
 * taken as such. @error: %LB_ERROR_USAGE */
gboolean openai_add_fields (const Openai *self, json_t *body, GError **error);

gboolean openai_probe (LbProbeAnswer *answer, GError **error);

G_END_DECLS
