/* What an engine found, along the time of a sound: notes, beats, chords. One picture for all: a
 * mark is a box, or, where it has no length, a line. */
#pragma once

#include "gui/time-widget.h"

G_BEGIN_DECLS

typedef struct {
  double start_s, end_s; /* the same: a line */
  double low, high;      /* of the height, from the bottom: 0 to 1 */
  char *text;            /* (nullable): written where there is room */
  gboolean strong;       /* a downbeat, a note at full level */
} LbTimelineMark;

/** lb_timeline_mark_clear: of the arrays that lb_timeline_set() takes */
void lb_timeline_mark_clear (LbTimelineMark *mark);
/** lb_timeline_marks_new: Returns: (transfer full) (element-type LbTimelineMark): none yet */
GArray *lb_timeline_marks_new (void);

#define LB_TYPE_TIMELINE (lb_timeline_get_type ())
G_DECLARE_FINAL_TYPE (LbTimeline, lb_timeline, LB, TIMELINE, LbTimeWidget)

GtkWidget *lb_timeline_new (void);

/** lb_timeline_set: @marks: (transfer full) (nullable); @duration_s: of the whole width; @label:
 * what a screen reader says of all */
void lb_timeline_set (LbTimeline *timeline, GArray *marks, double duration_s, const char *label);

G_END_DECLS
