#include "net/answer.h"

#include <string.h>

#include "core/error.h"

typedef struct {
  const char *bytes; /* what the server sends, and then it closes */
  const char *body;  /* NULL: refused, with the words of @why */
  const char *why;
} Case;

/* Reads through a stream that gives @piece bytes at a time. */
static char *
read_all (const char *bytes, gsize piece, GError **error)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new ();
  g_autoptr (LbAnswer) answer = NULL;
  g_autoptr (GString) body = g_string_new (NULL);
  char buffer[7];
  gssize got;

  for (gsize at = 0; at < strlen (bytes); at += piece)
    g_memory_input_stream_add_data (G_MEMORY_INPUT_STREAM (stream),
                                    g_memdup2 (bytes + at, MIN (piece, strlen (bytes) - at)),
                                    (gssize) MIN (piece, strlen (bytes) - at), g_free);
  answer = lb_answer_new (stream, NULL, error);
  if (answer == NULL)
    return NULL;
  while ((got = lb_answer_read (answer, buffer, sizeof buffer, NULL, error)) > 0)
    g_string_append_len (body, buffer, got);
  return got == 0 ? g_strdup (body->str) : NULL;
}

#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

static const Case cases[] = {
  { OK "Content-Length: 5\r\n\r\nhello, and more", "hello", NULL },
  { OK "\r\nto the close", "to the close", NULL },
  { "HTTP/1.0 200\nContent-Length:2\n\nab", "ab", NULL },
  { "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 2\r\n\r\nab", "ab", NULL },
  { "HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n", "", NULL },
  { CHUNKED "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", "abc0123456789", NULL },
  { CHUNKED "0\r\n\r\n", "", NULL },
  { OK "TRANSFER-encoding: Chunked\r\nContent-Length: 1\r\n\r\n2\r\nab\r\n0\r\n\r\n", "ab",
    NULL },
  { CHUNKED "3\r\nabc\r\n", NULL, "before the end" }, /* libsoup 3.2 took this for complete */
  { CHUNKED "3\r\nab", NULL, "before the end" },
  { CHUNKED "3\r\nabc\r\n0\r\n", NULL, "before the end" },
  { CHUNKED "3\r\nabcd\r\n0\r\n\r\n", NULL, "longer than they say" },
  { CHUNKED "x\r\n", NULL, "without a size" },
  { CHUNKED "-1\r\n", NULL, "without a size" },
  { CHUNKED "10000000000000000\r\n", NULL, "without a size" },
  { OK "Transfer-Encoding: gzip, chunked\r\n\r\n", NULL, "coding" },
  { OK "Content-Length: 5\r\n\r\nhell", NULL, "before the end" },
  { OK "Content-Length: -5\r\n\r\nhello", NULL, "no number" },
  { OK "Content-Length: 5x\r\n\r\nhello", NULL, "no number" },
  { OK "Content-Length: 99999999999999999999\r\n\r\n", NULL, "no number" },
  { OK "Content-Length: 5\r\n", NULL, "before the end" },
  { OK " folded: x\r\n\r\n", NULL, "broken header" },
  { OK "no colon\r\n\r\n", NULL, "broken header" },
  { OK ": empty\r\n\r\n", NULL, "broken header" },
  { "SSH-2.0-OpenSSH\r\n", NULL, "no HTTP" },
  { "HTTP/2 200\r\n\r\n", NULL, "no HTTP" },
  { "HTTP/1.1 2000 OK\r\n\r\n", NULL, "no HTTP" },
  { "HTTP/1.1 099 OK\r\n\r\n", NULL, "no HTTP" },
  { "", NULL, "without an answer" },
};

static void
answers_are_whole_or_refused (void)
{
  static const gsize pieces[] = { 1, 2, 5, 100000 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint p = 0; p < G_N_ELEMENTS (pieces); p++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *body = read_all (cases[i].bytes, pieces[p], &error);

        g_test_message ("%u: %s", i, error != NULL ? error->message : "read");
        g_assert_cmpstr (body, ==, cases[i].body);
        if (cases[i].why != NULL)
          {
            g_assert_error (error, LB_ERROR, LB_ERROR_NETWORK);
            g_assert_nonnull (strstr (error->message, cases[i].why));
          }
      }
}

static void
a_head_without_end_is_refused (void)
{
  static const char *const starts[] = { "", OK, OK "X: ", CHUNKED, CHUNKED "0\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_autoptr (GString) bytes = g_string_new (starts[i]);
      g_autoptr (GError) error = NULL;
      g_autofree char *body = NULL;

      for (guint n = 0; n < 20000; n++)
        g_string_append (bytes, i == 1 || i == 4 ? "a: b\r\n" : "aaaaaa");
      body = read_all (bytes->str, 4096, &error);
      g_assert_null (body);
      g_assert_error (error, LB_ERROR, LB_ERROR_NETWORK);
      g_assert_nonnull (strstr (error->message, "doesn't end"));
    }
}

static void
headers_are_found_by_small_letters (void)
{
  const char *bytes = "HTTP/1.1 429 Slow\r\nRetry-AFTER:  30 \r\nretry-after: 60\r\n\r\n";
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (bytes, -1, NULL);
  g_autoptr (LbAnswer) answer = lb_answer_new (stream, NULL, NULL);

  g_assert_cmpuint (lb_answer_status (answer), ==, 429);
  g_assert_cmpstr (lb_answer_header (answer, "retry-after"), ==, "30");
  g_assert_null (lb_answer_header (answer, "location"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/answer/whole", answers_are_whole_or_refused);
  g_test_add_func ("/answer/head", a_head_without_end_is_refused);
  g_test_add_func ("/answer/headers", headers_are_found_by_small_letters);
  return g_test_run ();
}
