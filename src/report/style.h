/* Text that is laid out: its width on a terminal, cutting, wrapping, emphasis. All text
 * given here is escaped already (lb_text_escape()), or our own. */
#pragma once

#include "report/report.h"

G_BEGIN_DECLS

#define LB_ABSENT "–" /* a figure that was not measured */

/** lb_style_width: Returns: columns that @text takes: wide characters count 2, combining ones 0,
 * and so does our own emphasis (lb_style_append()) */
int lb_style_width (const char *text);

/** lb_style_cut: Returns: (transfer full): @text, or its beginning and "…", in at most @columns
 * (at least 1) columns */
char *lb_style_cut (const char *text, int columns);

/** lb_style_cut_front: Returns: (transfer full): @text, or "…" and its end, likewise */
char *lb_style_cut_front (const char *text, int columns);

/** lb_style_cut_middle: Returns: (transfer full): @text, or its beginning, "…" and its end,
 * likewise: files of one series differ in their last characters */
char *lb_style_cut_middle (const char *text, int columns);

/** lb_style_wrap: appends @text, a paragraph, broken at spaces; every line but the first begins
 * with
 *  @indent spaces, the first is thought to stand at column @indent already. What has
 *  no spaces (Chinese, Japanese, or the babble of an engine) is broken anywhere, but paths and
 * hashes stay whole, to be copied. Ends in a newline.
 *  @width: columns in all; 0: unbounded */
void lb_style_wrap (GString *out, const char *text, int indent, int width);

typedef enum {
  LB_STYLE_PLAIN,
  LB_STYLE_BOLD,
  LB_STYLE_FAINT,
  LB_STYLE_GOOD,
  LB_STYLE_CAUTION,
  LB_STYLE_BAD,
} LbEmphasis;

/** lb_style_append: appends @text, emphasised where @style has colour */
void lb_style_append (GString *out, const LbReportStyle *style, LbEmphasis emphasis,
                      const char *text);

/** lb_style_pad: appends @n spaces; none when @n is negative */
void lb_style_pad (GString *out, int n);

G_END_DECLS
