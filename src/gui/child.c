#include "gui/child.h"

#include <signal.h>
#include <string.h>

#include "core/error.h"
#include "core/paths.h"

#define TAIL_BYTES 65536 /* of standard output that is kept */

typedef struct {
  GSubprocess *process;
  GDataInputStream *lines;
  GInputStream *output;
  GString *said; /* on standard output */
  char chunk[4096];
  char *last; /* line on standard error */
  LbGuiChildLine line;
  LbGuiChildEnd end;
  GCancellable *cancellable;
  gulong cancelled;
  GWeakRef owner;
  guint open; /* what is still awaited: both streams and the process */
  GError *error;
} Child;

static void
child_free (Child *it)
{
  if (it->cancellable != NULL)
    g_cancellable_disconnect (it->cancellable, it->cancelled);
  g_clear_object (&it->cancellable);
  g_clear_object (&it->process);
  g_clear_object (&it->lines);
  g_weak_ref_clear (&it->owner);
  g_string_free (it->said, TRUE);
  g_clear_error (&it->error);
  g_free (it->last);
  g_free (it);
}

static void
finish (Child *it)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&it->owner);
  g_autofree char *said = NULL;

  if (--it->open > 0)
    return;
  if (it->error == NULL && it->cancellable != NULL &&
      g_cancellable_is_cancelled (it->cancellable))
    g_set_error_literal (&it->error, LB_ERROR, LB_ERROR_CANCELLED, "stopped");
  else if (it->error == NULL && !g_subprocess_get_successful (it->process))
    g_set_error (&it->error, LB_ERROR, LB_ERROR_FAILED, "%s",
                 it->last != NULL ? it->last : "llamaburn ended without a word: try again");
  said = g_utf8_make_valid (it->said->str, (gssize) it->said->len);
  if (owner != NULL)
    it->end (said, it->error, owner);
  child_free (it);
}

static void read_line (Child *it);

static void
take_line (Child *it, const char *text)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&it->owner);
  const char *own = g_str_has_prefix (text, "llamaburn: ") ? text + strlen ("llamaburn: ") : text;
  g_autofree char *line = g_utf8_make_valid (own, -1);

  if (*line == '\0')
    return;
  g_free (it->last);
  it->last = g_strdup (line);
  if (owner == NULL)
    g_subprocess_send_signal (it->process, SIGINT);
  else if (it->line != NULL)
    it->line (line, owner);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Child *it = user_data;
  g_autofree char *text = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source),
                                                                result, NULL, NULL);

  if (text == NULL)
    {
      finish (it);
      return;
    }
  take_line (it, text);
  read_line (it);
}

static void
read_line (Child *it)
{
  g_data_input_stream_read_line_async (it->lines, G_PRIORITY_DEFAULT, NULL, on_line, it);
}

static void read_output (Child *it);

static void
on_output (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Child *it = user_data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (n <= 0)
    {
      finish (it);
      return;
    }
  g_string_append_len (it->said, it->chunk, n);
  if (it->said->len > TAIL_BYTES)
    g_string_erase (it->said, 0, (gssize) it->said->len - TAIL_BYTES);
  read_output (it);
}

static void
read_output (Child *it)
{
  g_input_stream_read_async (it->output, it->chunk, sizeof it->chunk, G_PRIORITY_DEFAULT, NULL,
                             on_output, it);
}

static void
on_end (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  finish (user_data);
}

static void
on_cancelled (GCancellable *cancellable, Child *it)
{
  if (it->process != NULL)
    g_subprocess_send_signal (it->process, SIGINT);
}

static void
start (Child *it, const char *const *arguments)
{
  g_autofree char *program = lb_paths_program ("llamaburn", &it->error);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  g_ptr_array_add (all, program);
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (all, (char *) arguments[i]);
  g_ptr_array_add (all, NULL);
  if (program != NULL)
    it->process = g_subprocess_newv (
        (const char *const *) all->pdata,
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &it->error);
}

static gboolean
on_no_start (gpointer user_data)
{
  finish (user_data);
  return G_SOURCE_REMOVE;
}

void
lb_gui_child_run (const char *const *arguments, LbGuiChildLine line, LbGuiChildEnd end,
                  GCancellable *cancellable, GObject *owner)
{
  Child *it = g_new0 (Child, 1);

  it->line = line;
  it->end = end;
  it->said = g_string_new (NULL);
  g_weak_ref_init (&it->owner, owner);
  start (it, arguments);
  it->open = it->process != NULL ? 3 : 1;
  if (it->process == NULL)
    {
      g_idle_add (on_no_start, it);
      return;
    }
  it->lines = g_data_input_stream_new (g_subprocess_get_stderr_pipe (it->process));
  it->output = g_subprocess_get_stdout_pipe (it->process);
  if (cancellable != NULL)
    {
      it->cancellable = g_object_ref (cancellable);
      it->cancelled = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), it, NULL);
    }
  read_line (it);
  read_output (it);
  g_subprocess_wait_async (it->process, NULL, on_end, it);
}
