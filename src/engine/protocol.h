/* What both ends of an engine's pipes share: descriptor numbers, bounds, lines. docs/PROTOCOL.md
 * is the description for people. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_PROTOCOL_VERSION 1

/* Inherited by every engine. High, so that no shell or library meets them by habit. */
enum {
  LB_FD_FIRST = 60,
  LB_FD_REQUESTS = LB_FD_FIRST, /* the engine reads */
  LB_FD_ANSWERS,                /* the engine writes */
  LB_FD_IN,                     /* memfds, empty until `pcm` */
  LB_FD_OUT,
  LB_FD_IN_FILE, /* unlinked files, for more sound than memory should hold */
  LB_FD_OUT_FILE,
  LB_FD_DEATH, /* read end of a pipe that only the parent's end holds open */
  LB_FD_END,
};

typedef struct {
  gint64 stamp_ns; /* when read() returned with its last byte */
  gsize length;
  char *text; /* ends in NUL; without newline */
} LbLine;

void lb_line_free (LbLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbLine, lb_line_free)

/* Cuts a stream of bytes into lines of at most a stated length. */
typedef struct {
  GByteArray *rest; /* of a line without its end */
  gsize max_bytes;
} LbLineCutter;

typedef void (*LbLineFunc) (LbLine *line, gpointer user_data); /* @line: (transfer full) */

void lb_line_cutter_init (LbLineCutter *cutter, gsize max_bytes);
void lb_line_cutter_clear (LbLineCutter *cutter);

/** lb_line_cutter_feed: calls @func for each line that @bytes ends; empty lines are skipped.
 *  Returns: %FALSE with %LB_ERROR_PROTOCOL when a line passes the bound; the cutter is then spent
 */
gboolean lb_line_cutter_feed (LbLineCutter *cutter, const char *bytes, gsize length,
                              gint64 stamp_ns, LbLineFunc func, gpointer user_data,
                              GError **error);

/** lb_protocol_parse: Returns: (transfer full): the object in @line, its `type` a text, or %NULL
 * with %LB_ERROR_PROTOCOL. @repaired: (optional): whether text had to be replaced */
json_t *lb_protocol_parse (const LbLine *line, gboolean *repaired, GError **error);

/** lb_protocol_hello: Returns: (transfer full): a hello of ours */
json_t *lb_protocol_hello (const char *engine, const char *version);

/** lb_protocol_check_hello: whether @message is a hello with our version of the protocol */
gboolean lb_protocol_check_hello (const json_t *message, GError **error);

/** lb_protocol_write: writes @line and a newline to a blocking descriptor. Returns: whether all
 * went */
gboolean lb_protocol_write (int fd, const char *line, gsize length);

G_END_DECLS
