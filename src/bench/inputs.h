/* The sounds of a plan: each file decoded once, kept at its own rate while a case still needs it,
 * and resampled to what a session wants. Untimed for the engine; both are measured. */
#pragma once

#include <gio/gio.h>

#include "audio/pcm.h"
#include "bench/plan.h"

G_BEGIN_DECLS

typedef struct _LbInputs LbInputs;

LbInputs *lb_inputs_new (const LbSettings *settings);
void lb_inputs_free (LbInputs *inputs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbInputs, lb_inputs_free)

/** lb_inputs_decode: makes sure that @path is decoded. A failure is remembered: asked again, it
 * is the same. Returns: (transfer none): the record's `input` {path, sha256, pcm_sha256, format,
 * duration_s, start_s, processed_s, sample_rate, channels}, or %NULL */
const json_t *lb_inputs_decode (LbInputs *inputs, const char *path, GCancellable *cancellable,
                                GError **error);

/** lb_inputs_decode_s: Returns: seconds that decoding @path took */
double lb_inputs_decode_s (LbInputs *inputs, const char *path);
/** lb_inputs_flags: Returns: (transfer none) (nullable): what was wrong but survivable */
const json_t *lb_inputs_flags (LbInputs *inputs, const char *path);
/** lb_inputs_duration_s: Returns: of what is processed; 0 where nothing was decoded */
double lb_inputs_duration_s (LbInputs *inputs, const char *path);

/**
 * lb_inputs_pcm:
 * @path: decoded before
 * @resample_s: (out): seconds that it took (once; asked again it is the same figure)
 *
 * Returns: (transfer none): the sound at @rate_hz and @channels, valid until the next call with
 * another path, rate or channels, or %NULL
 */
LbPcm *lb_inputs_pcm (LbInputs *inputs, const char *path, guint rate_hz, guint channels,
                      double *resample_s, GError **error);

/** lb_inputs_own: Returns: (transfer none) (nullable): the sound of @path as it was decoded, until
 * it is forgotten */
const LbPcm *lb_inputs_own (LbInputs *inputs, const char *path);
/** lb_inputs_features: what can be measured of @path, decoded before, without any model: measured
 * once. Returns: (transfer none): as docs/FEATURES.md has them, or %NULL */
const json_t *lb_inputs_features (LbInputs *inputs, const char *path, GCancellable *cancellable,
                                  GError **error);

/** lb_inputs_forget: @path is not needed any more */
void lb_inputs_forget (LbInputs *inputs, const char *path);

/** lb_reference_read: a reference text: the file at @path, UTF-8, not empty, at most 64 MB.
 *  Returns: (transfer full): its text, or %NULL */
char *lb_reference_read (const char *path, GError **error);

G_END_DECLS
