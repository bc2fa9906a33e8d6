#include "engine/member.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"

#define MAX_NAME 64
#define MAX_TITLE 200

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* Names become parts of file names and command lines: a letter or digit first, then also
 * . _ - */
static gboolean
is_name (const char *text, const char *first, const char *rest)
{
  gsize length = strlen (text);

  return length > 0 && length <= MAX_NAME && strchr (first, text[0]) != NULL &&
         strspn (text, rest) == length;
}

gboolean
lb_member_is_id (const char *text)
{
  return is_name (text, LOWER DIGITS, LOWER DIGITS "._-") && strstr (text, "..") == NULL;
}

gboolean
lb_member_is_option_name (const char *text)
{
  return is_name (text, LOWER, LOWER DIGITS "-");
}

/* Of an environment variable with a secret. What changes how programs load stays out. */
gboolean
lb_member_is_key (const char *text)
{
  return is_name (text, UPPER, UPPER DIGITS "_") && !g_str_has_prefix (text, "LD_") &&
         !g_str_equal (text, "PATH") && !g_str_has_prefix (text, "PYTHON");
}

gboolean
lb_member_is_word (const char *text)
{
  return *text != '\0' && strlen (text) <= 4096;
}

gboolean
lb_member_is_title (const char *text)
{
  return *text != '\0' && strlen (text) <= MAX_TITLE;
}

gboolean
lb_member_is_help (const char *text)
{
  return *text != '\0' && strlen (text) <= 1000 && strchr (text, '\n') == NULL;
}

gboolean
lb_member_refuse (const LbMemberPlace *place, const char *member, const char *must,
                  GError **error)
{
  g_autofree char *file = lb_text_escape (place->path);
  g_autofree char *option = place->option != NULL ? lb_text_escape (place->option) : NULL;

  if (option != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "\"%s\": option \"%s\": \"%s\" must be %s",
                 file, option, member, must);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "\"%s\": \"%s\" must be %s", file, member,
                 must);
  return FALSE;
}

gboolean
lb_member_read_names (const LbMemberPlace *place, const json_t *object, const char *member,
                      LbMemberCheck check, const char *must, gboolean required, char ***names,
                      GError **error)
{
  const json_t *list = json_object_get (object, member);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  size_t i;
  json_t *item;

  if (list == NULL && !required)
    return TRUE;
  if (!json_is_array (list) || json_array_size (list) == 0 ||
      json_array_size (list) > LB_MEMBER_MAX_LIST)
    return lb_member_refuse (place, member, must, error);
  json_array_foreach (list, i, item)
    {
      const char *text = json_string_value (item);

      if (text == NULL || strlen (text) != json_string_length (item) || !check (text))
        return lb_member_refuse (place, member, must, error);
      if (check != lb_member_is_word && !g_hash_table_add (seen, (gpointer) text))
        return lb_member_refuse (place, member, "a list without repetitions", error);
      g_strv_builder_add (builder, text);
    }
  *names = g_strv_builder_end (builder);
  return TRUE;
}

gboolean
lb_member_read_text (const LbMemberPlace *place, const json_t *object, const char *member,
                     LbMemberCheck check, const char *must, gboolean required, char **text,
                     GError **error)
{
  const json_t *value = json_object_get (object, member);

  if (value == NULL && !required)
    return TRUE;
  if (!json_is_string (value) ||
      strlen (json_string_value (value)) != json_string_length (value) ||
      !check (json_string_value (value)))
    return lb_member_refuse (place, member, must, error);
  *text = g_strdup (json_string_value (value));
  return TRUE;
}

gboolean
lb_member_read_boolean (const LbMemberPlace *place, const json_t *object, const char *member,
                        gboolean *value, GError **error)
{
  const json_t *given = json_object_get (object, member);

  if (given == NULL)
    return TRUE;
  if (!json_is_boolean (given))
    return lb_member_refuse (place, member, "true or false", error);
  *value = json_is_true (given);
  return TRUE;
}
