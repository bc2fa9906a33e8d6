/* The steps that normalisers share. Each appends to @out what @text becomes. */
#pragma once

#include "scores/wer.h"

G_BEGIN_DECLS

/** lb_normalise_is_space: white space as Unicode has it, and the four
 * separators U+001C … U+001F */
gboolean lb_normalise_is_space (gunichar c);
/** lb_normalise_is_word: letters, digits and the underscore: what a word is made of */
gboolean lb_normalise_is_word (gunichar c);

/** lb_normalise_is_symbol: marks, symbols and punctuation (Unicode's categories M, S and P) */
gboolean lb_normalise_is_symbol (gunichar c);

/** lb_normalise_lower: in lower case by Unicode's rules, the same in every
 * locale; U+FEFF and U+00AD go */
void lb_normalise_lower (const char *text, GString *out);
/** lb_normalise_drop_brackets: without what stands in <…>, […] and (…) */
void lb_normalise_drop_brackets (const char *text, GString *out);
/** lb_normalise_single_spaces: one space for each run of white space, none at the ends */
void lb_normalise_single_spaces (const char *text, GString *out);

char *lb_normalise_basic (const char *text);
char *lb_normalise_english (const char *text);

/** lb_english_numbers: spelled-out numbers in digits; @text is in lower case,
 * without symbols but ".%$¢€£" */
void lb_english_numbers (const char *text, GString *out);
/** lb_english_is_count: whether @word is a spelled-out number or power of ten:
 * "two", "million" */
gboolean lb_english_is_count (const char *word, gsize length);
/** lb_english_figures_before: "a half" as "point five", space between letters
 * and digits but not in "1960s" */
void lb_english_figures_before (const char *text, GString *out);
/** lb_english_figures_after: "$2 and ¢7" as "$2.07", "1" as "one" */
void lb_english_figures_after (const char *text, GString *out);
/** lb_english_spelling: one word in American spelling */
void lb_english_spelling (const char *word, gsize length, GString *out);

G_END_DECLS
