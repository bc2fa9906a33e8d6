#include "scores/spectrum.h"

#include <fftw3.h>
#include <string.h>

struct _LbTransform {
  guint size;
  double *samples;
  fftw_complex *bins;
  fftw_plan forward, inverse;
};

/* FFTW's planner is of one thread at a time; running its plans is not. */
static GMutex planner;

LbTransform *
lb_transform_new (guint size)
{
  LbTransform *transform = g_new0 (LbTransform, 1);

  transform->size = size;
  transform->samples = fftw_alloc_real (size);
  transform->bins = fftw_alloc_complex (size / 2 + 1);
  if (transform->samples == NULL || transform->bins == NULL)
    g_error ("no memory for a transform of %u samples", size);
  g_mutex_lock (&planner);
  transform->forward = fftw_plan_dft_r2c_1d ((int) size, transform->samples, transform->bins,
                                             FFTW_ESTIMATE);
  transform->inverse = fftw_plan_dft_c2r_1d ((int) size, transform->bins, transform->samples,
                                             FFTW_ESTIMATE);
  g_mutex_unlock (&planner);
  return transform;
}

void
lb_transform_free (LbTransform *transform)
{
  if (transform == NULL)
    return;
  g_mutex_lock (&planner);
  fftw_destroy_plan (transform->forward);
  fftw_destroy_plan (transform->inverse);
  g_mutex_unlock (&planner);
  fftw_free (transform->samples);
  fftw_free (transform->bins);
  g_free (transform);
}

double *
lb_transform_samples (LbTransform *transform)
{
  return transform->samples;
}

void
lb_transform_forward (LbTransform *transform, LbBin *bins)
{
  fftw_execute (transform->forward);
  memcpy (bins, transform->bins, (transform->size / 2 + 1) * sizeof (LbBin));
}

void
lb_transform_inverse (LbTransform *transform, const LbBin *bins)
{
  memcpy (transform->bins, bins, (transform->size / 2 + 1) * sizeof (LbBin));
  fftw_execute (transform->inverse);
  for (guint i = 0; i < transform->size; i++)
    transform->samples[i] /= transform->size;
}
