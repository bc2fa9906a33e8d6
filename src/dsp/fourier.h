/* Real Fourier transforms of one length, in single precision, by FFTW. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  float re, im;
} LbComplex;

typedef struct _LbFourier LbFourier;

/** lb_fourier_new: Returns: (transfer full): for @size samples; of one thread at a time */
LbFourier *lb_fourier_new (guint size);
void lb_fourier_free (LbFourier *fourier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbFourier, lb_fourier_free)

/** lb_fourier_samples: Returns: the @size samples that forward reads and inverse has written */
float *lb_fourier_samples (LbFourier *fourier);

/** lb_fourier_bins: Returns: the size / 2 + 1 bins that forward has written and inverse reads */
LbComplex *lb_fourier_bins (LbFourier *fourier);

/** lb_fourier_forward: the samples' spectrum, not scaled; the samples stay */
void lb_fourier_forward (LbFourier *fourier);

/** lb_fourier_inverse: the bins' samples times the size; the bins are lost */
void lb_fourier_inverse (LbFourier *fourier);

G_END_DECLS
