#include "scores/claims.h"

#include <string.h>

#include "scores/claims-private.h"

/* An answer that never ended says no more in its second megabyte. */
#define MAX_BYTES (1024 * 1024)

static gboolean
is_same (const LbClaim *a, const LbClaim *b)
{
  return a->kind == b->kind && a->negated == b->negated && a->low_bpm == b->low_bpm &&
         a->high_bpm == b->high_bpm && a->level == b->level && a->tonic == b->tonic &&
         a->mode == b->mode && g_strcmp0 (a->name, b->name) == 0;
}

static void
add_new (GArray *claims, const LbClaim *claim)
{
  for (guint i = 0; i < claims->len; i++)
    if (is_same (&g_array_index (claims, LbClaim, i), claim))
      return;
  g_array_append_vals (claims, claim, 1);
}

static guint
find_at (const LbClaimWords *words, const LbWordList *list, guint at, LbClaim *claim)
{
  static const LbClaimFinder finders[] = { lb_claim_tempo, lb_claim_key };

  for (guint i = 0; i < G_N_ELEMENTS (finders); i++)
    {
      guint taken;

      *claim = (LbClaim){ .tonic = -1 };
      taken = finders[i](list, at, claim);
      if (taken > 0)
        return taken;
    }
  *claim = (LbClaim){ .tonic = -1 };
  return lb_claim_named (words, list, at, claim);
}

GArray *
lb_claims_find (const LbClaimWords *words, const char *text)
{
  GArray *claims = g_array_new (FALSE, FALSE, sizeof (LbClaim));
  g_autoptr (LbWordList) list = NULL;
  g_autofree char *begin = NULL;
  const char *end;

  /* As far as it is UTF-8: a claim's place must be one of the text. */
  g_utf8_validate (text, (gssize) MIN (strlen (text), MAX_BYTES), &end);
  begin = g_strndup (text, (gsize) (end - text));
  list = lb_word_list_new (begin);
  for (guint at = 0; at < list->words->len;)
    {
      LbClaim claim;
      guint taken = find_at (words, list, at, &claim);

      if (taken > 0)
        {
          claim.start = lb_word_at (list, at)->start;
          claim.end = lb_word_at (list, (gint64) at + taken - 1)->end;
          claim.negated ^= lb_claim_is_negated (list, at, at + taken - 1);
          add_new (claims, &claim);
        }
      at += MAX (1, taken);
    }
  return claims;
}
