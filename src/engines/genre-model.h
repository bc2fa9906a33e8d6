/* Where a classifier's parts are: the graph, what it wants to hear, its labels. */
#pragma once

#include <glib.h>

#include "genre-description.h"

G_BEGIN_DECLS

typedef struct {
  char *path; /* of the .onnx */
  GenreDescription *description;
  GStrv labels;
} GenreModel;

/**
 * genre_model_read:
 * @path: a folder with classifier.json, or a file NAME.onnx with NAME.onnx.json or
 * classifier.json beside it
 * @known: (nullable): the catalogue's description, for a folder without classifier.json
 * @error: %LB_ERROR_BAD_MODEL: names the file and what is wrong with it
 *
 * Nothing outside of the folder is read.
 *
 * Returns: (transfer full): or %NULL
 */
GenreModel *genre_model_read (const char *path, const json_t *known, GError **error);
void genre_model_free (GenreModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenreModel, genre_model_free)

G_END_DECLS
