/* Copies of files. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** lb_copy_new: copies all of the regular file behind @source to the new file @path of mode 0600;
 * nothing is left at @path when it fails. %LB_ERROR_NO_SPACE */
gboolean lb_copy_new (int source, const char *path, GError **error);

G_END_DECLS
