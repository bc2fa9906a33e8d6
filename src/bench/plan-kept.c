/* Settings of what becomes of sounds that come out: kept, saved, scored. */
#include <string.h>

#include "bench/plan-private.h"
#include "core/error.h"

#define MAX_SCORES 16

static const char *const keeps[] = { "first", "all", "none", NULL };
static const char *const formats[] = { "wav", "flac", NULL };

/* One of @names, the first where the member is absent. */
static gboolean
read_choice (const json_t *object, const char *key, const char *const *names, guint *choice,
             GError **error)
{
  g_autofree char *all = g_strjoinv (", ", (char **) names);
  const char *text;

  if (!lb_plan_read_text (object, key, LB_PLAN_NAME_BYTES, &text, error))
    return FALSE;
  for (*choice = 0; text != NULL && names[*choice] != NULL; (*choice)++)
    if (strcmp (names[*choice], text) == 0)
      return TRUE;
  if (text == NULL)
    return TRUE;
  return lb_error_set (error, LB_ERROR_USAGE, "plan: settings.%s must be one of %s", key, all);
}

static gboolean
read_scores (const json_t *list, LbSettings *into, GError **error)
{
  const json_t *one;
  size_t index;

  if (list == NULL || json_is_null (list))
    return TRUE;
  if (!json_is_array (list) || json_array_size (list) > MAX_SCORES)
    return lb_error_set (error, LB_ERROR_USAGE,
                         "plan: settings.score must be a list of at most %d scores", MAX_SCORES);
  json_array_foreach ((json_t *) list, index, one)
    {
      const char *name, *engine, *model;

      if (!lb_plan_read_text (one, "name", LB_PLAN_NAME_BYTES, &name, error) ||
          !lb_plan_read_text (one, "engine", LB_PLAN_NAME_BYTES, &engine, error) ||
          !lb_plan_read_text (one, "model", LB_PLAN_NAME_BYTES, &model, error))
        return FALSE;
      if (name == NULL)
        return lb_error_set (error, LB_ERROR_USAGE,
                             "plan: a score must have a name, like {\"name\": \"wer\"}");
    }
  into->score = json_deep_copy (list);
  return TRUE;
}

static gboolean
read_judge (const json_t *judge, LbSettings *into, GError **error)
{
  const char *engine, *model, *url;

  if (judge == NULL || json_is_null (judge))
    return TRUE;
  if (!json_is_object (judge))
    return lb_error_set (error, LB_ERROR_USAGE,
                         "plan: settings.judge must be like {\"engine\": "
                         "\"openai-chat\", \"model\": \"NAME\"}");
  if (!lb_plan_read_text (judge, "engine", LB_PLAN_NAME_BYTES, &engine, error) ||
      !lb_plan_read_text (judge, "model", LB_PLAN_NAME_BYTES, &model, error) ||
      !lb_plan_read_text (judge, "url", LB_PLAN_NAME_BYTES, &url, error))
    return FALSE;
  if (engine == NULL)
    return lb_error_set (error, LB_ERROR_USAGE, "plan: settings.judge must name its engine");
  if (url != NULL && strpbrk (url, "@?#") != NULL)
    return lb_error_set (error, LB_ERROR_USAGE,
                         "the judge's address holds an \"@\", \"?\" or \"#\": a "
                         "password or key in it would be kept in the history; write "
                         "http://HOST:PORT");
  into->judge = json_deep_copy (judge);
  return TRUE;
}

gboolean
lb_plan_read_kept (const json_t *object, LbSettings *into, GError **error)
{
  guint keep, format;

  if (!read_choice (object, "keep", keeps, &keep, error) ||
      !read_choice (object, "audio_format", formats, &format, error))
    return FALSE;
  into->keep = (LbKeep) keep;
  into->flac = format == 1;
  return read_scores (json_object_get (object, "score"), into, error) &&
         read_judge (json_object_get (object, "judge"), into, error);
}

void
lb_plan_write_kept (const LbSettings *from, json_t *object)
{
  lb_json_set_string (object, "keep", keeps[from->keep]);
  lb_json_set_string (object, "audio_format", formats[from->flac ? 1 : 0]);
  lb_json_set_path (object, "save", from->save);
  lb_json_set_path (object, "click", from->click);
  if (json_array_size (from->score) > 0)
    lb_json_set (object, "score", json_deep_copy (from->score));
  lb_json_set (object, "judge", json_deep_copy (from->judge));
}
