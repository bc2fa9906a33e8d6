/* The child's end of the wire. */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "decode/wire.h"

G_BEGIN_DECLS

typedef struct _LbSender LbSender;

LbSender *lb_sender_new (int fd);
void lb_sender_free (LbSender *sender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbSender, lb_sender_free)

/** lb_sender_json: Returns: whether @value went out; %FALSE: nobody reads any more */
gboolean lb_sender_json (LbSender *sender, LbWireKind kind, const json_t *value);

/**
 * lb_sender_room:
 * @channels: of the frames to come, always the same
 * @frames: (out): how many fit, at least one
 *
 * Returns: (transfer none) (nullable): where to put the next samples; %NULL: nobody reads any
 * more
 */
float *lb_sender_room (LbSender *sender, guint channels, gsize *frames);
/** lb_sender_add: says that @samples were put there */
void lb_sender_add (LbSender *sender, gsize samples);
/** lb_sender_alive: an empty PCM frame. Returns: as lb_sender_json() */
gboolean lb_sender_alive (LbSender *sender);
/** lb_sender_flush: Returns: whether all samples went out */
gboolean lb_sender_flush (LbSender *sender);

G_END_DECLS
