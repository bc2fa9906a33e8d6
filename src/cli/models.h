/* Between models.c and models-pull.c. */
#pragma once

#include "cli/cli.h"
#include "models/models.h"

G_BEGIN_DECLS

/** lb_cli_find_model: @name, of the option --variant where it was given */
const LbModel *lb_cli_find_model (LbCli *cli, LbModels *models, const char *name, GError **error);

/** lb_cli_find_models: of all arguments, each once. Returns: (transfer container) (element-type
 * LbModel): or %NULL: one is wrong */
GPtrArray *lb_cli_find_models (LbCli *cli, LbModels *models, GError **error);

G_END_DECLS
