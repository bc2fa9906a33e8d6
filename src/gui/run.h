/* One benchmark of the window: the child `llamaburn run PLAN --events FD`, and what it says. The
 * window measures nothing itself, and a crash of it loses no run. */
#pragma once

#include <gio/gio.h>

#include "bench/plan.h"
#include "gui/events.h"
#include "gui/progress.h"

G_BEGIN_DECLS

/**
 * LbGuiRun:
 *
 * Signals, in the main thread: "changed": something of it is new, at most four times a second;
 * "ended": it has ended, once, after the last "changed".
 */
#define LB_TYPE_GUI_RUN (lb_gui_run_get_type ())
G_DECLARE_FINAL_TYPE (LbGuiRun, lb_gui_run, LB, GUI_RUN, GObject)

/** lb_gui_run_start: Returns: (transfer full): a run that has begun, or %NULL: the program
 * `llamaburn` can't be started */
LbGuiRun *lb_gui_run_start (const LbPlan *plan, GError **error);

/** lb_gui_run_stop: as Ctrl-C: what was measured is kept. Asked again it is asked again */
void lb_gui_run_stop (LbGuiRun *run);
/** lb_gui_run_is_stopping: lb_gui_run_stop() was called, and it has not ended */
gboolean lb_gui_run_is_stopping (LbGuiRun *run);
gboolean lb_gui_run_has_ended (LbGuiRun *run);
/** lb_gui_run_was_stopped: it has ended because of lb_gui_run_stop() */
gboolean lb_gui_run_was_stopped (LbGuiRun *run);

/** lb_gui_run_plan: Returns: (transfer none): what is measured */
const json_t *lb_gui_run_plan (LbGuiRun *run);
/** lb_gui_run_progress: Returns: (transfer none): as far as it is known */
const LbGuiProgress *lb_gui_run_progress (LbGuiRun *run);
/** lb_gui_run_samples: Returns: (transfer none): of LbGuiSample, one a second, the oldest first;
 * at most an hour of them */
const GArray *lb_gui_run_samples (LbGuiRun *run);
double lb_gui_run_elapsed_s (LbGuiRun *run);
double lb_gui_run_left_s (LbGuiRun *run);

/** lb_gui_run_error: Returns: (transfer none) (nullable): in words: why a case failed, the plan
 * was refused, or the child ended by itself */
const char *lb_gui_run_error (LbGuiRun *run);

G_END_DECLS
