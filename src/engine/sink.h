/* The host's end of what an engine's hooks tell: see engine.h for theirs. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

LbSink *lb_sink_new (void);
void lb_sink_free (LbSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbSink, lb_sink_free)

/** lb_sink_send: writes @message (transfer full) as one line; the process ends when nobody reads
 * any more */
void lb_sink_send (LbSink *sink, json_t *message);

/** lb_sink_begin: a load (@runs %FALSE) or run with request number @id begins: what the hooks
 * tell goes out */
void lb_sink_begin (LbSink *sink, gint64 id, gboolean runs);

/** lb_sink_end: from now on what late threads of the engine tell is dropped.
 *  Returns: the instant of `done`, 0 when the engine told none */
gint64 lb_sink_end (LbSink *sink);

/** lb_sink_id: the number of the request that runs: for null, which writes lines of its own */
gint64 lb_sink_id (LbSink *sink);

/** lb_sink_silence: this request is answered already: nothing more goes out for it. For null's
 * lies */
void lb_sink_silence (LbSink *sink);

/** lb_sink_is_silent: whether lb_sink_silence() was called since lb_sink_begin() */
gboolean lb_sink_is_silent (LbSink *sink);

/** lb_sink_take_pcm: Returns: (transfer full) (nullable): [{stem, offset, frames, rate,
 * channels}] */
json_t *lb_sink_take_pcm (LbSink *sink);

/** lb_sink_cancel: the parent wants request @id to stop; a negative @id: any. From any thread */
void lb_sink_cancel (LbSink *sink, gint64 id);

/** lb_sink_set_format: of sound that the engine gives */
void lb_sink_set_format (LbSink *sink, guint rate_hz, guint channels);

/** lb_sink_set_out: where sound goes: the mapping of @bytes at @map */
void lb_sink_set_out (LbSink *sink, void *map, gsize bytes);

G_END_DECLS
