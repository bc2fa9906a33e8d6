/* Sound as a server sends it, piece by piece: WAV, or samples without a header. Hostile. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OPENAI_WAV_MAX_CHANNELS 8

typedef enum { OPENAI_SAMPLES_NONE, OPENAI_SAMPLES_S16, OPENAI_SAMPLES_F32 } OpenaiSamples;

typedef struct {
  /* Of the sound, once rate_hz is not 0. */
  guint rate_hz, channels;
  OpenaiSamples samples;
  guint64 frames; /* given so far */
  /* How far it is read. */
  gboolean in_data, sized;
  guint64 left;     /* bytes of the data chunk, when @sized */
  guint64 skip;     /* bytes of a chunk that is passed over */
  guint64 consumed; /* before the data */
  guint8 head[64];
  guint head_bytes;
} OpenaiWav;

/** OpenaiFrames: @frames frames, interleaved. Returns: %FALSE with @error: stop */
typedef gboolean (*OpenaiFrames) (const OpenaiWav *wav, const float *samples, gsize frames,
                                  gpointer user_data, GError **error);

/** openai_wav_init: for a WAV file */
void openai_wav_init (OpenaiWav *wav);

/** openai_wav_init_raw: for 16-bit samples of one channel */
void openai_wav_init_raw (OpenaiWav *wav, guint rate_hz);

/**
 * openai_wav_feed:
 * @error: %LB_ERROR_ENGINE: no WAV, of a kind that isn't read here, NaN or infinity
 *
 * 16-bit integers and 32-bit floats are read. A data chunk of size 0 or of about 2 or 4 GiB is
 * one whose writer didn't know the size: it goes to the end.
 */
gboolean openai_wav_feed (OpenaiWav *wav, const guint8 *bytes, gsize n_bytes, OpenaiFrames give,
                          gpointer user_data, GError **error);

/** openai_wav_end: nothing more comes: was it whole, and was there any sound? */
gboolean openai_wav_end (const OpenaiWav *wav, GError **error);

G_END_DECLS
