/* Mel filter banks: bands of a spectrum as wide as the ear hears them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  LB_MEL_SLANEY, /* linear up to 1 kHz, logarithmic above: Slaney (1998), librosa's own */
  LB_MEL_HTK,    /* 2595 × log10 (1 + f / 700) */
} LbMelScale;

typedef struct {
  double rate_hz;
  guint size;  /* of the transform: size / 2 + 1 bins */
  guint bands; /* triangles, each from its left neighbour's peak to its right one's */
  double min_hz, max_hz;
  LbMelScale scale;
  gboolean equal_area;    /* Slaney's: each triangle divided by half its width */
  gboolean mel_triangles; /* their sides are straight in mel (Kaldi's), else in Hz */
} LbMelShape;

typedef struct _LbMel LbMel;

/** lb_mel_new: Returns: (transfer full): the bank of librosa.filters.mel() */
LbMel *lb_mel_new (const LbMelShape *shape);
void lb_mel_free (LbMel *mel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbMel, lb_mel_free)

/** lb_mel_apply: @bands[b] = the sum of @bins (power, or magnitude) × band b's triangle */
void lb_mel_apply (const LbMel *mel, const float *bins, float *bands);

G_END_DECLS
