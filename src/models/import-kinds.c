/* The kinds of models that can be imported without the catalogue: one row each. */
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "models/import.h"

#define CLASSIFIER_SCHEMA "llamaburn.classifier/1"

/* Whisper */

static gboolean
fits_whisper (const LbLook *look)
{
  return lb_head_is_whisper (look->head);
}

static gboolean
gather_whisper (const LbLook *look, const char *name, GPtrArray *files, json_t *entry,
                GError **error)
{
  return lb_import_files_add (files, look->path, "", error);
}

/* A voice of Piper's */

static gboolean
fits_piper (const LbLook *look)
{
  return lb_head_is_onnx (look->head) &&
         json_is_object (json_object_get (look->description, "phoneme_id_map")) &&
         json_is_object (json_object_get (look->description, "audio"));
}

static gboolean
gather_piper (const LbLook *look, const char *name, GPtrArray *files, json_t *entry,
              GError **error)
{
  const json_t *root = look->description;
  const char *spoken = lb_json_string (json_object_get (root, "espeak"), "voice", NULL);
  g_autofree char *graph = g_strconcat (name, ".onnx", NULL);
  g_autofree char *description = g_strconcat (graph, ".json", NULL);

  lb_json_set_string (entry, "language",
                      lb_json_string (json_object_get (root, "language"), "code", spoken));
  return lb_import_files_add (files, look->path, graph, error) &&
         lb_import_files_add (files, look->described, description, error);
}

/* A classifier of sound */

static gboolean
fits_classifier (const LbLook *look)
{
  return lb_head_is_onnx (look->head) &&
         strcmp (lb_json_string (look->description, "schema", ""), CLASSIFIER_SCHEMA) == 0;
}

/* Its description may name the graph, and a file with the labels: those names stay. */
static gboolean
gather_classifier (const LbLook *look, const char *name, GPtrArray *files, json_t *entry,
                   GError **error)
{
  const char *labels = lb_json_string (look->description, "labels", NULL);
  g_autofree char *folder = g_path_get_dirname (look->path);
  g_autofree char *own = g_path_get_basename (look->path);
  const char *graph = lb_json_string (look->description, "model", NULL) != NULL ? own
                                                                                : "model.onnx";
  g_autofree char *beside = labels != NULL ? g_build_filename (folder, labels, NULL) : NULL;

  if (!lb_model_path_is_safe (graph) ||
      (labels != NULL && (!lb_model_path_is_safe (labels) || strchr (labels, '/') != NULL ||
                          strcmp (labels, graph) == 0)))
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its description names a file that can't be beside it");
  return lb_import_files_add (files, look->path, graph, error) &&
         lb_import_files_add (files, look->described, "classifier.json", error) &&
         (beside == NULL || lb_import_files_add (files, beside, labels, error));
}

/* Language models */

static gboolean
fits_llm (const LbLook *look)
{
  return lb_head_is_gguf (look->head) && look->projector == NULL;
}

static gboolean
fits_mtmd (const LbLook *look)
{
  return lb_head_is_gguf (look->head) && look->projector != NULL;
}

gboolean
lb_import_piece (const char *path, char **before, guint *number, guint *count)
{
  g_autoptr (GRegex) regex = g_regex_new ("^(.*)-([0-9]{5})-of-([0-9]{5})\\.gguf$",
                                          G_REGEX_RAW | G_REGEX_DOTALL, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *own = NULL, *all = NULL;

  if (!g_regex_match (regex, path, 0, &match))
    return FALSE;
  own = g_match_info_fetch (match, 2);
  all = g_match_info_fetch (match, 3);
  *before = g_match_info_fetch (match, 1);
  *number = (guint) g_ascii_strtoull (own, NULL, 10);
  *count = (guint) g_ascii_strtoull (all, NULL, 10);
  return TRUE;
}

/* One file, or all its pieces: llama.cpp finds those behind the first by their names. */
static gboolean
gather_model (const char *path, GPtrArray *files, GError **error)
{
  g_autofree char *before = NULL;
  guint number = 0, count = 0;

  if (!lb_import_piece (path, &before, &number, &count))
    return lb_import_files_add (files, path, "model.gguf", error);
  if (number != 1)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "it is piece %u of %u of a model: name the first one", number, count);
  for (guint i = 1; i <= count; i++)
    {
      g_autofree char *piece = g_strdup_printf ("-%05u-of-%05u.gguf", i, count);
      g_autofree char *from = g_strconcat (before, piece, NULL);
      g_autofree char *to = g_strconcat ("model", piece, NULL);

      if (!lb_import_files_add (files, from, to, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
gather_llm (const LbLook *look, const char *name, GPtrArray *files, json_t *entry, GError **error)
{
  g_autofree char *architecture = lb_head_architecture (look->head);

  if (architecture == NULL)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "it is a GGUF file that does not say what architecture it is of");
  if (strcmp (architecture, "clip") == 0)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "it is a projector: name the language model, and this one with "
                         "--mmproj");
  return gather_model (look->path, files, error);
}

static gboolean
gather_mtmd (const LbLook *look, const char *name, GPtrArray *files, json_t *entry,
             GError **error)
{
  g_autofree char *shown = lb_text_escape (look->projector), *architecture = NULL;
  g_autoptr (LbLook) other = NULL;

  if (!gather_llm (look, name, files, entry, error))
    return FALSE;
  other = lb_look_at (look->projector, NULL, error);
  if (other == NULL)
    return FALSE;
  if (lb_head_is_gguf (other->head))
    architecture = lb_head_architecture (other->head);
  if (g_strcmp0 (architecture, "clip") != 0)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "\"%s\" is no projector (mmproj-….gguf)",
                         shown);
  if (!lb_head_has_audio (other->head))
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "the projector \"%s\" takes no sound: choose a model that listens",
                         shown);
  return lb_import_files_add (files, other->path, "mmproj.gguf", error);
}

/* clang-format off */
static const LbImportKind kinds[] = {
  { "a Whisper model of whisper.cpp (ggml)", "stt", "whisper", "ggml", "whisper/ggml-", ".bin",
    FALSE, TRUE, fits_whisper, gather_whisper },
  { "a voice of Piper's (.onnx, with its .onnx.json beside it)", "tts", "piper", "piper",
    "own/piper/", ".onnx", TRUE, FALSE, fits_piper, gather_piper },
  { "a language model (GGUF; with --mmproj one that listens)", "analysis", "hybrid-llama", "llm",
    "own/llm/", "", FALSE, FALSE, fits_llm, gather_llm },
  { NULL, "analysis", "llama-audio", "mtmd",
    "own/mtmd/", "", FALSE, FALSE, fits_mtmd, gather_mtmd },
  { "a genre classifier (ONNX, with its classifier.json)", "genre", "classifier", "classifier",
    "own/classifier/", "", FALSE, FALSE, fits_classifier, gather_classifier },
};
/* clang-format on */

static void
set_unknown (const LbLook *look, GError **error)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].what != NULL)
      g_string_append_printf (all, "%s%s", all->len > 0 ? ", " : "", kinds[i].what);
  lb_error_set (
      error, LB_ERROR_BAD_MODEL,
      "it is %s. What can be imported: %s; and with --as NAME what the catalogue knows. "
      "-m ./PATH uses a file without import",
      !lb_head_is_onnx (look->head) ? "no model of a kind that is known"
      : look->description != NULL   ? "a graph whose description is neither a voice's nor a "
                                      "classifier's"
                                    : "a graph without a description beside it",
      all->str);
}

const LbImportKind *
lb_import_kind (const LbLook *look, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].fits (look))
      return &kinds[i];
  set_unknown (look, error);
  return NULL;
}
