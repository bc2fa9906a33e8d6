/* Which files under a path are those of an entry of the catalogue: by their names there. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/text.h"
#include "models/import.h"

#define MAX_ENTRIES 100000
#define MAX_DEPTH 16
#define MAX_NAMED 4 /* of what is missing */

typedef struct {
  const LbModel *model;
  const char *folder; /* that is searched */
  GPtrArray *needed;  /* of char *: names in the catalogue */
  GPtrArray *found;   /* of char *: regular files, relative to the folder */
  GHashTable *known;  /* the same, as a set */
  GHashTable *seen;   /* folders, by device and inode: links may make a loop */
  guint entries;
} Search;

static void
search_free (Search *search)
{
  g_ptr_array_unref (search->needed);
  g_hash_table_unref (search->known);
  g_hash_table_unref (search->seen);
  g_ptr_array_unref (search->found);
  g_free (search);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Search, search_free)

static Search *
search_new (const LbModel *model, const char *folder)
{
  Search *search = g_new0 (Search, 1);
  const json_t *files = json_object_get (model->json, "files");

  search->model = model;
  search->folder = folder;
  search->needed = g_ptr_array_new_with_free_func (g_free);
  search->found = g_ptr_array_new_with_free_func (g_free);
  search->known = g_hash_table_new (g_str_hash, g_str_equal);
  search->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (size_t i = 0; i < json_array_size (files); i++)
    g_ptr_array_add (search->needed,
                     g_strdup (lb_json_string (json_array_get (files, i), "path", "")));
  if (search->needed->len == 0)
    g_ptr_array_add (search->needed, g_path_get_basename (model->path));
  return search;
}

/* Whether the folder wasn't seen before, by this name or another. */
static gboolean
is_new (Search *search, const struct stat *folder)
{
  return g_hash_table_add (search->seen,
                           g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                            (guint64) folder->st_dev, (guint64) folder->st_ino));
}

static gboolean walk (Search *search, const char *relative, guint depth, GError **error);

/* Links are followed: a Hugging Face cache is made of them. */
static gboolean
look_at_entry (Search *search, const char *relative, guint depth, GError **error)
{
  g_autofree char *path = g_build_filename (search->folder, relative, NULL);
  char *kept;
  struct stat status;

  if (stat (path, &status) != 0)
    return TRUE;
  if (S_ISDIR (status.st_mode) && depth > 0)
    return !is_new (search, &status) || walk (search, relative, depth - 1, error);
  if (!S_ISREG (status.st_mode))
    return TRUE;
  kept = g_strdup (relative);
  g_ptr_array_add (search->found, kept);
  g_hash_table_add (search->known, kept);
  return TRUE;
}

/* Hidden ones are left out: locks and notes of downloaders. */
static gboolean
walk (Search *search, const char *relative, guint depth, GError **error)
{
  g_autofree char *path = g_build_filename (search->folder, relative, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, *relative == '\0' ? error : NULL);
  const char *name;

  if (dir == NULL)
    return *relative != '\0';
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = *relative != '\0' ? g_strconcat (relative, "/", name, NULL)
                                                 : g_strdup (name);

      if (search->entries++ >= MAX_ENTRIES)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                       "it holds more than %d files: name the folder that the model is in",
                       MAX_ENTRIES);
          return FALSE;
        }
      if (*name != '.' && !look_at_entry (search, child, depth, error))
        return FALSE;
    }
  return TRUE;
}

/* Returns: whether @relative is @needed, or ends in "/" and it. @base: (out) (transfer full):
 * what comes before it: "" or "snapshots/1/" */
static gboolean
ends_in (const char *relative, const char *needed, char **base)
{
  const gsize length = strlen (relative), tail = strlen (needed);

  if (!g_str_has_suffix (relative, needed) ||
      (length > tail && relative[length - tail - 1] != '/'))
    return FALSE;
  *base = g_strndup (relative, length - tail);
  return TRUE;
}

static gboolean
fits (const Search *search, const char *relative, const char *needed)
{
  g_autofree char *path = g_build_filename (search->folder, relative, NULL);
  struct stat status;
  LbImportFile file = { .to = (char *) needed };

  if (stat (path, &status) != 0)
    return FALSE;
  file.bytes = (guint64) status.st_size;
  return lb_import_fits_size (search->model, &file);
}

/* @sizes: they must be those of the catalogue, too. */
static gboolean
is_complete (const Search *search, const char *base, gboolean sizes)
{
  for (guint i = 0; i < search->needed->len; i++)
    {
      const char *needed = g_ptr_array_index (search->needed, i);
      g_autofree char *relative = g_strconcat (base, needed, NULL);

      if (!g_hash_table_contains (search->known, relative) ||
          (sizes && !fits (search, relative, needed)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
refuse_several (const char *needed, const char *one, const char *other, GError **error)
{
  g_autofree char *first = lb_text_escape (one), *second = lb_text_escape (other);

  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "\"%s\" is there more than once, as \"%s\" and \"%s\": name the folder that is "
               "meant",
               needed, first, second);
  return FALSE;
}

/* A folder that holds all, under the names of the catalogue: @path itself goes before any in it.
 * @base: (out) (nullable): where there is none, %NULL */
static gboolean
find_base (const Search *search, gboolean sizes, char **base, GError **error)
{
  const char *first = g_ptr_array_index (search->needed, 0);

  if (is_complete (search, "", sizes))
    {
      *base = g_strdup ("");
      return TRUE;
    }
  for (guint i = 0; i < search->found->len; i++)
    {
      const char *relative = g_ptr_array_index (search->found, i);
      g_autofree char *candidate = NULL;

      if (!ends_in (relative, first, &candidate) || !is_complete (search, candidate, sizes))
        continue;
      if (*base != NULL)
        {
          g_autofree char *other = g_strconcat (*base, first, NULL);

          g_clear_pointer (base, g_free);
          return refuse_several (first, other, relative, error);
        }
      *base = g_steal_pointer (&candidate);
    }
  return TRUE;
}

/* Names that several needed files share, in folders of their own, tell nothing without them. */
static gboolean
is_telling (const Search *search, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < search->needed->len; i++)
    {
      g_autofree char *other = g_path_get_basename (g_ptr_array_index (search->needed, i));

      n += strcmp (other, name) == 0;
    }
  return n == 1;
}

/* One file by its name alone, wherever it lies: an entry may come from several sources.
 * @relative: (out) (transfer none) (nullable): %NULL: it is missing */
static gboolean
find_alone (const Search *search, const char *needed, const char **relative, GError **error)
{
  g_autofree char *name = g_path_get_basename (needed);
  const gboolean telling = is_telling (search, name);
  const char *other = NULL;

  *relative = NULL;
  for (guint i = 0; i < search->found->len; i++)
    {
      const char *it = g_ptr_array_index (search->found, i);
      g_autofree char *base = NULL;

      if (!ends_in (it, telling ? name : needed, &base))
        continue;
      if (*relative != NULL && fits (search, it, needed) == fits (search, *relative, needed))
        other = it;
      else if (*relative == NULL || fits (search, it, needed))
        {
          *relative = it;
          other = NULL;
        }
    }
  return other == NULL || refuse_several (needed, *relative, other, error);
}

/* "\"a\", \"b\" and 3 more" */
static char *
list_names (const GPtrArray *names)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (names->len, MAX_NAMED); i++)
    g_string_append_printf (text, "%s\"%s\"", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (names, i));
  if (names->len > MAX_NAMED)
    g_string_append_printf (text, " and %u more", names->len - MAX_NAMED);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
find_each (const Search *search, GPtrArray *chosen, GError **error)
{
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();
  g_autofree char *names = NULL;

  for (guint i = 0; i < search->needed->len; i++)
    {
      const char *needed = g_ptr_array_index (search->needed, i);
      const char *relative = NULL;

      if (!find_alone (search, needed, &relative, error))
        return FALSE;
      if (relative == NULL)
        g_ptr_array_add (missing, (gpointer) needed);
      else
        g_ptr_array_add (chosen, g_strdup (relative));
    }
  if (missing->len == 0)
    return TRUE;
  names = list_names (missing);
  g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
               "%u of the %u files of \"%s\" (%s) %s missing: %s", missing->len,
               search->needed->len, search->model->name, search->model->variant,
               missing->len == 1 ? "is" : "are", names);
  return FALSE;
}

/* @chosen: one relative path for each needed file, in their order. */
static gboolean
choose (const Search *search, GPtrArray *chosen, GError **error)
{
  g_autofree char *base = NULL;
  g_autoptr (GError) several = NULL;

  if (!find_base (search, TRUE, &base, error))
    return FALSE;
  /* Whole by names, not by sizes: what differs is said later. */
  if (base == NULL && !find_base (search, FALSE, &base, &several))
    base = NULL;
  if (base == NULL)
    return find_each (search, chosen, error);
  for (guint i = 0; i < search->needed->len; i++)
    g_ptr_array_add (chosen, g_strconcat (base, g_ptr_array_index (search->needed, i), NULL));
  return TRUE;
}

static gboolean
add_file (const Search *search, const char *path, const char *needed, GPtrArray *files,
          GError **error)
{
  const LbImportFile *file;
  g_autofree char *shown = lb_text_escape (path);

  if (!lb_model_path_is_safe (needed) || !lb_import_files_add (files, path, needed, error))
    return FALSE;
  file = g_ptr_array_index (files, files->len - 1);
  if (lb_import_fits_size (search->model, file))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_CHECKSUM,
               "\"%s\" is not \"%s\" of \"%s\", or not all of it: it has %" G_GUINT64_FORMAT
               " bytes, expected are %" G_GINT64_FORMAT,
               shown, needed, search->model->name, file->bytes,
               lb_json_integer (lb_import_promised (search->model, needed), "bytes", 0));
  return FALSE;
}

static GPtrArray *
find_in_folder (Search *search, guint depth, GError **error)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) files = lb_import_files_new ();

  if (!walk (search, "", depth, error) || !choose (search, chosen, error))
    return NULL;
  for (guint i = 0; i < chosen->len; i++)
    {
      g_autofree char *path = g_build_filename (search->folder, g_ptr_array_index (chosen, i),
                                                NULL);

      if (!add_file (search, path, g_ptr_array_index (search->needed, i), files, error))
        return NULL;
    }
  return g_steal_pointer (&files);
}

/* A file: all of the model, under any name, or one of several that lie beside each other. */
static GPtrArray *
find_by_file (const LbModel *model, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path);
  g_autoptr (Search) search = search_new (model, folder);
  g_autoptr (GPtrArray) files = lb_import_files_new ();
  g_autofree char *shown = lb_text_escape (name);

  if (search->needed->len > 1 && is_telling (search, name))
    return find_in_folder (search, 0, error);
  if (search->needed->len == 1)
    return add_file (search, path, g_ptr_array_index (search->needed, 0), files, error)
               ? g_steal_pointer (&files)
               : NULL;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "\"%s\" consists of %u files, and none is called \"%s\": name the folder that "
               "holds them",
               model->name, search->needed->len, shown);
  return NULL;
}

GPtrArray *
lb_import_find (const LbModel *model, const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autoptr (Search) search = search_new (model, absolute);
  struct stat status;

  if (stat (absolute, &status) != 0)
    return lb_error_set_errno (error, errno, "can't look at it"), NULL;
  if (S_ISDIR (status.st_mode) && is_new (search, &status))
    return find_in_folder (search, MAX_DEPTH, error);
  return find_by_file (model, absolute, error);
}
