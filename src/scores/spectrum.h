/* Real Fourier transforms of one length, by FFTW. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double re, im;
} LbBin;

typedef struct _LbTransform LbTransform;

/** lb_transform_new: Returns: (transfer full): for @size samples; of one thread at a time */
LbTransform *lb_transform_new (guint size);
void lb_transform_free (LbTransform *transform);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbTransform, lb_transform_free)

/** lb_transform_samples: Returns: the @size samples that the next call reads or has written */
double *lb_transform_samples (LbTransform *transform);

/** lb_transform_forward: the samples' spectrum, size / 2 + 1 bins; the samples stay */
void lb_transform_forward (LbTransform *transform, LbBin *bins);

/** lb_transform_inverse: @bins' samples, so that forward and inverse give back what was */
void lb_transform_inverse (LbTransform *transform, const LbBin *bins);

G_END_DECLS
