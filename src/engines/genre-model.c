#include "genre-model.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "genre-fields.h"
#include "genre-labels.h"

#define DESCRIPTION "classifier.json"
#define MAX_FILES 10000 /* of a folder, that are looked at */

/* The only .onnx of a folder. Returns: (transfer full): its name, or %NULL */
static char *
only_graph (const char *folder, GError **error)
{
  g_autofree char *shown = lb_text_escape (folder);
  g_autofree char *found = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  for (guint i = 0; dir != NULL && i < MAX_FILES && (name = g_dir_read_name (dir)) != NULL; i++)
    if (g_str_has_suffix (name, ".onnx") && *name != '.')
      {
        n++;
        g_free (found);
        found = g_strdup (name);
      }
  if (n == 1)
    return g_steal_pointer (&found);
  if (n == 0)
    lb_error_set (error, LB_ERROR_BAD_MODEL, "\"%s\" holds no .onnx", shown);
  else
    lb_error_set (error, LB_ERROR_BAD_MODEL,
                  "\"%s\" holds %u .onnx: its %s must name one as \"model\"", shown, n,
                  DESCRIPTION);
  return NULL;
}

static gboolean
refuse_missing (const char *path, const char *folder, gboolean is_folder, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);

  return lb_error_set (error, LB_ERROR_BAD_MODEL,
                       "the classifier's description \"%s\" is missing%s", shown,
                       is_folder && g_file_test (weights, G_FILE_TEST_EXISTS)
                           ? ": a folder of transformers is for -e genre-transformers"
                           : ": docs/ENGINES.md, \"genre-onnx\", says what it holds");
}

/* From the file @path, or from what the catalogue knows. Messages name the one or the other. */
static gboolean
read_parts (GenreModel *model, const char *path, const json_t *known, const char *folder,
            GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  g_autoptr (GError) why = NULL;
  g_autoptr (json_t) root = known != NULL ? json_incref ((json_t *) known)
                                          : lb_json_read (path, &why);

  if (root != NULL)
    model->description = genre_description_read (root, &why);
  if (model->description != NULL)
    model->labels = genre_labels_read (model->description->labels, folder, &why);
  if (model->labels != NULL)
    return TRUE;
  if (root == NULL)
    lb_error_set (error, LB_ERROR_BAD_MODEL, "the classifier's description can't be read: %s",
                  why->message);
  else
    lb_error_set (error, LB_ERROR_BAD_MODEL, "the classifier's description %s%s%s is wrong: %s",
                  known != NULL ? "" : "\"", known != NULL ? "of the catalogue" : shown,
                  known != NULL ? "" : "\"", why->message);
  return FALSE;
}

/* A file's own, else that of its folder. Returns: (transfer full): a path, there or not */
static char *
find_description (const char *path, const char *folder, gboolean is_folder)
{
  g_autofree char *own = g_strconcat (path, ".json", NULL);

  if (!is_folder && g_file_test (own, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&own);
  return g_build_filename (folder, DESCRIPTION, NULL);
}

GenreModel *
genre_model_read (const char *path, const json_t *known, GError **error)
{
  g_autoptr (GenreModel) model = g_new0 (GenreModel, 1);
  const gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  g_autofree char *folder = is_folder ? g_strdup (path) : g_path_get_dirname (path);
  g_autofree char *description = find_description (path, folder, is_folder);
  g_autofree char *name = is_folder ? NULL : g_path_get_basename (path);
  const gboolean is_there = g_file_test (description, G_FILE_TEST_EXISTS);

  if (!is_there && known == NULL)
    return refuse_missing (description, folder, is_folder, error), NULL;
  if (!read_parts (model, description, is_there ? NULL : known, folder, error))
    return NULL;
  if (is_folder)
    name = model->description->model != NULL ? g_strdup (model->description->model)
                                             : only_graph (folder, error);
  else if (model->description->model != NULL && strcmp (model->description->model, name) != 0)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "the classifier's description \"%s\" is of another file: \"%s\"",
                         description, model->description->model),
           NULL;
  if (name == NULL)
    return NULL;
  model->path = g_build_filename (folder, name, NULL);
  if (!g_file_test (model->path, G_FILE_TEST_IS_REGULAR))
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "the classifier's graph \"%s\" is missing",
                         model->path),
           NULL;
  return g_steal_pointer (&model);
}

void
genre_model_free (GenreModel *model)
{
  g_free (model->path);
  g_clear_pointer (&model->description, genre_description_free);
  g_strfreev (model->labels);
  g_free (model);
}
