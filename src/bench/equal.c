#include "bench/equal.h"

#include <string.h>

#include "bench/differences.h"
#include "bench/validity.h"
#include "engine/decoding.h"

static gboolean
is_speech_to_text (const LbCase *it)
{
  return strcmp (it->mode, "stt") == 0;
}

static gboolean
has_several_engines (const LbPlan *plan)
{
  const char *first = NULL;

  for (guint c = 0; c < plan->cases->len; c++)
    {
      const LbCase *it = lb_plan_case (plan, c);

      if (!is_speech_to_text (it))
        continue;
      if (first != NULL && strcmp (first, it->engine) != 0)
        return TRUE;
      first = it->engine;
    }
  return FALSE;
}

gboolean
lb_equal_prepare (LbPlan *plan, LbRegistry *registry, GError **error)
{
  const char *usual = has_several_engines (plan) ? LB_DECODING_GREEDY : LB_DECODING_ENGINE;

  for (guint c = 0; c < plan->cases->len; c++)
    {
      LbCase *it = g_ptr_array_index (plan->cases, c);
      const LbManifest *manifest = lb_registry_find (registry, it->engine, it->mode, error);
      g_autoptr (json_t) options = NULL;

      if (manifest == NULL)
        return FALSE;
      if (!is_speech_to_text (it))
        continue;
      if (it->decoding == NULL)
        it->decoding = g_strdup (lb_decoding_has (manifest, usual) ? usual : LB_DECODING_ENGINE);
      if (!lb_decoding_check (it->decoding, error))
        return FALSE;
      options = lb_decoding_options (manifest, it->decoding, error);
      if (options == NULL)
        return FALSE;
      json_object_update_missing (it->options, options);
    }
  return TRUE;
}

/* What the case asks for beyond the decoding. Returns: (transfer full) */
static json_t *
find_chosen (const LbCase *it, const json_t *decoding)
{
  json_t *chosen = json_array ();
  const char *name;
  json_t *value;

  json_object_foreach (it->options, name, value)
    if (json_object_get (decoding, name) == NULL)
      json_array_append_new (chosen, json_string (name));
  return chosen;
}

void
lb_equal_describe (json_t *record, const LbCase *it, const LbManifest *manifest)
{
  json_t *settings = json_object_get (record, "settings");
  g_autoptr (json_t) meant = NULL;
  g_autofree char *is = NULL;
  json_t *used;

  if (it->decoding != NULL)
    is = lb_decoding_describe (manifest, json_object_get (settings, "options"), &meant);
  lb_json_set (settings, "chosen", find_chosen (it, meant));
  if (is == NULL)
    return;
  used = json_object ();
  lb_json_set_string (used, "is", is);
  lb_json_set (used, "options", json_incref (meant));
  lb_json_set (settings, "decoding_used", used);
}

json_t *
lb_equal_threads (int asked, int used)
{
  g_autofree char *cure = NULL;

  if (asked <= 0 || used <= 0 || asked == used)
    return NULL;
  cure = g_strdup_printf (
      "compare at what it takes (-t %d), or see its options (llamaburn engines "
      "ENGINE)",
      used);
  return lb_flag_new ("threads-differ", cure, "asked for %d thread%s, the engine works with %d",
                      asked, asked == 1 ? "" : "s", used);
}

gboolean
lb_equal_is_work (const char *engine, const char *option, gpointer registry)
{
  const LbManifest *manifest = registry != NULL ? lb_registry_find (registry, engine, NULL, NULL)
                                                : NULL;
  const LbOption *known = manifest != NULL ? lb_manifest_option (manifest, option) : NULL;

  return known == NULL || known->work;
}

gboolean
lb_equal_is_comparable (const json_t *record, const json_t *base)
{
  static const char *const members[] = { "path", "path_uri", "text", "prompt" };
  const json_t *mine = json_object_get (record, "input"), *its = json_object_get (base, "input");

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (g_strcmp0 (lb_json_string (mine, members[i], NULL),
                   lb_json_string (its, members[i], NULL)) != 0)
      return FALSE;
  return TRUE;
}

void
lb_equal_compare (json_t *record, const json_t *base, LbRegistry *registry)
{
  g_autoptr (json_t) differences = lb_differences (base, record, lb_equal_is_work, registry);
  g_autofree char *words = lb_differences_words (differences);
  json_t *differs;

  if (json_array_size (differences) == 0)
    return;
  differs = json_object ();
  lb_json_set_string (differs, "baseline", lb_json_string (base, "id", NULL));
  lb_json_set_string (differs, "words", words);
  lb_json_set (differs, "differences", g_steal_pointer (&differences));
  lb_json_set (record, "differs", differs);
}
