/* Text that is shown to people: escaped, measured, compared. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * lb_text_escape:
 * @bytes: any bytes up to NUL, from a file name, a model, an engine
 *
 * Returns: (transfer full): valid UTF-8 that a terminal can be given: control characters (C0,
 * DEL, C1), bidirectional overrides, U+2028/2029 and bytes that are no UTF-8 as \n, \t, \xNN or
 * \u{NNNN}; a backslash stays as it is
 */
char *lb_text_escape (const char *bytes);

/**
 * lb_text_nearest:
 * @wanted: what the user wrote
 * @known: (array zero-terminated=1): what there is
 *
 * Returns: (nullable) (transfer none): the element of @known with the smallest edit distance to
 *   @wanted, if it is at most a third of @wanted's length, or begins with @wanted
 */
const char *lb_text_nearest (const char *wanted, const char *const *known);

/** lb_text_incomplete_tail: Returns: how many of the last bytes of @text begin a character whose
 * other bytes are missing: a token of a model may end inside a character */
gsize lb_text_incomplete_tail (const char *text, gsize length);

/** lb_text_duration: Returns: (transfer full): "0.42 s", "11.0 s", "3:24", "1:02:03" */
char *lb_text_duration (double seconds);

/** lb_text_bytes: Returns: (transfer full): "512 bytes", "142 MiB", "1.5 GiB" */
char *lb_text_bytes (guint64 bytes);

G_END_DECLS
