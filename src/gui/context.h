/* What the pages of the window share: engines and models, the history off the main thread, what
 * is remembered, and the benchmark that runs. */
#pragma once

#include <gio/gio.h>

#include "gui/catalogue.h"
#include "gui/run.h"
#include "gui/state.h"
#include "store/store.h"

G_BEGIN_DECLS

/**
 * LbGuiContext:
 *
 * Properties: "run" (LbGuiRun, nullable): the benchmark that runs, or that ran last; "shown-run"
 * (text, nullable): id of the run that the user wants to see in the history.
 * Signals: "catalogue-changed": lb_gui_context_catalogue() is another one; "history-changed":
 * something of the history may be new; "compare": lb_gui_context_compared() is another set.
 */
#define LB_TYPE_GUI_CONTEXT (lb_gui_context_get_type ())
G_DECLARE_FINAL_TYPE (LbGuiContext, lb_gui_context, LB, GUI_CONTEXT, GObject)

/** lb_gui_context_new: begins to read the catalogue. Returns: (transfer full) */
LbGuiContext *lb_gui_context_new (void);

/** lb_gui_context_finish: waits until all that was asked of the history is done: the program
 * ends. Nothing may be asked afterwards */
void lb_gui_context_finish (LbGuiContext *context);

LbGuiState *lb_gui_context_state (LbGuiContext *context);

/** lb_gui_context_catalogue: Returns: (transfer none) (nullable): %NULL until it has been read
 * for the first time, and where it can't be: then @problem (transfer none) (nullable) says why */
LbGuiCatalogue *lb_gui_context_catalogue (LbGuiContext *context, const char **problem);
/** lb_gui_context_reload: reads it again, off the main thread: a model came, an engine was
 * installed */
void lb_gui_context_reload (LbGuiContext *context);

/** LbGuiStoreCall: what is done with the history, in a thread of its own, one after the other.
 * Returns: (transfer full): what lb_gui_context_store_finish() answers; %NULL only with @error */
typedef gpointer (*LbGuiStoreCall) (LbStore *store, gpointer data, GCancellable *cancellable,
                                    GError **error);

/**
 * lb_gui_context_store:
 * @data: for @call; @free_data (nullable) frees it
 * @free_answer: (nullable): frees an answer that nobody takes
 * @callback: in the main thread
 *
 * The history is opened when it is first asked for, and again after a failure to open it.
 */
void lb_gui_context_store (LbGuiContext *context, LbGuiStoreCall call, gpointer data,
                           GDestroyNotify free_data, GDestroyNotify free_answer,
                           GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data);
gpointer lb_gui_context_store_finish (LbGuiContext *context, GAsyncResult *result,
                                      GError **error);
/** lb_gui_context_history_changed: emits "history-changed" */
void lb_gui_context_history_changed (LbGuiContext *context);

/** lb_gui_context_show_run: sets "shown-run": the window turns to the history page, which shows
 * it */
void lb_gui_context_show_run (LbGuiContext *context, const char *id);
const char *lb_gui_context_shown_run (LbGuiContext *context);

/** lb_gui_context_compare: the runs that the user wants side by side, the baseline first: emits
 * "compare"; the window turns to the page Compare. @numbers: (element-type gint64) */
void lb_gui_context_compare (LbGuiContext *context, const GArray *numbers);
/** lb_gui_context_compared: Returns: (transfer none) (element-type gint64): maybe none */
const GArray *lb_gui_context_compared (LbGuiContext *context);

/** lb_gui_context_start: begins to measure @plan. One at a time: %LB_ERROR_USAGE while another
 * runs. Returns: (transfer none): the new "run", or %NULL */
LbGuiRun *lb_gui_context_start (LbGuiContext *context, const LbPlan *plan, GError **error);
/** lb_gui_context_run: Returns: (transfer none) (nullable): the property "run" */
LbGuiRun *lb_gui_context_run (LbGuiContext *context);
/** lb_gui_context_is_running: whether a benchmark of this window has not ended */
gboolean lb_gui_context_is_running (LbGuiContext *context);

G_END_DECLS
