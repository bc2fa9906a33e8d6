/* Between the files of the engines commands. */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/** lb_cli_choose_engines: those that are named, else all that are not hidden (with --all those
 * too). Returns: (transfer container) (element-type LbManifest): or %NULL with %LB_ERROR_USAGE */
GPtrArray *lb_cli_choose_engines (LbCli *cli, GError **error);

G_END_DECLS
