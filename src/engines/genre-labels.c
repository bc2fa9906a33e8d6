#include "genre-labels.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "genre-fields.h"

#define MAX_FILE_BYTES (8 * 1024 * 1024)

static gboolean
add_label (GPtrArray *list, GHashTable *seen, const char *label, GError **error)
{
  g_autofree char *shown = lb_text_escape (label);

  if (*label == '\0' || strlen (label) > GENRE_MAX_LABEL_BYTES ||
      !g_utf8_validate (label, -1, NULL))
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "label %u is no text of 1 to %d bytes",
                         list->len + 1, GENRE_MAX_LABEL_BYTES);
  if (list->len == GENRE_MAX_LABELS)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "there are more than %d labels",
                         GENRE_MAX_LABELS);
  if (g_hash_table_contains (seen, label))
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "the label \"%s\" is there twice", shown);
  g_ptr_array_add (list, g_strdup (label));
  g_hash_table_add (seen, list->pdata[list->len - 1]);
  return TRUE;
}

static GStrv
finish (GPtrArray *list, GError **error)
{
  if (list->len == 0)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "there are no labels"), NULL;
  g_ptr_array_add (list, NULL);
  return (GStrv) g_ptr_array_steal (list, NULL);
}

static GStrv
from_list (const json_t *array, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  json_t *one;
  size_t i;

  json_array_foreach ((json_t *) array, i, one)
    if (!add_label (list, seen, json_is_string (one) ? json_string_value (one) : "", error))
      return NULL;
  return finish (list, error);
}

/* {"0": "blues", "1": …}: each number once, none left out. */
static GStrv
from_numbers (const json_t *object, GError **error)
{
  g_autoptr (json_t) list = json_array ();

  for (size_t i = 0; i < json_object_size (object); i++)
    {
      g_autofree char *key = g_strdup_printf ("%zu", i);
      json_t *label = json_object_get (object, key);

      if (label == NULL)
        return lb_error_set (error, LB_ERROR_BAD_MODEL, "its id2label has no \"%s\"", key), NULL;
      json_array_append (list, label);
    }
  return from_list (list, error);
}

static GStrv
from_json (const char *text, gsize length, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (json_t) root = lb_json_parse (text, (gssize) length, &why);
  const json_t *classes = json_object_get (root, "classes");

  if (root == NULL)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "%s", why->message), NULL;
  if (json_is_array (root) || json_is_array (classes))
    return from_list (json_is_array (root) ? root : classes, error);
  if (json_is_object (json_object_get (root, "id2label")))
    return from_numbers (json_object_get (root, "id2label"), error);
  return lb_error_set (error, LB_ERROR_BAD_MODEL,
                       "it is neither a list, nor has it \"classes\" or \"id2label\""),
         NULL;
}

/* One a line; empty lines at the end are none. */
static GStrv
from_lines (char *text, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", GENRE_MAX_LABELS + 2);

  for (guint i = 0; lines[i] != NULL && !(i == 0 && *lines[0] == '\0' && lines[1] == NULL); i++)
    if (!add_label (list, seen, g_strstrip (lines[i]), error))
      return NULL;
  return finish (list, error);
}

/* At most MAX_FILE_BYTES of a regular file. Returns: (transfer full) */
static char *
read_file (const char *path, gsize *length, GError **error)
{
  g_autofree char *text = g_malloc (MAX_FILE_BYTES + 2);
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gssize got = 0;

  *length = 0;
  while (fd >= 0 && *length <= MAX_FILE_BYTES &&
         (got = read (fd, text + *length, MAX_FILE_BYTES + 1 - *length)) > 0)
    *length += (gsize) got;
  if (fd >= 0)
    close (fd);
  if (fd < 0 || got < 0)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "it can't be read"), NULL;
  if (*length > MAX_FILE_BYTES)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "it has more than %d bytes", MAX_FILE_BYTES),
           NULL;
  text[*length] = '\0';
  if (strlen (text) != *length)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "it is no text"), NULL;
  return g_steal_pointer (&text);
}

static GStrv
from_file (const char *name, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *shown = lb_text_escape (path);
  g_autofree char *text = NULL;
  g_autoptr (GError) why = NULL;
  GStrv labels = NULL;
  gsize length;

  if (*name == '\0' || *name == '.' || strchr (name, '/') != NULL)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its labels are no list, and no name of a file beside it"),
           NULL;
  text = read_file (path, &length, &why);
  if (text != NULL)
    labels = g_str_has_suffix (name, ".json") ? from_json (text, length, &why)
                                              : from_lines (text, &why);
  if (labels == NULL)
    lb_error_set (error, LB_ERROR_BAD_MODEL, "its labels \"%s\": %s", shown, why->message);
  return labels;
}

GStrv
genre_labels_read (const json_t *labels, const char *folder, GError **error)
{
  g_autoptr (GError) why = NULL;
  GStrv list;

  if (json_is_string (labels))
    return from_file (json_string_value (labels), folder, error);
  list = from_list (labels, &why);
  if (list == NULL)
    lb_error_set (error, LB_ERROR_BAD_MODEL, "its labels: %s", why->message);
  return list;
}
