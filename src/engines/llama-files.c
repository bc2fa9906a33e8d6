#include "llama-files.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"

#define NEEDS_BOTH "a language model that listens needs both, from one source"
#define NEEDS_MODEL "name a GGUF file, or a folder with one"

static gboolean
is_projector_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return strstr (lower, "mmproj") != NULL;
}

/* "big-00002-of-00003.gguf" */
static gboolean
is_later_piece (const char *name)
{
  return g_regex_match_simple ("-[0-9]{5}-of-[0-9]{5}\\.gguf$", name, G_REGEX_DEFAULT, 0) &&
         strstr (name, "-00001-of-") == NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Returns: (transfer full): names of models, or of projectors, in the order of the alphabet */
static GPtrArray *
list_names (const char *folder, gboolean projectors)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".gguf") && !is_later_piece (name) &&
        is_projector_name (name) == projectors)
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* @need: what has to be there */
static gboolean
refuse (const char *folder, const GPtrArray *names, gboolean projectors, const char *need,
        GError **error)
{
  g_autofree char *shown = lb_text_escape (folder);
  const char *what = projectors ? "projector (mmproj*.gguf)" : "model (*.gguf)";
  g_autofree char *first = NULL, *second = NULL;

  if (names->len == 0)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "the folder \"%s\" holds no %s: %s", shown,
                 what, need);
  else
    {
      first = lb_text_escape (g_ptr_array_index (names, 0));
      second = lb_text_escape (g_ptr_array_index (names, 1));
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                   "the folder \"%s\" holds %u files that may be the %s, \"%s\", \"%s\"…: keep "
                   "one of them there",
                   shown, names->len, what, first, second);
    }
  return FALSE;
}

static gboolean
find_one (const char *folder, gboolean projectors, const char *need, char **path, GError **error)
{
  g_autoptr (GPtrArray) names = list_names (folder, projectors);

  if (names->len != 1)
    return refuse (folder, names, projectors, need, error);
  *path = g_build_filename (folder, g_ptr_array_index (names, 0), NULL);
  return TRUE;
}

static gboolean
find_both (const char *path, LlamaFiles *files, GError **error)
{
  g_autofree char *folder = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return find_one (path, FALSE, NEEDS_BOTH, &files->model, error) &&
           find_one (path, TRUE, NEEDS_BOTH, &files->projector, error);
  files->model = g_strdup (path);
  folder = g_path_get_dirname (path);
  return find_one (folder, TRUE, NEEDS_BOTH, &files->projector, error);
}

/* Whether @projector's sound goes into @model. */
static gboolean
check_heads (const LlamaFiles *files, GError **error)
{
  const LlamaGguf *model = &files->model_head, *projector = &files->projector_head;
  g_autofree char *shown = lb_text_escape (files->projector);
  g_autofree char *shown_model = lb_text_escape (files->model);

  if (llama_gguf_is_projector (model))
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "the file \"%s\" is a projector, and no language model: name it mmproj-….gguf, "
                 "and give the model",
                 shown_model);
  else if (!llama_gguf_is_projector (projector))
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "the file \"%s\" is no projector: it holds a model of the kind \"%s\"", shown,
                 projector->architecture);
  else if (!projector->has_audio)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "the projector \"%s\" takes no sound (it is for pictures): choose a model that "
                 "listens",
                 shown);
  else if (model->embedding_length != 0 && projector->projection_dim != 0 &&
           model->embedding_length != projector->projection_dim)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "the projector \"%s\" belongs to another model: it gives %u values a place, and "
                 "\"%s\" takes %u: fetch both from one source",
                 shown, projector->projection_dim, shown_model, model->embedding_length);
  else
    return TRUE;
  return FALSE;
}

gboolean
llama_files_find (const char *path, LlamaFiles *files, GError **error)
{
  *files = (LlamaFiles){ 0 };
  return find_both (path, files, error) &&
         llama_gguf_read (files->model, &files->model_head, error) &&
         llama_gguf_read (files->projector, &files->projector_head, error) &&
         check_heads (files, error);
}

static gboolean
check_model_head (const LlamaFiles *files, GError **error)
{
  g_autofree char *shown = lb_text_escape (files->model);

  if (!llama_gguf_is_projector (&files->model_head))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "the file \"%s\" is a projector (of sound or pictures), and no language model: "
               "give the model that it belongs to",
               shown);
  return FALSE;
}

gboolean
llama_files_find_model (const char *path, LlamaFiles *files, GError **error)
{
  *files = (LlamaFiles){ 0 };
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    files->model = g_strdup (path);
  else if (!find_one (path, FALSE, NEEDS_MODEL, &files->model, error))
    return FALSE;
  return llama_gguf_read (files->model, &files->model_head, error) &&
         check_model_head (files, error);
}

void
llama_files_clear (LlamaFiles *files)
{
  g_clear_pointer (&files->model, g_free);
  g_clear_pointer (&files->projector, g_free);
  llama_gguf_clear (&files->model_head);
  llama_gguf_clear (&files->projector_head);
}
