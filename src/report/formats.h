/* What formats.c's table is made of. Private to src/report. */
#pragma once

#include "report/report.h"

G_BEGIN_DECLS

void lb_csv_begin (GString *out, const LbReportStyle *style);
void lb_csv_add (GString *out, const json_t *record, guint index, const LbReportStyle *style);

void lb_json_end (GString *out, const json_t *records, const LbReportStyle *style);
void lb_jsonl_add (GString *out, const json_t *record, guint index, const LbReportStyle *style);

void lb_markdown_end (GString *out, const json_t *records, const LbReportStyle *style);
/** lb_markdown_append: @text, escaped already for terminals, as plain text of a Markdown cell */
void lb_markdown_append (GString *out, const char *text);

void lb_blocks_add (GString *out, const json_t *record, guint index, const LbReportStyle *style);
void lb_blocks_end (GString *out, const json_t *records, const LbReportStyle *style);
/** lb_blocks_head: the line that begins a result: engine, model, input, number */
void lb_blocks_head (GString *out, const json_t *record, const LbReportStyle *style);
/** lb_blocks_rows: the figures, a line each; those that weren't measured have none. @preview: the
 *  beginning of the text too */
void lb_blocks_rows (GString *out, const json_t *record, gboolean preview,
                     const LbReportStyle *style);
/** lb_blocks_remarks: what went wrong, what is unusual, each with its cure */
void lb_blocks_remarks (GString *out, const json_t *record, const LbReportStyle *style);

G_END_DECLS
