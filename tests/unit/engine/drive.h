/* Sessions of the null engine, for tests. */
#pragma once

#include "core/error.h"
#include "core/json.h"
#include "engine/session.h"

/** drive_start: Returns: (transfer full): a session of the null engine; asserts */
LbSession *drive_start (const LbSessionSettings *settings);

/** drive_load: loads with @options (JSON text) in @mode. Returns: as lb_session_load() */
gboolean drive_load (LbSession *session, const char *mode, const char *options, double limit_s,
                     GCancellable *cancellable, GError **error);

/** drive_run: puts @frames of a ramp that begins at @from and runs once */
gboolean drive_run (LbSession *session, gsize frames, float from, double limit_s,
                    LbSessionRun *run, GCancellable *cancellable, GError **error);

/** drive_text: the text of @run's output */
const char *drive_text (const LbSessionRun *run);

/** drive_count_fds: Returns: how many descriptors this process has open */
guint drive_count_fds (void);

/** drive_group_lives: whether a process of group @group lives that is no zombie */
gboolean drive_group_lives (GPid group);
