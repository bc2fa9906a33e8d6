/* The short-time Fourier transform, fed piece by piece: sound of any length costs one frame of
 * memory. Frame by frame what librosa.stft() gives on the same settings. */
#pragma once

#include "dsp/fourier.h"

G_BEGIN_DECLS

typedef struct {
  guint size;          /* samples of a frame, and of its transform */
  guint hop;           /* samples from one frame to the next, 1 to size */
  const float *window; /* size factors, copied; NULL: lb_stft_hann()'s */
  gboolean centred; /* frame t lies around sample t × hop: half a frame of zeros at both ends */
} LbStftShape;

/**
 * LbStftFrame:
 * @samples: of the frame, before the window; @size of them
 * @bins: size / 2 + 1, not scaled
 */
typedef void (*LbStftFrame) (const float *samples, const LbComplex *bins, gpointer data);

typedef struct _LbStft LbStft;

/** lb_stft_new: Returns: (transfer full): calls @frame with @data for each whole frame */
LbStft *lb_stft_new (const LbStftShape *shape, LbStftFrame frame, gpointer data);
void lb_stft_free (LbStft *stft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbStft, lb_stft_free)

/** lb_stft_add: @count samples of one channel, which follow those added before */
void lb_stft_add (LbStft *stft, const float *samples, gsize count);

/** lb_stft_finish: the sound is over: the last frames of a centred transform come. Without
 * @centred, samples that fill no frame are left out */
void lb_stft_finish (LbStft *stft);

/** lb_stft_frames: Returns: how many frames came so far */
guint64 lb_stft_frames (const LbStft *stft);

/** lb_stft_hann: writes the periodic Hann window of @size factors into @window */
void lb_stft_hann (float *window, guint size);

/** lb_stft_power: @power[i] = |@bins[i]|², @count of them */
void lb_stft_power (const LbComplex *bins, float *power, guint count);

G_END_DECLS
