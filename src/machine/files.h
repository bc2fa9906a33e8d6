/* Reading the kernel's small text files, bounded, below a root folder: "" is the real
 * machine, a test names a folder that it has drawn. Nothing here fails loudly: what can't
 * be read is absent. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_FILE_MAX_BYTES (4 * 1024 * 1024)
#define LB_FOLDER_MAX_NAMES 65536

/** lb_file_text: Returns: (transfer full): the text of the file (at most
 * %LB_FILE_MAX_BYTES, up to the first NUL, white space at its end removed), or %NULL */
char *lb_file_text (const char *root, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** lb_file_number: @value: set when the file begins with a whole number ≥ 0, decimal or 0x… */
gboolean lb_file_number (guint64 *value, const char *root, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/** lb_file_exists: Returns: whether something is there */
gboolean lb_file_exists (const char *root, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** lb_file_link_name: Returns: (transfer full): the last part of what the link
 * points to, or %NULL */
char *lb_file_link_name (const char *root, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** lb_file_list: Returns: (transfer full): the names in the folder that begin with
 * @prefix, shorter ones first, then by byte (card2 before card10); empty where it can't
 * be read */
GPtrArray *lb_file_list (const char *prefix, const char *root, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/** lb_file_field: Returns: (transfer full): what follows "@key", blanks and @separator on
 * the first line of
 *  @text that begins so, without blanks around it, or %NULL */
char *lb_file_field (const char *text, const char *key, char separator);

/** lb_file_field_number: as lb_file_field(), a whole number ≥ 0 */
gboolean lb_file_field_number (const char *text, const char *key, char separator, guint64 *value);

G_END_DECLS
