#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/id.h"
#include "core/text.h"
#include "store/internal.h"

/* A look at a mark holds its lock for an instant: whoever takes it for good tries again. */
#define TAKE_TRIES 50
#define TAKE_PAUSE_US 10000

char *
lb_live_folder (const LbStore *store, const char *id)
{
  return g_build_filename (store->folder, "runs", id, NULL);
}

static char *
mark_of (const LbStore *store, const char *id)
{
  return g_build_filename (store->folder, "runs", id, "live", NULL);
}

LbLive
lb_live_probe (const LbStore *store, const char *id, int *descriptor)
{
  g_autofree char *mark = mark_of (store, id);
  int mark_descriptor = open (mark, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  LbLive live = LB_LIVE_DEAD;

  if (descriptor != NULL)
    *descriptor = -1;
  if (mark_descriptor < 0)
    return errno == ENOENT || errno == ENOTDIR ? LB_LIVE_DEAD : LB_LIVE_UNKNOWN;
  if (flock (mark_descriptor, LOCK_EX | LOCK_NB) != 0)
    live = errno == EWOULDBLOCK ? LB_LIVE_ALIVE : LB_LIVE_UNKNOWN;
  if (live == LB_LIVE_DEAD && descriptor != NULL)
    *descriptor = mark_descriptor;
  else
    close (mark_descriptor);
  return live;
}

static int
lock_mark (const char *mark)
{
  int descriptor = open (mark, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  for (int i = 0; descriptor >= 0; i++)
    {
      if (flock (descriptor, LOCK_EX | LOCK_NB) == 0)
        return descriptor;
      if (errno != EWOULDBLOCK || i == TAKE_TRIES)
        {
          int saved = errno;

          close (descriptor);
          errno = saved;
          return -1;
        }
      g_usleep (TAKE_PAUSE_US);
    }
  return descriptor;
}

gboolean
lb_live_take (LbStore *store, const char *id, GError **error)
{
  g_autofree char *folder = lb_live_folder (store, id);
  g_autofree char *mark = mark_of (store, id);
  g_autofree char *shown = lb_text_escape (folder);
  int descriptor;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", shown);
  descriptor = lock_mark (mark);
  if (descriptor < 0 && errno == EWOULDBLOCK)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_STORE,
                   "the run \"%s\" is already going on elsewhere", id);
      return FALSE;
    }
  if (descriptor < 0)
    return lb_error_set_errno (error, errno, "can't mark the run as live in \"%s\"", shown);
  g_hash_table_insert (store->lives, g_strdup (id), GINT_TO_POINTER (descriptor));
  return TRUE;
}

void
lb_live_release (LbStore *store, const char *id)
{
  g_autofree char *folder = lb_live_folder (store, id);
  g_autofree char *mark = mark_of (store, id);
  gpointer descriptor;

  if (!g_hash_table_lookup_extended (store->lives, id, NULL, &descriptor))
    return;
  unlink (mark);
  rmdir (folder); /* fails where there are artifacts: they stay */
  close (GPOINTER_TO_INT (descriptor));
  g_hash_table_remove (store->lives, id);
}

char *
lb_live_any (const LbStore *store)
{
  g_autofree char *runs = g_build_filename (store->folder, "runs", NULL);
  g_autoptr (GDir) folder = g_dir_open (runs, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (lb_id_is_valid (name) && lb_live_probe (store, name, NULL) == LB_LIVE_ALIVE)
      return g_strdup (name);
  return NULL;
}

/* The lock is held until the caller has committed: two programs that open at once can't both take
 * the other's look for a living run and leave it `running`, since each holds the write
 * transaction. */
static gboolean
sweep_one (LbStore *store, gint64 number, const char *id, GArray *descriptors, GError **error)
{
  int descriptor;

  if (lb_live_probe (store, id, &descriptor) != LB_LIVE_DEAD)
    return TRUE;
  if (descriptor >= 0)
    g_array_append_val (descriptors, descriptor);
  return lb_sql (store, error, "UPDATE run SET status = 'interrupted' WHERE number = ?1", "i",
                 number) &&
         lb_record_refresh (store, number, error);
}

typedef struct {
  gint64 number;
  char *id;
} Running;

static void
running_clear (gpointer item)
{
  g_free (((Running *) item)->id);
}

static GArray *
list_running (LbStore *store, GError **error)
{
  g_autoptr (LbStatement) rows = lb_sql_query (
      store, error, "SELECT number, id FROM run WHERE status = 'running'", "");
  GArray *found = g_array_new (FALSE, FALSE, sizeof (Running));
  int step = rows != NULL ? 1 : -1;

  g_array_set_clear_func (found, running_clear);
  while (step > 0 && (step = lb_sql_step (store, rows, error)) == 1)
    {
      Running one = { sqlite3_column_int64 (rows, 0), g_strdup (lb_sql_text (rows, 1)) };

      g_array_append_val (found, one);
    }
  if (step < 0)
    g_clear_pointer (&found, g_array_unref);
  return found;
}

static void
drop_marks (const LbStore *store, GArray *running)
{
  for (guint i = 0; i < running->len; i++)
    {
      const char *id = g_array_index (running, Running, i).id;
      g_autofree char *mark = mark_of (store, id);
      g_autofree char *folder = lb_live_folder (store, id);

      if (lb_id_is_valid (id) && lb_live_probe (store, id, NULL) == LB_LIVE_DEAD)
        {
          unlink (mark);
          rmdir (folder);
        }
    }
}

gboolean
lb_live_sweep (LbStore *store, GError **error)
{
  g_autoptr (GArray) running = list_running (store, error);
  g_autoptr (GArray) descriptors = g_array_new (FALSE, FALSE, sizeof (int));
  gboolean good;

  if (running == NULL || running->len == 0)
    return running != NULL;
  if (!lb_sql_begin (store, error))
    return FALSE;
  g_clear_pointer (&running, g_array_unref);
  running = list_running (store, error);
  good = running != NULL;
  for (guint i = 0; good && i < running->len; i++)
    {
      Running *one = &g_array_index (running, Running, i);

      good = sweep_one (store, one->number, one->id, descriptors, error);
    }
  good = lb_sql_finish (store, good, error);
  for (guint i = 0; i < descriptors->len; i++)
    close (g_array_index (descriptors, int, i));
  if (good)
    drop_marks (store, running);
  return good;
}
