/* Does a file end in the middle of what it is made of? Inside src/decode only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * lb_tail_is_cut:
 * @fd: any file; its offset stays
 *
 * An Ogg file says nowhere how long it is, but its pages do (RFC 3533, section 6).
 *
 * Returns: %TRUE if it is Ogg, and its last page isn't whole; %FALSE where nobody knows
 */
gboolean lb_tail_is_cut (int fd);

G_END_DECLS
