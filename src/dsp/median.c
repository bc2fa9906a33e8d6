#include "dsp/median.h"

#include <math.h>
#include <string.h>

void
lb_median_init (LbMedian *median)
{
  for (guint i = 0; i < LB_MEDIAN_WINDOW; i++)
    for (guint lane = 0; lane < LB_MEDIAN_LANES; lane++)
      median->sorted[i][lane] = INFINITY;
}

/* One way up the sorted values without a branch: what is larger than the new one moves up a
 * place, and from the old one's place on each takes its successor's. */
void
lb_median_slide (LbMedian *median, const float *gone, const float *come)
{
  float below[LB_MEDIAN_LANES], carry[LB_MEDIAN_LANES], old[LB_MEDIAN_LANES];

  for (guint lane = 0; lane < LB_MEDIAN_LANES; lane++)
    {
      float first = median->sorted[0][lane];

      old[lane] = gone != NULL ? gone[lane] : INFINITY;
      below[lane] = MIN (first, come[lane]);
      carry[lane] = MAX (first, come[lane]);
    }
  for (guint i = 1; i < LB_MEDIAN_WINDOW; i++)
    for (guint lane = 0; lane < LB_MEDIAN_LANES; lane++)
      {
        float value = median->sorted[i][lane];
        float low = MIN (value, carry[lane]);

        carry[lane] = MAX (value, carry[lane]);
        median->sorted[i - 1][lane] = below[lane] < old[lane] ? below[lane] : low;
        below[lane] = low;
      }
  for (guint lane = 0; lane < LB_MEDIAN_LANES; lane++)
    median->sorted[LB_MEDIAN_WINDOW - 1][lane] = below[lane] < old[lane] ? below[lane]
                                                                         : carry[lane];
}

const float *
lb_median_get (const LbMedian *median)
{
  return median->sorted[LB_MEDIAN_WINDOW / 2];
}

gint64
lb_median_reflect (gint64 index, gint64 count)
{
  gint64 period = 2 * count;

  index = ((index % period) + period) % period;
  return index < count ? index : period - 1 - index;
}
