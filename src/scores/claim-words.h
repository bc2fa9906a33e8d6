/* A description cut into words, with what stands between them: what rules about claims look at.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The strongest mark between two words. */
typedef enum {
  LB_BREAK_NONE,
  LB_BREAK_JOINED, /* nothing, or a hyphen: "half-time", "120bpm", "F#" */
  LB_BREAK_COMMA,
  LB_BREAK_CLAUSE, /* : ; brackets, a dash between spaces */
  LB_BREAK_SENTENCE,
} LbBreak;

typedef struct {
  char *text; /* small letters; of # and ♯ "sharp", of ♭ "flat", of ~ "about", of & "and" */
  double number;    /* NAN: it is none */
  gboolean capital; /* began with a capital letter */
  gboolean dash;    /* a dash of any length stands before it */
  LbBreak before;   /* of the first word LB_BREAK_SENTENCE */
  gsize start, end; /* bytes in the text */
} LbWord;

typedef struct {
  GArray *words; /* of LbWord */
} LbWordList;

/** lb_word_list_new: @text: UTF-8. Returns: (transfer full): its words */
LbWordList *lb_word_list_new (const char *text);
void lb_word_list_free (LbWordList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbWordList, lb_word_list_free)

/** lb_word_at: Returns: (transfer none) (nullable): word @index; %NULL outside of the list */
const LbWord *lb_word_at (const LbWordList *list, gint64 index);

/** lb_word_is: whether word @index is one of @texts (ended by NULL) */
gboolean lb_word_is (const LbWordList *list, gint64 index, const char *const *texts);

/** lb_word_follows: whether word @index comes after the one before it without more than a hyphen
 */
gboolean lb_word_follows (const LbWordList *list, gint64 index);

G_END_DECLS
