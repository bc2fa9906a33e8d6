#include "core/json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

/* Depth of the deepest bracket, strings skipped. jansson's own limit is 2048:
 * deep enough to be slow. */
static gboolean
is_too_deep (const char *text, gsize length)
{
  guint depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (in_string && c == '\\')
        i++;
      else if (c == '"')
        in_string = !in_string;
      else if (!in_string && (c == '[' || c == '{') && ++depth > LB_JSON_MAX_DEPTH)
        return TRUE;
      else if (!in_string && (c == ']' || c == '}') && depth > 0)
        depth--;
    }
  return FALSE;
}

json_t *
lb_json_parse (const char *text, gssize length, GError **error)
{
  gsize bytes = length < 0 ? strlen (text) : (gsize) length;
  json_error_t why;
  json_t *value;

  if (bytes > LB_JSON_MAX_LINE_BYTES)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "JSON of %" G_GSIZE_FORMAT " bytes: %d is the most", bytes,
                   LB_JSON_MAX_LINE_BYTES);
      return NULL;
    }
  /* jansson passes over a NUL that follows a number. */
  if (memchr (text, '\0', bytes) != NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "not valid JSON: a NUL byte in it");
      return NULL;
    }
  if (is_too_deep (text, bytes))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "JSON is nested deeper than %d",
                   LB_JSON_MAX_DEPTH);
      return NULL;
    }
  value = json_loadb (text, bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
  if (value == NULL)
    {
      g_autofree char *shown = lb_text_escape (why.text);

      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "not valid JSON: %s (line %d, column %d)",
                   shown, why.line, why.column);
    }
  return value;
}

static gboolean
read_hex4 (const char *text, gsize left, guint *value)
{
  *value = 0;
  if (left < 4)
    return FALSE;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (text[i]);

      if (digit < 0)
        return FALSE;
      *value = *value * 16 + (guint) digit;
    }
  return TRUE;
}

/* Length of the escape at @text ("\\uXXXX…") and whether it stands for
 * something that jansson refuses. */
static gsize
measure_escape (const char *text, gsize left, gboolean *bad)
{
  guint first, second;

  *bad = FALSE;
  if (left < 2 || text[1] != 'u' || !read_hex4 (text + 2, left - 2, &first))
    return MIN (left, 2);
  if (first >= 0xd800 && first <= 0xdbff)
    {
      if (left >= 12 && text[6] == '\\' && text[7] == 'u' &&
          read_hex4 (text + 8, left - 8, &second) && second >= 0xdc00 && second <= 0xdfff)
        return 12;
      *bad = TRUE;
      return 6;
    }
  *bad = first == 0 || (first >= 0xdc00 && first <= 0xdfff);
  return 6;
}

static char *
repair_escapes (const char *text, gsize length, gboolean *repaired)
{
  GString *out = g_string_sized_new (length);
  gsize i = 0;

  while (i < length)
    {
      gsize step = 1;
      gboolean bad = FALSE;

      if (text[i] == '\\')
        step = measure_escape (text + i, length - i, &bad);
      if (bad)
        g_string_append (out, "\\ufffd");
      else
        g_string_append_len (out, text + i, (gssize) step);
      *repaired |= bad;
      i += step;
    }
  return g_string_free (out, FALSE);
}

json_t *
lb_json_parse_repaired (const char *text, gssize length, gboolean *repaired, GError **error)
{
  gsize bytes = length < 0 ? strlen (text) : (gsize) length;
  gboolean changed = FALSE;
  g_autofree char *valid = NULL;
  g_autofree char *escaped = NULL;

  if (bytes <= LB_JSON_MAX_LINE_BYTES)
    {
      valid = g_utf8_make_valid (text, (gssize) bytes);
      changed = strlen (valid) != bytes || memcmp (valid, text, bytes) != 0;
      escaped = repair_escapes (valid, strlen (valid), &changed);
    }
  if (repaired != NULL)
    *repaired = changed;
  return escaped != NULL ? lb_json_parse (escaped, -1, error)
                         : lb_json_parse (text, length, error);
}

char *
lb_json_read_stream (FILE *file, gsize *length)
{
  GString *text = g_string_new (NULL);
  char piece[65536];
  size_t n;

  while (text->len <= LB_JSON_MAX_LINE_BYTES &&
         (n = fread (piece, 1, MIN (sizeof piece, LB_JSON_MAX_LINE_BYTES + 1 - text->len),
                     file)) > 0)
    g_string_append_len (text, piece, (gssize) n);
  *length = text->len;
  return g_string_free (text, FALSE);
}

char *
lb_json_read_text (const char *path, gsize *length, GError **error)
{
  g_autofree char *shown = lb_text_escape (path), *text = NULL;
  FILE *file = fopen (path, "re");
  int problem = file == NULL ? errno : 0;

  if (file != NULL)
    {
      text = lb_json_read_stream (file, length);
      problem = ferror (file) ? errno : 0;
      fclose (file);
    }
  if (problem == 0)
    return g_steal_pointer (&text);
  g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND, "can't read \"%s\": %s", shown,
               g_strerror (problem));
  return NULL;
}

json_t *
lb_json_read (const char *path, GError **error)
{
  gsize length = 0;
  g_autofree char *text = lb_json_read_text (path, &length, error);
  g_autofree char *shown = lb_text_escape (path);
  json_t *value;

  if (text == NULL)
    return NULL;
  value = lb_json_parse (text, (gssize) length, error);
  if (value == NULL)
    g_prefix_error (error, "\"%s\": ", shown);
  return value;
}

static char *
dump (const json_t *value, size_t flags)
{
  char *text = json_dumps (value, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION (17));
  char *copy = g_strdup (text);

  g_assert (text != NULL);
  free (text);
  return copy;
}

char *
lb_json_line (const json_t *value)
{
  return dump (value, JSON_COMPACT);
}

char *
lb_json_pretty (const json_t *value)
{
  g_autofree char *text = dump (value, JSON_INDENT (2));

  return g_strconcat (text, "\n", NULL);
}

const char *
lb_json_string (const json_t *object, const char *key, const char *fallback)
{
  const json_t *value = json_object_get (object, key);

  return json_is_string (value) ? json_string_value (value) : fallback;
}

double
lb_json_real (const json_t *object, const char *key, double fallback)
{
  const json_t *value = json_object_get (object, key);

  return json_is_number (value) ? json_number_value (value) : fallback;
}

gint64
lb_json_integer (const json_t *object, const char *key, gint64 fallback)
{
  const json_t *value = json_object_get (object, key);

  return json_is_integer (value) ? (gint64) json_integer_value (value) : fallback;
}

gboolean
lb_json_boolean (const json_t *object, const char *key, gboolean fallback)
{
  const json_t *value = json_object_get (object, key);

  return json_is_boolean (value) ? json_is_true (value) : fallback;
}

void
lb_json_set (json_t *object, const char *key, json_t *value)
{
  if (value != NULL)
    json_object_set_new (object, key, value);
}

void
lb_json_set_real (json_t *object, const char *key, double value)
{
  if (isfinite (value))
    json_object_set_new (object, key, json_real (value));
}

void
lb_json_set_integer (json_t *object, const char *key, gint64 value)
{
  json_object_set_new (object, key, json_integer ((json_int_t) value));
}

void
lb_json_set_boolean (json_t *object, const char *key, gboolean value)
{
  json_object_set_new (object, key, json_boolean (value));
}

void
lb_json_set_string (json_t *object, const char *key, const char *value)
{
  g_autofree char *valid = NULL;

  if (value == NULL)
    return;
  valid = g_utf8_make_valid (value, -1);
  json_object_set_new (object, key, json_string (valid));
}
