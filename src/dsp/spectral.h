/* What one frame's spectrum looks like: where its middle lies, how wide it is, below what most of
 * it is. librosa's definitions, of magnitudes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_SPECTRAL_ROLLOFF_SHARE 0.85

typedef struct {
  double centroid_hz;  /* the mean frequency, each bin weighed by its magnitude */
  double bandwidth_hz; /* the standard deviation around it, likewise */
  double rolloff_hz;   /* the lowest bin up to which LB_SPECTRAL_ROLLOFF_SHARE of the sum lies */
} LbSpectral;

/** lb_spectral_measure: of @bins magnitudes, @bin_hz apart. All are 0 where there is nothing */
void lb_spectral_measure (const float *magnitudes, guint bins, double bin_hz,
                          LbSpectral *spectral);

/** lb_zero_crossings: Returns: how often @count samples change their sign; what is within 1e-10
 * of 0 counts as positive */
guint lb_zero_crossings (const float *samples, guint count);

G_END_DECLS
