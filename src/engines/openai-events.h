/* A body of type text/event-stream, cut into its events (WHATWG HTML, "server-sent events"), or
 * one of lines that are an event each (application/x-ndjson). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OPENAI_EVENTS_MAX_BYTES (4 * 1024 * 1024) /* of one event */

typedef struct {
  GString *line, *data;
  gboolean cr;    /* the last byte was one: a newline behind it is the same line's */
  gboolean lines; /* each line that isn't empty is an event: set after openai_events_init() */
} OpenaiEvents;

/** OpenaiEvent: the data of one event, NUL behind it. Returns: %FALSE: stop, with or without
 * @error */
typedef gboolean (*OpenaiEvent) (const char *data, gsize length, gpointer user_data,
                                 GError **error);

void openai_events_init (OpenaiEvents *events);
void openai_events_clear (OpenaiEvents *events);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OpenaiEvents, openai_events_clear)

/** openai_events_feed: Returns: %FALSE: @event said stop, or an event is too large (@error) */
gboolean openai_events_feed (OpenaiEvents *events, const char *bytes, gsize n_bytes,
                             OpenaiEvent event, gpointer user_data, GError **error);

G_END_DECLS
