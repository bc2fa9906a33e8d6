/* What the null engine gives to be heard: see data/engines/null.json. */
#pragma once

#include "null-trouble.h"

G_BEGIN_DECLS

#define NULL_SOUND_RATE_HZ 22050

/** null_give_sound: where the mode gives sound. Returns: %FALSE with an error */
gboolean null_give_sound (const Null *null, const LbRunRequest *request, LbSink *sink,
                          GError **error);

G_END_DECLS
