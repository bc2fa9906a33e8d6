/* A report that can be passed on: one HTML file that needs nothing beside it. */
#pragma once

#include "report/report.h"

G_BEGIN_DECLS

/** LbPicture: a chart of an HTML report, as SVG for light and dark paper */
typedef struct {
  GBytes *light, *dark;
  char *words; /* for those who can't see it */
} LbPicture;

/**
 * lb_html_append:
 * @records: an array
 * @comparison: (nullable): of the same runs, by bench/compare
 * @pictures: (element-type LbPicture)
 *
 * Figures of all, verdicts, charts, then each record whole, with its flags, evidence and cure. No
 * script, nothing that is loaded from elsewhere; whatever a record holds stays text.
 */
void lb_html_append (GString *out, const json_t *records, const json_t *comparison,
                     const GPtrArray *pictures, const LbReportStyle *style);

/** lb_report_without_paths: every absolute path in @record becomes its last part: what is passed
 * on doesn't tell where things lay. Texts stay as they are */
void lb_report_without_paths (json_t *record);

G_END_DECLS
