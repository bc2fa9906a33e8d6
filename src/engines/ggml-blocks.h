/* How ggml stores a tensor's elements: in blocks, by its type. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ggml_blocks_bytes: Returns: bytes of @elements of the type with ggml's number @type; −1 where
 * the type is not known, or takes no such number of elements */
gint64 ggml_blocks_bytes (guint32 type, gint64 elements);

G_END_DECLS
