/* How well sources were separated: BSS Eval version 4, plain SDR, SI-SDR. */
#pragma once

#include <gio/gio.h>

#include "core/json.h"

G_BEGIN_DECLS

#define LB_BSS_MAX_TRACKS 16 /* stems × channels; memory: 350 MiB here, 80 MiB at 4 × 2 */
#define LB_BSS_MIN_RATE_HZ 1000
#define LB_BSS_MAX_RATE_HZ 768000
#define LB_BSS_TAPS 512 /* of the filters that the scores allow for */

/** LbSignalRead: copies @frames interleaved frames of @source from frame @start into @samples;
 * all, or an error. lb_pcm_read() is one */
typedef gboolean (*LbSignalRead) (gconstpointer source, guint64 start, float *samples,
                                  gsize frames, GError **error);

typedef struct {
  const char *name; /* of the stem, for messages */
  LbSignalRead read;
  gconstpointer source;
  guint64 frames;
} LbSignal;

/* In dB, −200 to 200 (beyond is rounding noise); NAN where not defined: SIR of a single stem. */
typedef struct {
  double sdr_db, isr_db, sir_db, sar_db;
} LbBssRatios;

typedef struct {
  LbBssRatios median; /* over the windows that could be scored; NAN without one */
  guint64 windows;
  guint64 scored;    /* in the others a reference or an estimate is silent, of any stem */
  LbBssRatios *each; /* [windows]; NAN in the unscored */
  double whole_sdr_db; /* of the whole track: 10 log₁₀ (Σ s² + 10⁻⁷) / (Σ (s − ŝ)² + 10⁻⁷) */
  double si_sdr_db; /* of the whole track, all channels under one scale, means not taken off */
  /* Above 0: the references are nearly dependent (two alike, or without anything above some
   * frequency), their filters had to be tamed, and ISR, SIR and SAR may say little */
  double loading;
} LbBssScore;

void lb_bss_score_clear (LbBssScore *score);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LbBssScore, lb_bss_score_clear)

/**
 * lb_bss_eval:
 * @references: (array length=stems): the true stems, all of one length
 * @estimates: (array length=stems): what was separated, in the same order; a shorter one counts
 * as silent beyond its end, a longer one is cut, as museval does
 * @stems: at least 1
 * @channels: of every signal; @stems × @channels at most %LB_BSS_MAX_TRACKS
 * @rate_hz: of every signal; windows are 1 s long and don't overlap; a track shorter than 1 s is
 * one window
 * @scores: (array length=stems) (out caller-allocates)
 * @cancellable: (nullable): looked at before each window
 * @error: %LB_ERROR_BAD_INPUT: a sample is no number, a stem is silent;
 * %LB_ERROR_EMPTY_REFERENCE: no frames, a reference is silent all through; %G_IO_ERROR_CANCELLED;
 * what a reader said
 *
 * The signals are read twice, a second at a time; memory doesn't depend on their length.
 *
 * Source: Vincent, Gribonval and Févotte (2006); Stöter, Liutkus and Ito (2018) for version 4;
 * SI-SDR: Le Roux et al. (2019). docs/MEASURING.md says where it differs from museval.
 *
 * Returns: %TRUE if all @scores were set
 */
gboolean lb_bss_eval (const LbSignal *references, const LbSignal *estimates, guint stems,
                      guint channels, guint rate_hz, LbBssScore *scores,
                      GCancellable *cancellable, GError **error);

/** lb_bss_json: Returns: (transfer full): {sdr_db, isr_db, sir_db, sar_db, whole_sdr_db,
 * si_sdr_db, windows, scored_windows, loading} */
json_t *lb_bss_json (const LbBssScore *score);

G_END_DECLS
