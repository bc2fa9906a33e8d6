#include "genre-windows.h"

#include <math.h>
#include <string.h>

#define LEAST_VARIANCE 1e-7 /* as transformers' Wav2Vec2FeatureExtractor */

struct _GenreWindows {
  const GenreDescription *description;
  LbMelSpectrum *spectrum; /* NULL: samples */
  guint64 frame;           /* samples without which there is no spectrum */
  float *piece;            /* of the sound, padded: window_samples */
  float *plane;            /* rows × width, before it is laid out */
};

GenreWindows *
genre_windows_new (const GenreDescription *description)
{
  const LbFramesSettings *frames = &description->spectrum.frames;
  GenreWindows *windows = g_new0 (GenreWindows, 1);

  windows->description = description;
  windows->spectrum = description->is_mel ? lb_mel_spectrum_new (&description->spectrum) : NULL;
  windows->frame = frames->wide_frames ? frames->fft_size : frames->window_size;
  windows->piece = g_new0 (float, description->window_samples);
  windows->plane = g_new0 (float, genre_rows (description) * genre_width (description));
  return windows;
}

void
genre_windows_free (GenreWindows *windows)
{
  if (windows == NULL)
    return;
  lb_mel_spectrum_free (windows->spectrum);
  g_free (windows->piece);
  g_free (windows->plane);
  g_free (windows);
}

/* How far it is from one window to the next, in what is cut: samples or frames. */
static guint64
hop_of (const GenreDescription *it)
{
  const double samples = it->hop_s * it->rate_hz;

  return (guint64) MAX (
      nearbyint (it->cut == GENRE_CUT_SPECTRUM ? samples / it->spectrum.frames.hop : samples), 1);
}

guint64
genre_windows_count (const GenreWindows *windows, guint64 n)
{
  const GenreDescription *it = windows->description;
  const gboolean by_frames = it->cut == GENRE_CUT_SPECTRUM;
  const guint64 whole = by_frames ? lb_mel_spectrum_frames (windows->spectrum, n) : n,
                window = by_frames ? it->frames : it->window_samples;

  if (whole <= window)
    return 1;
  return 1 + (whole - window + (it->drop_last ? 0 : hop_of (it) - 1)) / hop_of (it);
}

/* Puts behind what is there what the description wants there. Elements are of @width numbers. */
static void
pad (const GenreWindows *windows, float *values, guint64 there, guint64 wanted, guint width,
     float silence)
{
  const GenrePad kind = windows->description->pad;

  for (guint64 i = there * width; i < wanted * width; i++)
    values[i] = kind == GENRE_PAD_REPEAT && there > 0 ? values[i - there * width]
                : kind == GENRE_PAD_ZEROS             ? 0
                                                      : silence;
}

/* The piece of the sound that the window is. Returns: samples, of which there are *@n. */
static const float *
cut_sound (GenreWindows *windows, const float *samples, guint64 total, guint64 index, guint64 *n)
{
  const GenreDescription *it = windows->description;
  const guint64 begin = MIN (index * hop_of (it), total),
                there = MIN (total - begin, it->window_samples);

  *n = it->window_samples;
  if (there == it->window_samples)
    return samples + begin;
  memcpy (windows->piece, samples + begin, there * sizeof (float));
  pad (windows, windows->piece, there, it->window_samples, 1, 0);
  if (it->pad == GENRE_PAD_ZEROS) /* behind the spectrum's frames, not behind the sound */
    *n = MAX (there, windows->frame);
  return windows->piece;
}

/* The window's frames out of the spectrum of the sound, or of its piece. */
static void
make_spectrum (GenreWindows *windows, const float *samples, guint64 n, guint64 index)
{
  const GenreDescription *it = windows->description;
  guint64 begin = index * hop_of (it), there;

  if (it->cut == GENRE_CUT_SOUND)
    {
      samples = cut_sound (windows, samples, n, index, &n);
      begin = 0;
    }
  there = lb_mel_spectrum_frames (windows->spectrum, n);
  there = MIN (there - MIN (there, begin), it->frames);
  lb_mel_spectrum_fill (windows->spectrum, samples, n, begin, there, windows->plane);
  pad (windows, windows->plane, there, it->frames, genre_width (it),
       (float) lb_mel_spectrum_silence (windows->spectrum));
}

static void
normalise_window (float *values, guint64 n)
{
  double mean = 0, variance = 0;

  for (guint64 i = 0; i < n; i++)
    mean += values[i];
  mean /= (double) n;
  for (guint64 i = 0; i < n; i++)
    variance += (values[i] - mean) * (values[i] - mean);
  for (guint64 i = 0; i < n; i++)
    values[i] = (float) ((values[i] - mean) / sqrt (variance / (double) n + LEAST_VARIANCE));
}

static void
normalise (const GenreDescription *it, float *values)
{
  const guint64 n = genre_rows (it) * genre_width (it);

  if (it->normalise == GENRE_BY_WINDOW)
    normalise_window (values, n);
  for (guint64 i = 0; i < n && it->normalise == GENRE_BY_NUMBERS; i++)
    {
      const guint64 band = i % genre_width (it);

      values[i] = (float) ((values[i] - it->means[band]) / it->deviations[band]);
    }
}

/* From rows × width into the input's shape; a dimension that is a number repeats. */
static void
lay_out (const GenreDescription *it, const float *plane, float *values)
{
  guint64 sizes[GENRE_MAX_RANK], strides[GENRE_MAX_RANK];

  for (guint d = 0; d < it->rank; d++)
    {
      const int kind = it->shape[d];

      sizes[d] = kind == GENRE_BANDS                             ? genre_width (it)
                 : kind == GENRE_FRAMES || kind == GENRE_SAMPLES ? genre_rows (it)
                 : kind == GENRE_BATCH                           ? 1
                                                                 : (guint64) kind;
      strides[d] = kind == GENRE_BANDS                             ? 1
                   : kind == GENRE_FRAMES || kind == GENRE_SAMPLES ? genre_width (it)
                                                                   : 0;
    }
  for (guint64 i = 0; i < it->values; i++)
    {
      guint64 left = i, from = 0;

      for (guint d = it->rank; d-- > 0; left /= sizes[d])
        from += left % sizes[d] * strides[d];
      values[i] = plane[from];
    }
}

void
genre_windows_fill (GenreWindows *windows, const float *samples, guint64 n, guint64 index,
                    float *values)
{
  const GenreDescription *it = windows->description;

  if (it->is_mel)
    make_spectrum (windows, samples, n, index);
  else
    {
      guint64 there;
      const float *piece = cut_sound (windows, samples, n, index, &there);

      memcpy (windows->plane, piece, it->window_samples * sizeof (float));
    }
  normalise (it, windows->plane);
  lay_out (it, windows->plane, values);
}
