/* What a benchmark is done with: engine, model, iterations, threads, device, options. The same
 * rows for every mode, made of manifests and the catalogue. */
#pragma once

#include <adwaita.h>

#include "bench/plan.h"
#include "gui/context.h"

G_BEGIN_DECLS

/** LbSetup: signal "changed": another choice, or more is known */
#define LB_TYPE_SETUP (lb_setup_get_type ())
G_DECLARE_FINAL_TYPE (LbSetup, lb_setup, LB, SETUP, AdwBin)

/** lb_setup_new: @mode: of the engines; a constant */
GtkWidget *lb_setup_new (LbGuiContext *context, const char *mode);

/** lb_setup_set_model_title: what the models are called: "Voice" */
void lb_setup_set_model_title (LbSetup *setup, const char *title);
/** lb_setup_leave_out: @options (array zero-terminated=1), a constant, are not offered: they are
 * chosen elsewhere */
void lb_setup_leave_out (LbSetup *setup, const char *const *options);

/** lb_setup_set_duration: @seconds: of sound that an iteration processes, for the estimate of
 * time; NAN: not known */
void lb_setup_set_duration (LbSetup *setup, double seconds);

/** lb_setup_add_case: adds a case to @plan, with what was chosen, and sets the plan's settings.
 * Returns: (transfer none): the case, without inputs, or %NULL: what is missing, in words */
LbCase *lb_setup_add_case (LbSetup *setup, LbPlan *plan, GError **error);

/** lb_setup_check: as lb_setup_add_case(), without a plan */
gboolean lb_setup_check (LbSetup *setup, GError **error);

/** lb_setup_engine: Returns: (transfer none) (nullable): the engine that is chosen */
const LbManifest *lb_setup_engine (LbSetup *setup);

G_END_DECLS
