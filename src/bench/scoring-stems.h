/* The score of separation: the sounds that came out against the true stems in a folder. */
#pragma once

#include <gio/gio.h>

#include "bench/plan.h"
#include "core/json.h"

G_BEGIN_DECLS

/** lb_stems_check: whether @folder holds files by the names of stems.
 * %LB_ERROR_NOT_FOUND, %LB_ERROR_BAD_INPUT */
gboolean lb_stems_check (const char *folder, GError **error);

/**
 * lb_score_stems:
 * @folder: (type filename): hostile: STEM.wav, .flac, .ogg… for each stem that came out; other
 * files are not looked at
 * @sounds: (element-type LbSound): what came out
 * @settings: the part of the song that was separated: the truth is cut alike
 * @error: %LB_ERROR_NOT_FOUND: a stem has no file; %LB_ERROR_BAD_INPUT: its rate, channels or
 * length is another than the stem's; what lb_decode() and lb_bss_eval() say
 *
 * Lengths may differ by 50 ms, as compressed files do: what all have is scored.
 *
 * Returns: (transfer full): {"sdr": {value, isr_db, sir_db, sar_db, whole_sdr_db, si_sdr_db:
 * means over the stems, "stems": {STEM: {…}}}}, or %NULL
 */
json_t *lb_score_stems (const char *folder, const GPtrArray *sounds, const LbSettings *settings,
                        GCancellable *cancellable, GError **error);

G_END_DECLS
