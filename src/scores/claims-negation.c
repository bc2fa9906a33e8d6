/* "no drums, guitars or vocals", "vocals are absent", "Vocals: none"; but "not only drums". */
#include <string.h>

#include "scores/claims-private.h"

#define REACH 4       /* words between "no" and what it denies, or the next of a list */
#define LIST_WORDS 12 /* of a list that ends in "or" */

static const char *const negators[] = { "no",     "not",     "without", "lacks",   "lacking",
                                        "lack",   "missing", "nor",     "neither", "never",
                                        "absent", "minus",   "cannot",  "zero",    NULL };
/* These before "of". */
static const char *const negators_of[] = { "instead", "devoid", "absence", "lack", "free",
                                           "void",    "none",   "trace",   NULL };
static const char *const not_even[] = { "only",  "just", "merely",   "simply", "unlike",
                                        "doubt", "less", "surprise", "matter", NULL };
static const char *const boundaries[] = { "but",    "however", "yet",       "although",
                                          "though", "while",   "whereas",   "except",
                                          "with",   "instead", "featuring", "features",
                                          "has",    "because", "rather",    NULL };
static const char *const articles[] = { "a",     "an",   "the",  "it", "its",
                                        "there", "this", "some", "is", NULL };
static const char *const and_word[] = { "and", NULL };
static const char *const or_words[] = { "or", "nor", NULL };
static const char *const of_word[] = { "of", NULL };
static const char *const than_word[] = { "than", NULL };
static const char *const rather_word[] = { "rather", NULL };
static const char *const auxiliaries[] = { "is",    "are",  "was",   "were", "be",
                                           "being", "seem", "seems", NULL };
static const char *const absences[] = { "absent", "missing",     "lacking", "not",
                                        "none",   "nonexistent", NULL };
static const char *const nothing[] = { "none", "no", "absent", "not", NULL };
static const char *const suffixes[] = { "free", "less", NULL };

static gboolean
is_contracted (const LbWord *word)
{
  return word != NULL && g_str_has_suffix (word->text, "n't");
}

/* Whether word @at denies what follows. */
static gboolean
denies (const LbWordList *list, gint64 at)
{
  if (is_contracted (lb_word_at (list, at)) || lb_word_is (list, at, negators))
    return !lb_word_is (list, at + 1, not_even);
  if (lb_word_is (list, at, of_word))
    return lb_word_is (list, at - 1, negators_of);
  return lb_word_is (list, at, than_word) && lb_word_is (list, at - 1, rather_word);
}

/* "drums, guitars or vocals": whether the list that goes on at word @at ends in "or". */
static gboolean
ends_in_or (const LbWordList *list, gint64 at)
{
  for (gint64 i = at; i < at + LIST_WORDS && lb_word_at (list, i) != NULL; i++)
    {
      if (i > at && lb_word_at (list, i)->before >= LB_BREAK_CLAUSE)
        return FALSE;
      if (lb_word_is (list, i, or_words))
        return TRUE;
      if (lb_word_is (list, i, and_word) || lb_word_is (list, i, boundaries))
        return FALSE;
    }
  return FALSE;
}

static gboolean
is_denied_before (const LbWordList *list, gint64 first)
{
  guint apart = 0;

  for (gint64 i = first - 1; i >= 0; i--)
    {
      LbBreak mark = lb_word_at (list, i + 1)->before;

      if (mark >= LB_BREAK_CLAUSE || (mark == LB_BREAK_COMMA && !ends_in_or (list, i + 1)))
        return FALSE;
      if (denies (list, i))
        return TRUE;
      if (lb_word_is (list, i, boundaries) ||
          (lb_word_is (list, i, and_word) && lb_word_is (list, i + 1, articles)))
        return FALSE;
      apart = mark == LB_BREAK_COMMA || lb_word_is (list, i, and_word) ||
                      lb_word_is (list, i, or_words)
                  ? 0
                  : apart + 1;
      if (apart > REACH)
        return FALSE;
    }
  return FALSE;
}

static gboolean
is_denied_behind (const LbWordList *list, gint64 last)
{
  const LbWord *next = lb_word_at (list, last + 1);

  if (next == NULL || next->before == LB_BREAK_SENTENCE || next->before == LB_BREAK_COMMA)
    return FALSE;
  if (next->before == LB_BREAK_CLAUSE) /* "Vocals: none" */
    return lb_word_is (list, last + 1, nothing) && !lb_word_is (list, last + 2, not_even);
  if (next->before == LB_BREAK_JOINED && lb_word_is (list, last + 1, suffixes))
    return TRUE;
  if (is_contracted (next) || strcmp (next->text, "absent") == 0)
    return !lb_word_is (list, last + 2, not_even);
  return lb_word_is (list, last + 1, auxiliaries) && lb_word_is (list, last + 2, absences) &&
         !lb_word_is (list, last + 3, not_even);
}

gboolean
lb_claim_is_negated (const LbWordList *list, guint first, guint last)
{
  return is_denied_before (list, first) || is_denied_behind (list, last);
}
