/* Where a benchmark is: its events, folded into what the window shows. No GTK: a pure fold. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_GUI_PROGRESS_MAX 100000 /* iterations that a chart keeps */

typedef struct {
  char *id;             /* of the run; NULL: none has begun */
  char *phase;          /* translated: "Loading the model" */
  char *waiting_for;    /* (nullable): who holds the machine */
  char *partial;        /* (nullable): the end of what the engine wrote in this step */
  char *error;          /* (nullable): why it failed, in words */
  gboolean iterating;   /* an iteration runs (its load, warm-up, scoring: not) */
  gint64 index, of;     /* of the iteration, from 0; of 0: auto */
  double fraction;      /* of the step, as the engine says; NAN: unknown */
  double duration_s;    /* of the input; NAN: unknown */
  double load_s;        /* NAN: not yet */
  double median_rtf;    /* NAN: none yet */
  GArray *rtf;          /* of double: each iteration's; NAN where it has none */
  GArray *wall_s;       /* of double: likewise */
  json_t *output;       /* (nullable): the last `outputs` element */
  json_t *record;       /* (nullable): the whole record: the run has ended */
  gint64 removed_bytes; /* of the sounds of the oldest runs, which had to go */
  int status;           /* exit status of the plan; −1: it did not say `done` */
  guint steps;          /* how many have begun: another number is another step */
} LbGuiProgress;

LbGuiProgress *lb_gui_progress_new (void);
void lb_gui_progress_free (LbGuiProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbGuiProgress, lb_gui_progress_free)

/** lb_gui_progress_event: @event: of bench/event.h, from another process: members may be missing
 * or of another type; an unknown event changes nothing */
void lb_gui_progress_event (LbGuiProgress *progress, const json_t *event);

/** lb_gui_progress_left_s: Returns: seconds until the last iteration, @step_s after this step
 * began; by the limits of `auto` at most; NAN: nothing was measured yet */
double lb_gui_progress_left_s (const LbGuiProgress *progress, double step_s);

/** lb_gui_progress_auto_s: Returns: how long `auto` goes on with iterations of @wall_s, by the
 * rule of bench/schedule.h, if they are steady: at least 6 */
double lb_gui_progress_auto_s (double wall_s);

G_END_DECLS
