/* Listens to events and keeps what they say in the store, as it happens. */
#pragma once

#include "bench/event.h"
#include "store/store.h"

G_BEGIN_DECLS

typedef struct _LbRecorder LbRecorder;

/** lb_recorder_new: @store: (transfer none): must outlive it */
LbRecorder *lb_recorder_new (LbStore *store);
void lb_recorder_free (LbRecorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbRecorder, lb_recorder_free)

/** lb_recorder_event: an LbEventHandler; @recorder: an LbRecorder */
void lb_recorder_event (const json_t *event, gpointer recorder);

/** lb_recorder_number: Returns: the local number of run @id, −1: it is not stored */
gint64 lb_recorder_number (LbRecorder *recorder, const char *id);

/** lb_recorder_error: Returns: (nullable) (transfer none): the first thing that could not be
 * stored. What comes after is still tried: one lost row doesn't lose the others */
const GError *lb_recorder_error (const LbRecorder *recorder);

G_END_DECLS
