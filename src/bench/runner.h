/* Runs a plan: asks the schedule for the next step, does it with real engines, says what
 * happened. */
#pragma once

#include <gio/gio.h>

#include "bench/event.h"
#include "bench/plan.h"
#include "engine/manifest.h"
#include "models/models.h"
#include "store/store.h"

G_BEGIN_DECLS

typedef struct {
  guint ok, failed, invalid, interrupted; /* cases */
} LbRunnerCounts;

/**
 * lb_runner_check:
 *
 * Whether engines, options, devices and models named by @plan exist at all, without starting
 * anything. Types text values of options by the manifests. %LB_ERROR_USAGE names the first that
 * does not.
 */
gboolean lb_runner_check (LbPlan *plan, LbRegistry *registry, LbModels *models, GError **error);

/**
 * lb_runner_run:
 * @plan: checked
 * @store: (nullable): where sounds that come out are kept: of the runs that @handler began there
 * @handler: gets every event, in this thread
 * @cancellable: cancelled: the run that is measured ends as `interrupted`, with what was measured
 *
 * Blocks until the last case has ended. Holds the machine's lock, inhibits sleep.
 *
 * Returns: %FALSE only when nothing could be begun (cancelled while waiting for the lock)
 */
gboolean lb_runner_run (LbPlan *plan, LbRegistry *registry, LbModels *models, LbStore *store,
                        LbEventHandler handler, gpointer user_data, LbRunnerCounts *counts,
                        GCancellable *cancellable, GError **error);

G_END_DECLS
