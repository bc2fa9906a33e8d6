/* The key of a song: whose profile its chroma is most like. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_KEY_COUNT 24

typedef struct {
  int tonic; /* semitones above C, 0 to 11; −1: no key, as of silence */
  gboolean minor;
  double correlation; /* with the key's profile, −1 to 1 */
  double lead;        /* of it over the next best key's */
} LbKey;

/** lb_key_find: @chroma: the means of the twelve pitch classes from C on. The key whose profile
 * (Krumhansl and Kessler 1982) has the greatest correlation with it */
void lb_key_find (const double *chroma, LbKey *key);

/** lb_key_name: Returns: (transfer full): "A minor", "F# major"; or %NULL: no key */
char *lb_key_name (const LbKey *key);

G_END_DECLS
