/* What `--decoding greedy|beam:N|engine` means to an engine. Engines differ in their defaults and
 * in the names of their options: the manifest's member "decoding" has, for "greedy" and for
 * "beam", the values of its own options that make it the same work everywhere ("N": the number of
 * beams). */
#pragma once

#include "engine/manifest.h"

G_BEGIN_DECLS

#define LB_DECODING_ENGINE "engine" /* as the engine itself does it */
#define LB_DECODING_GREEDY "greedy"

/** lb_decoding_read: checks the manifest's member. %LB_ERROR_BAD_INPUT */
gboolean lb_decoding_read (const LbManifest *manifest, GError **error);

/** lb_decoding_check: whether @decoding is one that can be asked for. %LB_ERROR_USAGE */
gboolean lb_decoding_check (const char *decoding, GError **error);

/** lb_decoding_has: whether the manifest says what @decoding, a valid one, is in its options */
gboolean lb_decoding_has (const LbManifest *manifest, const char *decoding);

/** lb_decoding_options: Returns: (transfer full): what @decoding, a valid one, is in the engine's
 * own options; or %NULL with %LB_ERROR_USAGE, that names the engine */
json_t *lb_decoding_options (const LbManifest *manifest, const char *decoding, GError **error);

/** lb_decoding_describe: the decoding that @options, in effect, are: "greedy", "beam:5", or what
 * differs from it: "beam:5, but best-of 5, no-fallback no". An option that is absent says
 * nothing.
 * @meant: (out) (transfer full): the options of the decoding that is named first
 * Returns: (transfer full) (nullable): %NULL where the manifest doesn't say what its options mean
 */
char *lb_decoding_describe (const LbManifest *manifest, const json_t *options, json_t **meant);

G_END_DECLS
