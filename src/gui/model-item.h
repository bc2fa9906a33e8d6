/* A model in the list of the page Models: what it is, whether it is here, and its download. */
#pragma once

#include "gui/catalogue.h"
#include "gui/pull.h"

G_BEGIN_DECLS

/** LbModelItem: signal "changed": state, progress or trouble is another one; "arrived": its
 * download has ended well, or it was removed: the catalogue is to be read again */
#define LB_TYPE_MODEL_ITEM (lb_model_item_get_type ())
G_DECLARE_FINAL_TYPE (LbModelItem, lb_model_item, LB, MODEL_ITEM, GObject)

LbModelItem *lb_model_item_new (void);

/** lb_model_item_key: Returns: (transfer full): tells models apart over several catalogues */
char *lb_model_item_key (const LbModel *model);

/** lb_model_item_set: @model: of @catalogue, which is held; a download goes on */
void lb_model_item_set (LbModelItem *item, LbGuiCatalogue *catalogue, const LbModel *model);

const LbModel *lb_model_item_model (LbModelItem *item);
gboolean lb_model_item_is_here (LbModelItem *item);
gboolean lb_model_item_is_busy (LbModelItem *item);
/** lb_model_item_fraction: of the download; NAN: unknown */
double lb_model_item_fraction (LbModelItem *item);

/** lb_model_item_words: Returns: (transfer full): what it is, or how far its download is, or why
 * it failed */
char *lb_model_item_words (LbModelItem *item);
/** lb_model_item_matches: @words: (nullable): all of them stand in name, title, mode or variant
 */
gboolean lb_model_item_matches (LbModelItem *item, const char *words);

void lb_model_item_pull (LbModelItem *item);
void lb_model_item_cancel (LbModelItem *item);
/** lb_model_item_remove: off the main thread */
void lb_model_item_remove (LbModelItem *item);

G_END_DECLS
