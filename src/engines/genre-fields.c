#include "genre-fields.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

#define MAX_TEXT 256

static const GenreField *
find_field (const GenreField *fields, guint n_fields, const char *name)
{
  for (guint i = 0; i < n_fields; i++)
    if (strcmp (fields[i].name, name) == 0)
      return &fields[i];
  return NULL;
}

/* A name that is misspelt would silently be another model. */
static gboolean
refuse_unknown (const json_t *object, const char *where, const GenreField *fields, guint n_fields,
                GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  const char *name;
  json_t *value;

  for (guint i = 0; i < n_fields; i++)
    g_ptr_array_add (known, (gpointer) fields[i].name);
  g_ptr_array_add (known, NULL);
  json_object_foreach ((json_t *) object, name, value)
    if (find_field (fields, n_fields, name) == NULL)
      {
        g_autofree char *shown = lb_text_escape (name);
        const char *nearest = lb_text_nearest (name, (const char *const *) known->pdata);

        return lb_error_set (error, LB_ERROR_BAD_MODEL,
                             "its %s%s\"%.64s\" means nothing here%s%s%s", where,
                             *where != '\0' ? " has a member that is unknown: " : "", shown,
                             nearest != NULL ? ": did you mean \"" : "",
                             nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
      }
  return TRUE;
}

static gboolean
read_number (const GenreField *field, const json_t *value, const char *where, char *into,
             GError **error)
{
  const double number = value != NULL ? json_number_value (value) : field->fallback;
  const gboolean is_whole = field->kind == GENRE_WHOLE;

  if (value != NULL && (!(is_whole ? json_is_integer (value) : json_is_number (value)) ||
                        !isfinite (number) || number < field->min || number > field->max))
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "its %s%s is no %snumber from %.10g to %.10g",
                         where, field->name, is_whole ? "whole " : "", field->min, field->max);
  if (is_whole)
    *(guint *) (gpointer) (into + field->at) = (guint) number;
  else
    *(double *) (gpointer) (into + field->at) = number;
  return TRUE;
}

static gboolean
read_word (const GenreField *field, const json_t *value, const char *where, char *into,
           GError **error)
{
  g_autofree char *all = NULL;
  int place = (int) field->fallback;

  if (value != NULL)
    {
      const char *word = json_is_string (value) ? json_string_value (value) : "";

      for (place = 0; field->words[place] != NULL && strcmp (field->words[place], word) != 0;)
        place++;
    }
  if (field->words[place] == NULL)
    {
      all = g_strjoinv (", ", (char **) field->words);
      return lb_error_set (error, LB_ERROR_BAD_MODEL, "its %s%s is none of %s", where,
                           field->name, all);
    }
  *(int *) (gpointer) (into + field->at) = place;
  return TRUE;
}

static gboolean
read_text (const GenreField *field, const json_t *value, const char *where, char *into,
           GError **error)
{
  if (value == NULL)
    return TRUE;
  if (!json_is_string (value) || json_string_length (value) == 0 ||
      json_string_length (value) > MAX_TEXT)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "its %s%s is no text of at most %d bytes",
                         where, field->name, MAX_TEXT);
  *(char **) (gpointer) (into + field->at) = g_strdup (json_string_value (value));
  return TRUE;
}

static gboolean
read_field (const GenreField *field, const json_t *value, const char *where, char *into,
            GError **error)
{
  if (value == NULL && field->required)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "it doesn't say its %s%s", where,
                         field->name);
  switch (field->kind)
    {
    case GENRE_WHOLE:
    case GENRE_REAL:
      return read_number (field, value, where, into, error);
    case GENRE_WORD:
      return read_word (field, value, where, into, error);
    case GENRE_TEXT:
      return read_text (field, value, where, into, error);
    case GENRE_FLAG:
      if (value != NULL && !json_is_boolean (value))
        return lb_error_set (error, LB_ERROR_BAD_MODEL, "its %s%s is neither true nor false",
                             where, field->name);
      *(gboolean *) (gpointer) (into + field->at) = value != NULL ? json_is_true (value)
                                                                  : field->fallback != 0;
      return TRUE;
    case GENRE_OTHER:
    default:
      return TRUE;
    }
}

gboolean
genre_fields_read (const json_t *object, const char *where, const GenreField *fields,
                   guint n_fields, gpointer into, GError **error)
{
  g_autofree char *prefix = *where != '\0' ? g_strconcat (where, "'s ", NULL) : g_strdup ("");

  if (!json_is_object (object))
    return *where != '\0'
               ? lb_error_set (error, LB_ERROR_BAD_MODEL, "its %s is no JSON object", where)
               : lb_error_set (error, LB_ERROR_BAD_MODEL, "it is no JSON object");
  if (!refuse_unknown (object, where, fields, n_fields, error))
    return FALSE;
  for (guint i = 0; i < n_fields; i++)
    if (!read_field (&fields[i], json_object_get (object, fields[i].name), prefix, into, error))
      return FALSE;
  return TRUE;
}
