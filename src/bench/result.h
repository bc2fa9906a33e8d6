/* One record, built as its run goes on. Members and units: DESIGN.md, "The result record". */
#pragma once

#include "bench/plan.h"
#include "engine/session.h"

G_BEGIN_DECLS

#define LB_RESULT_SCHEMA "llamaburn.result/1"

typedef struct _LbResult LbResult;
typedef struct _LbTruth LbTruth; /* bench/truth.h */

/** lb_result_new: a record with status "running": who, what, on what, with what */
LbResult *lb_result_new (const LbPlan *plan, guint case_index, int threads,
                         const json_t *machine);
void lb_result_free (LbResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbResult, lb_result_free)

/** lb_result_record: Returns: (transfer none): the record as far as it is known */
json_t *lb_result_record (LbResult *result);
const char *lb_result_id (const LbResult *result);

void lb_result_set_input (LbResult *result, const json_t *input, double decode_s,
                          const json_t *flags);
/** lb_result_add_input: one of `more_inputs`: {role, …}. @input: (transfer full) */
void lb_result_add_input (LbResult *result, json_t *input, const json_t *flags);
void lb_result_set_model (LbResult *result, json_t *model /* (transfer full) (nullable) */);
void lb_result_set_resample (LbResult *result, double resample_s);
/** lb_result_set_session: what load answered. @session: {index, load_s, load_cache, warm_load_s,
 * backend, device, threads}: (transfer none) */
void lb_result_set_session (LbResult *result, const json_t *session, const char *version,
                            const json_t *libraries, const LbSessionLoaded *loaded);
void lb_result_add_flag (LbResult *result, json_t *flag /* (transfer full) */);

/** LbMeasured: one run of an engine, as the runner saw it. NAN and 0: not measured */
typedef struct {
  double wall_s, latency_s, cpu_s;
  double audio_s; /* of what came out */
  const char *latency_kind;
  guint64 peak_rss_bytes;
  json_t
      *samples; /* (transfer none) (nullable): of machine/sampler.h: energy_j, peak_gpu_bytes… */
  json_t *output;    /* (transfer none) */
  GPtrArray *sounds; /* (transfer none) (nullable): of LbSound (bench/sound.h) */
} LbMeasured;

/** lb_result_add_warmup, lb_result_add_iteration: Returns: (transfer none): the element of the
 * record */
const json_t *lb_result_add_warmup (LbResult *result, guint session, const LbMeasured *measured);
const json_t *lb_result_add_iteration (LbResult *result, guint session,
                                       const LbMeasured *measured);

/** lb_result_output: Returns: (transfer none): the element of `outputs` that the last iteration
 * belongs to */
const json_t *lb_result_output (LbResult *result);

/** lb_result_last_output: Returns: (transfer none): the `output` in it: what is set now is no
 * part of its hash */
json_t *lb_result_last_output (LbResult *result);

/** lb_result_output_is_new: whether the last iteration was the first to give its output.
 * @number: (out): of it in `outputs` */
gboolean lb_result_output_is_new (LbResult *result, guint *number);

double lb_result_median_rtf (const LbResult *result); /* NAN: none yet */

void lb_result_fail (LbResult *result, const char *phase, const GError *error);
gboolean lb_result_has_failed (const LbResult *result);

/** lb_result_add_scores: puts @scores (transfer full) into the record's output @output, beside
 * those that it has; for who has its sounds */
void lb_result_add_scores (LbResult *result, guint output, json_t *scores);

/** lb_result_finish: summary, scores of each output against @truth (nullable), validity,
 * status. @interrupted: the user stopped it */
void lb_result_finish (LbResult *result, const LbTruth *truth, gboolean interrupted);

G_END_DECLS
