#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/manifest.h"

#define MAX_TEXT_BYTES (64 * 1024)
#define MAX_LIST 1024
#define LARGEST_EXACT ((json_int_t) 1 << 53) /* whole numbers that a double holds exactly */

/* "a whole number from 1 to 16" */
static char *
describe_range (const LbOption *option, const char *what)
{
  char low[32], high[32];

  g_ascii_formatd (low, sizeof low, "%.15g", option->min);
  g_ascii_formatd (high, sizeof high, "%.15g", option->max);
  if (isfinite (option->min) && isfinite (option->max))
    return g_strdup_printf ("%s from %s to %s", what, low, high);
  if (isfinite (option->min))
    return g_strdup_printf ("%s of at least %s", what, low);
  if (isfinite (option->max))
    return g_strdup_printf ("%s of at most %s", what, high);
  return g_strdup (what);
}

static char *
describe_choices (const LbOption *option)
{
  g_autofree char *all = g_strjoinv (", ", option->choices);

  return g_strdup_printf ("one of: %s", all);
}

static char *
describe (const LbOption *option)
{
  switch (option->kind)
    {
    case LB_OPTION_BOOL:
      return g_strdup ("yes or no");
    case LB_OPTION_INT:
      return describe_range (option, "a whole number");
    case LB_OPTION_DOUBLE:
      return describe_range (option, "a number");
    case LB_OPTION_ENUM:
      return describe_choices (option);
    case LB_OPTION_FILE:
      return g_strdup ("the name of a file, in UTF-8");
    case LB_OPTION_LIST:
      return g_strdup ("texts with commas between them");
    case LB_OPTION_TEXT:
    default:
      return g_strdup ("a text of at most 64 KiB, in UTF-8");
    }
}

static void
refuse (const LbOption *option, const char *given, GError **error)
{
  g_autofree char *wanted = describe (option);
  g_autofree char *start = g_strndup (given, 100);
  g_autofree char *shown = lb_text_escape (start);
  const char *near = NULL;

  if (option->kind == LB_OPTION_ENUM)
    near = lb_text_nearest (start, (const char *const *) option->choices);
  if (near != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "--%s takes %s, not \"%s\": did you mean \"%s\"?", option->name, wanted, shown,
                 near);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "--%s takes %s, not \"%s\"", option->name,
                 wanted, shown);
}

static json_t *
parse_bool (const char *text)
{
  static const char *const yes[] = { "yes", "true", "on", "1", NULL };
  static const char *const no[] = { "no", "false", "off", "0", NULL };

  if (g_strv_contains (yes, text))
    return json_true ();
  return g_strv_contains (no, text) ? json_false () : NULL;
}

static json_t *
parse_int (const char *text)
{
  gint64 value;

  if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
    return NULL;
  return json_integer (value);
}

static json_t *
parse_double (const char *text)
{
  char *end = NULL;
  double value;

  /* strtod would also take blanks, hexadecimal, "inf" and "nan". */
  if (*text == '\0' || strspn (text, "0123456789+-.eE") != strlen (text))
    return NULL;
  value = g_ascii_strtod (text, &end);
  return *end == '\0' && isfinite (value) ? json_real (value) : NULL;
}

static json_t *
parse_list (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  json_t *list = json_array ();

  for (guint i = 0; parts[i] != NULL; i++)
    {
      json_t *part = json_string (parts[i]);

      if (part == NULL)
        {
          json_decref (list);
          return NULL;
        }
      json_array_append_new (list, part);
    }
  return list;
}

json_t *
lb_option_parse (const LbOption *option, const char *text, GError **error)
{
  g_autoptr (json_t) value = NULL;

  switch (option->kind)
    {
    case LB_OPTION_BOOL:
      value = parse_bool (text);
      break;
    case LB_OPTION_INT:
      value = parse_int (text);
      break;
    case LB_OPTION_DOUBLE:
      value = parse_double (text);
      break;
    case LB_OPTION_LIST:
      value = parse_list (text);
      break;
    case LB_OPTION_ENUM:
    case LB_OPTION_TEXT:
    case LB_OPTION_FILE:
    default:
      value = json_string (text); /* NULL when it is no UTF-8 */
    }
  if (value == NULL)
    {
      refuse (option, text, error);
      return NULL;
    }
  if (!lb_option_check (option, value, error))
    return NULL;
  return g_steal_pointer (&value);
}

static gboolean
text_fits (const json_t *value, gboolean may_be_empty)
{
  size_t length = json_string_length (value);

  return json_is_string (value) && length <= MAX_TEXT_BYTES && (may_be_empty || length > 0) &&
         strlen (json_string_value (value)) == length;
}

static gboolean
list_fits (const json_t *value)
{
  size_t i;
  json_t *item;

  if (!json_is_array (value) || json_array_size (value) > MAX_LIST)
    return FALSE;
  json_array_foreach (value, i, item)
    if (!text_fits (item, FALSE))
      return FALSE;
  return TRUE;
}

static gboolean
number_fits (const LbOption *option, const json_t *value)
{
  double number = json_number_value (value);

  return number >= option->min && number <= option->max;
}

static gboolean
fits (const LbOption *option, const json_t *value)
{
  switch (option->kind)
    {
    case LB_OPTION_BOOL:
      return json_is_boolean (value);
    case LB_OPTION_INT:
      return json_is_integer (value) && json_integer_value (value) <= LARGEST_EXACT &&
             json_integer_value (value) >= -LARGEST_EXACT && number_fits (option, value);
    case LB_OPTION_DOUBLE:
      return json_is_number (value) && number_fits (option, value);
    case LB_OPTION_ENUM:
      return text_fits (value, TRUE) &&
             g_strv_contains ((const char *const *) option->choices, json_string_value (value));
    case LB_OPTION_FILE:
      return text_fits (value, FALSE);
    case LB_OPTION_LIST:
      return list_fits (value);
    case LB_OPTION_TEXT:
    default:
      return text_fits (value, TRUE);
    }
}

gboolean
lb_option_check (const LbOption *option, const json_t *value, GError **error)
{
  g_autofree char *given = NULL;

  if (value != NULL && fits (option, value))
    return TRUE;
  if (value == NULL)
    given = g_strdup ("nothing");
  else if (json_is_string (value))
    given = g_strdup (json_string_value (value));
  else
    given = lb_json_line (value);
  refuse (option, given, error);
  return FALSE;
}
