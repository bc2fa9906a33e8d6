/* What an engine's process wears before any line of the engine runs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * lb_cage_put_on:
 * @network: whether the manifest allows inet sockets
 *
 * Closes what was inherited by accident; leads its own process group, which no descendant can
 * leave; dies with the parent, however that ends; gains no privileges; is the kernel's first
 * choice when memory runs out; writes no core files; opens only local sockets. To be called
 * before there are threads.
 */
gboolean lb_cage_put_on (gboolean network, GError **error);

G_END_DECLS
