/* The figures of a result that the window shows big: words made of a record. Pure. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef struct {
  char *title; /* "RTF, median" */
  char *value; /* "0.109" */
  char *note;  /* (nullable): "9.2× faster than real time" */
} LbFigure;

/** lb_figures_of: Returns: (transfer full) (element-type LbFigure): what was not measured is not
 * there */
GPtrArray *lb_figures_of (const json_t *record);

/** lb_figures_warnings: Returns: (transfer full) (element-type utf8): what was not as it must be,
 * each with its cure: the record's flags, and whether it counts */
GPtrArray *lb_figures_warnings (const json_t *record);

G_END_DECLS
