/* Names for completion, read when the user presses Tab. */
#include <string.h>

#include "cli/private.h"
#include "models/models.h"
#include "store/store.h"

static void
append_engines (GString *out)
{
  g_autoptr (LbRegistry) registry = lb_registry_new (NULL);
  const GPtrArray *all = registry != NULL ? lb_registry_all (registry) : NULL;

  for (guint i = 0; all != NULL && i < all->len; i++)
    g_string_append_printf (out, "%s\n", ((const LbManifest *) g_ptr_array_index (all, i))->id);
}

/* @mode: NULL: of any. */
static void
append_models_of (GString *out, const char *mode)
{
  g_autoptr (LbModels) models = lb_models_open (NULL);
  const GPtrArray *all = models != NULL ? lb_models_all (models) : NULL;

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      const LbModel *model = g_ptr_array_index (all, i);

      if (mode == NULL || strcmp (model->mode, mode) == 0)
        g_string_append_printf (out, "%s\n", model->name);
    }
}

static void
append_models (GString *out)
{
  append_models_of (out, NULL);
}

static void
append_voices (GString *out)
{
  append_models_of (out, "tts");
}

static gboolean
append_run (const LbStoreRow *row, gpointer user_data)
{
  g_string_append_printf (user_data, "%" G_GINT64_FORMAT "\n", row->number);
  return TRUE;
}

static void
append_runs (GString *out)
{
  const LbStoreFilter newest = { .limit = 50 };
  g_autoptr (LbStore) store = lb_store_open_to_read (NULL, NULL);

  g_string_append (out, "last\n");
  if (store != NULL)
    lb_store_list (store, &newest, append_run, out, NULL);
}

static void
append_keys (GString *out)
{
  g_autoptr (LbRegistry) registry = lb_registry_new (NULL);
  const GPtrArray *all = registry != NULL ? lb_registry_all (registry) : NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; all != NULL && i < all->len; i++)
    for (char **key = ((const LbManifest *) g_ptr_array_index (all, i))->keys;
         key != NULL && *key != NULL; key++)
      if (g_hash_table_add (seen, *key))
        g_string_append_printf (out, "%s\n", *key);
}

static const struct {
  const char *kind;
  void (*append) (GString *out);
} kinds[] = {
  { "engines", append_engines }, { "models", append_models }, { "voices", append_voices },
  { "runs", append_runs },       { "keys", append_keys },
};

void
lb_cli_names (GString *out, const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].kind, kind) == 0)
      kinds[i].append (out);
}
