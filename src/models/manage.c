/* A user's own models, and what is done to any: import, verify, remove. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "models/private.h"

#define GGML_SIZES 11
#define CHUNK_BYTES (1024 * 1024)

/* whisper.cpp's header: magic, then vocabulary, audio context, width, heads, layers… Another ggml
 * file (voice activity, a language model) has other things there. */
static gboolean
is_whisper (int fd, GError **error)
{
  guint32 head[GGML_SIZES + 1] = { 0 };
  gssize got = pread (fd, head, sizeof head, 0);

  for (guint i = 0; i <= GGML_SIZES; i++)
    head[i] = GUINT32_FROM_LE (head[i]);
  if (got == (gssize) sizeof head && head[0] == 0x67676d6c && head[1] >= 1000 &&
      head[1] <= 200000 && head[2] >= 1 && head[2] <= 30000 && head[3] >= 1 && head[3] <= 8192 &&
      head[4] >= 1 && head[4] <= 256 && head[5] >= 1 && head[5] <= 256 &&
      (head[10] == 80 || head[10] == 128))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "it is no Whisper model in whisper.cpp's ggml format");
  return FALSE;
}

/* Where the kernel can't copy between two file systems. */
static gboolean
copy_by_hand (int in, int out, GError **error)
{
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);

  while (TRUE)
    {
      gssize got = read (in, chunk, CHUNK_BYTES);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return lb_error_set_errno (error, errno, "can't read it");
      if (got == 0)
        return TRUE;
      for (gssize at = 0; at < got;)
        {
          gssize put = write (out, chunk + at, (gsize) (got - at));

          if (put < 0 && errno != EINTR)
            return lb_error_set_errno (error, errno, "can't copy it");
          at += MAX (put, 0);
        }
    }
}

/* Both descriptors' own offsets: what the kernel has copied is not copied again by hand. */
static gboolean
copy_data (int in, int out, goffset bytes, GError **error)
{
  goffset left = bytes;

  if (ioctl (out, FICLONE, in) == 0)
    return TRUE;
  while (left > 0)
    {
      gssize got = copy_file_range (in, NULL, out, NULL, (gsize) MIN (left, 64 * 1024 * 1024), 0);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EIO || errno == EFBIG))
        return lb_error_set_errno (error, errno, "can't copy it");
      if (got <= 0)
        return copy_by_hand (in, out, error);
      left -= got;
    }
  return TRUE;
}

static gboolean
copy_in (const char *from, const char *part, guint64 *bytes, GError **error)
{
  int in = open (from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  gboolean done;
  int out;

  if (in < 0)
    return lb_error_set_errno (error, errno, "can't open it");
  if (fstat (in, &status) != 0 || !S_ISREG (status.st_mode))
    {
      close (in);
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "it is no file");
      return FALSE;
    }
  *bytes = (guint64) status.st_size;
  done = is_whisper (in, error) && lb_models_space (part, *bytes, error);
  out = done ? open (part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644) : -1;
  if (done && out < 0)
    done = lb_error_set_errno (error, errno, "can't write \"%s\"", part);
  done = done && copy_data (in, out, status.st_size, error);
  if (done && fsync (out) != 0)
    done = lb_error_set_errno (error, errno, "can't write \"%s\"", part);
  close (in);
  if (out >= 0)
    close (out);
  if (!done && out >= 0)
    unlink (part);
  return done;
}

static char *
name_from_path (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  const char *start = g_str_has_prefix (base, "ggml-") ? base + 5 : base;
  char *name = g_strdup (start);

  if (g_str_has_suffix (name, ".bin"))
    name[strlen (name) - 4] = '\0';
  return name;
}

static gboolean
check_name (LbModels *models, const char *name, GError **error)
{
  g_autofree char *shown = lb_text_escape (name);

  if (strlen (name) > 64 || !g_ascii_isalnum (*name) ||
      strspn (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-") != strlen (name))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "\"%s\" can't be a model's name: letters, digits, dots, dashes and "
                   "underscores can (--name NAME)",
                   shown);
      return FALSE;
    }
  for (guint i = 0; i < models->all->len; i++)
    {
      const LbModel *model = models->all->pdata[i];

      if (g_ascii_strcasecmp (model->name, name) == 0 ||
          g_ascii_strcasecmp (model->id, name) == 0)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                       "there is a model \"%s\" already: choose another --name", shown);
          return FALSE;
        }
    }
  return TRUE;
}

static json_t *
entry_of (const char *name, const char *path, guint64 bytes, const char *sha256)
{
  json_t *entry = json_object ();
  g_autofree char *id = g_strconcat ("own-", name, NULL);

  lb_json_set_string (entry, "name", name);
  lb_json_set_string (entry, "id", id);
  lb_json_set_string (entry, "mode", "stt");
  lb_json_set_string (entry, "family", "whisper");
  lb_json_set_string (entry, "variant", "ggml");
  lb_json_set_string (entry, "title", name);
  lb_json_set_string (entry, "licence", "unknown");
  lb_json_set_string (entry, "path", path);
  lb_json_set_integer (entry, "bytes", (gint64) bytes);
  lb_json_set_string (entry, "sha256", sha256);
  return entry;
}

static gboolean
import_locked (LbModels *models, const char *file, const char *name, const char *relative,
               const char *path, GError **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  g_autofree char *sha256 = NULL;
  guint64 bytes = 0;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "the store has \"%s\" already: choose another --name", relative);
      return FALSE;
    }
  if (!copy_in (file, part, &bytes, error))
    return FALSE;
  sha256 = lb_hash_file (part, NULL, error);
  if (sha256 == NULL || !lb_models_appear (part, path, error))
    {
      unlink (part);
      return FALSE;
    }
  return lb_models_record_set (models, "imported.json", name,
                               entry_of (name, relative, bytes, sha256), error);
}

char *
lb_models_import (LbModels *models, const char *file, const char *name, GError **error)
{
  g_autofree char *chosen = name != NULL ? g_strdup (name) : name_from_path (file);
  g_autofree char *relative = g_strconcat ("whisper/ggml-", chosen, ".bin", NULL);
  g_autofree char *path = g_build_filename (models->store, relative, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *shown = lb_text_escape (file);
  gboolean done;
  int lock;

  if (!check_name (models, chosen, error))
    return NULL;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", folder), NULL;
  lock = lb_models_lock (path, chosen, error);
  if (lock < 0)
    return NULL;
  done = import_locked (models, file, chosen, relative, path, error);
  lb_models_unlock (path, lock);
  if (done)
    return g_steal_pointer (&chosen);
  g_prefix_error (error, "can't import \"%s\": ", shown);
  return NULL;
}

/* The other files of a flat entry. */
static gboolean
remove_beside (const LbModel *model, const char *path, guint64 *freed, GError **error)
{
  g_autofree char *folder = lb_model_folder (model, path);
  json_t *file;
  size_t i;

  if (!lb_json_boolean (model->json, "flat", FALSE))
    return TRUE;
  json_array_foreach (json_object_get (model->json, "files"), i, file)
    {
      const char *name = lb_json_string (file, "path", NULL);
      g_autofree char *one = lb_model_path_is_safe (name) ? g_build_filename (folder, name, NULL)
                                                          : NULL;

      if (one != NULL && !lb_models_remove_tree (one, freed, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lb_models_remove (LbModels *models, const LbModel *model, guint64 *freed, GError **error)
{
  g_autofree char *path = g_build_filename (models->store, model->path, NULL);
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  g_autofree char *state = g_strconcat (part, ".json", NULL);
  gboolean there = g_file_test (path, G_FILE_TEST_EXISTS) ||
                   g_file_test (path, G_FILE_TEST_IS_SYMLINK) ||
                   g_file_test (part, G_FILE_TEST_EXISTS);
  gboolean done;
  int lock;

  if (freed != NULL)
    *freed = 0;
  if (g_path_is_absolute (model->path))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "\"%s\" is your own file, not in the store: remove it yourself", model->path);
      return FALSE;
    }
  if (!there && !model->imported)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_MODEL_MISSING, "model \"%s\" is not on this machine",
                   model->name);
      return FALSE;
    }
  lock = there ? lb_models_lock (path, model->name, error) : -1;
  if (there && lock < 0)
    return FALSE;
  done = remove_beside (model, path, freed, error) &&
         lb_models_remove_tree (path, freed, error) &&
         lb_models_remove_tree (part, freed, error) &&
         lb_models_remove_tree (state, NULL, error) &&
         lb_models_record_set (models, model->imported ? "imported.json" : "pulled.json",
                               model->imported ? model->name : model->path, NULL, error);
  if (lock >= 0)
    lb_models_unlock (path, lock);
  return done;
}

static gboolean
set_differs (GError **error, const LbModel *model)
{
  g_set_error (error, LB_ERROR, LB_ERROR_CHECKSUM,
               model->imported
                   ? "model \"%s\" has changed since it was imported: import it again"
                   : "model \"%s\" is damaged (SHA-256 differs): llamaburn models pull %s",
               model->name, model->name);
  return FALSE;
}

static gboolean
verify_folder (LbModels *models, const LbModel *model, const char *path, GError **error)
{
  g_autofree char *folder = lb_model_folder (model, path);
  json_t *file;
  size_t i;

  json_array_foreach (json_object_get (model->json, "files"), i, file)
    {
      g_autofree char *one = g_build_filename (folder, lb_json_string (file, "path", ""), NULL);
      g_autofree char *sha256 = lb_hash_file (one, NULL, error);

      if (sha256 == NULL)
        return FALSE;
      if (g_strcmp0 (sha256, lb_json_string (file, "sha256", sha256)) != 0)
        return set_differs (error, model);
    }
  return TRUE;
}

gboolean
lb_models_verify (LbModels *models, const LbModel *model, GError **error)
{
  g_autofree char *path = lb_models_locate (models, model, error);
  g_autoptr (json_t) pulled = path != NULL ? lb_models_record_read (models, "pulled.json", error)
                                           : NULL;
  const char *recorded = lb_json_string (json_object_get (pulled, model->path), "sha256", NULL);
  g_autofree char *sha256 = NULL;

  if (pulled == NULL)
    return FALSE;
  if (json_array_size (json_object_get (model->json, "files")) > 0)
    return verify_folder (models, model, path, error);
  /* Read anew: a remembered hash would hide what the disk lost. */
  sha256 = lb_hash_file (path, NULL, error);
  if (sha256 == NULL)
    return FALSE;
  if (model->sha256 != NULL)
    return lb_model_hash_fits (model, sha256) || set_differs (error, model);
  return recorded == NULL || strcmp (recorded, sha256) == 0 || set_differs (error, model);
}
