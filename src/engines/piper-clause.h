/* What ended a clause that espeak-ng passed over: Piper keeps that mark as a phoneme. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char mark;         /* one of . ? ! , : ; or 0: nothing that Piper keeps */
  gboolean sentence; /* a sentence ends here */
} PiperEnd;

/** piper_clause_end: of the clause @text, @length bytes of UTF-8, by espeak-ng's rules. @last:
 * nothing comes after it */
PiperEnd piper_clause_end (const char *text, gsize length, gboolean last);

/** piper_clause_from_terminator: of what espeak-ng 1.52 tells itself */
PiperEnd piper_clause_from_terminator (int terminator);

G_END_DECLS
