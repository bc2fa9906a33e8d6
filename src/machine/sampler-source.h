/* The table of what a sampler can read. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  LB_SAMPLER_PEAK,     /* the highest value of all files: "max" */
  LB_SAMPLER_RANGE,    /* lowest and highest over time of the highest of all files */
  LB_SAMPLER_MEAN,     /* over time, of the highest of all files */
  LB_SAMPLER_INTEGRAL, /* over time, of the sum of all files: W → J */
  LB_SAMPLER_COUNTER,  /* growth of each file, summed; wraps at its limit */
} LbSamplerReduce;

typedef struct {
  char *path;    /* with the root */
  guint64 limit; /* of a counter: it goes on at 0 after this; 0: not known */
} LbSamplerFile;

typedef struct {
  const char *root;
  GPid pid;
} LbSamplerPlace;

typedef struct {
  const char *name;
  const char *key, *lowest_key; /* members of the answer; lowest_key of a RANGE only */
  LbSamplerReduce reduce;
  double scale; /* unit of the file → unit of the key */
  /* adds the LbSamplerFiles to read: none, the source is absent here */
  void (*open) (const LbSamplerPlace *place, GPtrArray *files);
  /* NULL: a number in each file */
  gboolean (*read) (const LbSamplerPlace *place, const LbSamplerFile *file, guint64 *value);
} LbSamplerSource;

/** lb_sampler_sources: Returns: (array zero-terminated: name %NULL) the table */
const LbSamplerSource *lb_sampler_sources (void);

void lb_sampler_file_free (LbSamplerFile *file);

/** lb_sampler_read: the number that @file of @source holds now, in the file's unit */
gboolean lb_sampler_read (const LbSamplerSource *source, const LbSamplerPlace *place,
                          const LbSamplerFile *file, guint64 *value);

G_END_DECLS
