/* Words or characters of two texts as numbers. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint32 *reference, *hypothesis;
  gsize reference_length, hypothesis_length;
  guint32 known; /* symbols of the reference are 0 … known − 1; known itself is any other */
} LbSymbols;

/** lb_symbols_words: words are what spaces part. Both texts are UTF-8 as
 * lb_normalise() leaves them */
LbSymbols *lb_symbols_words (const char *reference, const char *hypothesis);
/** lb_symbols_characters: likewise, of Unicode characters */
LbSymbols *lb_symbols_characters (const char *reference, const char *hypothesis);
void lb_symbols_free (LbSymbols *symbols);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbSymbols, lb_symbols_free)

G_END_DECLS
