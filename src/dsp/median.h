/* Medians of a window that slides, for many lanes at once: Fitzgerald's separation of a song into
 * what sounds and what strikes is made of them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_MEDIAN_WINDOW 31
#define LB_MEDIAN_LANES 16

/* Each lane's window, sorted. */
typedef struct {
  float sorted[LB_MEDIAN_WINDOW][LB_MEDIAN_LANES];
} LbMedian;

/** lb_median_init: windows that hold nothing but infinities: LB_MEDIAN_WINDOW slides fill them */
void lb_median_init (LbMedian *median);

/** lb_median_slide: in lane i, @gone[i], which is in its window, gives way to @come[i]. @gone:
 * NULL: an infinity of lb_median_init() */
void lb_median_slide (LbMedian *median, const float *gone, const float *come);

/** lb_median_get: Returns: (transfer none): the medians of the lanes */
const float *lb_median_get (const LbMedian *median);

/** lb_median_reflect: Returns: the index, 0 to @count − 1, that stands for @index, which may lie
 * outside: b a | a b c | c b, as scipy's mode "reflect" */
gint64 lb_median_reflect (gint64 index, gint64 count);

G_END_DECLS
