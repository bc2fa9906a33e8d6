/* Mel spectra as classifiers were trained on them: frames, summed into bands as wide as the
 * ear's, and the bands' level. */
#pragma once

#include <glib.h>

#include "dsp/frames.h"
#include "dsp/mel.h"

G_BEGIN_DECLS

#define LB_MEL_MAX_BANDS 1024

typedef enum {
  LB_LEVEL_LINEAR,
  LB_LEVEL_LN,
  LB_LEVEL_LOG10,
  LB_LEVEL_DB, /* 10 log10 of power, 20 log10 of magnitude */
} LbLevel;

typedef struct {
  LbFramesSettings frames;
  LbMelShape mel;     /* its size is the frames' fft_size; from 1 to %LB_MEL_MAX_BANDS bands,
                         0 ≤ min_hz < max_hz ≤ rate_hz / 2 */
  gboolean magnitude; /* of |X|, else of |X|² */
  /* level = log (max (gain × x + offset, floor)) */
  LbLevel level;
  double gain, offset, floor;
  gboolean from_loudest; /* the loudest of all values is taken off: it is 0 then */
  double range;          /* nothing is lower than so far below the loudest; 0: no limit */
} LbMelSpectrumSettings;

typedef struct _LbMelSpectrum LbMelSpectrum;

/** lb_mel_spectrum_new: @settings must be within their bounds. Returns: (transfer full): of one
 * thread at a time */
LbMelSpectrum *lb_mel_spectrum_new (const LbMelSpectrumSettings *settings);
void lb_mel_spectrum_free (LbMelSpectrum *spectrum);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbMelSpectrum, lb_mel_spectrum_free)

/** lb_mel_spectrum_frames: Returns: how many frames @samples samples have */
gsize lb_mel_spectrum_frames (const LbMelSpectrum *spectrum, gsize samples);

/**
 * lb_mel_spectrum_fill:
 * @first: frame of @samples that the piece begins with
 * @frames: of the piece; none beyond lb_mel_spectrum_frames()
 * @values: (out): frames × bands
 *
 * What is loudest (from_loudest, range) is the loudest of this piece.
 */
void lb_mel_spectrum_fill (LbMelSpectrum *spectrum, const float *samples, gsize n, gsize first,
                           gsize frames, float *values);

/** lb_mel_spectrum_silence: Returns: a band's level where there is no sound; without range */
double lb_mel_spectrum_silence (const LbMelSpectrum *spectrum);

G_END_DECLS
