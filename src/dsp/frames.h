/* Power spectra of any frame of a sound that is there as a whole. The settings say what librosa,
 * torch, transformers and Kaldi do, each in its own way; for sound that comes piece by piece
 * there is stft.h. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_FRAMES_MIN_FFT 16
#define LB_FRAMES_MAX_FFT 65536

typedef enum {
  LB_WINDOW_HANN, /* periodic: of the length N, with one more point it would be symmetric */
  LB_WINDOW_HANN_SYMMETRIC,
  LB_WINDOW_HAMMING, /* periodic */
  LB_WINDOW_HAMMING_SYMMETRIC,
  LB_WINDOW_POVEY, /* Kaldi's: a symmetric Hann to the power of 0.85 */
  LB_WINDOW_RECTANGULAR,
} LbWindow;

typedef enum {
  LB_CENTRE_NONE,    /* the first frame begins where the sound does; only whole frames count */
  LB_CENTRE_ZEROS,   /* frame t is around sample t × hop; beyond the ends is silence */
  LB_CENTRE_REFLECT, /* likewise; beyond the ends the sound runs back */
} LbCentre;

typedef struct {
  guint fft_size;    /* from %LB_FRAMES_MIN_FFT to %LB_FRAMES_MAX_FFT */
  guint window_size; /* from 2 to fft_size */
  guint hop;         /* at least 1 */
  LbWindow window;
  LbCentre centre;
  gboolean
      wide_frames;    /* a frame is fft_size long, the window in its middle (librosa, torch); else
                         it is as long as the window, with zeros behind (Kaldi, transformers) */
  gboolean remove_dc; /* each frame's mean is taken off */
  double preemphasis; /* x[i] − it × x[i−1] in each frame, after Kaldi; 0: none */
} LbFramesSettings;

typedef struct _LbFrames LbFrames;

/** lb_frames_new: @settings must be within their bounds. Returns: (transfer full): of one thread
 * at a time */
LbFrames *lb_frames_new (const LbFramesSettings *settings);
void lb_frames_free (LbFrames *frames);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbFrames, lb_frames_free)

/** lb_frames_bins: Returns: fft_size / 2 + 1 */
guint lb_frames_bins (const LbFrames *frames);

/** lb_frames_count: Returns: how many frames @samples samples have */
gsize lb_frames_count (const LbFrames *frames, gsize samples);

/** lb_frames_power: frame @frame of @samples: |X|² of each bin into @power */
void lb_frames_power (LbFrames *frames, const float *samples, gsize n, gsize frame, float *power);

G_END_DECLS
