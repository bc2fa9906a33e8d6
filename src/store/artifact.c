#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/id.h"
#include "core/text.h"
#include "store/copy.h"
#include "store/internal.h"

#define NAME_BYTES 200
#define OPEN_FOLDERS 16

/* One plain name in runs/ID/, which can't hide, climb, or take the live mark's place. */
static gboolean
check_name (const char *name, GError **error)
{
  g_autofree char *shown = lb_text_escape (name);
  gsize length = strlen (name);

  if (length > 0 && length <= NAME_BYTES && name[0] != '.' && strchr (name, '/') == NULL &&
      strstr (name, "..") == NULL && !g_str_equal (name, "live") &&
      g_utf8_validate (name, -1, NULL))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "\"%s\" can't be the name of an artifact", shown);
  return FALSE;
}

/* Where renaming can't reach (another file system) the file is copied, and the source goes at the
 * end. */
static gboolean
bring (int source, const char *source_path, const char *target, gboolean *copied, GError **error)
{
  g_autofree char *shown = lb_text_escape (target);

  *copied = FALSE;
  if (renameat2 (AT_FDCWD, source_path, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
    return fchmod (source, 0600) == 0 ||
           lb_error_set_errno (error, errno, "can't make \"%s\" private", shown);
  if (errno != EXDEV && errno != EINVAL && errno != EPERM && errno != EACCES && errno != EROFS)
    return lb_error_set_errno (error, errno, "can't move an artifact to \"%s\"", shown);
  *copied = TRUE;
  return lb_copy_new (source, target, error);
}

static json_t *
describe (const char *id, const char *role, const char *name, const char *hash, gint64 bytes)
{
  g_autofree char *path = g_build_filename ("runs", id, name, NULL);
  json_t *artifact = json_object ();

  lb_json_set_string (artifact, "role", role);
  lb_json_set_string (artifact, "path", path);
  lb_json_set_string (artifact, "sha256", hash);
  lb_json_set_integer (artifact, "bytes", bytes);
  return artifact;
}

static gboolean
insert (LbStore *store, const char *id, const json_t *artifact, GError **error)
{
  g_autofree char *text = lb_json_line (artifact);
  gint64 number;
  gboolean good;

  if (!lb_sql_begin (store, error))
    return FALSE;
  number = lb_record_number (store, id, error);
  good = number >= 0 &&
         lb_sql (store, error,
                 "INSERT INTO artifact (run, position, path, bytes, pruned, json) VALUES (?1,"
                 " (SELECT coalesce (max (position) + 1, 0) FROM artifact WHERE run = ?1), ?2, "
                 "?3, 0, ?4)"
                 " ON CONFLICT (run, path) DO UPDATE SET json = excluded.json, bytes = "
                 "excluded.bytes, pruned = 0",
                 "isis", number, lb_json_string (artifact, "path", ""),
                 lb_json_integer (artifact, "bytes", 0), text);
  return lb_sql_finish (store, good, error);
}

static json_t *
add_open (LbStore *store, const char *id, const char *role, const char *name,
          const char *source_path, int source, GError **error)
{
  g_autofree char *folder = lb_live_folder (store, id);
  g_autofree char *target = g_build_filename (folder, name, NULL);
  g_autofree char *shown = lb_text_escape (source_path);
  g_autofree char *hash = NULL;
  g_autoptr (json_t) artifact = NULL;
  struct stat about;
  gboolean copied;

  if (fstat (source, &about) != 0 || !S_ISREG (about.st_mode))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "\"%s\" is no regular file", shown);
      return NULL;
    }
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      lb_error_set_errno (error, errno, "can't make the folder of the run \"%s\"", id);
      return NULL;
    }
  hash = lb_hash_fd (source, NULL, error);
  if (hash == NULL || !bring (source, source_path, target, &copied, error))
    return NULL;
  artifact = describe (id, role, name, hash, about.st_size);
  if (!insert (store, id, artifact, error))
    {
      if (copied || rename (target, source_path) != 0)
        unlink (target);
      return NULL;
    }
  if (copied)
    unlink (source_path);
  return g_steal_pointer (&artifact);
}

json_t *
lb_store_add_artifact (LbStore *store, const char *id, const char *role, const char *name,
                       const char *source_path, GError **error)
{
  json_t *artifact;
  int source;

  if (!check_name (name, error) || lb_record_number (store, id, error) < 0)
    return NULL;
  source = open (source_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (source < 0)
    {
      g_autofree char *shown = lb_text_escape (source_path);

      lb_error_set_errno (error, errno, "can't read \"%s\"", shown);
      return NULL;
    }
  artifact = add_open (store, id, role, name, source_path, source, error);
  close (source);
  return artifact;
}

static int
remove_entry (const char *path, const struct stat *about, int kind, struct FTW *place)
{
  return remove (path);
}

static gboolean
remove_rows (LbStore *store, gint64 number, GError **error)
{
  gboolean good = lb_sql_begin (store, error);

  if (!good)
    return FALSE;
  good = lb_sql (store, error, "DELETE FROM run WHERE number = ?1", "i", number) &&
         lb_sql (store, error,
                 "DELETE FROM machine WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.machine = "
                 "machine.id)",
                 "");
  return lb_sql_finish (store, good, error);
}

gboolean
lb_store_remove (LbStore *store, const char *id, GError **error)
{
  g_autofree char *folder = NULL;
  gint64 number = lb_record_number (store, id, error);
  int descriptor;
  gboolean good;

  if (number < 0)
    return FALSE;
  if (store->read_only || g_hash_table_contains (store->lives, id) ||
      lb_live_probe (store, id, &descriptor) != LB_LIVE_DEAD)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_STORE, "the run %" G_GINT64_FORMAT " %s", number,
                   store->read_only ? "can't be removed: the history can't be written"
                                    : "is still going on: stop it before removing it");
      return FALSE;
    }
  /* Rows first: a death in between leaves files without a run, which prune finds; not a run
   * without files. */
  good = remove_rows (store, number, error);
  if (descriptor >= 0)
    close (descriptor);
  folder = lb_live_folder (store, id);
  if (good && lb_id_is_valid (id) &&
      nftw (folder, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
    {
      g_autofree char *shown = lb_text_escape (folder);

      return lb_error_set_errno (error, errno,
                                 "the run is removed, but not all of its files in \"%s\"", shown);
    }
  return good;
}

/* Folders of no run at all, from a removal that was cut off. */
static void
remove_orphans (LbStore *store)
{
  g_autofree char *runs = g_build_filename (store->folder, "runs", NULL);
  g_autoptr (GDir) folder = g_dir_open (runs, 0, NULL);
  const char *id;

  while (folder != NULL && (id = g_dir_read_name (folder)) != NULL)
    {
      g_autoptr (GError) why = NULL;
      g_autofree char *path = lb_live_folder (store, id);

      if (lb_id_is_valid (id) && lb_live_probe (store, id, NULL) == LB_LIVE_DEAD &&
          lb_record_number (store, id, &why) < 0 &&
          g_error_matches (why, LB_ERROR, LB_ERROR_NOT_FOUND))
        nftw (path, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    }
}

typedef struct {
  gint64 run, position, bytes;
  char *id, *path;
} Kept;

static void
kept_clear (gpointer item)
{
  Kept *kept = item;

  g_free (kept->id);
  g_free (kept->path);
}

static GArray *
list_kept (LbStore *store, GError **error)
{
  g_autoptr (LbStatement) rows = lb_sql_query (store, error,
                                               "SELECT run, position, bytes, run.id, path FROM "
                                               "artifact JOIN run ON run.number = artifact.run"
                                               " WHERE pruned = 0 ORDER BY run, position",
                                               "");
  GArray *found = g_array_new (FALSE, FALSE, sizeof (Kept));
  int step = rows != NULL ? 1 : -1;

  g_array_set_clear_func (found, kept_clear);
  while (step > 0 && (step = lb_sql_step (store, rows, error)) == 1)
    {
      Kept one = { sqlite3_column_int64 (rows, 0), sqlite3_column_int64 (rows, 1),
                   sqlite3_column_int64 (rows, 2), g_strdup (lb_sql_text (rows, 3)),
                   g_strdup (lb_sql_text (rows, 4)) };

      g_array_append_val (found, one);
    }
  if (step < 0)
    g_clear_pointer (&found, g_array_unref);
  return found;
}

/* A path in a row may have come from an imported record: only files of the run's own folder are
 * touched. */
static gboolean
prune_one (LbStore *store, const Kept *kept, GError **error)
{
  g_autofree char *folder = lb_live_folder (store, kept->id);
  g_autofree char *name = g_path_get_basename (kept->path);
  g_autofree char *file = g_build_filename (folder, name, NULL);
  g_autofree char *shown = lb_text_escape (file);

  if (lb_id_is_valid (kept->id) && check_name (name, NULL) && unlink (file) != 0 &&
      errno != ENOENT)
    return lb_error_set_errno (error, errno, "can't remove \"%s\"", shown);
  rmdir (folder); /* once it is empty */
  return lb_sql (store, error, "UPDATE artifact SET pruned = 1 WHERE run = ?1 AND position = ?2",
                 "ii", kept->run, kept->position);
}

gint64
lb_store_prune (LbStore *store, guint64 limit_bytes, GError **error)
{
  g_autoptr (GArray) kept = NULL;
  guint64 total = 0;
  gint64 removed = 0;

  remove_orphans (store);
  kept = list_kept (store, error);
  if (kept == NULL)
    return -1;
  for (guint i = 0; i < kept->len; i++)
    total += (guint64) g_array_index (kept, Kept, i).bytes;
  for (guint i = 0; i < kept->len && total > limit_bytes; i++)
    {
      const Kept *one = &g_array_index (kept, Kept, i);

      if (g_hash_table_contains (store->lives, one->id) ||
          lb_live_probe (store, one->id, NULL) != LB_LIVE_DEAD)
        continue;
      if (!prune_one (store, one, error))
        return -1;
      total -= (guint64) one->bytes;
      removed += one->bytes;
    }
  return removed;
}

gboolean
lb_store_is_own_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  return g_str_has_prefix (path, "runs/") && !g_strv_contains ((const char *const *) parts, "..");
}
