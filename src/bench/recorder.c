#include "bench/recorder.h"

#include <string.h>

struct _LbRecorder {
  LbStore *store;
  GHashTable *numbers; /* id → gint64 * */
  GError *error;
};

LbRecorder *
lb_recorder_new (LbStore *store)
{
  LbRecorder *recorder = g_new0 (LbRecorder, 1);

  recorder->store = store;
  recorder->numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return recorder;
}

void
lb_recorder_free (LbRecorder *recorder)
{
  g_hash_table_unref (recorder->numbers);
  g_clear_error (&recorder->error);
  g_free (recorder);
}

typedef gboolean (*Keep) (LbRecorder *recorder, const char *id, const json_t *event,
                          GError **error);

static gboolean
keep_begin (LbRecorder *recorder, const char *id, const json_t *event, GError **error)
{
  gint64 number = lb_store_begin (recorder->store, json_object_get (event, "record"), error);

  if (number >= 0)
    g_hash_table_insert (recorder->numbers, g_strdup (id), g_memdup2 (&number, sizeof number));
  return number >= 0;
}

static gboolean
keep_session (LbRecorder *recorder, const char *id, const json_t *event, GError **error)
{
  return lb_store_add_session (recorder->store, id, json_object_get (event, "record"), error);
}

static gboolean
keep_warmup (LbRecorder *recorder, const char *id, const json_t *event, GError **error)
{
  return lb_store_add_warmup (recorder->store, id, json_object_get (event, "iteration"), error);
}

static gboolean
keep_iteration (LbRecorder *recorder, const char *id, const json_t *event, GError **error)
{
  return lb_store_add_iteration (recorder->store, id, json_object_get (event, "iteration"),
                                 error);
}

static gboolean
keep_output (LbRecorder *recorder, const char *id, const json_t *event, GError **error)
{
  return lb_store_set_output (recorder->store, id, json_object_get (event, "record"), error);
}

static gboolean
keep_end (LbRecorder *recorder, const char *id, const json_t *event, GError **error)
{
  return lb_store_end (recorder->store, id, json_object_get (event, "record"), error);
}

static const struct {
  const char *event;
  Keep keep;
} rows[] = {
  { "run-begin", keep_begin },     { "session", keep_session }, { "warmup", keep_warmup },
  { "iteration", keep_iteration }, { "output", keep_output },   { "run-end", keep_end },
};

void
lb_recorder_event (const json_t *event, gpointer user_data)
{
  LbRecorder *recorder = user_data;
  const char *name = lb_json_string (event, "event", "");
  const char *id = lb_json_string (event, "run", "");
  gboolean begins = strcmp (name, "run-begin") == 0;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) local = NULL;

      if (strcmp (rows[i].event, name) != 0)
        continue;
      /* A run that could not begin has no row that the others could belong to. */
      if (!begins && !g_hash_table_contains (recorder->numbers, id))
        return;
      if (!rows[i].keep (recorder, id, event, &local) && recorder->error == NULL)
        recorder->error = g_steal_pointer (&local);
    }
}

gint64
lb_recorder_number (LbRecorder *recorder, const char *id)
{
  const gint64 *number = g_hash_table_lookup (recorder->numbers, id);

  return number != NULL ? *number : -1;
}

const GError *
lb_recorder_error (const LbRecorder *recorder)
{
  return recorder->error;
}
