#include "dsp/fourier.h"

#include <fftw3.h>

G_STATIC_ASSERT (sizeof (LbComplex) == sizeof (fftwf_complex));

struct _LbFourier {
  float *samples;
  fftwf_complex *bins;
  fftwf_plan forward, inverse;
};

/* FFTW's planner is of one thread at a time; running its plans is not. */
static GMutex planner;

LbFourier *
lb_fourier_new (guint size)
{
  LbFourier *fourier;

  g_return_val_if_fail (size >= 1 && size <= G_MAXINT, NULL);

  fourier = g_new0 (LbFourier, 1);
  fourier->samples = fftwf_alloc_real (size);
  fourier->bins = fftwf_alloc_complex (size / 2 + 1);
  if (fourier->samples == NULL || fourier->bins == NULL)
    g_error ("no memory for a transform of %u samples", size);
  g_mutex_lock (&planner);
  fourier->forward = fftwf_plan_dft_r2c_1d ((int) size, fourier->samples, fourier->bins,
                                            FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
  fourier->inverse = fftwf_plan_dft_c2r_1d ((int) size, fourier->bins, fourier->samples,
                                            FFTW_ESTIMATE);
  g_mutex_unlock (&planner);
  return fourier;
}

void
lb_fourier_free (LbFourier *fourier)
{
  if (fourier == NULL)
    return;
  g_mutex_lock (&planner);
  fftwf_destroy_plan (fourier->forward);
  fftwf_destroy_plan (fourier->inverse);
  g_mutex_unlock (&planner);
  fftwf_free (fourier->samples);
  fftwf_free (fourier->bins);
  g_free (fourier);
}

float *
lb_fourier_samples (LbFourier *fourier)
{
  return fourier->samples;
}

LbComplex *
lb_fourier_bins (LbFourier *fourier)
{
  return (LbComplex *) fourier->bins;
}

void
lb_fourier_forward (LbFourier *fourier)
{
  fftwf_execute (fourier->forward);
}

void
lb_fourier_inverse (LbFourier *fourier)
{
  fftwf_execute (fourier->inverse);
}
