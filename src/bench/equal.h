/* Equal work: what makes the cases of one plan comparable, and what is said of a result where
 * they are not. docs/MEASURING.md, "Equal work". */
#pragma once

#include "bench/plan.h"
#include "engine/manifest.h"

G_BEGIN_DECLS

/** lb_equal_prepare: gives each case of speech-to-text its decoding (by default greedy where the
 * plan has several engines, and the engine's own where it has one, or where the manifest says
 * nothing of greedy), and the options that it means; those that are there already stay.
 * %LB_ERROR_USAGE */
gboolean lb_equal_prepare (LbPlan *plan, LbRegistry *registry, GError **error);

/** lb_equal_describe: sets settings.decoding_used and settings.chosen of a record whose
 * settings.options are those in effect */
void lb_equal_describe (json_t *record, const LbCase *it, const LbManifest *manifest);

/** lb_equal_threads: Returns: (transfer full) (nullable): a flag where an engine that was asked
 * for
 * @asked threads (0: it wasn't) used another number (0: not known) */
json_t *lb_equal_threads (int asked, int used);

/** lb_equal_compare: sets `differs` of @record where it is no equal work to @base, a record of
 * the same plan: {baseline: its id, differences, words} */
void lb_equal_compare (json_t *record, const json_t *base, LbRegistry *registry);

/** lb_equal_is_comparable: whether both are about the same input */
gboolean lb_equal_is_comparable (const json_t *record, const json_t *base);

/** lb_equal_is_work: an LbCompareWork; @registry: (nullable). An engine that is gone, or an
 * option that it no longer has: to be on the safe side, it is work */
gboolean lb_equal_is_work (const char *engine, const char *option, gpointer registry);

G_END_DECLS
