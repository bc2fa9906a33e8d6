/* The file that --output names. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LbOutput LbOutput;

/**
 * lb_output_open:
 * @path: where the results go; may be a device, a FIFO or a link
 *
 * Opened before anything is measured: what can't be written is said at once. What the file held
 * stays until lb_output_write(), which writes into the very file that was opened: a device is
 * never replaced by a file of its name, and a file keeps its permissions.
 */
LbOutput *lb_output_open (const char *path, GError **error);

/** lb_output_add: more of what is going to be written */
void lb_output_add (LbOutput *output, const char *text);
void lb_output_add_bytes (LbOutput *output, GBytes *bytes);

/** lb_output_write: replaces what the file held by all that was added */
gboolean lb_output_write (LbOutput *output, GError **error);

/** lb_output_free: closes it; a file that lb_output_open() made and that got nothing is removed
 */
void lb_output_free (LbOutput *output);

G_END_DECLS
