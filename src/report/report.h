/* Views of results. JSON is the record; the others are drawn from it. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef struct {
  gboolean colour;     /* ANSI, for a terminal */
  int width;           /* columns; 0: unbounded */
  gboolean full_paths; /* else base names in csv and md */
} LbReportStyle;

/** LbReportFormat: one row of the table of formats. @streams: results are written one by one as
 * they come (jsonl, table); else all at the end. Either way: begin, add for each, end; none is
 * %NULL. @end gets all records (an array): json writes them there, table compares those of one
 * group */
typedef struct {
  const char *name; /* "table", "json", "jsonl", "csv", "md" */
  const char *help;
  gboolean streams;
  void (*begin) (GString *out, const LbReportStyle *style);
  void (*add) (GString *out, const json_t *record, guint index, const LbReportStyle *style);
  void (*end) (GString *out, const json_t *records, const LbReportStyle *style);
} LbReportFormat;

/** lb_report_formats: Returns: (array zero-terminated=1): ended by a row whose name is NULL */
const LbReportFormat *lb_report_formats (void);
const LbReportFormat *lb_report_format (const char *name, GError **error);

/** lb_report_all: begin, add for each of @records (an array), end */
void lb_report_all (GString *out, const LbReportFormat *format, const json_t *records,
                    const LbReportStyle *style);

/** lb_report_show: one record, whole, for people (`llamaburn show`): every section, alignment of
 * words, iterations, flags with evidence and cure */
void lb_report_show (GString *out, const json_t *record, const LbReportStyle *style);

/** lb_report_csv_cell: appends @text escaped by lb_text_escape(), quoted where RFC 4180 asks for
 * it; cells that begin with = + - @, a tab or CR and are no number get a leading ' */
void lb_report_csv_cell (GString *out, const char *text);

/** lb_report_json: appends @json, written by lb_json_line() or lb_json_pretty(), with what a
 * terminal takes for commands or for another direction of writing (DEL, C1, bidirectional marks)
 * as \uXXXX: the same value to every reader */
void lb_report_json (GString *out, const char *json);

/* A table of text cells with aligned columns, for every list the program prints. */
typedef struct _LbTable LbTable;
LbTable *lb_table_new (const char *const *titles,
                       const char *alignment /* "lrr…"; p: a path, cut in its middle */);
void lb_table_free (LbTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbTable, lb_table_free)
/** lb_table_row: cells up to NULL; escaped with lb_text_escape() */
void lb_table_row (LbTable *table, const char *const *cells);
/** lb_table_may_drop: columns that may be left out where the table is wider than the terminal,
 * the least wanted first. @columns: their indices; @n of them */
void lb_table_may_drop (LbTable *table, const guint *columns, guint n);
/** lb_table_print: a column without any value is left out (but the first and the last); where the
 * table is wider than style->width, those of lb_table_may_drop() go, and what then is too wide in
 * the last column is cut with … */
void lb_table_print (LbTable *table, GString *out, const LbReportStyle *style);

/** lb_report_number: Returns: (transfer full): three significant digits, two below 0.001, never
 * an exponent; LB_ABSENT's dash where @x is not finite */
char *lb_report_number (double x);
/** lb_report_seconds: Returns: (transfer full): "2.26 s", "1:05", and below a tenth "45.0 ms",
 * "12.5 µs" */
char *lb_report_seconds (double seconds);
/** lb_report_times: Returns: (transfer full): how many times faster than real time, for a column
 * of a table: "9.3×", "0.48×" (slower) */
char *lb_report_times (double rtf);
/** lb_report_speed: Returns: (transfer full): "9.3× faster than real time", "2.1× slower than
 * real time" */
char *lb_report_speed (double rtf);

/** lb_report_each: calls @handler with each figure of @record that was measured, as the table's
 * blocks have them: "Speed", "9.3× faster than real time, …". Both are escaped for a terminal, not
 * for markup */
typedef void (*LbReportRowHandler) (const char *label, const char *value, gpointer user_data);
void lb_report_each (const json_t *record, LbReportRowHandler handler, gpointer user_data);

/** lb_report_title: Returns: (transfer full): what begins a block: engine, model, input, number */
char *lb_report_title (const json_t *record);

/* What lists of runs say in their columns. */

/** lb_report_when: Returns: (transfer full): "2026-11-24 10:30", local time */
char *lb_report_when (gint64 timestamp);
/** lb_report_score_title: Returns: (transfer full): how people call the score @name of a record:
 * "Note F1" */
char *lb_report_score_title (const char *name);

/** lb_report_score_value: @value: finite. Returns: (transfer full): with its unit: "34.6 %",
 * "7.1 dB" */
char *lb_report_score_value (const char *name, double value);

/** lb_report_score: @name: (nullable). Returns: (transfer full): "WER 4.5 %", "SDR 7.1 dB"; ""
 * where there is none */
char *lb_report_score (const char *name, double value);
/** lb_report_status: Returns: (transfer full): "ok", "not valid, synthetic", "interrupted" */
char *lb_report_status (const char *status, gboolean valid, gboolean synthetic);

G_END_DECLS
