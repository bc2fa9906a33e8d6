/* Whether what was spoken took about as long as people take: a voice that spells the letters of a
 * language that it doesn't know, that leaves half of the text out or drones on has an RTF like
 * any other. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

/**
 * lb_pace_flag:
 * @text: what was to be spoken
 * @spoken_s: how long what came out is
 *
 * Only of texts that can be judged by their letters: 20 or more, of scripts with a letter for a
 * sound, hardly any digits or signs, mostly small.
 *
 * Returns: (transfer full) (nullable): the flag "odd-pace", which only tells
 */
json_t *lb_pace_flag (const char *text, double spoken_s);

G_END_DECLS
