/* The answer to one HTTP/1.1 request, read from a stream; hostile. libsoup 3.2 takes a chunked
 * body that is cut for one that is complete: a benchmark must know. RFC 9112. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LbAnswer LbAnswer;

/**
 * lb_answer_new:
 * @stream: (transfer none): what came back; stays the caller's until lb_answer_free()
 *
 * Reads the head: status and headers, at most 64 KiB.
 *
 * Returns: (transfer full): the answer, its body still to be read; %NULL: %LB_ERROR_NETWORK with
 *   words that follow a host's name ("closed the connection"), or an error of GIO
 */
LbAnswer *lb_answer_new (GInputStream *stream, GCancellable *cancellable, GError **error);
void lb_answer_free (LbAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbAnswer, lb_answer_free)

guint lb_answer_status (const LbAnswer *answer);

/** lb_answer_header: @name: in small letters. Returns: (transfer none) (nullable): any bytes; of
 * several the first */
const char *lb_answer_header (const LbAnswer *answer, const char *name);

/** lb_answer_read: some of the body, as soon as there is any. Returns: 0: its end, and it is
 * whole; -1: @error, as above */
gssize lb_answer_read (LbAnswer *answer, void *buffer, gsize size, GCancellable *cancellable,
                       GError **error);

G_END_DECLS
