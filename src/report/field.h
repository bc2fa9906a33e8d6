/* The list of figures that are shown of a record. One table drives csv, md and table: a new
 * figure is one row of it. */
#pragma once

#include "report/report.h"

G_BEGIN_DECLS

typedef enum {
  LB_FIELD_TEXT,
  LB_FIELD_PATH, /* the base name, unless full paths are wanted */
  LB_FIELD_INTEGER,
  LB_FIELD_RTF,
  LB_FIELD_SECONDS,
  LB_FIELD_BYTES,
  LB_FIELD_RATE,  /* a share, shown in per cent */
  LB_FIELD_YES,   /* a boolean */
  LB_FIELD_FLAGS, /* an array of {id, …}: the ids */
} LbFieldKind;

/* What is made of a field that each element of an array has. */
typedef enum {
  LB_FOLD_NONE,
  LB_FOLD_MEAN,
  LB_FOLD_MAX,
} LbFold;

typedef enum {
  LB_VIEW_CSV = 1 << 0,
  LB_VIEW_MD = 1 << 1,
  LB_VIEW_MATRIX = 1 << 2, /* the table that compares the results of one group */
  LB_VIEW_RARE = 1 << 3,   /* left out of md where no result has it */
} LbView;

typedef struct {
  const char *pointer; /* RFC 6901, without ~ escapes; with a fold: of the element */
  const char *csv;     /* name of the column */
  const char *title;   /* for people */
  LbFieldKind kind;
  guint views;
  const char *array; /* of a fold: pointer to the array; else NULL */
  LbFold fold;
} LbField;

/** lb_fields: Returns: (array zero-terminated=1): ended by a row whose pointer is NULL */
const LbField *lb_fields (void);

/** lb_field: Returns: the field whose column is @csv; it must exist */
const LbField *lb_field (const char *csv);

/** lb_field_value: Returns: (transfer full): what @record holds, folded; %NULL: absent or of
 * another type */
json_t *lb_field_value (const LbField *field, const json_t *record);

/** lb_field_show: Returns: (transfer full): for people, with unit, escaped; %LB_ABSENT where it
 * is absent */
char *lb_field_show (const LbField *field, const json_t *record, gboolean full_paths);

/** lb_field_plain: Returns: (transfer full): for machines: numbers in full, no unit; "" where it
 * is absent */
char *lb_field_plain (const LbField *field, const json_t *record, gboolean full_paths);

/** lb_field_at: Returns: (nullable) (transfer none): what @pointer points at; array indices are
 * not followed */
const json_t *lb_field_at (const json_t *record, const char *pointer);

/** lb_field_is_text: whether what was measured is a text, not a sound */
gboolean lb_field_is_text (const json_t *record);

/** lb_field_parameters: Returns: (transfer full) (nullable): "72.6 M parameters" */
char *lb_field_parameters (const json_t *record);

/** lb_field_note: what must be said wherever a figure of @record is shown: "failed",
 * "interrupted", "synthetic", "not valid". Returns: (transfer full): joined by ", "; "" when
 * there is nothing to say */
char *lb_field_note (const json_t *record);

G_END_DECLS
