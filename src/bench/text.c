#include "bench/text.h"

#include "core/error.h"
#include "core/text.h"

#define SECONDS_PER_CHARACTER 0.1
#define ROOM_S 60.0
#define ROOM_PER_CHARACTER 0.4
#define SHOWN_CHARACTERS 40

void
lb_text_count (const char *text, gsize *characters, gsize *words)
{
  gboolean inside = FALSE;

  *characters = *words = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gboolean space = g_unichar_isspace (g_utf8_get_char (p));

      ++*characters;
      *words += !space && !inside;
      inside = !space;
    }
}

/* Letters and digits of any script, but also "€", "+" or an emoji: an engine may have a word for
 * it. */
static gboolean
could_be_spoken (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar one = g_utf8_get_char (p);

      if (!g_unichar_isspace (one) && !g_unichar_ispunct (one) && !g_unichar_iscntrl (one) &&
          !g_unichar_ismark (one) && g_unichar_type (one) != G_UNICODE_FORMAT)
        return TRUE;
      switch (g_unichar_type (one))
        {
        case G_UNICODE_CURRENCY_SYMBOL:
        case G_UNICODE_MATH_SYMBOL:
        case G_UNICODE_OTHER_SYMBOL:
          return TRUE;
        default:
          break;
        }
    }
  return FALSE;
}

static void
refuse (const char *text, GError **error)
{
  g_autofree char *head = g_utf8_strlen (text, -1) > SHOWN_CHARACTERS
                              ? g_utf8_substring (text, 0, SHOWN_CHARACTERS)
                              : g_strdup (text);
  g_autofree char *shown = lb_text_escape (head);

  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "the text \"%s\" has nothing that can be spoken: give it a letter or a digit",
               shown);
}

json_t *
lb_text_record (const LbPlanInput *input, gsize characters, gsize words)
{
  json_t *record = json_object ();

  lb_json_set_string (record, "text", input->text);
  lb_json_set_integer (record, "characters", (gint64) characters);
  lb_json_set_integer (record, "words", (gint64) words);
  lb_json_set_string (record, "set", input->set);
  lb_json_set_string (record, "name", input->name);
  return record;
}

json_t *
lb_text_describe (const LbPlanInput *input, GError **error)
{
  gsize characters, words;

  lb_text_count (input->text, &characters, &words);
  if (characters > LB_TEXT_MAX_CHARACTERS)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "a text of %" G_GSIZE_FORMAT " characters is too long: give at most %d, or "
                   "cut it into several",
                   characters, LB_TEXT_MAX_CHARACTERS);
      return NULL;
    }
  if (!could_be_spoken (input->text))
    {
      refuse (input->text, error);
      return NULL;
    }
  return lb_text_record (input, characters, words);
}

static gsize
characters_of (const LbCase *it)
{
  const LbPlanInput *input = g_ptr_array_index (it->inputs, 0);
  gsize characters = 0, words;

  if (input->text != NULL)
    lb_text_count (input->text, &characters, &words);
  return characters;
}

double
lb_text_seconds (const LbCase *it)
{
  return SECONDS_PER_CHARACTER * (double) characters_of (it);
}

double
lb_text_room_s (const LbCase *it)
{
  return ROOM_S + ROOM_PER_CHARACTER * (double) characters_of (it);
}
