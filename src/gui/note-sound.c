#include "gui/note-sound.h"

#include "audio/sine.h"
#include "audio/write.h"

#define RATE_HZ 22050

typedef struct {
  GArray *notes;
  double duration_s;
  char *path;
} Job;

static void
job_free (Job *job)
{
  g_array_unref (job->notes);
  g_free (job->path);
  g_free (job);
}

static void
make (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  GError *error = NULL;
  g_autoptr (LbPcm) sound = lb_sine_notes ((const LbMidiNote *) (gpointer) job->notes->data,
                                           job->notes->len, job->duration_s, RATE_HZ, &error);

  if (sound != NULL && lb_audio_write (sound, job->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
lb_note_sound_make (GArray *notes, double duration_s, const char *path, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  job->notes = g_array_ref (notes);
  job->duration_s = duration_s;
  job->path = g_strdup (path);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, make);
}

gboolean
lb_note_sound_make_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
