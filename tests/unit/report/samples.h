/* Records as the runner makes them, for tests. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define HOSTILE "\x1b[31m=cmd|' /C calc'!A0\n<script>`|`,\"quoted\"\xe2\x80\xae"

/** sample_new: five good iterations of whisper-base, with a reference. Returns: (transfer full)
 */
json_t *sample_new (void);

/** sample_set: replaces the member at "a/b/c"; @value: (transfer full) (nullable): %NULL removes
 * it */
void sample_set (json_t *record, const char *path, json_t *value);

json_t *sample_failed (void);
json_t *sample_interrupted (void);
json_t *sample_without_reference (void);
json_t *sample_synthetic (void);
json_t *sample_invalid (void);
json_t *sample_hostile (void);

/** sample_spoken: text-to-speech: no sound went in, one came out */
json_t *sample_spoken (void);

/** sample_nonsense: every member of a wrong type */
json_t *sample_nonsense (void);

G_END_DECLS
