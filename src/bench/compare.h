/* Records side by side: the first is the baseline. A pure function; what is shown is drawn from
 * its answer. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_COMPARISON_SCHEMA "llamaburn.comparison/1"

/** LbCompareWork: Returns: whether @option of @engine changes the work done (manifest: "work":
 * true) */
typedef gboolean (*LbCompareWork) (const char *engine, const char *option, gpointer user_data);

/**
 * lb_compare:
 * @records: array of two or more whole records
 * @work: (nullable): without it every option counts as work
 * @error: %LB_ERROR_USAGE with fewer than two records
 *
 * Each run gets "against": {verdict "slower|faster|same|too-few", words, method
 * "paired|unpaired", ratio, ci95 [low, high], exact, n [baseline's, its own], differences [{what,
 * baseline, here}], differs (the same in words)}. ratio is of the run's real-time factor to the
 * baseline's (wall_s where either has no rtf): above 1 the run is slower. Iterations of two runs
 * that one interleaved plan made are paired (median of ratios, from 6 pairs, see
 * lb_ratio_paired()); others give the Hodges–Lehmann ratio with the exact Wilcoxon interval, from
 * 4 against
 * 4. An interval that holds 1 shows no difference. Differences other than the engine's or model's
 * name are what makes the two runs not the same benchmark.
 *
 * Returns: (transfer full): {schema, baseline, runs [{number, id, status, mode, engine,
 * engine_version, model, device, input, iterations, median_rtf, ci95_rtf, median_wall_s, scores
 * {NAME: value}, peak_rss_bytes, peak_gpu_bytes, valid, flags [id…], synthetic, against}]}
 */
json_t *lb_compare (const json_t *records, LbCompareWork work, gpointer user_data,
                    GError **error);

/** lb_compare_is_slower: Returns: whether the lower end of @run's interval says that it is slower
 * than the baseline by more than @percent */
gboolean lb_compare_is_slower (const json_t *run, double percent);

G_END_DECLS
