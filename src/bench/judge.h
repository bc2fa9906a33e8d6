/* What another language model thinks of an answer: an opinion by a fixed rubric, beside what is
 * measured and never mixed with it. docs/MEASURING.md. */
#pragma once

#include "bench/listener.h"
#include "bench/result.h"

G_BEGIN_DECLS

/** lb_judge_check: settings.judge of @plan: an engine that answers without a sound, with a model
 * that there is where it takes one of the store; a mode whose output it can read.
 * %LB_ERROR_USAGE */
gboolean lb_judge_check (const LbPlan *plan, LbRegistry *registry, LbModels *models,
                         GError **error);

/** lb_judge: puts `judgement` into each of the record's outputs, and into the record that of the
 * first. What can't be judged is a flag: it harms no figure. @question: (nullable) */
void lb_judge (const LbListening *listening, LbResult *result, const char *question,
               GCancellable *cancellable);

G_END_DECLS
