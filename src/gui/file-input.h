/* The sound file that goes in: chosen by dialog or dropped, told what it is at once, drawn,
 * heard. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** LbFileInput: signal "changed": another file, or more is known of it */
#define LB_TYPE_FILE_INPUT (lb_file_input_get_type ())
G_DECLARE_FINAL_TYPE (LbFileInput, lb_file_input, LB, FILE_INPUT, AdwBin)

GtkWidget *lb_file_input_new (void);

/** lb_file_input_set_path: @path: (type filename) (nullable) */
void lb_file_input_set_path (LbFileInput *input, const char *path);
/** lb_file_input_path: Returns: (transfer none) (nullable): what was chosen, whatever it is */
const char *lb_file_input_path (LbFileInput *input);
/** lb_file_input_duration_s: Returns: NAN: not known (yet) */
double lb_file_input_duration_s (LbFileInput *input);
/** lb_file_input_check: %LB_ERROR_BAD_INPUT: there is none, or it can't be used: why */
gboolean lb_file_input_check (LbFileInput *input, GError **error);
/** lb_file_input_choose: opens the file dialog */
void lb_file_input_choose (LbFileInput *input);
/** lb_file_input_play: from @from_s on, until @to_s (0: to its end) */
void lb_file_input_play (LbFileInput *input, double from_s, double to_s);

G_END_DECLS
