/* Minimum edit alignment of two sequences of symbols. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  LB_EDIT_MATCH,
  LB_EDIT_SUBSTITUTE,
  LB_EDIT_DELETE, /* in the reference only */
  LB_EDIT_INSERT, /* in the hypothesis only */
} LbEdit;

/**
 * lb_align:
 * @reference: (array length=rows): symbols, each below @symbols
 * @hypothesis: (array length=columns): symbols; those from @symbols on match nothing
 * @symbols: how many different symbols the reference has
 *
 * One best alignment by Levenshtein's distance. Of several best ones it is that which is found
 * from the end by taking, at each step that stays best, a match or substitution before a deletion
 * before an insertion: it depends on nothing else, whatever band or split the search used.
 *
 * Time: O(columns × distance / 64 + words); memory: O(rows + columns) and some tens of MiB at
 * most.
 *
 * Returns: (transfer full): one #LbEdit (a byte) for each step, from the start
 */
GByteArray *lb_align (const guint32 *reference, gsize rows, const guint32 *hypothesis,
                      gsize columns, guint32 symbols);

G_END_DECLS
