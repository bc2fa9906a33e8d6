#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"
#include "store/internal.h"
#include "store/snapshot.h"

#define LOCK_POLL_MS 50

static void
close_mark (gpointer descriptor)
{
  close (GPOINTER_TO_INT (descriptor));
}

static LbStore *
store_new (const char *folder, GError **error)
{
  g_autofree char *home = folder != NULL ? g_strdup (folder) : lb_paths_data (error);
  LbStore *store;

  if (home == NULL)
    return NULL;
  store = g_new0 (LbStore, 1);
  store->path = g_build_filename (home, LB_STORE_DATABASE, NULL);
  store->folder = g_steal_pointer (&home);
  store->lives = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, close_mark);
  store->lock = -1;
  return store;
}

static void
disconnect (LbStore *store)
{
  sqlite3_close_v2 (g_steal_pointer (&store->database));
}

void
lb_store_close (LbStore *store)
{
  if (store == NULL)
    return;
  disconnect (store);
  g_hash_table_unref (store->lives);
  if (store->lock >= 0)
    close (store->lock);
  g_free (store->folder);
  g_free (store->path);
  g_free (store->notice);
  g_free (store);
}

const char *
lb_store_notice (const LbStore *store)
{
  return store->notice;
}

const char *
lb_store_folder (const LbStore *store)
{
  return store->folder;
}

static gboolean
fail_to_write (LbStore *store, int saved_errno, GError **error)
{
  g_autofree char *shown = lb_text_escape (store->folder);

  g_set_error (error, LB_ERROR,
               saved_errno == ENOSPC || saved_errno == EDQUOT ? LB_ERROR_NO_SPACE
                                                              : LB_ERROR_STORE,
               "the history's folder \"%s\" can't be written: %s: check its permissions, or set "
               "XDG_DATA_HOME "
               "to a folder of yours",
               shown, g_strerror (saved_errno));
  return FALSE;
}

static gboolean
take_lock (LbStore *store, int kind, GError **error)
{
  for (int waited = 0; waited <= LB_STORE_BUSY_MS; waited += LOCK_POLL_MS)
    {
      if (flock (store->lock, kind | LOCK_NB) == 0)
        return TRUE;
      if (errno != EWOULDBLOCK && errno != EINTR)
        return fail_to_write (store, errno, error);
      g_usleep (LOCK_POLL_MS * 1000);
    }
  g_set_error (
      error, LB_ERROR, LB_ERROR_STORE, "%s: end the other LlamaBurn, or wait, and try again",
      kind == LOCK_EX
          ? "the history is damaged, and can't be set aside while another LlamaBurn has it open"
          : "the history is being repaired by another LlamaBurn");
  return FALSE;
}

/* A descriptor of the database must never be closed while SQLite has it open (its locks would
 * go): so the file is opened by hand only when it is made. */
static gboolean
make_private (LbStore *store, GError **error)
{
  struct stat about;
  int descriptor = open (store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (descriptor >= 0)
    close (descriptor);
  else if (errno != EEXIST)
    return fail_to_write (store, errno, error);
  else if (stat (store->path, &about) == 0 && (about.st_mode & 077) != 0 &&
           about.st_uid == geteuid () && S_ISREG (about.st_mode) &&
           chmod (store->path, 0600) != 0)
    return fail_to_write (store, errno, error);
  return TRUE;
}

static gboolean
prepare_folder (LbStore *store, GError **error)
{
  g_autofree char *lock = g_build_filename (store->folder, "history.lock", NULL);

  if (g_mkdir_with_parents (store->folder, 0700) != 0)
    return fail_to_write (store, errno, error);
  store->lock = open (lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (store->lock < 0)
    return fail_to_write (store, errno, error);
  return take_lock (store, LOCK_SH, error);
}

/* After damage was met, the next start looks at every page. */
static gboolean
look_closely (LbStore *store, GError **error)
{
  g_autofree char *mark = lb_sql_damage_mark (store);
  g_autoptr (LbStatement) check = NULL;
  int step;

  if (!g_file_test (mark, G_FILE_TEST_EXISTS))
    return TRUE;
  check = lb_sql_query (store, error, "PRAGMA quick_check (1)", "");
  step = check != NULL ? lb_sql_step (store, check, error) : -1;
  if (step == 1 && g_strcmp0 (lb_sql_text (check, 0), "ok") != 0)
    {
      store->damaged = TRUE;
      g_set_error (error, LB_ERROR, LB_ERROR_STORE, "the history is damaged: %s",
                   lb_sql_text (check, 0));
      return FALSE;
    }
  if (step == 1)
    g_unlink (mark);
  return step == 1;
}

static gboolean
set_pragmas (LbStore *store, GError **error)
{
  /* NORMAL under WAL: a commit is in the file's pages in the kernel when it returns, and so
   * survives the death of this process; it isn't on the disk yet, and a loss of power may undo
   * it. */
  static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                                "PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 4194304;";

  if (sqlite3_db_readonly (store->database, "main") == 1)
    return fail_to_write (store, EACCES, error);
  /* The change to WAL doesn't wait as the rest does: two first openings may meet in it. */
  for (int waited = 0; waited <= LB_STORE_BUSY_MS; waited += LOCK_POLL_MS)
    {
      int code = sqlite3_exec (store->database, pragmas, NULL, NULL, NULL);

      if (code == SQLITE_OK)
        return TRUE;
      if ((code & 0xff) != SQLITE_BUSY)
        break;
      g_usleep (LOCK_POLL_MS * 1000);
    }
  return lb_sql_fail (store, error);
}

static gboolean
connect_file (LbStore *store, const LbMigration *table, GError **error)
{
  int version;

  store->damaged = FALSE;
  if (!make_private (store, error))
    return FALSE;
  if (sqlite3_open_v2 (store->path, &store->database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
    return lb_sql_fail (store, error);
  sqlite3_extended_result_codes (store->database, 1);
  sqlite3_busy_timeout (store->database, LB_STORE_BUSY_MS);
  /* Closing must not write into a file that is damaged; healthy ones are checkpointed on the way.
   */
  sqlite3_db_config (store->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  if (!lb_schema_check (store, table, &version, error) || !set_pragmas (store, error) ||
      !look_closely (store, error))
    return FALSE;
  sqlite3_db_config (store->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  return TRUE;
}

static gboolean
open_whole (LbStore *store, const LbMigration *table, GError **error)
{
  return connect_file (store, table, error) && lb_schema_migrate (store, table, error) &&
         lb_live_sweep (store, error);
}

/* history.db.corrupt-DATE; its journal keeps the name that SQLite looks for. */
static gboolean
rename_aside (LbStore *store, GError **error)
{
  static const char *const endings[] = { "-wal", "-shm" };
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *aside = NULL;
  g_autofree char *mark = lb_sql_damage_mark (store);
  g_autofree char *shown = NULL;
  int result = -1;

  for (int i = 1; i < 1000 && (i == 1 || (result != 0 && errno == EEXIST)); i++)
    {
      g_free (aside);
      aside = i == 1 ? g_strdup_printf ("%s.corrupt-%s", store->path, date)
                     : g_strdup_printf ("%s.corrupt-%s.%d", store->path, date, i);
      result = renameat2 (AT_FDCWD, store->path, AT_FDCWD, aside, RENAME_NOREPLACE);
    }
  if (result != 0)
    return fail_to_write (store, errno, error);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *from = g_strconcat (store->path, endings[i], NULL);
      g_autofree char *to = g_strconcat (aside, endings[i], NULL);

      if (g_rename (from, to) != 0 && errno != ENOENT)
        return fail_to_write (store, errno, error);
    }
  g_unlink (mark);
  shown = lb_text_escape (aside);
  g_free (store->notice);
  store->notice = g_strdup_printf (
      "the history was damaged: it has been set aside as \"%s\", and a new one begun", shown);
  return TRUE;
}

/* Alone with the file, look again: another program may have set it aside meanwhile. */
static gboolean
set_aside (LbStore *store, const LbMigration *table, GError **error)
{
  g_autoptr (GError) again = NULL;
  gboolean good = TRUE;

  disconnect (store);
  if (!take_lock (store, LOCK_EX, error))
    return FALSE;
  if (!open_whole (store, table, &again))
    {
      disconnect (store);
      good = store->damaged ? rename_aside (store, error) : TRUE;
    }
  else
    disconnect (store);
  return take_lock (store, LOCK_SH, good ? error : NULL) && good;
}

LbStore *
lb_store_open_as (const char *folder, const LbMigration *table, GError **error)
{
  g_autoptr (LbStore) store = store_new (folder, error);
  g_autoptr (GError) first = NULL;

  if (store == NULL)
    return NULL;
  store->version = lb_schema_known (table);
  if (!prepare_folder (store, error))
    return NULL;
  if (open_whole (store, table, &first))
    return g_steal_pointer (&store);
  if (!store->damaged)
    {
      g_propagate_error (error, g_steal_pointer (&first));
      return NULL;
    }
  if (!set_aside (store, table, error) || !open_whole (store, table, error))
    return NULL;
  return g_steal_pointer (&store);
}

LbStore *
lb_store_open (const char *folder, GError **error)
{
  return lb_store_open_as (folder, lb_schema, error);
}

/* What reading may need, from the cheapest to the dearest: the file as it is; one that nobody can
 * be writing, without its journal; a private copy of file and journal. */
static int
connect_to_read (LbStore *store, const char *name, int flags, GError **error)
{
  int version = 0;

  disconnect (store);
  if (sqlite3_open_v2 (name, &store->database, flags | SQLITE_OPEN_URI, NULL) != SQLITE_OK)
    {
      lb_sql_fail (store, error);
      return -1;
    }
  sqlite3_extended_result_codes (store->database, 1);
  sqlite3_busy_timeout (store->database, LB_STORE_BUSY_MS);
  return lb_schema_check (store, lb_schema, &version, error) ? version : -1;
}

static gboolean
has_journal (const LbStore *store)
{
  g_autofree char *journal = g_strconcat (store->path, "-wal", NULL);
  struct stat about;

  return stat (journal, &about) == 0 && about.st_size > 0;
}

static gboolean
read_copy (LbStore *store, GError **error)
{
  g_autoptr (LbSnapshot) copy = lb_snapshot_new (store->path, error);

  /* Once read, SQLite has all its files open: their names can go. */
  return copy != NULL &&
         connect_to_read (store, lb_snapshot_path (copy), SQLITE_OPEN_READWRITE, error) >= 0 &&
         lb_schema_migrate (store, lb_schema, error);
}

static gboolean
read_immutable (LbStore *store, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (store->path, NULL);
  g_autofree char *uri = g_filename_to_uri (absolute, NULL, error);
  g_autofree char *name = uri != NULL ? g_strconcat (uri, "?immutable=1", NULL) : NULL;

  return name != NULL &&
         connect_to_read (store, name, SQLITE_OPEN_READONLY, error) == store->version;
}

static gboolean
open_reading (LbStore *store, GError **error)
{
  g_autoptr (GError) first = NULL;
  int version, code;

  if (access (store->path, F_OK) != 0 && errno == ENOENT)
    return connect_to_read (store, ":memory:", SQLITE_OPEN_READWRITE, error) >= 0 &&
           lb_schema_migrate (store, lb_schema, error);
  version = connect_to_read (store, store->path, SQLITE_OPEN_READONLY, &first);
  if (version == store->version)
    return TRUE;
  code = sqlite3_errcode (store->database) & 0xff;
  if (version < 0 && code != SQLITE_CANTOPEN && code != SQLITE_READONLY && code != SQLITE_IOERR)
    {
      g_propagate_error (error, g_steal_pointer (&first));
      return FALSE;
    }
  if (version < 0 && access (store->path, R_OK) != 0)
    {
      g_propagate_error (error, g_steal_pointer (&first));
      return FALSE;
    }
  return (!has_journal (store) && version < 0 && read_immutable (store, NULL)) ||
         read_copy (store, error);
}

LbStore *
lb_store_open_to_read (const char *folder, GError **error)
{
  g_autoptr (LbStore) store = store_new (folder, error);
  g_autofree char *lock = NULL;

  if (store == NULL)
    return NULL;
  store->read_only = TRUE;
  store->version = lb_schema_known (lb_schema);
  lock = g_build_filename (store->folder, "history.lock", NULL);
  store->lock = open (lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (store->lock >= 0 && !take_lock (store, LOCK_SH, error))
    return NULL;
  if (!open_reading (store, error))
    return NULL;
  return g_steal_pointer (&store);
}
