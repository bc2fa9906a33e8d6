/* Reads what a child `llamaburn run --events` says, in a thread of its own: parsing a large
 * record never holds up the window. Also looks, once a second, how much memory and CPU the
 * child's processes use, and what the graphics cards do. No GTK. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/* Each NAN where it is not known. */
typedef struct {
  double rss_bytes;
  double cores;     /* CPU seconds a second, since the last look */
  double gpu_busy;  /* 0…1 */
  double gpu_bytes; /* of the whole card, where the driver tells that */
} LbGuiSample;

typedef struct _LbGuiEvents LbGuiEvents;

/**
 * lb_gui_events_new:
 * @events_fd: (transfer full): read end of the events
 * @stderr_fd: (transfer full): of its standard error
 * @pid: of the child: what is looked at; 0: nothing
 */
LbGuiEvents *lb_gui_events_new (int events_fd, int stderr_fd, GPid pid);

/** lb_gui_events_free: waits for the end of both: the child must have ended */
void lb_gui_events_free (LbGuiEvents *events);

/** lb_gui_events_take: Returns: (transfer full) (element-type json_t): what came since the last
 * call, in its order; empty: nothing */
GPtrArray *lb_gui_events_take (LbGuiEvents *events);

/** lb_gui_events_take_samples: Returns: (transfer full): of LbGuiSample, since the last call */
GArray *lb_gui_events_take_samples (LbGuiEvents *events);

/** lb_gui_events_has_ended: both ends are closed, and all that came can be taken */
gboolean lb_gui_events_has_ended (LbGuiEvents *events);

/** lb_gui_events_problem: Returns: (transfer full) (nullable): what came was no event: which
 * line, and why */
char *lb_gui_events_problem (LbGuiEvents *events);

/** lb_gui_events_complaint: Returns: (transfer full) (nullable): the last line on standard error,
 * without the program's name */
char *lb_gui_events_complaint (LbGuiEvents *events);

G_END_DECLS
