#include "scores/matching.h"

/* Rights are found in layers, from the lefts that have no partner yet; then paths are walked back
 * from the rights without a partner. Each left and right is walked once in a round. */
typedef struct {
  const LbBipartite *graph;
  const guint32 *order;
  guint32 *partner;  /* [right] */
  guint32 *via;      /* [left]: the right it was reached from; NONE: it has no partner */
  gboolean *open;    /* [left]: in this round's layers, and not walked yet */
  guint32 *layer_of; /* [right]: 0: not reached */
  gsize *first_way;  /* [right]: its ways back lie in ways[first_way …], n_ways of them */
  guint32 *n_ways;
  guint32 *ways;       /* [edges]: lefts of the layer before */
  guint32 *new_rights; /* in the order in which they were reached */
  guint32 *layer;      /* lefts of the layer at hand */
  guint32 *ends;       /* rights without partner in the last layer */
  guint32 *path;       /* stack of rights */
  guint32 *left_of;    /* [right]: the way that is being tried */
  guint32 n_ends;
} Search;

static void
match_greedily (Search *search)
{
  for (guint32 i = 0; i < search->graph->left; i++)
    {
      guint32 left = search->order[i];

      for (gsize e = search->graph->starts[left]; e < search->graph->starts[left + 1]; e++)
        {
          guint32 right = search->graph->neighbours[e];

          if (search->partner[right] == LB_MATCHING_NONE)
            {
              search->partner[right] = left;
              break;
            }
        }
    }
}

/* Returns: how many lefts have no partner; they are the first layer */
static guint32
begin_layers (Search *search)
{
  const LbBipartite *graph = search->graph;
  guint32 n = 0;

  for (guint32 left = 0; left < graph->left; left++)
    search->open[left] = TRUE;
  for (guint32 right = 0; right < graph->right; right++)
    {
      search->layer_of[right] = 0;
      if (search->partner[right] != LB_MATCHING_NONE)
        search->open[search->partner[right]] = FALSE;
    }
  for (guint32 i = 0; i < graph->left; i++)
    if (search->open[search->order[i]])
      {
        search->via[search->order[i]] = LB_MATCHING_NONE;
        search->layer[n++] = search->order[i];
      }
  search->n_ends = 0;
  return n;
}

/* From @n lefts to the rights next to them, and their ways back. Returns: how many are new */
static guint32
reach_rights (Search *search, guint32 n, guint32 number, gsize *used)
{
  const LbBipartite *graph = search->graph;
  guint32 n_new = 0;

  for (guint32 i = 0; i < n; i++)
    for (gsize e = graph->starts[search->layer[i]]; e < graph->starts[search->layer[i] + 1]; e++)
      {
        guint32 right = graph->neighbours[e];

        if (search->layer_of[right] == 0)
          {
            search->layer_of[right] = number;
            search->n_ways[right] = 0;
            search->new_rights[n_new++] = right;
          }
        search->n_ways[right] += search->layer_of[right] == number;
      }
  for (guint32 i = 0; i < n_new; i++)
    {
      search->first_way[search->new_rights[i]] = *used;
      *used += search->n_ways[search->new_rights[i]];
      search->n_ways[search->new_rights[i]] = 0;
    }
  for (guint32 i = 0; i < n; i++)
    for (gsize e = graph->starts[search->layer[i]]; e < graph->starts[search->layer[i] + 1]; e++)
      {
        guint32 right = graph->neighbours[e];

        if (search->layer_of[right] == number)
          search->ways[search->first_way[right] + search->n_ways[right]++] = search->layer[i];
      }
  return n_new;
}

/* Returns: whether there is a path by which the matching can grow */
static gboolean
build_layers (Search *search)
{
  guint32 n = begin_layers (search);
  gsize used = 0;

  for (guint32 number = 1; n > 0 && search->n_ends == 0; number++)
    {
      guint32 n_new = reach_rights (search, n, number, &used);

      n = 0;
      for (guint32 i = 0; i < n_new; i++)
        {
          guint32 right = search->new_rights[i], left = search->partner[right];

          if (left == LB_MATCHING_NONE)
            {
              search->ends[search->n_ends++] = right;
              continue;
            }
          search->layer[n++] = left;
          search->via[left] = right;
          search->open[left] = TRUE;
        }
    }
  return search->n_ends > 0;
}

/* Walks back from @end; where it arrives at a left without partner, all on the path change
 * partners. */
static void
walk_back (Search *search, guint32 end)
{
  guint32 depth = 0;

  if (search->layer_of[end] == 0)
    return;
  search->path[depth++] = end;
  search->layer_of[end] = 0;
  while (depth > 0)
    {
      guint32 right = search->path[depth - 1], left;

      if (search->n_ways[right] == 0)
        {
          depth--;
          continue;
        }
      left = search->ways[search->first_way[right]++];
      search->n_ways[right]--;
      if (!search->open[left])
        continue;
      search->open[left] = FALSE;
      search->left_of[right] = left;
      if (search->via[left] == LB_MATCHING_NONE)
        break;
      if (search->layer_of[search->via[left]] != 0)
        {
          search->path[depth++] = search->via[left];
          search->layer_of[search->via[left]] = 0;
        }
    }
  for (guint32 i = 0; i < depth; i++)
    search->partner[search->path[i]] = search->left_of[search->path[i]];
}

static void
match (Search *search)
{
  match_greedily (search);
  while (build_layers (search))
    for (guint32 i = 0; i < search->n_ends; i++)
      walk_back (search, search->ends[i]);
}

guint32 *
lb_matching_new (const LbBipartite *graph, const guint32 *order)
{
  gsize left = graph->left, right = graph->right, edges = graph->starts[left];
  g_autofree guint32 *by_number = g_new (guint32, left);
  g_autofree guint32 *lefts = g_new (guint32, 2 * left);
  g_autofree gboolean *open = g_new (gboolean, left);
  g_autofree guint32 *rights = g_new (guint32, 6 * right);
  g_autofree gsize *first_way = g_new (gsize, right);
  g_autofree guint32 *ways = g_new (guint32, edges);
  guint32 *partner = g_new (guint32, right + 1);

  for (guint32 i = 0; i < left; i++)
    by_number[i] = i;
  for (guint32 i = 0; i < right; i++)
    partner[i] = LB_MATCHING_NONE;
  match (&(Search){
      .graph = graph,
      .order = order != NULL ? order : by_number,
      .partner = partner,
      .via = lefts,
      .layer = lefts + left,
      .open = open,
      .layer_of = rights,
      .n_ways = rights + right,
      .new_rights = rights + 2 * right,
      .ends = rights + 3 * right,
      .path = rights + 4 * right,
      .left_of = rights + 5 * right,
      .first_way = first_way,
      .ways = ways,
  });
  return partner;
}

gsize
lb_matching_on_line (const double *left, gsize n_left, const double *right, gsize n_right,
                     double tolerance)
{
  gsize matched = 0;

  for (gsize i = 0, j = 0; i < n_left && j < n_right;)
    if (left[i] < right[j] - tolerance)
      i++;
    else if (left[i] > right[j] + tolerance)
      j++;
    else
      {
        matched++;
        i++;
        j++;
      }
  return matched;
}
