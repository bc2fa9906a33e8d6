/* All that is measured of a song's spectrum, in two passes over its samples: the second needs the
 * first one's tuning and loudest band. Neither holds more than 32 frames and the onset strengths.
 * docs/FEATURES.md has the definitions. */
#pragma once

#include "dsp/chroma.h"
#include "dsp/key.h"
#include "dsp/tempo.h"

G_BEGIN_DECLS

#define LB_FEATURES_RATE_HZ 22050
#define LB_FEATURES_SIZE 2048
#define LB_FEATURES_HOP 512

/* Over those frames that are no silence; NAN: all are. */
typedef struct {
  double mean, deviation;
} LbSpread;

typedef struct {
  double duration_s;
  guint64 frames, sounding_frames; /* sounding: those whose RMS is above −60 dB */
  LbTempo tempo;
  LbKey key;
  double tuning; /* semitones off A = 440 Hz; NAN: no pitch was found */
  LbSpread centroid_hz, bandwidth_hz, rolloff_hz;
  LbSpread zero_crossing_rate;      /* sign changes a sample */
  LbSpread rms;                     /* of all frames */
  guint onsets;                     /* beginnings of notes */
  double onsets_per_s;              /* NAN: the sound is shorter than a frame */
  double chroma[LB_CHROMA_CLASSES]; /* means, from C on */
  double percussive_share; /* of the energy, 0 to 1; the rest is harmonic. NAN: silence */
} LbFeatures;

typedef struct _LbFeaturesMeter LbFeaturesMeter;

/** lb_features_meter_new: Returns: (transfer full): before the first pass */
LbFeaturesMeter *lb_features_meter_new (void);
void lb_features_meter_free (LbFeaturesMeter *meter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbFeaturesMeter, lb_features_meter_free)

/** lb_features_meter_add: @count samples of one channel at LB_FEATURES_RATE_HZ, finite ones */
void lb_features_meter_add (LbFeaturesMeter *meter, const float *samples, gsize count);

/** lb_features_meter_again: the first pass is over: the same samples once more */
void lb_features_meter_again (LbFeaturesMeter *meter);

/** lb_features_meter_finish: @features: (out caller-allocates): of all, after the second pass */
void lb_features_meter_finish (LbFeaturesMeter *meter, LbFeatures *features);

G_END_DECLS
