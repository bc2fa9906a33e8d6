/* Ends a request when its run is cancelled: the sink can only be asked, a GCancellable tells. */
#pragma once

#include <gio/gio.h>

#include "engine/engine.h"

G_BEGIN_DECLS

typedef struct _OpenaiWatch OpenaiWatch;

OpenaiWatch *openai_watch_new (void);
void openai_watch_free (OpenaiWatch *watch);

/** openai_watch_begin: from now on @sink is looked at, 50 times a second. Returns: (transfer
 * full): what is cancelled with it */
GCancellable *openai_watch_begin (OpenaiWatch *watch, LbSink *sink);
void openai_watch_end (OpenaiWatch *watch);

G_END_DECLS
