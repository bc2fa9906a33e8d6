/* The largest set of pairs in which nobody is twice. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_MATCHING_NONE G_MAXUINT32

/* Who can go with whom: left i with right neighbours[starts[i]] … neighbours[starts[i + 1] − 1]
 */
typedef struct {
  guint32 left, right; /* how many */
  const gsize *starts; /* [left + 1] */
  const guint32 *neighbours;
} LbBipartite;

/**
 * lb_matching_new:
 * @order: (nullable): in which the left are taken where several matchings are largest: the first
 * come first; %NULL: by number
 *
 * Source: Hopcroft and Karp (1973); time: edges × √(left + right), memory: left + right + edges.
 *
 * Returns: (transfer full) (array length=right): whom each right one goes with, or
 * %LB_MATCHING_NONE
 */
guint32 *lb_matching_new (const LbBipartite *graph, const guint32 *order);

/** lb_matching_on_line: of two ascending lists, pairs at most @tolerance apart: on a line, taking
 * the earliest that fit gives the most. Returns: how many */
gsize lb_matching_on_line (const double *left, gsize n_left, const double *right, gsize n_right,
                           double tolerance);

G_END_DECLS
