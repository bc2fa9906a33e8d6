/* The song with a click on each beat that was found: settings.click of a plan. */
#pragma once

#include "audio/pcm.h"
#include "bench/result.h"

G_BEGIN_DECLS

/**
 * lb_click_save:
 * @song: what was processed, at its own rate
 *
 * Writes the click track of the output that @result got last, if the plan asks for one and that
 * output is the case's first: settings.click, or "NN-ENGINE-click.wav" in it where that is a
 * folder; output.click names the file. What can't be written is said by a flag
 */
void lb_click_save (const LbPlan *plan, guint case_index, LbResult *result, const LbPcm *song);

G_END_DECLS
