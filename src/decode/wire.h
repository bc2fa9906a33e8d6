/* What llamaburn-decode writes to its standard output: frames of a head and a body, in this
 * machine's byte order (both ends are the same machine). Inside src/decode only.
 *
 *   HEADER   JSON: format, duration_s (absent: unknown), sample_rate, channels
 *   PCM      f32, interleaved: any number of these, each a whole number of frames; none:
 *            still at work on what comes before the wanted part
 *   TRAILER  JSON: frames, flags [{id, evidence, cure}], base_rss_bytes, peak_rss_bytes
 *   ERROR    JSON: kind ("bad-input", "range", "failed"), message. The last frame; may come at
 * any time
 *
 * A probe is HEADER, TRAILER. The sound is read from standard input, which must be a regular
 * file. Descriptor 3, when it is a pipe, is the parent's life: its end is ours. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  LB_WIRE_HEADER = 1,
  LB_WIRE_PCM,
  LB_WIRE_TRAILER,
  LB_WIRE_ERROR,
} LbWireKind;

typedef struct {
  guint32 kind;
  guint32 bytes; /* of the body */
} LbWireHead;

#define LB_WIRE_LIFE_FD 3
#define LB_WIRE_MAX_PCM_SAMPLES 65536
#define LB_WIRE_MAX_JSON_BYTES 65536

G_END_DECLS
