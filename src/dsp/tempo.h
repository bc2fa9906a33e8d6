/* The tempo of a song: the lag at which its onsets repeat, weighed by how usual it is. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double bpm;      /* NAN: there are no onsets */
  double grid_bpm; /* of the whole number of frames that is nearest: librosa.feature.tempo() */
  double strength; /* the envelope's correlation with itself grid_bpm's beat later, −1 to 1; NAN:
                      the sound is shorter than that */
} LbTempo;

/**
 * lb_tempo_find:
 * @envelope: onset strengths of lb_onset_envelope(), @frame_hz of them a second
 *
 * The autocorrelation of 8 s around each frame, the mean of all, and the lag where it is
 * strongest when weighed by a log-normal curve around 120 BPM (an octave wide), below 320 BPM.
 * Between frames: the top of the parabola through that lag and its neighbours.
 */
void lb_tempo_find (const float *envelope, gsize count, double frame_hz, LbTempo *tempo);

G_END_DECLS
