#include "scores/grounding.h"

#include <math.h>
#include <string.h>

#define MAX_TEMPI 8

typedef enum { UNKNOWN, WRONG, RIGHT } Verdict;

/* What is known, and from where: "reference", "measured"; NULL: it isn't. */
typedef struct {
  const LbClaimWords *words;
  const char *tempo_from, *key_from, *vocals_from;
  double bpm[MAX_TEMPI];
  guint tempi;
  int tonic;
  LbKeyMode mode;
  gboolean vocals;
  const json_t *instruments;                  /* of the reference, or NULL */
  const json_t *genres;                       /* an array or a text, or NULL */
  gboolean tempo_told, key_told, vocals_told; /* by a right claim */
} Truth;

/* ---- what is known ---- */

static void
read_tempo (Truth *truth, const json_t *features, const json_t *reference)
{
  const json_t *said = json_object_get (reference, "tempo"),
               *measured = json_object_get (features, "tempo");
  size_t index;
  json_t *one;

  if (json_is_number (said))
    truth->bpm[truth->tempi++] = json_number_value (said);
  json_array_foreach ((json_t *) said, index, one)
    if (truth->tempi < MAX_TEMPI)
      truth->bpm[truth->tempi++] = json_number_value (one);
  if (truth->tempi > 0)
    truth->tempo_from = "reference";
  else if (lb_json_real (measured, "strength", 0) >= LB_GROUNDING_MIN_STRENGTH)
    {
      truth->tempo_from = "measured";
      truth->bpm[truth->tempi++] = lb_json_real (measured, "bpm", 0);
    }
}

static void
read_key (Truth *truth, const json_t *features, const json_t *reference)
{
  const char *said = lb_json_string (reference, "key", NULL);
  const json_t *measured = json_object_get (features, "key");

  truth->tonic = -1;
  if (said != NULL && lb_claims_read_key (said, &truth->tonic, &truth->mode))
    truth->key_from = "reference";
  else if (lb_json_real (measured, "correlation", 0) >= LB_GROUNDING_MIN_CORRELATION &&
           lb_json_real (measured, "lead", 0) >= LB_GROUNDING_MIN_LEAD &&
           lb_claims_read_key (lb_json_string (measured, "name", ""), &truth->tonic,
                               &truth->mode))
    truth->key_from = "measured";
}

static void
read_truth (Truth *truth, const json_t *features, const json_t *reference)
{
  const json_t *vocals = json_object_get (reference, "vocals");

  read_tempo (truth, features, reference);
  read_key (truth, features, reference);
  if (json_is_boolean (vocals))
    truth->vocals_from = "reference";
  truth->vocals = json_is_true (vocals);
  truth->instruments = json_object_get (reference, "instruments");
  truth->genres = json_object_get (reference, "genre");
}

/* ---- a claim against it ---- */

static Verdict
verdict_of (gboolean so, gboolean negated)
{
  return so != negated ? RIGHT : WRONG;
}

static gboolean
is_within (const LbClaim *claim, double bpm)
{
  double tolerance = claim->about || claim->high_bpm > claim->low_bpm
                         ? LB_GROUNDING_ABOUT_TOLERANCE
                         : LB_GROUNDING_TEMPO_TOLERANCE;

  return bpm >= claim->low_bpm * (1 - tolerance) && bpm <= claim->high_bpm * (1 + tolerance);
}

/* By which factors the true tempo may differ: a reference's octave is known, a measured one's is
 * not. Ended by 0. */
static const double *
factors_of (const Truth *truth, const LbClaim *claim)
{
  static const double same[] = { 1, 0 }, half[] = { 1, 0.5, 0 }, twice[] = { 1, 2, 0 },
                      any[] = { 1, 0.5, 2, 1.0 / 3, 3, 0 };

  if (strcmp (truth->tempo_from, "measured") == 0)
    return any;
  return claim->level < 0 ? half : claim->level > 0 ? twice : same;
}

static Verdict
judge_tempo (Truth *truth, const LbClaim *claim)
{
  gboolean so = FALSE;

  if (truth->tempo_from == NULL)
    return UNKNOWN;
  for (guint i = 0; i < truth->tempi; i++)
    for (const double *factor = factors_of (truth, claim); *factor > 0; factor++)
      so = so || is_within (claim, truth->bpm[i] * *factor);
  truth->tempo_told = truth->tempo_told || (so && !claim->negated);
  return verdict_of (so, claim->negated);
}

/* A key that is named without its mode, or a mode without its key, is right where that is. */
static Verdict
judge_key (Truth *truth, const LbClaim *claim)
{
  gboolean mode_known = claim->mode != LB_KEY_MODE_ANY && truth->mode != LB_KEY_MODE_ANY;
  gboolean so;

  if (truth->key_from == NULL || (claim->tonic < 0 && !mode_known))
    return UNKNOWN;
  so = (claim->tonic < 0 || claim->tonic == truth->tonic) &&
       (!mode_known || claim->mode == truth->mode);
  truth->key_told = truth->key_told || (so && !claim->negated && claim->tonic >= 0);
  return verdict_of (so, claim->negated);
}

static Verdict
judge_vocals (Truth *truth, const LbClaim *claim)
{
  Verdict verdict;

  if (truth->vocals_from == NULL)
    return UNKNOWN;
  verdict = verdict_of (truth->vocals, claim->negated);
  truth->vocals_told = truth->vocals_told || verdict == RIGHT;
  return verdict;
}

/* Whether @said names @known: the same, a kind of it, or what it is a kind of. */
static gboolean
names (const LbClaimWords *words, LbClaimKind kind, const char *said, const char *known)
{
  const char *listed = lb_claim_words_find (words, kind, known);

  return listed != NULL && (lb_claim_words_is_a (words, kind, said, listed) ||
                            lb_claim_words_is_a (words, kind, listed, said));
}

static Verdict
judge_named (const Truth *truth, const LbClaim *claim)
{
  const json_t *known = claim->kind == LB_CLAIM_GENRE ? truth->genres : truth->instruments;
  gboolean so = FALSE;
  size_t index;
  json_t *one;

  if (known == NULL)
    return UNKNOWN;
  if (json_is_string (known))
    so = names (truth->words, claim->kind, claim->name, json_string_value (known));
  json_array_foreach ((json_t *) known, index, one)
    so = so || names (truth->words, claim->kind, claim->name, json_string_value (one));
  return verdict_of (so, claim->negated);
}

static Verdict
judge (Truth *truth, const LbClaim *claim)
{
  switch (claim->kind)
    {
    case LB_CLAIM_TEMPO:
      return judge_tempo (truth, claim);
    case LB_CLAIM_KEY:
      return judge_key (truth, claim);
    case LB_CLAIM_VOCALS:
      return judge_vocals (truth, claim);
    default:
      return judge_named (truth, claim);
    }
}

/* ---- what is known against the claims ---- */

typedef struct {
  guint facts, told;
} Recall;

static void
count_fact (Recall *recall, gboolean known, gboolean told)
{
  recall->facts += known;
  recall->told += known && told;
}

static gboolean
is_told (const Truth *truth, const GArray *claims, LbClaimKind kind, const char *known)
{
  for (guint i = 0; i < claims->len; i++)
    {
      const LbClaim *claim = &g_array_index (claims, LbClaim, i);

      if (claim->kind == kind && !claim->negated &&
          names (truth->words, kind, claim->name, known))
        return TRUE;
    }
  return FALSE;
}

static Recall
count_facts (const Truth *truth, const GArray *claims)
{
  Recall recall = { 0 };
  const struct {
    const json_t *known;
    LbClaimKind kind;
  } lists[] = { { truth->instruments, LB_CLAIM_INSTRUMENT }, { truth->genres, LB_CLAIM_GENRE } };

  count_fact (&recall, truth->tempo_from != NULL, truth->tempo_told);
  count_fact (&recall, truth->key_from != NULL, truth->key_told);
  count_fact (&recall, truth->vocals_from != NULL, truth->vocals_told);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      size_t index;
      json_t *one;

      if (json_is_string (lists[i].known))
        count_fact (&recall, TRUE,
                    is_told (truth, claims, lists[i].kind, json_string_value (lists[i].known)));
      json_array_foreach ((json_t *) lists[i].known, index, one)
        count_fact (&recall, TRUE,
                    is_told (truth, claims, lists[i].kind, json_string_value (one)));
    }
  return recall;
}

/* ---- the score ---- */

static const char *
source_of (const Truth *truth, LbClaimKind kind)
{
  return kind == LB_CLAIM_TEMPO ? truth->tempo_from
         : kind == LB_CLAIM_KEY ? truth->key_from
                                : "reference";
}

/* Returns: (transfer full): what was known instead, for people */
static json_t *
shown_truth (const Truth *truth, const json_t *features, const json_t *reference,
             LbClaimKind kind)
{
  static const char *const members[] = { "tempo", "key", "vocals", "instruments", "genre" };
  const json_t *measured = json_object_get (features, members[kind]);

  if (strcmp (source_of (truth, kind), "reference") == 0)
    return json_incref (json_object_get (reference, members[kind]));
  return json_incref (json_object_get (measured, kind == LB_CLAIM_TEMPO ? "bpm" : "name"));
}

static json_t *
claim_json (const Truth *truth, const LbClaim *claim, const char *text, Verdict verdict,
            const json_t *features, const json_t *reference)
{
  static const char *const kinds[] = { "tempo", "key", "vocals", "instrument", "genre" };
  g_autofree char *said = g_strndup (text + claim->start, claim->end - claim->start);
  json_t *value = json_object ();

  lb_json_set_string (value, "kind", kinds[claim->kind]);
  lb_json_set_string (value, "said", said);
  lb_json_set_integer (value, "start_characters",
                       g_utf8_pointer_to_offset (text, text + claim->start));
  if (claim->name != NULL)
    lb_json_set_string (value, "name", claim->name);
  if (claim->negated)
    lb_json_set_boolean (value, "negated", TRUE);
  if (verdict == UNKNOWN)
    return value;
  lb_json_set_boolean (value, "right", verdict == RIGHT);
  lb_json_set_string (value, "against", source_of (truth, claim->kind));
  lb_json_set (value, "truth", shown_truth (truth, features, reference, claim->kind));
  return value;
}

static json_t *
counts_json (const guint counts[3], const Recall *recall)
{
  guint checked = counts[RIGHT] + counts[WRONG];
  double precision = checked > 0 ? (double) counts[RIGHT] / checked : NAN;
  json_t *value = json_object ();

  lb_json_set_real (value, "value", precision);
  lb_json_set_real (value, "precision", precision);
  lb_json_set_real (value, "recall",
                    recall->facts > 0 ? (double) recall->told / recall->facts : NAN);
  lb_json_set_integer (value, "claims", checked + counts[UNKNOWN]);
  lb_json_set_integer (value, "right", counts[RIGHT]);
  lb_json_set_integer (value, "wrong", counts[WRONG]);
  lb_json_set_integer (value, "unchecked", counts[UNKNOWN]);
  lb_json_set_integer (value, "facts", recall->facts);
  lb_json_set_integer (value, "facts_told", recall->told);
  return value;
}

json_t *
lb_grounding_score (const LbClaimWords *words, const char *text, const json_t *features,
                    const json_t *reference)
{
  g_autoptr (GArray) claims = lb_claims_find (words, text);
  Truth truth = { .words = words };
  json_t *list = json_array (), *value;
  guint counts[3] = { 0 };
  Recall recall;

  read_truth (&truth, features, reference);
  for (guint i = 0; i < claims->len; i++)
    {
      const LbClaim *claim = &g_array_index (claims, LbClaim, i);
      Verdict verdict = judge (&truth, claim);

      counts[verdict]++;
      json_array_append_new (list,
                             claim_json (&truth, claim, text, verdict, features, reference));
    }
  recall = count_facts (&truth, claims);
  value = counts_json (counts, &recall);
  lb_json_set (value, "list", list);
  lb_json_set_string (value, "words", lb_claim_words_version (words));
  return value;
}
