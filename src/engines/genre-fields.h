/* A JSON object's members into a struct, by a table: each is checked, and no other may be there.
 */
#pragma once

#include <glib.h>

#include "core/json.h"

G_BEGIN_DECLS

typedef enum {
  GENRE_WHOLE, /* guint */
  GENRE_REAL,  /* double */
  GENRE_FLAG,  /* gboolean */
  GENRE_WORD,  /* an enum: the word's place in @words */
  GENRE_TEXT,  /* char *, of at most 256 bytes, not empty; NULL where it is absent */
  GENRE_OTHER, /* read elsewhere: it may be there */
} GenreKind;

typedef struct {
  const char *name;
  GenreKind kind;
  gsize at; /* in the struct */
  double min, max;
  gboolean required;
  double fallback;          /* of numbers, flags (0, 1) and words (a place) */
  const char *const *words; /* (array zero-terminated=1) */
} GenreField;

/** genre_fields_read: @where: what to call @object in messages, as "mel"; "" for the whole.
 * @into: zeroed. Returns: %FALSE with %LB_ERROR_BAD_MODEL */
gboolean genre_fields_read (const json_t *object, const char *where, const GenreField *fields,
                            guint n_fields, gpointer into, GError **error);

G_END_DECLS
