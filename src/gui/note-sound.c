#include "gui/note-sound.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audio/sine.h"
#include "audio/write.h"
#include "core/error.h"

#define RATE_HZ 22050

typedef struct {
  GArray *notes;
  double duration_s;
} Job;

static void
job_free (Job *job)
{
  g_array_unref (job->notes);
  g_free (job);
}

/* Returns: an open file, or −1 */
static int
write_sound (const LbPcm *sound, GError **error)
{
  int fd = memfd_create ("llamaburn-notes", MFD_CLOEXEC);

  if (fd < 0)
    lb_error_set_errno (error, errno, "can't make the sound of the notes");
  else if (!lb_audio_write_wav (sound, fd, error))
    {
      close (fd);
      fd = -1;
    }
  return fd;
}

static void
close_fd (gpointer fd)
{
  close (GPOINTER_TO_INT (fd));
}

static void
make (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  GError *error = NULL;
  g_autoptr (LbPcm) sound = lb_sine_notes ((const LbMidiNote *) (gpointer) job->notes->data,
                                           job->notes->len, job->duration_s, RATE_HZ, &error);
  int fd = sound != NULL ? write_sound (sound, &error) : -1;

  if (fd >= 0)
    g_task_return_pointer (task, GINT_TO_POINTER (fd), close_fd);
  else
    g_task_return_error (task, error);
}

void
lb_note_sound_make (GArray *notes, double duration_s, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  job->notes = g_array_ref (notes);
  job->duration_s = duration_s;
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, make);
}

int
lb_note_sound_make_finish (GAsyncResult *result, GError **error)
{
  GError *local = NULL;
  gpointer fd = g_task_propagate_pointer (G_TASK (result), &local);

  if (local == NULL)
    return GPOINTER_TO_INT (fd);
  g_propagate_error (error, local);
  return -1;
}

char *
lb_note_sound_path (int fd)
{
  return g_strdup_printf ("/proc/self/fd/%d", fd);
}
