/* Sounds that came out of a run: read from the session's mapping, checked and measured. Untimed.
 */
#pragma once

#include "audio/loudness.h"
#include "audio/pcm.h"
#include "engine/session.h"

G_BEGIN_DECLS

/** LbModeSound: what comes out of a mode to be heard */
typedef enum {
  LB_MODE_NO_SOUND,
  LB_MODE_ONE_SOUND, /* as long as it likes */
  LB_MODE_STEMS,     /* several with names, each as long as what went in */
} LbModeSound;

LbModeSound lb_mode_sound (const char *mode);

typedef struct {
  char *stem; /* as the engine named it */
  LbPcm *pcm;
  LbLevels levels;
  json_t *record; /* {duration_s, sample_rate, channels, peak_db, rms_db, loudness_lufs,
                     clipped_share, silent_share, sha256} */
} LbSound;

/**
 * lb_sounds_read:
 * @mode: which gives sound
 * @loaded: what the engine said that it gives
 * @pieces: (nullable): the `pcm` of its output; pieces of one stem are joined in their order
 * @input_s: of what went in, for stems; NAN: unknown
 * @memory_limit_bytes: as in lb_pcm_new()
 * @error: %LB_ERROR_ENGINE: none, of another rate, several where one was to come, of another
 *   length than the input, or with samples that are no numbers
 *
 * Returns: (transfer full) (element-type LbSound): at least one, or %NULL
 */
GPtrArray *lb_sounds_read (LbSession *session, const char *mode, const LbSessionLoaded *loaded,
                           const json_t *pieces, double input_s, guint64 memory_limit_bytes,
                           GError **error);

/** lb_sounds_describe: replaces `pcm` of @output by `sound`, or by `sounds` {STEM: …}; an
 * engine's own member `stems` goes, where the kept files' paths will be */
void lb_sounds_describe (const GPtrArray *sounds, const char *mode, json_t *output);

/** lb_sounds_duration_s: Returns: of the longest; NAN without one. @sounds: (nullable) */
double lb_sounds_duration_s (const GPtrArray *sounds);

/** lb_sounds_flags: Returns: (transfer full): array of flags: clipped, silent all through */
json_t *lb_sounds_flags (const GPtrArray *sounds);

G_END_DECLS
