/* What is refused of a reference file. */
#include "core/error.h"
#include "core/text.h"
#include "scores/grounding.h"

#define MAX_BPM 1000

typedef gboolean (*Check) (const LbClaimWords *words, const json_t *value, GError **error);

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT, what);
  return FALSE;
}

static gboolean
is_tempo (const json_t *value)
{
  return json_is_number (value) && json_number_value (value) > 0 &&
         json_number_value (value) <= MAX_BPM;
}

static gboolean
check_tempo (const LbClaimWords *words, const json_t *value, GError **error)
{
  gboolean fine = is_tempo (value) || json_array_size (value) > 0;
  size_t index;
  json_t *one;

  json_array_foreach ((json_t *) value, index, one)
    fine = fine && is_tempo (one);
  return fine ||
         refuse (error, "\"tempo\" must be a number of beats a minute, or a list of them");
}

static gboolean
check_key (const LbClaimWords *words, const json_t *value, GError **error)
{
  LbKeyMode mode;
  int tonic;

  return (json_is_string (value) &&
          lb_claims_read_key (json_string_value (value), &tonic, &mode)) ||
         refuse (error, "\"key\" must be a key, like \"A minor\", \"F# major\" or \"Bbm\"");
}

static gboolean
check_vocals (const LbClaimWords *words, const json_t *value, GError **error)
{
  return json_is_boolean (value) || refuse (error, "\"vocals\" must be true or false");
}

static gboolean
check_name (const LbClaimWords *words, LbClaimKind kind, const json_t *value, GError **error)
{
  const char *member = kind == LB_CLAIM_GENRE ? "genre" : "instruments";
  g_autofree char *shown = NULL;

  if (!json_is_string (value))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "\"%s\" must hold names", member);
      return FALSE;
    }
  if (lb_claim_words_find (words, kind, json_string_value (value)) != NULL)
    return TRUE;
  shown = lb_text_escape (json_string_value (value));
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "\"%s\" in \"%s\" isn't in the lists of words (data/words/claims.json): a claim "
               "about it could not be found",
               shown, member);
  return FALSE;
}

static gboolean
check_names (const LbClaimWords *words, LbClaimKind kind, const json_t *value, GError **error)
{
  size_t index;
  json_t *one;

  json_array_foreach ((json_t *) value, index, one)
    if (!check_name (words, kind, one, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_instruments (const LbClaimWords *words, const json_t *value, GError **error)
{
  if (!json_is_array (value))
    return refuse (error, "\"instruments\" must be a list of names");
  return check_names (words, LB_CLAIM_INSTRUMENT, value, error);
}

static gboolean
check_genre (const LbClaimWords *words, const json_t *value, GError **error)
{
  if (json_is_array (value))
    return check_names (words, LB_CLAIM_GENRE, value, error);
  return check_name (words, LB_CLAIM_GENRE, value, error);
}

static const struct {
  const char *member;
  Check check;
} checks[] = {
  { "tempo", check_tempo },   { "key", check_key },
  { "vocals", check_vocals }, { "instruments", check_instruments },
  { "genre", check_genre },
};

gboolean
lb_grounding_check_reference (const LbClaimWords *words, const json_t *reference, GError **error)
{
  guint found = 0;

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      const json_t *value = json_object_get (reference, checks[i].member);

      if (value != NULL && !checks[i].check (words, value, error))
        return FALSE;
      found += value != NULL;
    }
  return found > 0 ||
         refuse (error, "it must be a JSON object with \"tempo\", \"key\", \"vocals\", "
                        "\"instruments\" or \"genre\"");
}
