/* From the manifest's options to whisper.cpp's parameters. */
#pragma once

#include <whisper.h>

#include "core/json.h"

G_BEGIN_DECLS

/**
 * whisper_options_apply:
 * @options: typed and checked by the manifest; its strings must outlive @params
 * @params: (inout): gets what is given
 *
 * @error: %LB_ERROR_USAGE for a language or a regular expression that is none
 */
gboolean whisper_options_apply (const json_t *options, struct whisper_full_params *params,
                                GError **error);

/** whisper_options_context: what has to be known before the model is loaded */
void whisper_options_context (const json_t *options, struct whisper_context_params *params);

/** whisper_options_may_sample: whether random numbers may shape the words: whisper.cpp
 * draws the candidates of its beams, and all tokens at a temperature above 0. It seeds
 * them once, at the load, so that the first run after a load always gives the same words,
 * and a later one on the same sound may give others */
gboolean whisper_options_may_sample (const struct whisper_full_params *params);

G_END_DECLS
