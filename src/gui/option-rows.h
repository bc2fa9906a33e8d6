/* The options of an engine as rows, made of its manifest: nothing here names an engine. */
#pragma once

#include <adwaita.h>

#include "engine/manifest.h"

G_BEGIN_DECLS

/** LbOptionRows: a group of rows. Signal "changed": a value is another one */
#define LB_TYPE_OPTION_ROWS (lb_option_rows_get_type ())
G_DECLARE_FINAL_TYPE (LbOptionRows, lb_option_rows, LB, OPTION_ROWS, AdwBin)

GtkWidget *lb_option_rows_new (void);

/** lb_option_rows_set: shows the options of @manifest (nullable), which must outlive that, with
 * their defaults. Those that @first (nullable) (array zero-terminated=1) names stand open, the
 * others below one row that unfolds; those of @left_out (likewise) are not there */
void lb_option_rows_set (LbOptionRows *rows, const LbManifest *manifest, const char *const *first,
                         const char *const *left_out);

/** lb_option_rows_fill: sets what is not the default in @options. %LB_ERROR_USAGE names the first
 * that can't be */
gboolean lb_option_rows_fill (LbOptionRows *rows, json_t *options, GError **error);

G_END_DECLS
