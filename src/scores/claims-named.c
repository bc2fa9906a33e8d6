/* Voices, instruments and genres, by lists of words. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "scores/claims-private.h"

#define SCHEMA "llamaburn.claims/1"

typedef struct {
  LbClaimKind kind;
  const char *name; /* of the instrument or genre; of voices: NULL */
  gboolean none;    /* "instrumental": that there are no voices */
  char **words;
  guint count;
  const char *const *not_before; /* words behind which it means something else */
} Phrase;

struct _LbClaimWords {
  json_t *lists;       /* that all names live in */
  GPtrArray *phrases;  /* of Phrase, the longest first */
  char **never_before; /* of any phrase: "like" */
};

static void
free_phrase (gpointer data)
{
  Phrase *phrase = data;

  g_strfreev (phrase->words);
  g_strfreev ((char **) phrase->not_before);
  g_free (phrase);
}

/* Returns: (transfer full): the texts of @array, ended by NULL */
static char **
texts_of (const json_t *array)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  size_t index;
  json_t *text;
  char **texts;

  json_array_foreach ((json_t *) array, index, text)
    if (json_is_string (text))
      g_strv_builder_add (builder, json_string_value (text));
  texts = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return texts;
}

static void
add_phrase (LbClaimWords *words, LbClaimKind kind, const char *name, gboolean none,
            const char *text, const json_t *entry)
{
  Phrase *phrase = g_new0 (Phrase, 1);

  phrase->kind = kind;
  phrase->name = name;
  phrase->none = none;
  phrase->words = g_strsplit (text, " ", -1);
  phrase->count = g_strv_length (phrase->words);
  phrase->not_before = (const char *const *) texts_of (json_object_get (entry, "not_before"));
  g_ptr_array_add (words->phrases, phrase);
}

static void
add_named (LbClaimWords *words, LbClaimKind kind, const char *member)
{
  const char *name;
  json_t *entry;

  json_object_foreach (json_object_get (words->lists, member), name, entry)
    {
      size_t index;
      json_t *text;

      if (!lb_json_boolean (entry, "only_words", FALSE))
        add_phrase (words, kind, name, FALSE, name, entry);
      json_array_foreach (json_object_get (entry, "words"), index, text)
        add_phrase (words, kind, name, FALSE, json_string_value (text), entry);
    }
}

static void
add_voices (LbClaimWords *words, const char *member, gboolean none)
{
  const json_t *entry = json_object_get (json_object_get (words->lists, "vocals"), member);
  size_t index;
  json_t *text;

  json_array_foreach (json_object_get (entry, "words"), index, text)
    add_phrase (words, LB_CLAIM_VOCALS, NULL, none, json_string_value (text), entry);
}

static int
longest_first (gconstpointer a, gconstpointer b)
{
  const Phrase *x = *(const Phrase *const *) a, *y = *(const Phrase *const *) b;

  return (y->count > x->count) - (y->count < x->count);
}

LbClaimWords *
lb_claim_words_new (const json_t *lists, GError **error)
{
  g_autoptr (LbClaimWords) words = g_new0 (LbClaimWords, 1);

  words->lists = json_deep_copy (lists);
  words->phrases = g_ptr_array_new_with_free_func (free_phrase);
  words->never_before = texts_of (json_object_get (lists, "never_before"));
  if (strcmp (lb_json_string (lists, "schema", ""), SCHEMA) == 0)
    {
      add_named (words, LB_CLAIM_GENRE, "genres");
      add_named (words, LB_CLAIM_INSTRUMENT, "instruments");
      add_voices (words, "present", FALSE);
      add_voices (words, "none", TRUE);
    }
  g_ptr_array_sort (words->phrases, longest_first);
  if (words->phrases->len > 0)
    return g_steal_pointer (&words);
  g_set_error_literal (error, LB_ERROR, LB_ERROR_FAILED,
                       "the lists of words by which claims are found are none: reinstall "
                       "LlamaBurn");
  return NULL;
}

void
lb_claim_words_free (LbClaimWords *words)
{
  if (words == NULL)
    return;
  g_ptr_array_unref (words->phrases);
  g_strfreev (words->never_before);
  json_decref (words->lists);
  g_free (words);
}

const char *
lb_claim_words_version (const LbClaimWords *words)
{
  return lb_json_string (words->lists, "version", "");
}

/* The last word may be a plural. */
static gboolean
is_word (const char *said, const char *wanted, gboolean last)
{
  gsize length = strlen (wanted);

  if (strncmp (said, wanted, length) != 0)
    return FALSE;
  return said[length] == '\0' ||
         (last && (strcmp (said + length, "s") == 0 || strcmp (said + length, "es") == 0 ||
                   strcmp (said + length, "'s") == 0));
}

static gboolean
matches (const Phrase *phrase, const LbWordList *list, guint at)
{
  for (guint i = 0; i < phrase->count; i++)
    {
      const LbWord *word = lb_word_at (list, (gint64) at + i);

      if (word == NULL || (i > 0 && word->before > LB_BREAK_JOINED) ||
          !is_word (word->text, phrase->words[i], i + 1 == phrase->count))
        return FALSE;
    }
  return TRUE;
}

/* "guitar-like", "instrumental break": something else. */
static gboolean
means_other (const LbClaimWords *words, const Phrase *phrase, const LbWordList *list, gint64 next)
{
  return lb_word_follows (list, next) &&
         (lb_word_is (list, next, (const char *const *) words->never_before) ||
          lb_word_is (list, next, phrase->not_before));
}

static const Phrase *
find_phrase (const LbClaimWords *words, const LbWordList *list, guint at)
{
  for (guint i = 0; i < words->phrases->len; i++)
    {
      const Phrase *phrase = g_ptr_array_index (words->phrases, i);

      if (matches (phrase, list, at))
        return phrase;
    }
  return NULL;
}

guint
lb_claim_named (const LbClaimWords *words, const LbWordList *list, guint at, LbClaim *claim)
{
  const Phrase *phrase = find_phrase (words, list, at);

  if (phrase == NULL || means_other (words, phrase, list, (gint64) at + phrase->count))
    return 0;
  claim->kind = phrase->kind;
  claim->name = phrase->name;
  claim->negated = phrase->none;
  return phrase->count;
}

const char *
lb_claim_words_find (const LbClaimWords *words, LbClaimKind kind, const char *said)
{
  g_autoptr (LbWordList) list = lb_word_list_new (said);

  for (guint i = 0; i < words->phrases->len; i++)
    {
      const Phrase *phrase = g_ptr_array_index (words->phrases, i);

      if (phrase->kind == kind && phrase->count == list->words->len && matches (phrase, list, 0))
        return phrase->name;
    }
  return NULL;
}

gboolean
lb_claim_words_is_a (const LbClaimWords *words, LbClaimKind kind, const char *name,
                     const char *other)
{
  const json_t *entries = json_object_get (words->lists,
                                           kind == LB_CLAIM_GENRE ? "genres" : "instruments");

  /* As deep as the lists are: a circle in them ends too. */
  for (guint depth = 0; name != NULL && depth < 4; depth++)
    {
      if (strcmp (name, other) == 0)
        return TRUE;
      name = lb_json_string (json_object_get (entries, name), "of", NULL);
    }
  return FALSE;
}
