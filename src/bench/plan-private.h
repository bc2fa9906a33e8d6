/* What the files of the plan share: plan.c has cases and settings, plan-kept.c what becomes of
 * sounds that come out. */
#pragma once

#include "bench/plan.h"

G_BEGIN_DECLS

#define LB_PLAN_NAME_BYTES 4096

/** lb_plan_read_text: a member that is absent, null, or a text. @text: (out) (transfer none) */
gboolean lb_plan_read_text (const json_t *object, const char *key, gsize most, const char **text,
                            GError **error);

/** lb_plan_read_path: a file name: KEY, or KEY_uri where it is not UTF-8. @path: (out) (transfer
 * full): as it was where there is none */
gboolean lb_plan_read_path (const json_t *object, const char *key, char **path, GError **error);

/** lb_plan_read_kept: keep, audio_format and score of the settings */
gboolean lb_plan_read_kept (const json_t *object, LbSettings *into, GError **error);
void lb_plan_write_kept (const LbSettings *from, json_t *object);

G_END_DECLS
