/* JSON through jansson, bounded. Nothing else in the house parses JSON text. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdio.h>

G_BEGIN_DECLS

#define LB_JSON_MAX_DEPTH 64
#define LB_JSON_MAX_LINE_BYTES (64 * 1024 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (json_t, json_decref)

/**
 * lb_json_parse:
 * @text: one JSON value
 * @length: of @text in bytes, or -1 when it ends in NUL
 * @error: %LB_ERROR_BAD_INPUT
 *
 * Refuses: more than %LB_JSON_MAX_LINE_BYTES, nesting deeper than %LB_JSON_MAX_DEPTH (both by a
 * scanner, before the parser sees the text), duplicate keys, invalid UTF-8, anything after the
 * value.
 *
 * Returns: (transfer full): the value, or %NULL
 */
json_t *lb_json_parse (const char *text, gssize length, GError **error);

/**
 * lb_json_parse_repaired:
 * @repaired: (out) (optional): whether anything had to be replaced
 *
 * As lb_json_parse(), for text from engines: bytes that are no UTF-8, escaped lone surrogates and
 * escaped NUL become U+FFFD first.
 */
json_t *lb_json_parse_repaired (const char *text, gssize length, gboolean *repaired,
                                GError **error);

/** lb_json_read_stream: what is left of @file (see ferror() afterwards), at most a byte more than
 * %LB_JSON_MAX_LINE_BYTES, so that who parses it refuses it: a device without an end, or a file
 * that is far too long, fills no memory. Returns: (transfer full): NUL behind it */
char *lb_json_read_stream (FILE *file, gsize *length);

/** lb_json_read_text: the file at @path, as lb_json_read_stream() reads. Returns: (transfer
 * full): %NULL with %LB_ERROR_NOT_FOUND, which names the file */
char *lb_json_read_text (const char *path, gsize *length, GError **error);

/** lb_json_read: parses the file at @path (at most %LB_JSON_MAX_LINE_BYTES) as lb_json_parse()
 * does; messages name the file. Returns: (transfer full): the value, or %NULL */
json_t *lb_json_read (const char *path, GError **error);

/** lb_json_line: Returns: (transfer full): @value as one compact line without newline, keys in
 * the order in which they were set, reals with 17 digits */
char *lb_json_line (const json_t *value);

/** lb_json_pretty: Returns: (transfer full): @value indented by 2, ending in a newline */
char *lb_json_pretty (const json_t *value);

/* Getters: of the member @key of @object, or the fallback where it is absent or
 * of another type. */
const char *lb_json_string (const json_t *object, const char *key, const char *fallback);
double lb_json_real (const json_t *object, const char *key, double fallback); /* integers too */
gint64 lb_json_integer (const json_t *object, const char *key, gint64 fallback);
gboolean lb_json_boolean (const json_t *object, const char *key, gboolean fallback);

/* Setters: a figure that was not measured is absent. NaN, infinity and %NULL set nothing. */
void lb_json_set_real (json_t *object, const char *key, double value);
void lb_json_set_integer (json_t *object, const char *key, gint64 value);
void lb_json_set_boolean (json_t *object, const char *key, gboolean value);
/* Bytes that are no UTF-8 become U+FFFD. */
void lb_json_set_string (json_t *object, const char *key, const char *value);
/* @value: (transfer full) (nullable) */
void lb_json_set (json_t *object, const char *key, json_t *value);

G_END_DECLS
