/* From whisper.cpp's segments to our output. */
#pragma once

#include <whisper.h>

#include "core/json.h"

G_BEGIN_DECLS

/** whisper_output_new: Returns: (transfer full): {text, language, segments, tokens} of
 * the last run */
json_t *whisper_output_new (struct whisper_context *context, gboolean words, gboolean dtw);

G_END_DECLS
