/* What a model of the user's own is, by what is in its files. All of it is hostile. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "models/import.h"

#define CLASSIFIER "classifier.json"
#define GGML_SIZES 11
#define OLDEST_GGUF 2
#define NEWEST_GGUF 3
#define GGUF_BOOL 7
#define GGUF_STRING 8
#define MAX_ARCHITECTURE_BYTES 64
#define MAX_FILES 10000

static guint32
number_at (const guint8 *head, gsize at)
{
  guint32 value;

  memcpy (&value, head + at, sizeof value);
  return GUINT32_FROM_LE (value);
}

/* whisper.cpp's header: magic, then vocabulary, audio context, width, heads, layers… Another ggml
 * file (voice activity, a language model) has other things there. */
gboolean
lb_head_is_whisper (const guint8 *head)
{
  guint32 sizes[GGML_SIZES + 1];

  for (guint i = 0; i <= GGML_SIZES; i++)
    sizes[i] = number_at (head, i * sizeof sizes[0]);
  return memcmp (head, LB_GGML_MAGIC, 4) == 0 && sizes[1] >= 1000 && sizes[1] <= 200000 &&
         sizes[2] >= 1 && sizes[2] <= 30000 && sizes[3] >= 1 && sizes[3] <= 8192 &&
         sizes[4] >= 1 && sizes[4] <= 256 && sizes[5] >= 1 && sizes[5] <= 256 &&
         (sizes[10] == 80 || sizes[10] == 128);
}

gboolean
lb_head_is_gguf (const guint8 *head)
{
  const guint32 version = number_at (head, 4);

  return memcmp (head, "GGUF", 4) == 0 && version >= OLDEST_GGUF && version <= NEWEST_GGUF;
}

/* A graph begins with its version, a small number: field 1 of the protobuf. */
gboolean
lb_head_is_onnx (const guint8 *head)
{
  return head[0] == 0x08 && head[1] >= 1 && head[1] < 64;
}

/* The value of @key of type @type. Such keys stand at the beginning, before vocabularies.
 * Returns: (nullable): where it is, *@left bytes before the head's end */
static const guint8 *
find_member (const guint8 *head, const char *key, guint32 type, gsize *left)
{
  const gsize length = strlen (key);
  const guint8 *at = memmem (head, LB_LOOK_BYTES, key, length);
  gsize offset = at != NULL ? (gsize) (at - head) : 0;

  if (at == NULL || offset < 8 || offset + length + 16 > LB_LOOK_BYTES ||
      number_at (head, offset - 8) != length || number_at (head, offset + length) != type)
    return NULL;
  *left = LB_LOOK_BYTES - offset - length - 4;
  return at + length + 4;
}

char *
lb_head_architecture (const guint8 *head)
{
  gsize left = 0;
  const guint8 *value = find_member (head, "general.architecture", GGUF_STRING, &left);
  const guint32 length = value != NULL ? number_at (value, 0) : 0;
  g_autofree char *text = NULL;

  if (length < 1 || length > MAX_ARCHITECTURE_BYTES || length + 8 > left)
    return NULL;
  text = g_strndup ((const char *) value + 8, length);
  return lb_text_escape (text);
}

gboolean
lb_head_has_audio (const guint8 *head)
{
  gsize left = 0;
  const guint8 *value = find_member (head, "clip.has_audio_encoder", GGUF_BOOL, &left);

  return value != NULL && *value != 0;
}

static gboolean
read_head (const char *path, guint8 *head, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  g_autofree char *shown = lb_text_escape (path);
  struct stat status;
  gboolean done = fd >= 0 || lb_error_set_errno (error, errno, "can't open \"%s\"", shown);

  if (done && (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode)))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "\"%s\" is no file", shown);
      done = FALSE;
    }
  if (done && pread (fd, head, LB_LOOK_BYTES, 0) < 0)
    done = lb_error_set_errno (error, errno, "can't read \"%s\"", shown);
  if (fd >= 0)
    close (fd);
  return done;
}

/* A FIFO would be waited for. */
static json_t *
read_description (const char *path, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  json_t *root;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "\"%s\" is no file", shown);
      return NULL;
    }
  root = lb_json_read (path, error);
  if (root == NULL || json_is_object (root))
    return root;
  json_decref (root);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "\"%s\" is no JSON object", shown);
  return NULL;
}

/* Returns: (transfer full) (nullable): the name of the only .onnx in @folder */
static char *
only_graph (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *found = NULL;
  const char *name;

  for (guint i = 0; dir != NULL && i < MAX_FILES && (name = g_dir_read_name (dir)) != NULL; i++)
    if (g_str_has_suffix (name, ".onnx") && *name != '.')
      {
        if (found != NULL)
          return NULL;
        found = g_strdup (name);
      }
  return g_steal_pointer (&found);
}

/* @folder: of a classifier, or of one voice. Returns: (transfer full): the graph's path */
static char *
find_graph (const char *folder, GError **error)
{
  g_autofree char *described = g_build_filename (folder, CLASSIFIER, NULL);
  g_autoptr (json_t) root = g_file_test (described, G_FILE_TEST_IS_REGULAR)
                                ? lb_json_read (described, NULL)
                                : NULL;
  const char *named = lb_json_string (root, "model", NULL);
  g_autofree char *name = lb_model_path_is_safe (named) ? g_strdup (named) : only_graph (folder);

  if (name != NULL)
    return g_build_filename (folder, name, NULL);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "it is a folder without a classifier (one .onnx, and " CLASSIFIER
               "): name the model's file, or say with --as what of the catalogue it holds");
  return NULL;
}

/* The graph's own description, else that of its folder. Without any it stays what it is. */
static gboolean
find_description (LbLook *look, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (look->path);
  g_autofree char *own = g_strconcat (look->path, ".json", NULL);
  g_autofree char *shared = g_build_filename (folder, CLASSIFIER, NULL);

  if (!lb_head_is_onnx (look->head))
    return TRUE;
  look->described = g_file_test (own, G_FILE_TEST_EXISTS)      ? g_steal_pointer (&own)
                    : g_file_test (shared, G_FILE_TEST_EXISTS) ? g_steal_pointer (&shared)
                                                               : NULL;
  if (look->described == NULL)
    return TRUE;
  look->description = read_description (look->described, error);
  return look->description != NULL;
}

LbLook *
lb_look_at (const char *path, const char *projector, GError **error)
{
  g_autoptr (LbLook) look = g_new0 (LbLook, 1);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  look->head = g_malloc0 (LB_LOOK_BYTES);
  look->projector = projector != NULL ? g_canonicalize_filename (projector, NULL) : NULL;
  look->path = g_file_test (absolute, G_FILE_TEST_IS_DIR) ? find_graph (absolute, error)
                                                          : g_steal_pointer (&absolute);
  if (look->path == NULL || !read_head (look->path, look->head, error) ||
      !find_description (look, error))
    return NULL;
  return g_steal_pointer (&look);
}

void
lb_look_free (LbLook *look)
{
  g_free (look->path);
  g_free (look->projector);
  g_free (look->head);
  g_free (look->described);
  json_decref (look->description);
  g_free (look);
}
