/* The names of a classifier's outputs, in their order. */
#pragma once

#include <glib.h>

#include "core/json.h"

G_BEGIN_DECLS

#define GENRE_MAX_LABELS 100000
#define GENRE_MAX_LABEL_BYTES 256

/**
 * genre_labels_read:
 * @labels: a list of texts, or the name of a file in @folder: a line for each label (.txt), or
 * JSON: a list, or an object with a list "classes" (Essentia's) or "id2label" (transformers')
 * @error: %LB_ERROR_BAD_MODEL
 *
 * Returns: (transfer full): labels, at least one and no two the same, or %NULL
 */
GStrv genre_labels_read (const json_t *labels, const char *folder, GError **error);

G_END_DECLS
