/* usage: fuzz-claims [ROUNDS [SEED]]: descriptions as hostile as they get. Whatever is claimed
 * lies in the text, and is counted once. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "scores/grounding.h"

static void
check_claims (const GArray *claims, gsize length)
{
  for (guint i = 0; i < claims->len; i++)
    {
      const LbClaim *claim = &g_array_index (claims, LbClaim, i);

      if (claim->start >= claim->end || claim->end > length ||
          (i > 0 && claim->start < g_array_index (claims, LbClaim, i - 1).end))
        abort ();
      if (claim->kind == LB_CLAIM_TEMPO &&
          !(claim->low_bpm >= 30 && claim->high_bpm >= claim->low_bpm && claim->high_bpm <= 300))
        abort ();
      if (claim->tonic < -1 || claim->tonic > 11)
        abort ();
    }
}

static void
check_score (const LbClaimWords *words, const char *text, gsize claims)
{
  g_autoptr (json_t) reference = json_pack ("{s:[i,i], s:s, s:b, s:[s,s], s:s}", "tempo", 120, 60,
                                            "key", "A minor", "vocals", 0, "instruments", "piano",
                                            "electric guitar", "genre", "jazz");
  g_autoptr (json_t) score = lb_grounding_score (words, text, NULL, reference);
  gint64 right = lb_json_integer (score, "right", -1),
         wrong = lb_json_integer (score, "wrong", -1);
  gint64 told = lb_json_integer (score, "facts_told", -1);

  if (right < 0 || wrong < 0 || told < 0 || told > lb_json_integer (score, "facts", -1) ||
      right + wrong + lb_json_integer (score, "unchecked", -1) != (gint64) claims ||
      json_array_size (json_object_get (score, "list")) != claims)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static LbClaimWords *words; /* read once, and kept: a fuzzer asks a million times */
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GArray) claims = NULL;

  if (words == NULL)
    {
      g_autoptr (json_t) lists = lb_json_read (LB_WORDS, NULL);

      words = lb_claim_words_new (lists, NULL);
    }
  claims = lb_claims_find (words, text);
  check_claims (claims, strlen (text));
  check_score (words, text, claims->len);
  return 0;
}

#ifndef LB_FUZZER

static const char *const pieces[] = {
  " ",       ", ",      ". ",      ": ",       "\n\n- ",
  " – ",     "-",       "#",       "♭",        "♯",
  "~",       "A",       "a",       "Bb",       "F",
  "minor",   "major",   "key",     "of",       "is",
  "in",      "m",       "120",     "60.5",     "99999999",
  "bpm",     "BPM",     "beats",   "per",      "minute",
  "tempo",   "half",    "time",    "no",       "not",
  "without", "or",      "and",     "n't",      "only",
  "none",    "free",    "instead", "drums",    "piano",
  "vocals",  "singers", "guitar",  "electric", "bass",
  "drum",    "jazz",    "hip",     "hop",      "instrumental",
  "break",   "like",    "\xff",    "\xc3",     "’",
  "'",       "…",       "é",       "\xe2\x99",
};

static const LbFuzzPiece corpus[] = { LB_FUZZ_PIECE ("") };

static void
add_word (GString *text, GRand *random)
{
  g_string_append (text, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
  if (g_rand_boolean (random))
    g_string_append_c (text, ' ');
}

int
main (int argc, char **argv)
{
  static const LbFuzz fuzz = {
    .name = "claims",
    .seconds = 2,
    .corpus = corpus,
    .n_corpus = G_N_ELEMENTS (corpus),
    .most_changes = 40,
    .change = add_word,
  };

  return lb_fuzz_main (&fuzz, argc, argv);
}

#endif
