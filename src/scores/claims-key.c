/* "A minor", "in the key of F sharp", "Key: Bbm", "a minor key"; but no "a minor issue". */
#include <string.h>

#include "scores/claims-private.h"

static const char *const sharp_words[] = { "sharp", NULL };
static const char *const flat_words[] = { "flat", NULL };
static const char *const major_words[] = { "major", "maj", "ionian", NULL };
static const char *const minor_words[] = { "minor", "min", "aeolian", NULL };
static const char *const only_m[] = { "m", NULL };
static const char *const key_words[] = { "key", "tonic", "tonality", NULL };
static const char *const link_words[] = { "of", "is", NULL };
static const char *const relatives[] = { "relative", "parallel", NULL };
/* What is of that name, and is no key. */
static const char *const chord_words[] = { "chord",    "chords",    "third",  "thirds",
                                           "second",   "sixth",     "sixths", "seventh",
                                           "sevenths", "ninth",     "triad",  "triads",
                                           "interval", "intervals", "7th",    NULL };
/* What may follow a key at the beginning of a sentence, where "A" has a capital anyway. */
static const char *const after_key[] = { "key",  "scale", "tonality",   "is",         "was", "at",
                                         "with", "and",   "pentatonic", "throughout", NULL };
static const char *const mode_nouns[] = { "key", "tonality", "mode", "scale", NULL };
static const char *const changes[] = {
  "change", "changes", "shift", "shifts", "signature", NULL
};

/* A note's name, and whether an m of a minor key hangs on it. */
typedef struct {
  int tonic;
  guint taken;
  gboolean plain_a; /* "A", which is a word too */
  gboolean minor;
} Note;

/* C, D … of a word like "c", "bb" (B flat), "am", "ebm". */
static gboolean
read_letters (const LbWord *word, Note *note)
{
  static const int tonics[] = { 9, 11, 0, 2, 4, 5, 7 }; /* from A on */
  const char *rest = word->text + 1;

  if (*word->text < 'a' || *word->text > 'g')
    return FALSE;
  note->tonic = tonics[*word->text - 'a'];
  if (*rest == 'b' && word->capital)
    {
      note->tonic = (note->tonic + 11) % 12;
      rest++;
    }
  if (*rest == 'm' && word->capital)
    {
      note->minor = TRUE;
      rest++;
    }
  note->plain_a = strcmp (word->text, "a") == 0;
  note->taken = 1;
  return *rest == '\0';
}

static gboolean
read_note (const LbWordList *list, guint at, Note *note)
{
  const LbWord *word = lb_word_at (list, at);
  int step = 0;

  *note = (Note){ 0 };
  if (word == NULL || !read_letters (word, note))
    return FALSE;
  if (lb_word_follows (list, at + 1))
    step = lb_word_is (list, at + 1, sharp_words)  ? 1
           : lb_word_is (list, at + 1, flat_words) ? -1
                                                   : 0;
  if (step == 0)
    return TRUE;
  note->tonic = (note->tonic + 12 + step) % 12;
  note->plain_a = FALSE;
  note->taken = 2;
  if (lb_word_is (list, at + 2, only_m) && lb_word_at (list, at + 2)->before == LB_BREAK_JOINED)
    {
      note->minor = TRUE;
      note->taken = 3;
    }
  return TRUE;
}

/* "key of", "key is", "key:", "tonic is" before word @at. */
static gboolean
is_after_key (const LbWordList *list, gint64 at)
{
  const LbWord *word = lb_word_at (list, at);

  if (word->before == LB_BREAK_SENTENCE || word->before == LB_BREAK_COMMA)
    return FALSE;
  if (lb_word_is (list, at - 1, key_words))
    return TRUE;
  return lb_word_is (list, at - 1, link_words) && lb_word_is (list, at - 2, key_words);
}

/* "A minor issue": an article, and not a note. @end: the word behind the mode */
static gboolean
is_article (const LbWordList *list, guint at, gint64 end)
{
  const LbWord *word = lb_word_at (list, at);

  if (is_after_key (list, at))
    return FALSE;
  if (!word->capital)
    return TRUE;
  return word->before == LB_BREAK_SENTENCE && lb_word_follows (list, end) &&
         !lb_word_is (list, end, after_key);
}

static LbKeyMode
mode_at (const LbWordList *list, gint64 at)
{
  if (!lb_word_follows (list, at))
    return LB_KEY_MODE_ANY;
  return lb_word_is (list, at, major_words)   ? LB_KEY_MODE_MAJOR
         : lb_word_is (list, at, minor_words) ? LB_KEY_MODE_MINOR
                                              : LB_KEY_MODE_ANY;
}

/* "a minor key": only how it sounds. */
static guint
read_mode_only (const LbWordList *list, guint at, LbClaim *claim)
{
  claim->mode = lb_word_is (list, at, major_words)   ? LB_KEY_MODE_MAJOR
                : lb_word_is (list, at, minor_words) ? LB_KEY_MODE_MINOR
                                                     : LB_KEY_MODE_ANY;
  if (claim->mode == LB_KEY_MODE_ANY || !lb_word_follows (list, at + 1) ||
      !lb_word_is (list, at + 1, mode_nouns) || lb_word_is (list, at + 2, changes))
    return 0;
  claim->kind = LB_CLAIM_KEY;
  claim->tonic = -1;
  return 2;
}

guint
lb_claim_key (const LbWordList *list, guint at, LbClaim *claim)
{
  gint64 end;
  Note note;

  if (!read_note (list, at, &note))
    return read_mode_only (list, at, claim);
  end = (gint64) at + note.taken;
  claim->kind = LB_CLAIM_KEY;
  claim->tonic = note.tonic;
  claim->mode = note.minor ? LB_KEY_MODE_MINOR : mode_at (list, end);
  if (claim->mode == LB_KEY_MODE_ANY || note.minor)
    return is_after_key (list, at) && (!note.plain_a || lb_word_at (list, at)->capital)
               ? note.taken
               : 0;
  end++;
  if ((lb_word_follows (list, end) && lb_word_is (list, end, chord_words)) ||
      lb_word_is (list, (gint64) at - 1, relatives) ||
      (note.plain_a && is_article (list, at, end)))
    return 0;
  return note.taken + 1;
}

gboolean
lb_claims_read_key (const char *text, int *tonic, LbKeyMode *mode)
{
  g_autoptr (LbWordList) list = lb_word_list_new (text);
  guint taken = 0;
  Note note;

  if (!read_note (list, 0, &note))
    return FALSE;
  taken = note.taken;
  *tonic = note.tonic;
  *mode = note.minor ? LB_KEY_MODE_MINOR : mode_at (list, taken);
  taken += !note.minor && *mode != LB_KEY_MODE_ANY;
  return taken == list->words->len;
}
