/* Results into a file that the user named. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** lb_save_check: before anything is measured: could @path be written? Leaves no trace. */
gboolean lb_save_check (const char *path, GError **error);

/** lb_save: @text into @path: all of it or, where a plain file was there, none. A device, a pipe
 *  or a link is written through, never replaced. */
gboolean lb_save (const char *path, const char *text, gsize length, GError **error);

G_END_DECLS
