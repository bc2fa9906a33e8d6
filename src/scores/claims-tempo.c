/* "around 120 bpm", "tempo of 96", "120–130 beats per minute", "half-time 60". */
#include <math.h>

#include "scores/claims-private.h"

#define MIN_BPM 30
#define MAX_BPM 300
#define LEVEL_WORDS 4 /* between "half-time" and its figure at most */

static const char *const fillers[] = {
  "of",   "is",     "was",   "at",        "a",     "the",           "some",    "near",  "nearly",
  "sits", "steady", "clear", "around",    "about", "approximately", "roughly", "circa", "approx",
  "ca",   "to",     "be",    "estimated", NULL
};
static const char *const vague[] = { "around", "about",  "approximately", "roughly", "circa",
                                     "near",   "nearly", "approx",        "ca",      "some",
                                     NULL };
static const char *const other_units[] = { "second", "seconds", "s",        "minute", "minutes",
                                           "hz",     "khz",     "percent",  "bars",   "bar",
                                           "db",     "beats",   "measures", "ms",     "years",
                                           "notes",  NULL };
static const char *const bpm_words[] = { "bpm", NULL };
static const char *const beats_words[] = { "beats", "beat", NULL };
static const char *const per_words[] = { "per", "a", NULL };
static const char *const minute_words[] = { "minute", "min", NULL };
static const char *const tempo_words[] = { "tempo", "bpm", NULL };
static const char *const time_words[] = { "time", NULL };
static const char *const half_words[] = { "half", NULL };
static const char *const double_words[] = { "double", NULL };
static const char *const range_words[] = { "to", "and", "or", NULL };

static gboolean
is_bpm (const LbWord *word)
{
  return word != NULL && word->number >= MIN_BPM && word->number <= MAX_BPM;
}

/* Returns: how many words from @at on are a unit of tempo */
static guint
unit_at (const LbWordList *list, gint64 at)
{
  if (!lb_word_follows (list, at))
    return 0;
  if (lb_word_is (list, at, bpm_words))
    return 1;
  return lb_word_is (list, at, beats_words) && lb_word_is (list, at + 1, per_words) &&
                 lb_word_is (list, at + 2, minute_words)
             ? 3
             : 0;
}

/* Returns: how many words the figure takes: "120", "120–130", "120 to 130" */
static guint
read_figure (const LbWordList *list, guint at, LbClaim *claim)
{
  const LbWord *first = lb_word_at (list, at), *next = lb_word_at (list, at + 1);
  guint taken = 1;

  claim->low_bpm = claim->high_bpm = first->number;
  if (is_bpm (next) && next->dash)
    taken = 2;
  else if (lb_word_is (list, at + 1, range_words) && is_bpm (lb_word_at (list, at + 2)))
    taken = 3;
  if (taken == 1)
    return taken;
  next = lb_word_at (list, at + taken - 1);
  claim->low_bpm = MIN (first->number, next->number);
  claim->high_bpm = MAX (first->number, next->number);
  return taken;
}

/* Returns: the word before the fillers that stand before @at; −1: there is none in the sentence
 */
static gint64
before_fillers (const LbWordList *list, gint64 at, gboolean *about)
{
  for (gint64 i = at - 1; i >= 0; i--)
    {
      if (lb_word_at (list, i + 1)->before == LB_BREAK_SENTENCE)
        return -1;
      if (!lb_word_is (list, i, fillers))
        return i;
      *about = *about || lb_word_is (list, i, vague);
    }
  return -1;
}

static gboolean
is_level (const LbWordList *list, gint64 at, const char *const *which)
{
  return lb_word_is (list, at, which) && lb_word_is (list, at + 1, time_words) &&
         lb_word_follows (list, at + 1);
}

/* −1: "half-time" stands close to the words from @first to @last, 1: "double-time". */
static int
level_near (const LbWordList *list, gint64 first, gint64 last)
{
  for (gint64 i = first - LEVEL_WORDS; i <= last + LEVEL_WORDS; i++)
    {
      if (is_level (list, i, half_words))
        return -1;
      if (is_level (list, i, double_words))
        return 1;
    }
  return 0;
}

guint
lb_claim_tempo (const LbWordList *list, guint at, LbClaim *claim)
{
  guint taken, unit;
  gint64 named;

  if (!is_bpm (lb_word_at (list, at)))
    return 0;
  taken = read_figure (list, at, claim);
  unit = unit_at (list, (gint64) at + taken);
  if (unit == 0 && taken > 1) /* "a tempo of 120 to 3 …": the second figure is another matter */
    {
      claim->low_bpm = claim->high_bpm = lb_word_at (list, at)->number;
      taken = 1;
    }
  named = before_fillers (list, at, &claim->about);
  if (unit == 0 &&
      (named < 0 ||
       !(lb_word_is (list, named, tempo_words) || is_level (list, named - 1, half_words) ||
         is_level (list, named - 1, double_words)) ||
       (lb_word_follows (list, (gint64) at + 1) && lb_word_is (list, at + 1, other_units))))
    return 0;
  claim->kind = LB_CLAIM_TEMPO;
  claim->level = level_near (list, at, (gint64) at + taken + unit - 1);
  return taken + unit;
}
