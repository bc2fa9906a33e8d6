/* Between the files of "llamaburn models". */
#pragma once

#include "cli/cli.h"
#include "models/models.h"

G_BEGIN_DECLS

/** lb_cli_find_model: @name, of the option --variant where it was given */
const LbModel *lb_cli_find_model (LbCli *cli, LbModels *models, const char *name, GError **error);

/** lb_cli_find_models: of all arguments, each once. Returns: (transfer container) (element-type
 * LbModel): or %NULL: one is wrong */
GPtrArray *lb_cli_find_models (LbCli *cli, LbModels *models, GError **error);

/** LbModelsWork: brings a model, and tells @callback (with @progress) how far it is */
typedef gboolean (*LbModelsWork) (LbPullCallback callback, gpointer progress,
                                  GCancellable *cancellable, gpointer user_data, GError **error);

/** lb_cli_bring_model: does @work in a thread of its own, draws how far it is, and cancels it
 * when a signal asks the program to end */
gboolean lb_cli_bring_model (LbCli *cli, const char *name, LbModelsWork work, gpointer user_data,
                             GError **error);

G_END_DECLS
