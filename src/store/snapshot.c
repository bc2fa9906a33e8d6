#include "store/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "store/copy.h"

/* A writer may be at work behind our back: a copy counts when nothing changed while it was made.
 */
#define COPY_TRIES 3

static const char *const endings[] = { "", "-wal", "-shm" };

struct _LbSnapshot {
  char *folder;
  char *path;
};

const char *
lb_snapshot_path (const LbSnapshot *snapshot)
{
  return snapshot->path;
}

void
lb_snapshot_free (LbSnapshot *snapshot)
{
  if (snapshot == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = g_strconcat (snapshot->path, endings[i], NULL);

      g_unlink (path);
    }
  g_rmdir (snapshot->folder);
  g_free (snapshot->folder);
  g_free (snapshot->path);
  g_free (snapshot);
}

static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  g_autofree char *shown = lb_text_escape (from);
  int source = open (from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean good;

  if (source < 0)
    return lb_error_set_errno (error, errno, "can't read \"%s\"", shown);
  g_unlink (to);
  good = lb_copy_new (source, to, error);
  close (source);
  return good;
}

static void
look_at (const char *path, struct stat *about)
{
  if (stat (path, about) != 0)
    memset (about, 0, sizeof *about);
}

static gboolean
is_same (const struct stat *a, const struct stat *b)
{
  return a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static gboolean
copy_both (const char *database, LbSnapshot *snapshot, gboolean *still, GError **error)
{
  g_autofree char *journal = g_strconcat (database, "-wal", NULL);
  g_autofree char *journal_copy = g_strconcat (snapshot->path, "-wal", NULL);
  struct stat before[2], after[2];

  look_at (database, &before[0]);
  look_at (journal, &before[1]);
  if (!copy_file (database, snapshot->path, error))
    return FALSE;
  if (before[1].st_size > 0 && !copy_file (journal, journal_copy, error))
    return FALSE;
  look_at (database, &after[0]);
  look_at (journal, &after[1]);
  *still = is_same (&before[0], &after[0]) && is_same (&before[1], &after[1]);
  return TRUE;
}

LbSnapshot *
lb_snapshot_new (const char *database, GError **error)
{
  g_autoptr (LbSnapshot) snapshot = NULL;
  g_autofree char *folder = g_dir_make_tmp ("llamaburn-history-XXXXXX", error);
  gboolean still = FALSE;

  if (folder == NULL)
    return NULL;
  snapshot = g_new0 (LbSnapshot, 1);
  snapshot->path = g_build_filename (folder, "history.db", NULL);
  snapshot->folder = g_steal_pointer (&folder);
  for (int i = 0; i < COPY_TRIES && !still; i++)
    if (!copy_both (database, snapshot, &still, error))
      return NULL;
  if (!still)
    {
      g_autofree char *shown = lb_text_escape (database);

      g_set_error (error, LB_ERROR, LB_ERROR_STORE,
                   "the history \"%s\" is being written by another user: try again in a moment",
                   shown);
      return NULL;
    }
  return g_steal_pointer (&snapshot);
}
