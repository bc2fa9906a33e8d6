/* What a benchmark does and what came out: phase, charts, figures; below them what the mode
 * shows. */
#pragma once

#include <adwaita.h>

#include "gui/context.h"

G_BEGIN_DECLS

#define LB_TYPE_RUN_VIEW (lb_run_view_get_type ())
G_DECLARE_FINAL_TYPE (LbRunView, lb_run_view, LB, RUN_VIEW, AdwBin)

/** lb_run_view_new: @output: (nullable): the mode's own widget, shown once there is output */
GtkWidget *lb_run_view_new (LbGuiContext *context, GtkWidget *output);

/** lb_run_view_set_run: shows @run as it goes on */
void lb_run_view_set_run (LbRunView *view, LbGuiRun *run);

/** lb_run_view_say: @message: what can't be done, in words; %NULL takes it away */
void lb_run_view_say (LbRunView *view, const char *message);

/** lb_run_view_show_output: whether the mode's own widget is shown */
void lb_run_view_show_output (LbRunView *view, gboolean shown);

G_END_DECLS
