/* What a language model said of a sound, with its claims marked: right, wrong, not checkable. */
#pragma once

#include <adwaita.h>

#include "core/json.h"

G_BEGIN_DECLS

#define LB_TYPE_DESCRIPTION (lb_description_get_type ())
G_DECLARE_FINAL_TYPE (LbDescription, lb_description, LB, DESCRIPTION, AdwBin)

/** lb_description_show: @record: whole; of another mode than analysis: it hides */
void lb_description_show (LbDescription *description, const json_t *record);

G_END_DECLS
