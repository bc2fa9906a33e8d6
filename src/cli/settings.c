/* Options of engines, as typed: --NAME VALUE where all chosen engines have it, -O
 * ENGINE:NAME=VALUE. */
#include <string.h>

#include "bench/default-engine.h"
#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"
#include "models/models.h"

LbRegistry *
lb_cli_registry (LbCli *cli, GError **error)
{
  if (cli->registry == NULL)
    cli->registry = lb_registry_new (error);
  return cli->registry;
}

LbModels *
lb_cli_models (LbCli *cli, GError **error)
{
  if (cli->models == NULL)
    cli->models = lb_models_open (error);
  return cli->models;
}

gboolean
lb_help_has_mode (const LbManifest *manifest, const char *mode)
{
  return manifest->modes != NULL && g_strv_contains ((const char *const *) manifest->modes, mode);
}

static gboolean
is_here (const LbModel *model, gpointer models)
{
  return lb_models_is_here (models, model);
}

/* Returns: (nullable): what can begin at once, with a model that is here */
static const LbManifest *
find_with_model (LbCli *cli)
{
  LbModels *models = lb_cli_models (cli, NULL); /* what is wrong is said by who needs it */

  return models != NULL ? lb_default_engine (cli->registry, lb_models_all (models),
                                             cli->command->mode, is_here, models)
                        : NULL;
}

/* An engine that takes the models that are named. %NULL without an error: one of them is unknown,
 * which is said where it is looked for. */
static const LbManifest *
find_for_names (LbCli *cli, GError **error)
{
  LbModels *models = lb_cli_models (cli, NULL);
  g_autoptr (GError) why = NULL;
  const LbManifest *manifest = models != NULL ? lb_engine_for_models (
                                                    cli->registry, models, cli->command->mode,
                                                    (const char *const *) cli->early_models, &why)
                                              : NULL;

  if (g_error_matches (why, LB_ERROR, LB_ERROR_USAGE))
    g_propagate_error (error, g_steal_pointer (&why));
  return manifest;
}

/* Where a model is named, or none is needed, what is here doesn't count. */
static const LbManifest *
find_default (LbCli *cli, GError **error)
{
  const char *mode = cli->command->mode;
  GError *why = NULL;

  if (cli->default_engine == NULL && cli->early_models != NULL)
    cli->default_engine = find_for_names (cli, &why);
  else if (cli->default_engine == NULL && !cli->names_model)
    cli->default_engine = find_with_model (cli);
  if (cli->default_engine == NULL && why == NULL)
    cli->default_engine = lb_best_engine (cli->registry, mode, NULL, NULL);
  if (cli->default_engine == NULL && why == NULL)
    g_set_error (&why, LB_ERROR, LB_ERROR_USAGE,
                 "there is no engine for the mode \"%s\": llamaburn engines lists what there is",
                 mode);
  if (why != NULL)
    g_propagate_error (error, why);
  return cli->default_engine;
}

GPtrArray *
lb_cli_engines (LbCli *cli, GError **error)
{
  const char *mode = cli->command->mode;
  const char *const *names = lb_cli_list (cli, "engine");
  g_autoptr (GPtrArray) engines = g_ptr_array_new ();
  const LbManifest *manifest;

  if (lb_cli_registry (cli, error) == NULL)
    return NULL;
  if (cli->early_engines != NULL)
    names = (const char *const *) cli->early_engines;
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      manifest = lb_registry_find (cli->registry, names[i], mode, error);
      if (manifest == NULL)
        return NULL;
      if (!g_ptr_array_find (engines, manifest, NULL))
        g_ptr_array_add (engines, (gpointer) manifest);
    }
  if (engines->len > 0)
    return g_steal_pointer (&engines);
  manifest = find_default (cli, error);
  if (manifest == NULL)
    return NULL;
  g_ptr_array_add (engines, (gpointer) manifest);
  return g_steal_pointer (&engines);
}

static const LbOption *
find_in (const LbManifest *manifest, const char *name, gboolean *negated)
{
  const LbOption *option = lb_manifest_option (manifest, name);

  *negated = FALSE;
  if (option != NULL || !g_str_has_prefix (name, "no-"))
    return option;
  option = lb_manifest_option (manifest, name + 3);
  *negated = option != NULL && option->kind == LB_OPTION_BOOL;
  return *negated ? option : NULL;
}

static gboolean
fail_partly (const LbManifest *has, const LbManifest *lacks, const char *name, GError **error)
{
  g_autofree char *shown = lb_text_escape (name);

  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "\"--%s\" is an option of %s, but not of %s: use -O %s:%s=VALUE", shown, has->id,
               lacks->id, has->id, shown);
  return FALSE;
}

/* Two engines may give one name to different things: then the value can't be meant for both. */
static gboolean
fail_kinds (const LbManifest *one, const LbManifest *other, const char *name, GError **error)
{
  g_autofree char *shown = lb_text_escape (name);

  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "\"--%s\" means different things to %s and %s: use -O %s:%s=VALUE", shown, one->id,
               other->id, one->id, shown);
  return FALSE;
}

gboolean
lb_cli_resolve (LbCli *cli, const char *name, const LbOption **option, gboolean *negated,
                GError **error)
{
  g_autoptr (GPtrArray) engines = lb_cli_engines (cli, error);
  const LbManifest *has = NULL, *lacks = NULL;

  if (engines == NULL)
    return FALSE;
  *option = NULL;
  for (guint i = 0; i < engines->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (engines, i);
      gboolean no = FALSE;
      const LbOption *found = find_in (manifest, name, &no);

      if (found != NULL && *option != NULL &&
          ((*option)->kind == LB_OPTION_BOOL) != (found->kind == LB_OPTION_BOOL))
        return fail_kinds (has, manifest, name, error);
      if (found == NULL)
        {
          lacks = manifest;
          continue;
        }
      has = manifest;
      *option = found;
      *negated = no;
    }
  if (has != NULL && lacks != NULL)
    return fail_partly (has, lacks, name, error);
  if (has == NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND, "no such option");
  return has != NULL;
}

void
lb_cli_add_setting (LbCli *cli, const char *engine, const char *name, const char *value)
{
  LbCliSetting *setting = g_new0 (LbCliSetting, 1);

  setting->engine = g_strdup (engine);
  setting->name = g_strdup (name);
  setting->value = g_strdup (value);
  g_ptr_array_add (cli->settings, setting);
}

gboolean
lb_cli_add_dotted (LbCli *cli, const char *text, GError **error)
{
  const char *colon = strchr (text, ':');
  const char *equals = colon != NULL ? strchr (colon, '=') : NULL;
  g_autofree char *engine = NULL;
  g_autofree char *name = NULL;

  if (equals == NULL || colon == text || equals == colon + 1)
    {
      g_autofree char *shown = lb_text_escape (text);

      g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "-O takes ENGINE:NAME=VALUE, not \"%s\"",
                   shown);
      return FALSE;
    }
  engine = g_strndup (text, (gsize) (colon - text));
  name = g_strndup (colon + 1, (gsize) (equals - colon - 1));
  lb_cli_add_setting (cli, engine, name, equals + 1);
  return TRUE;
}

static gboolean
fail_option (const LbManifest *manifest, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *shown = lb_text_escape (name);
  const char *nearest;

  for (guint i = 0; i < manifest->options->len; i++)
    g_ptr_array_add (names, ((const LbOption *) g_ptr_array_index (manifest->options, i))->name);
  g_ptr_array_add (names, NULL);
  nearest = lb_text_nearest (name, (const char *const *) names->pdata);
  if (nearest != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "%s has no option \"%s\": did you mean \"%s\"?",
                 manifest->id, shown, nearest);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "%s has no option \"%s\": llamaburn engines %s lists all", manifest->id, shown,
                 manifest->id);
  return FALSE;
}

/* -O must name a chosen engine and an option of it: a setting that nothing obeys would be a
 * silent lie. */
gboolean
lb_cli_check_settings (LbCli *cli, GError **error)
{
  g_autoptr (GPtrArray) engines = cli->settings->len > 0 ? lb_cli_engines (cli, error) : NULL;

  if (cli->settings->len > 0 && engines == NULL)
    return FALSE;
  for (guint i = 0; i < cli->settings->len; i++)
    {
      const LbCliSetting *setting = g_ptr_array_index (cli->settings, i);
      const LbManifest *manifest;

      if (setting->engine == NULL)
        continue;
      manifest = lb_registry_find (cli->registry, setting->engine, cli->command->mode, error);
      if (manifest == NULL)
        return FALSE;
      if (!g_ptr_array_find (engines, manifest, NULL))
        {
          g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                       "-O names %s, which is not among the chosen engines: add it to -e",
                       manifest->id);
          return FALSE;
        }
      if (lb_manifest_option (manifest, setting->name) == NULL)
        return fail_option (manifest, setting->name, error);
    }
  return TRUE;
}

json_t *
lb_cli_engine_options (const LbCli *cli, const char *engine, GError **error)
{
  g_autoptr (json_t) options = json_object ();

  for (guint i = 0; i < cli->settings->len; i++)
    {
      const LbCliSetting *setting = g_ptr_array_index (cli->settings, i);

      if (setting->engine != NULL && (engine == NULL || strcmp (setting->engine, engine) != 0))
        continue;
      if (!g_utf8_validate (setting->value, -1, NULL))
        {
          g_autofree char *shown = lb_text_escape (setting->value);

          g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "the value of --%s is no UTF-8: \"%s\"",
                       setting->name, shown);
          return NULL;
        }
      lb_json_set_string (options, setting->name, setting->value);
    }
  return g_steal_pointer (&options);
}
