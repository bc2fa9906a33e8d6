/* The null engine's bad manners: see data/engines/null.json. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

typedef struct {
  json_t *options;
  guint runs;
  char mode[32];
  guint in_rate_hz, in_channels, out_rate_hz, out_channels;
  gint64 parameters; /* of the model; 0: none */
} Null;

/** null_is: whether the option @name has the value @value */
gboolean null_is (const Null *null, const char *name, const char *value);
gint64 null_int (const Null *null, const char *name);

/** null_sleep: Returns: %FALSE when it was cancelled */
gboolean null_sleep (const Null *null, LbSink *sink, gint64 ms);

/** null_trouble: what the options want at the place @at. Returns: %FALSE with
 * an error, or not at all */
gboolean null_trouble (const Null *null, const char *at, LbSink *sink, GError **error);

/** null_lie: writes what the option `lie` says straight to the protocol. Returns: whether that
 * was instead of `done` and `output` */
gboolean null_lie (const Null *null, LbSink *sink);

/** null_tamper: tries what `cut`, `inet`, `child`, `eat-mb` and `environment` say.
 *  Returns: (transfer full) (nullable): what came of it */
char *null_tamper (const Null *null);

G_END_DECLS
