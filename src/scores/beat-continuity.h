/* The part of the beat scores that looks at each metrical level. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Rising times */
typedef struct {
  const double *times;
  gsize n;
} LbBeats;

typedef struct {
  double continuous, total, cemgil;
} LbBeatLevel;

/** lb_beat_nearest: Returns: which of @beats (at least one) is nearest to @time; of two as near,
 * the first */
gsize lb_beat_nearest (const LbBeats *beats, double time);

/** lb_beat_levels: Returns: by @same the scores at the reference's own level, by @best the best
 * of five. continuous and total need 2 beats of either */
void lb_beat_levels (const LbBeats *reference, const LbBeats *estimate, LbBeatLevel *same,
                     LbBeatLevel *best);

G_END_DECLS
