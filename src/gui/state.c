#include "gui/state.h"

#include "core/paths.h"

#define SAVE_S 1

struct _LbGuiState {
  GKeyFile *file;
  char *path;   /* (nullable): there is no such folder, and none can be made */
  guint source; /* of saving; 0: nothing has changed */
};

LbGuiState *
lb_gui_state_new (void)
{
  LbGuiState *state = g_new0 (LbGuiState, 1);
  g_autofree char *folder = lb_paths_state (NULL);

  state->file = g_key_file_new ();
  if (folder == NULL)
    return state;
  state->path = g_build_filename (folder, "window.ini", NULL);
  g_key_file_load_from_file (state->file, state->path, G_KEY_FILE_KEEP_COMMENTS, NULL);
  return state;
}

static void
save (LbGuiState *state)
{
  g_autoptr (GError) error = NULL;

  state->source = 0;
  if (state->path != NULL && !g_key_file_save_to_file (state->file, state->path, &error))
    g_debug ("the window's state is not saved: %s", error->message);
}

static gboolean
on_time (gpointer user_data)
{
  save (user_data);
  return G_SOURCE_REMOVE;
}

static void
touch (LbGuiState *state)
{
  if (state->source == 0)
    state->source = g_timeout_add_seconds (SAVE_S, on_time, state);
}

void
lb_gui_state_free (LbGuiState *state)
{
  if (state->source != 0)
    {
      g_source_remove (state->source);
      save (state);
    }
  g_key_file_unref (state->file);
  g_free (state->path);
  g_free (state);
}

char *
lb_gui_state_text (LbGuiState *state, const char *group, const char *key, const char *fallback)
{
  g_autofree char *value = g_key_file_get_string (state->file, group, key, NULL);

  return value != NULL ? g_steal_pointer (&value) : g_strdup (fallback);
}

int
lb_gui_state_integer (LbGuiState *state, const char *group, const char *key, int fallback)
{
  g_autoptr (GError) error = NULL;
  int value = g_key_file_get_integer (state->file, group, key, &error);

  return error == NULL ? value : fallback;
}

void
lb_gui_state_set_text (LbGuiState *state, const char *group, const char *key, const char *value)
{
  g_autofree char *old = g_key_file_get_string (state->file, group, key, NULL);

  if (g_strcmp0 (old, value) == 0)
    return;
  if (value != NULL)
    g_key_file_set_string (state->file, group, key, value);
  else
    g_key_file_remove_key (state->file, group, key, NULL);
  touch (state);
}

void
lb_gui_state_set_integer (LbGuiState *state, const char *group, const char *key, int value)
{
  g_autofree char *text = g_strdup_printf ("%d", value);

  lb_gui_state_set_text (state, group, key, text);
}
