/* Where a model can come from: an address, packages, a mirror, a folder of the user's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "models/pull.h"
#include "net/download.h"

#define COPY_BYTES (1024 * 1024)

static void
on_download (guint64 done, guint64 total, gpointer user_data)
{
  LbPull *p = user_data;

  lb_pull_tell (p, p->before + done, p->model->bytes != 0 ? p->model->bytes : total, NULL);
}

static void
on_package (const LbPullProgress *progress, gpointer user_data)
{
  LbPull *p = user_data;

  lb_pull_tell (p, progress->done_bytes, progress->total_bytes, NULL);
}

static gboolean
set_checksum_error (GError **error, const char *subject)
{
  g_set_error (error, LB_ERROR, LB_ERROR_CHECKSUM,
               "what came for \"%s\" is not what the catalogue promises (SHA-256 differs)",
               subject);
  return FALSE;
}

static gboolean
file_hash_is (const char *path, const char *wanted, GCancellable *cancellable, gboolean *same,
              GError **error)
{
  g_autofree char *sha256 = lb_hash_file (path, cancellable, error);

  *same = g_strcmp0 (sha256, wanted) == 0;
  return sha256 != NULL;
}

/* One file by HTTP to @part, resumed; a wrong checksum of a resumed part is
 * worth one fresh start. */
static gboolean
fetch_file (LbPull *p, const char *url, const char *part, guint64 bytes, const char *sha256,
            gboolean is_ggml, GError **error)
{
  LbDownload download = { .url = url,
                          .part_path = part,
                          .bytes = bytes,
                          .magic = is_ggml ? LB_GGML_MAGIC : NULL,
                          .magic_bytes = is_ggml ? 4 : 0,
                          .verified_later = sha256 != NULL };

  for (int i = 0; i < 2; i++)
    {
      gboolean resumed = g_file_test (part, G_FILE_TEST_EXISTS);
      gboolean same = TRUE;

      if (!lb_download (&download, on_download, p, p->cancellable, error))
        return FALSE;
      if (sha256 != NULL && !file_hash_is (part, sha256, p->cancellable, &same, error))
        return FALSE;
      if (same)
        return TRUE;
      lb_download_discard (part);
      if (!resumed)
        break;
    }
  return set_checksum_error (error, p->model->name);
}

static char *
join_url (const char *base, const char *path)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);

  return g_strconcat (base, g_str_has_suffix (base, "/") ? "" : "/", escaped, NULL);
}

/* A source that is an address: of the file, or of the folder that holds the model's files.
 * @upstream: a file that lies elsewhere has its own; a mirror has all of them in one folder. */
static gboolean
from_url (LbPull *p, const char *url, gboolean upstream, GError **error)
{
  json_t *files = json_object_get (p->model->json, "files");
  json_t *file;
  size_t i;

  if (json_array_size (files) == 0)
    return lb_models_space (p->final_path, p->model->bytes, error) &&
           fetch_file (p, url, p->part, p->model->bytes, p->model->sha256,
                       strcmp (p->model->variant, "ggml") == 0, error);
  if (g_mkdir_with_parents (p->part, 0755) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", p->part);
  p->before = 0;
  json_array_foreach (files, i, file)
    {
      const char *name = lb_json_string (file, "path", NULL);
      guint64 bytes = (guint64) lb_json_integer (file, "bytes", 0);
      g_autofree char *to = name != NULL ? g_build_filename (p->part, name, NULL) : NULL;
      const char *own = upstream ? lb_json_string (file, "url", NULL) : NULL;
      g_autofree char *from = own != NULL    ? g_strdup (own)
                              : name != NULL ? join_url (url, name)
                                             : NULL;

      if (!lb_model_path_is_safe (name) || !lb_models_space (p->part, bytes, error) ||
          !fetch_file (p, from, to, bytes, lb_json_string (file, "sha256", NULL), FALSE, error))
        return FALSE;
      p->before += bytes;
    }
  return TRUE;
}

/* Appends the regular file @from (no link followed) to @out. */
static gboolean
append_file (const char *from, int out, GCancellable *cancellable, GError **error)
{
  int in = open (from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autofree char *chunk = g_malloc (COPY_BYTES);
  gssize got = in >= 0 ? 1 : -1;
  g_autofree char *shown = lb_text_escape (from);

  while (got > 0)
    {
      gssize done = 0;

      got = read (in, chunk, COPY_BYTES);
      while (got > 0 && done < got)
        {
          gssize wrote = write (out, chunk + done, (gsize) (got - done));

          if (wrote < 0)
            break;
          done += wrote;
        }
      if (done < got || g_cancellable_set_error_if_cancelled (cancellable, error))
        got = -1;
    }
  if (got < 0 && (error == NULL || *error == NULL))
    lb_error_set_errno (error, errno, "can't copy \"%s\"", shown);
  if (in >= 0)
    close (in);
  return got == 0;
}

static gboolean
assemble (LbPull *p, const json_t *file, const char *to, GError **error)
{
  const char *sha256 = lb_json_string (file, "sha256", NULL);
  int out = open (to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  gboolean done = out >= 0 || lb_error_set_errno (error, errno, "can't write \"%s\"", to);
  gboolean same = TRUE;
  json_t *part;
  size_t i;

  json_array_foreach (json_object_get (file, "parts"), i, part)
    {
      const char *name = json_string_value (part);
      g_autofree char *from = name != NULL ? g_build_filename (p->staging, "target", name, NULL)
                                           : NULL;

      done = done && lb_model_path_is_safe (name) &&
             append_file (from, out, p->cancellable, error);
    }
  if (done && fsync (out) != 0)
    done = lb_error_set_errno (error, errno, "can't write \"%s\"", to);
  if (out >= 0)
    close (out);
  if (!done || sha256 == NULL)
    return done;
  return file_hash_is (to, sha256, p->cancellable, &same, error) &&
         (same || set_checksum_error (error, p->model->name));
}

/* To one file, with the hash of our own conversion: upstream's may differ. */
static gboolean
convert_to_ggml (LbPull *p, const json_t *source, const char *folder, GError **error)
{
  const char *sha256 = lb_json_string (source, "sha256", NULL);
  g_autofree char *model = g_build_filename (folder, "model.bin", NULL);
  g_autofree char *tokenizer = g_build_filename (folder, "tokenizer.json", NULL);
  gboolean same = TRUE;

  lb_download_discard (p->part);
  if (!lb_models_convert_whisper (model, tokenizer, p->part, error))
    return FALSE;
  if (sha256 != NULL && !file_hash_is (p->part, sha256, p->cancellable, &same, error))
    return FALSE;
  if (!same)
    lb_download_discard (p->part);
  return same || set_checksum_error (error, p->model->name);
}

/* To a folder, whose files are those of the catalogue: upstream's hashes hold here too. */
static gboolean
convert_to_hf (LbPull *p, const char *folder, GError **error)
{
  json_t *file;
  size_t i;

  if (!lb_models_remove_tree (p->part, NULL, error) ||
      !lb_models_convert_whisper_hf (folder, p->part, error))
    return FALSE;
  json_array_foreach (json_object_get (p->model->json, "files"), i, file)
    {
      const char *sha256 = lb_json_string (file, "sha256", NULL);
      g_autofree char *path = g_build_filename (p->part, lb_json_string (file, "path", ""), NULL);
      gboolean same = TRUE;

      if (sha256 != NULL && !file_hash_is (path, sha256, p->cancellable, &same, error))
        return FALSE;
      if (!same)
        return lb_models_remove_tree (p->part, NULL, error) &&
               set_checksum_error (error, p->model->name);
    }
  return TRUE;
}

static gboolean
convert (LbPull *p, const json_t *source, GError **error)
{
  const char *kind = lb_json_string (source, "convert", "");
  g_autofree char *folder = g_build_filename (p->staging, "files", NULL);
  g_autofree char *shown = NULL;

  if (strcmp (kind, "whisper-ct2-ggml") == 0)
    return convert_to_ggml (p, source, folder, error);
  if (strcmp (kind, "whisper-ct2-hf") == 0)
    return convert_to_hf (p, folder, error);
  shown = lb_text_escape (kind);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "the catalogue asks for the unknown conversion \"%s\"", shown);
  return FALSE;
}

static gboolean
from_package (LbPull *p, const json_t *source, GError **error)
{
  g_autofree char *folder = g_build_filename (p->staging, "files", NULL);
  gboolean converts = json_object_get (source, "convert") != NULL;
  json_t *file;
  size_t i;

  if (!lb_models_space (p->final_path, (guint64) lb_json_integer (source, "needs_bytes", 0),
                        error) ||
      !lb_models_remove_tree (p->staging, NULL, error))
    return FALSE;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", folder);
  if (!lb_models_fetch_package (source, p->staging, on_package, p, p->cancellable, error))
    return FALSE;
  json_array_foreach (json_object_get (source, "files"), i, file)
    {
      const char *name = lb_json_string (file, "path", NULL);
      g_autofree char *to = lb_model_path_is_safe (name) ? g_build_filename (folder, name, NULL)
                                                         : NULL;

      if (to == NULL || !assemble (p, file, to, error))
        return FALSE;
    }
  if (converts)
    return convert (p, source, error);
  if (!lb_models_remove_tree (p->part, NULL, error))
    return FALSE;
  return rename (folder, p->part) == 0 ||
         lb_error_set_errno (error, errno, "can't write \"%s\"", p->part);
}

/* Copies the user's file @from to the part, and checks what came. */
static gboolean
copy_part (LbPull *p, const char *from, GError **error)
{
  gboolean same = TRUE;
  gboolean copied;
  int out;

  lb_download_discard (p->part);
  out = open (p->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (out < 0)
    return lb_error_set_errno (error, errno, "can't write \"%s\"", p->part);
  copied = append_file (from, out, p->cancellable, error);
  if (copied && fsync (out) != 0)
    copied = lb_error_set_errno (error, errno, "can't write \"%s\"", p->part);
  close (out);
  if (copied && p->model->sha256 != NULL)
    {
      g_autofree char *sha256 = lb_hash_file (p->part, p->cancellable, error);

      copied = sha256 != NULL;
      same = copied && lb_model_hash_fits (p->model, sha256);
    }
  if (!copied || !same)
    unlink (p->part);
  return copied && (same || set_checksum_error (error, p->model->name));
}

/* A local folder, laid out as the store or flat. */
static gboolean
from_folder (LbPull *p, const char *folder, GError **error)
{
  g_autofree char *base = g_path_get_basename (p->model->path);
  const char *const tails[] = { p->model->path, base };

  if (json_array_size (json_object_get (p->model->json, "files")) > 0)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                   "folders of models are not taken from there yet");
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      g_autofree char *from = g_build_filename (folder, tails[i], NULL);

      if (!g_file_test (from, G_FILE_TEST_IS_REGULAR))
        continue;
      if (!lb_model_check (p->model, from, error) ||
          !lb_models_space (p->final_path, p->model->bytes, error))
        return FALSE;
      return copy_part (p, from, error);
    }
  g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND, "it has neither \"%s\" nor \"%s\"", tails[0],
               tails[1]);
  return FALSE;
}

static gboolean
from_mirror (LbPull *p, const char *mirror, GError **error)
{
  g_autofree char *deep = join_url (mirror, p->model->path);
  g_autofree char *base = g_path_get_basename (p->model->path);
  g_autofree char *flat = join_url (mirror, base);
  GError *first = NULL;

  if (from_url (p, deep, FALSE, &first))
    return TRUE;
  if (!g_error_matches (first, LB_ERROR, LB_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, first);
      return FALSE;
    }
  g_error_free (first);
  return from_url (p, flat, FALSE, error);
}

gboolean
lb_pull_from_url (LbPull *p, const json_t *source, const char *where, GError **error)
{
  return from_url (p, where, TRUE, error);
}

gboolean
lb_pull_from_package (LbPull *p, const json_t *source, const char *where, GError **error)
{
  return from_package (p, source, error);
}

gboolean
lb_pull_from_mirror (LbPull *p, const json_t *source, const char *where, GError **error)
{
  return *where == '/' ? from_folder (p, where, error) : from_mirror (p, where, error);
}
