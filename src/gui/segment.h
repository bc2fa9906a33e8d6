/* A piece of a transcription, as an item of a list. */
#pragma once

#include "core/json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define LB_TYPE_SEGMENT (lb_segment_get_type ())
G_DECLARE_FINAL_TYPE (LbSegment, lb_segment, LB, SEGMENT, GObject)

double lb_segment_start_s (LbSegment *segment);
double lb_segment_end_s (LbSegment *segment);
const char *lb_segment_text (LbSegment *segment);

/** lb_segments_of: Returns: (transfer full): a list of LbSegment: `segments` of @output */
GListStore *lb_segments_of (const json_t *output);

G_END_DECLS
