#include "dsp/stft.h"

#include <math.h>
#include <string.h>

struct _LbStft {
  guint size, hop;
  gboolean centred;
  float *window;
  float *held;   /* the frame that is being filled */
  guint in_held; /* samples */
  guint64 frames;
  LbFourier *fourier;
  LbStftFrame frame;
  gpointer data;
};

void
lb_stft_hann (float *window, guint size)
{
  for (guint i = 0; i < size; i++)
    window[i] = (float) (0.5 - 0.5 * cos (2 * G_PI * i / size));
}

void
lb_stft_power (const LbComplex *bins, float *power, guint count)
{
  for (guint i = 0; i < count; i++)
    power[i] = bins[i].re * bins[i].re + bins[i].im * bins[i].im;
}

LbStft *
lb_stft_new (const LbStftShape *shape, LbStftFrame frame, gpointer data)
{
  LbStft *stft;

  g_return_val_if_fail (shape->size >= 2 && shape->hop >= 1 && shape->hop <= shape->size, NULL);
  g_return_val_if_fail (frame != NULL, NULL);

  stft = g_new0 (LbStft, 1);
  stft->size = shape->size;
  stft->hop = shape->hop;
  stft->centred = shape->centred;
  stft->window = g_new (float, shape->size);
  if (shape->window != NULL)
    memcpy (stft->window, shape->window, shape->size * sizeof (float));
  else
    lb_stft_hann (stft->window, shape->size);
  stft->held = g_new0 (float, shape->size);
  stft->in_held = shape->centred ? shape->size / 2 : 0;
  stft->fourier = lb_fourier_new (shape->size);
  stft->frame = frame;
  stft->data = data;
  return stft;
}

void
lb_stft_free (LbStft *stft)
{
  if (stft == NULL)
    return;
  lb_fourier_free (stft->fourier);
  g_free (stft->window);
  g_free (stft->held);
  g_free (stft);
}

static void
end_frame (LbStft *stft)
{
  float *windowed = lb_fourier_samples (stft->fourier);

  for (guint i = 0; i < stft->size; i++)
    windowed[i] = stft->held[i] * stft->window[i];
  lb_fourier_forward (stft->fourier);
  stft->frames++;
  stft->frame (stft->held, lb_fourier_bins (stft->fourier), stft->data);
  stft->in_held = stft->size - stft->hop;
  memmove (stft->held, stft->held + stft->hop, stft->in_held * sizeof (float));
}

void
lb_stft_add (LbStft *stft, const float *samples, gsize count)
{
  while (count > 0)
    {
      gsize taken = MIN (count, (gsize) (stft->size - stft->in_held));

      memcpy (stft->held + stft->in_held, samples, taken * sizeof (float));
      stft->in_held += (guint) taken;
      samples += taken;
      count -= taken;
      if (stft->in_held == stft->size)
        end_frame (stft);
    }
}

void
lb_stft_finish (LbStft *stft)
{
  g_autofree float *zeros = NULL;

  if (!stft->centred)
    return;
  zeros = g_new0 (float, stft->size / 2);
  lb_stft_add (stft, zeros, stft->size / 2);
}

guint64
lb_stft_frames (const LbStft *stft)
{
  return stft->frames;
}
