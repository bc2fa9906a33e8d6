/* A model that is being downloaded, in a thread of its own. */
#pragma once

#include <gio/gio.h>

#include "gui/catalogue.h"

G_BEGIN_DECLS

/** LbGuiPull: signals, in the main thread: "changed" at most four times a second, "ended" once */
#define LB_TYPE_GUI_PULL (lb_gui_pull_get_type ())
G_DECLARE_FINAL_TYPE (LbGuiPull, lb_gui_pull, LB, GUI_PULL, GObject)

/** lb_gui_pull_start: @model: of @catalogue. Returns: (transfer full) */
LbGuiPull *lb_gui_pull_start (LbGuiCatalogue *catalogue, const LbModel *model);
/** lb_gui_pull_cancel: what has come stays: the next one goes on from there */
void lb_gui_pull_cancel (LbGuiPull *pull);

const LbModel *lb_gui_pull_model (LbGuiPull *pull);
/** lb_gui_pull_fraction: Returns: 0 to 1, NAN: unknown */
double lb_gui_pull_fraction (LbGuiPull *pull);
/** lb_gui_pull_words: Returns: (transfer full): "34 MiB of 142 MiB from …" */
char *lb_gui_pull_words (LbGuiPull *pull);
gboolean lb_gui_pull_has_ended (LbGuiPull *pull);
/** lb_gui_pull_error: Returns: (transfer none) (nullable): why it isn't here, once it has ended
 */
const GError *lb_gui_pull_error (LbGuiPull *pull);

G_END_DECLS
