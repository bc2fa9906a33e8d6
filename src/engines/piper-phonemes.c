#include "piper-phonemes.h"

#include <string.h>

#include <espeak-ng/espeak_ng.h>

#include "core/error.h"
#include "core/text.h"
#include "piper-clause.h"

/* A VITS graph's attention takes memory with the square of a sentence: one that is longer, two
 * minutes of speech, is cut, at a space or the end of a clause. */
#define MAX_PHONEMES 2000

#define IPA 0x02 /* espeak-ng's phoneme mode */

struct _PiperText {
  const PiperVoice *voice;
  char *text;
  const char *rest;    /* of @text: not begun yet */
  char *part;          /* what espeak-ng reads now */
  const void *next;    /* of @part: its next clause; NULL: it is through */
  const char *clause;  /* of @part: where that clause really begins */
  GPtrArray *sentence; /* that grows now */
};

const char *
piper_phonemes_version (void)
{
  return espeak_Info (NULL);
}

/* Once for the process, and for good. Not by espeak_Initialize(): that asks for a sound server,
 * and starts a thread for which its end now and then waits for ever. Returns: whether it is there
 */
static gboolean
start_espeak (void)
{
  static gsize state; /* 1: it is there; 2: it is not */

  if (g_once_init_enter (&state))
    {
      espeak_ng_InitializePath (NULL);
      g_once_init_leave (&state, espeak_ng_Initialize (NULL) == ENS_OK ? 1 : 2);
    }
  return state == 1;
}

gboolean
piper_phonemes_open (const PiperVoice *voice, GError **error)
{
  g_autofree char *shown = NULL;

  if (voice->espeak_voice == NULL)
    return TRUE;
  if (!start_espeak ())
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE,
                           "espeak-ng can't start: is its data (espeak-ng-data) installed?");
      return FALSE;
    }
  if (espeak_SetVoiceByName (voice->espeak_voice) == EE_OK)
    return TRUE;
  shown = lb_text_escape (voice->espeak_voice);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "espeak-ng here has no voice \"%s\", which this Piper voice needs", shown);
  return FALSE;
}

/* espeak-ng takes commands behind control characters: from outside they are spaces. */
static char *
without_controls (const char *text)
{
  char *copy = g_strdup (text);

  for (char *p = copy; *p != '\0'; p++)
    if (((guint8) *p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
      *p = ' ';
  return copy;
}

PiperText *
piper_text_new (const PiperVoice *voice, const char *text)
{
  PiperText *self = g_new0 (PiperText, 1);

  self->voice = voice;
  self->text = without_controls (text);
  self->rest = self->text;
  self->sentence = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
piper_text_free (PiperText *self)
{
  g_ptr_array_unref (self->sentence);
  g_free (self->part);
  g_free (self->text);
  g_free (self);
}

double
piper_text_fraction (const PiperText *self)
{
  const gsize all = strlen (self->text);
  const gsize rest = strlen (self->rest);
  const gsize clauses = self->next != NULL ? strlen (self->next) : 0;

  return all > 0 ? (double) (all - MIN (all, rest + clauses)) / (double) all : 1;
}

static void
add_characters (GPtrArray *sentence, const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    g_ptr_array_add (sentence, g_strndup (p, (gsize) (g_utf8_next_char (p) - p)));
}

/* "(en)" in the middle says that a word is of another language: it is not spoken. */
static void
drop_switches (GString *text)
{
  for (gsize at = 0; at < text->len;)
    {
      const char *close = text->str[at] == '(' ? strchr (text->str + at, ')') : NULL;

      if (close != NULL && close > text->str + at + 1)
        g_string_erase (text, (gssize) at, close - (text->str + at) + 1);
      else
        at++;
    }
}

#ifdef LB_ESPEAK_TERMINATOR
static const char *
read_clause (PiperText *self, PiperEnd *end)
{
  int terminator = 0;
  const char *phonemes = espeak_TextToPhonemesWithTerminator (&self->next, espeakCHARS_AUTO, IPA,
                                                              &terminator);

  *end = piper_clause_from_terminator (terminator);
  return phonemes;
}
#else
/* Older espeak-ng tells only how far it has read: up to the first character of the next clause,
 * which it keeps. What ended the clause stands before that. */
static const char *
read_clause (PiperText *self, PiperEnd *end)
{
  const char *phonemes = espeak_TextToPhonemes (&self->next, espeakCHARS_AUTO, IPA);
  const char *stop = self->next != NULL ? g_utf8_find_prev_char (self->clause, self->next)
                                        : self->clause + strlen (self->clause);

  if (stop == NULL)
    stop = self->clause;
  *end = piper_clause_end (self->clause, (gsize) (stop - self->clause), self->next == NULL);
  self->clause = stop;
  return phonemes;
}
#endif

/* Returns: whether a sentence ended with the clause */
static gboolean
add_clause (PiperText *self)
{
  PiperEnd end;
  const char *phonemes = read_clause (self, &end);
  g_autoptr (GString) clause = g_string_new (phonemes);
  g_autofree char *split = NULL;

  drop_switches (clause);
  if (end.mark != 0)
    g_string_append_c (clause, end.mark);
  if (end.mark != 0 && strchr (",:;", end.mark) != NULL)
    g_string_append_c (clause, ' ');
  split = g_utf8_normalize (clause->str, -1, G_NORMALIZE_NFD);
  if (split != NULL) /* NULL: espeak-ng's answer is no UTF-8 */
    add_characters (self->sentence, split);
  return end.sentence;
}

/* The next [[phonemes]] in @text, within a line. Returns: where they begin; *@after: what follows
 */
static const char *
find_block (const char *text, const char **after)
{
  for (const char *open = strstr (text, "[["); open != NULL; open = strstr (open + 1, "[["))
    {
      const char *close = strstr (open + 2, "]]");

      if (close == NULL)
        return NULL;
      if (memchr (open, '\n', (gsize) (close - open)) == NULL)
        {
          *after = close + 2;
          return open;
        }
    }
  return NULL;
}

/* Begins the text up to the next block, or to the end. */
static void
begin_part (PiperText *self)
{
  const char *after;
  const char *block = find_block (self->rest, &after);

  g_free (self->part);
  self->part = block != NULL ? g_strndup (self->rest, (gsize) (block - self->rest))
                             : g_strdup (self->rest);
  self->rest = block != NULL ? block : self->rest + strlen (self->rest);
  self->next = self->clause = self->part;
}

/* Phonemes given as such belong to the sentence that is open, and so does what follows them. */
static void
add_block (PiperText *self)
{
  const char *after = NULL;
  const char *block = find_block (self->rest, &after);
  g_autofree char *phonemes = g_strndup (block + 2, (gsize) (after - 2 - (block + 2)));

  if (g_str_has_suffix (self->part, " "))
    add_characters (self->sentence, " ");
  add_characters (self->sentence, g_strstrip (phonemes));
  if (*after == ' ')
    add_characters (self->sentence, " ");
  self->rest = after;
}

/* Grows the sentence by text or block. Returns: whether it ended */
static gboolean
grow (PiperText *self)
{
  gboolean ended = FALSE;

  if (self->voice->espeak_voice == NULL)
    {
      g_autofree char *split = g_utf8_normalize (self->rest, -1, G_NORMALIZE_NFD);

      add_characters (self->sentence, split != NULL ? split : "");
      self->rest += strlen (self->rest);
      return TRUE;
    }
  if (self->part == NULL)
    begin_part (self);
  if (self->next != NULL)
    ended = add_clause (self);
  if (self->next != NULL)
    return ended;
  if (*self->rest == '\0')
    return TRUE;
  add_block (self);
  begin_part (self);
  return FALSE;
}

/* Takes a piece of at most MAX_PHONEMES off what has grown. */
static GPtrArray *
take (PiperText *self)
{
  GPtrArray *taken = self->sentence;
  guint at = MAX_PHONEMES;

  self->sentence = g_ptr_array_new_with_free_func (g_free);
  if (taken->len <= MAX_PHONEMES)
    return taken;
  while (at > MAX_PHONEMES / 2 && !g_str_equal (taken->pdata[at - 1], " "))
    at--;
  if (at == MAX_PHONEMES / 2)
    at = MAX_PHONEMES;
  for (guint i = at; i < taken->len; i++)
    g_ptr_array_add (self->sentence, g_steal_pointer (&taken->pdata[i]));
  g_ptr_array_set_size (taken, (int) at);
  return taken;
}

GPtrArray *
piper_text_next (PiperText *self)
{
  while (self->sentence->len <= MAX_PHONEMES)
    {
      gboolean through = self->part != NULL ? self->next == NULL : *self->rest == '\0';

      if (through && *self->rest == '\0')
        break;
      if (grow (self) && self->sentence->len > 0)
        break;
    }
  if (self->sentence->len == 0)
    return NULL;
  piper_voice_merge (self->voice, self->sentence);
  return take (self);
}
