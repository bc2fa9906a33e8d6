/* A sound file in, PCM out, through the child process llamaburn-decode: a hostile file costs one
 * decode, never the program. The child gets the file as an open descriptor and puts on the cage
 * (no network, no new files, time and memory limits) before it reads the first byte. */
#pragma once

#include <gio/gio.h>

#include "audio/pcm.h"

G_BEGIN_DECLS

typedef struct {
  char *format;      /* container and codec, "mp3/mp3", "mov/aac" */
  double duration_s; /* by the header: NAN where it doesn't say; exact once decoded */
  guint sample_rate; /* Hz */
  guint channels;
  guint64 bytes; /* of the file */
} LbAudioInfo;

void lb_audio_info_clear (LbAudioInfo *info);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LbAudioInfo, lb_audio_info_clear)

typedef struct {
  double start_s;             /* 0: from the beginning */
  double duration_s;          /* 0: to the end */
  guint64 memory_limit_bytes; /* as in lb_pcm_new() */
} LbDecodeRange;

/**
 * lb_decode_probe:
 * @path: (type filename): any bytes
 * @info: (out caller-allocates): clear with lb_audio_info_clear()
 *
 * Reads headers only. Errors: %LB_ERROR_NOT_FOUND, %LB_ERROR_NOT_PERMITTED, %LB_ERROR_BAD_INPUT
 * (a directory, a FIFO, empty, no sound in it…); the message names the file, escaped.
 */
gboolean lb_decode_probe (const char *path, LbAudioInfo *info, GCancellable *cancellable,
                          GError **error);

/**
 * lb_decode:
 * @range: (nullable): which part
 * @info: (out caller-allocates) (optional): with the exact duration of what was decoded
 * @flags: (out) (transfer full) (optional) (element-type LbDecodeFlag): JSON array of {id,
 * evidence, cure} for what was wrong but survivable ("truncated-input", "nan-samples": NaN became
 * 0)
 *
 * At the file's own rate and channels. Errors as above, and %LB_ERROR_NO_SPACE,
 * %LB_ERROR_TIMEOUT, %LB_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the sound, with at least one frame, or %NULL
 */
struct json_t;
LbPcm *lb_decode (const char *path, const LbDecodeRange *range, LbAudioInfo *info,
                  struct json_t **flags, GCancellable *cancellable, GError **error);

G_END_DECLS
