/* Fetches a model from its sources, one after the other, until one has it. */
#include <errno.h>

#include "core/error.h"
#include "core/text.h"
#include "models/pull.h"
#include "net/download.h"

void
lb_pull_tell (LbPull *p, guint64 done, guint64 total, const char *note)
{
  LbPullProgress progress = {
    .source = p->label, .done_bytes = done, .total_bytes = total, .note = note
  };

  if (p->callback != NULL)
    p->callback (&progress, p->user_data);
}

/* Nothing that another source could mend. */
static gboolean
ends_all (const GError *error)
{
  return error->domain == LB_ERROR &&
         (error->code == LB_ERROR_CANCELLED || error->code == LB_ERROR_NO_SPACE);
}

static gboolean
try_source (LbPull *p, LbPullFetch fetch, const json_t *source, const char *where, char *label,
            gboolean *over, GError **error)
{
  GError *cause = NULL;

  g_free (p->label);
  p->label = label;
  p->before = 0;
  lb_pull_tell (p, 0, p->model->bytes, NULL);
  if (fetch (p, source, where, &cause))
    return TRUE;
  if (g_cancellable_is_cancelled (p->cancellable) &&
      !g_error_matches (cause, LB_ERROR, LB_ERROR_CANCELLED))
    {
      g_clear_error (&cause);
      g_set_error (&cause, LB_ERROR, LB_ERROR_CANCELLED,
                   "interrupted: what came so far is kept and resumed");
    }
  lb_pull_tell (p, 0, 0, cause->message);
  g_string_append_printf (p->answers, "%s%s: %s", p->answers->len > 0 ? "; " : "", label,
                          cause->message);
  if (ends_all (cause))
    {
      *over = TRUE;
      g_propagate_error (error, cause);
      return FALSE;
    }
  g_clear_error (error);
  g_propagate_error (error, cause);
  return FALSE;
}

/* The user's own: $LLAMABURN_MODEL_MIRROR, then [models] folder= and mirror= of config.ini. */
static char **
own_sources (void)
{
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "llamaburn", "config.ini",
                                            NULL);
  const char *set = g_getenv ("LLAMABURN_MODEL_MIRROR");
  static const char *const keys[] = { "folder", "mirror" };

  if (set != NULL && *set != '\0')
    g_strv_builder_add (found, set);
  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
      {
        g_autofree char *value = g_key_file_get_string (file, "models", keys[i], NULL);

        if (value != NULL && *value != '\0')
          g_strv_builder_add (found, value);
      }
  return g_strv_builder_end (found);
}

static gboolean
try_all (LbPull *p, GError **error)
{
  g_auto (GStrv) own = own_sources ();
  gboolean over = FALSE;
  json_t *source;
  size_t i;

  for (guint k = 0; own[k] != NULL && !over; k++)
    {
      g_autofree char *host = *own[k] == '/' ? lb_text_escape (own[k]) : lb_net_host (own[k]);

      if (try_source (p, lb_pull_from_mirror, NULL, own[k], g_strdup_printf ("mirror %s", host),
                      &over, error))
        return TRUE;
    }
  json_array_foreach (json_object_get (p->model->json, "sources"), i, source)
    {
      const char *url = lb_json_string (source, "url", NULL);
      g_autofree char *host = url != NULL ? lb_net_host (url) : NULL;
      char *label = url != NULL ? g_strdup_printf ("hub %s", host)
                                : g_strdup_printf (
                                      "package %s",
                                      lb_json_string (
                                          json_array_get (json_object_get (source, "package"), 0),
                                          "name", "?"));

      if (over)
        g_free (label);
      else if (try_source (p, url != NULL ? lb_pull_from_url : lb_pull_from_package, source, url,
                           label, &over, error))
        return TRUE;
    }
  return FALSE;
}

static gboolean
pull_locked (LbPull *p, GError **error)
{
  GError *last = NULL;
  gboolean done = try_all (p, &last);

  lb_models_remove_tree (p->staging, NULL, NULL);
  if (!done)
    {
      int code = last != NULL && last->domain == LB_ERROR ? last->code : LB_ERROR_NETWORK;

      g_set_error (error, LB_ERROR, code, "can't pull \"%s\": %s", p->model->name,
                   p->answers->len > 0
                       ? p->answers->str
                       : lb_json_string (p->model->json, "get", "the catalogue knows no source"));
      g_clear_error (&last);
      return FALSE;
    }
  g_clear_error (&last);
  return lb_models_place (p->model, p->part, p->final_path, error) &&
         lb_models_record_pulled (p->models, p->model, p->final_path, p->label, p->cancellable,
                                  error);
}

static gboolean
is_good (LbModels *models, const LbModel *model, const char *path, GCancellable *cancellable)
{
  g_autofree char *sha256 = NULL;

  if (!lb_models_is_here (models, model))
    return FALSE;
  if (model->sha256 == NULL)
    return TRUE;
  sha256 = lb_models_sha256 (models, path, NULL, cancellable, NULL);
  return sha256 != NULL && lb_model_hash_fits (model, sha256);
}

gboolean
lb_models_pull (LbModels *models, const LbModel *model, LbPullCallback callback,
                gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = g_build_filename (models->store, model->path, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  LbPull p = { .models = models,
               .model = model,
               .final_path = path,
               .callback = callback,
               .user_data = user_data,
               .cancellable = cancellable };
  gboolean done;
  int lock;

  if (model->imported)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "\"%s\" is your own model: it comes from no source", model->name);
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0755) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", folder);
  lock = lb_models_lock (path, model->name, error);
  if (lock < 0)
    return FALSE;
  p.part = g_strconcat (path, ".part", NULL);
  p.staging = g_strconcat (path, ".staging", NULL);
  p.answers = g_string_new (NULL);
  done = is_good (models, model, path, cancellable) || pull_locked (&p, error);
  lb_models_unlock (path, lock);
  g_free (p.part);
  g_free (p.staging);
  g_free (p.label);
  g_string_free (p.answers, TRUE);
  return done;
}
