#include "null-trouble.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "engine/protocol.h"
#include "engine/sink.h"

#define MIB ((gsize) 1024 * 1024)

gboolean
null_is (const Null *null, const char *name, const char *value)
{
  return g_strcmp0 (lb_json_string (null->options, name, ""), value) == 0;
}

gint64
null_int (const Null *null, const char *name)
{
  return lb_json_integer (null->options, name, 0);
}

gboolean
null_sleep (const Null *null, LbSink *sink, gint64 ms)
{
  gint64 end_ns = lb_clock_now_ns () + ms * 1000000;
  gboolean deaf = lb_json_boolean (null->options, "ignore-cancel", FALSE);

  for (gint64 left = ms * 1000; left > 0; left = (end_ns - lb_clock_now_ns ()) / 1000)
    {
      g_usleep ((gulong) MIN (left, 5000));
      if (!deaf && lb_sink_cancelled (sink))
        return FALSE;
    }
  return TRUE;
}

/* ---- crash, hang, fail, flood ---- */

static void
crash (const Null *null)
{
  static const struct {
    const char *name;
    int number;
  } signals[] = { { "segv", SIGSEGV },
                  { "abort", SIGABRT },
                  { "bus", SIGBUS },
                  { "fpe", SIGFPE },
                  { "kill", SIGKILL } };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (null_is (null, "crash", signals[i].name))
      {
        signal (signals[i].number, SIG_DFL); /* a sanitizer's handler would end with a status */
        raise (signals[i].number);
      }
  if (null_is (null, "crash", "exit"))
    _exit ((int) null_int (null, "exit-status"));
}

static void
write_all (int fd, const char *bytes, gsize n)
{
  while (n > 0)
    {
      gssize written = write (fd, bytes, n);

      if (written < 0 && errno != EINTR)
        _exit (EXIT_FAILURE);
      if (written > 0)
        {
          bytes += written;
          n -= (gsize) written;
        }
    }
}

/* A mebibyte of the stuff; lines are whole. */
static char *
make_flood (const Null *null, LbSink *sink, gsize *bytes)
{
  g_autofree char *line = g_strdup_printf ("{\"type\":\"partial\",\"id\":%" G_GINT64_FORMAT
                                           ",\"text\":\"flood\"}\n",
                                           sink != NULL ? lb_sink_id (sink) : 0);
  char *piece = g_malloc (MIB);
  gsize length = strlen (line);

  memset (piece, 'x', MIB);
  *bytes = MIB;
  if (null_is (null, "flood", "lines"))
    for (*bytes = 0; *bytes + length <= MIB; *bytes += length)
      memcpy (piece + *bytes, line, length);
  else if (!null_is (null, "flood", "line"))
    for (gsize i = 80; i < MIB; i += 80)
      piece[i] = '\n';
  return piece;
}

static void
flood (const Null *null, LbSink *sink)
{
  gsize bytes;
  g_autofree char *piece = make_flood (null, sink, &bytes);
  int fd = null_is (null, "flood", "stderr") ? STDERR_FILENO : STDOUT_FILENO;

  if (g_str_has_prefix (lb_json_string (null->options, "flood", ""), "line"))
    fd = LB_FD_ANSWERS;
  for (gint64 left = null_int (null, "flood-mb"); left > 0; left--)
    write_all (fd, piece, bytes);
}

gboolean
null_trouble (const Null *null, const char *at, LbSink *sink, GError **error)
{
  const char *chatter = lb_json_string (null->options, "stderr", NULL);
  gint64 on_run = null_int (null, "on-run");

  if (!null_is (null, "at", at) || (on_run > 0 && on_run != null->runs))
    return TRUE;
  if (chatter != NULL)
    fprintf (stderr, "%s\n", chatter);
  crash (null);
  if (!null_is (null, "flood", "none"))
    flood (null, sink);
  while (lb_json_boolean (null->options, "hang", FALSE))
    pause ();
  if (!lb_json_boolean (null->options, "fail", FALSE))
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_ENGINE, "the null engine was told to fail at %s", at);
  return FALSE;
}

/* ---- lies ---- */

static void say (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
say (const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  write_all (LB_FD_ANSWERS, line, strlen (line));
}

static void
say_done (gint64 id, gint64 t_ns)
{
  say ("{\"type\":\"done\",\"id\":%" G_GINT64_FORMAT ",\"t_ns\":%" G_GINT64_FORMAT "}\n", id,
       t_ns);
}

static void
say_deep (gint64 id)
{
  g_autoptr (GString) deep = g_string_new (NULL);

  for (int i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  say ("{\"type\":\"output\",\"id\":%" G_GINT64_FORMAT ",\"output\":%s\n", id, deep->str);
}

/* Lines that come after an honest `done`; %s is the request's number. */
static const struct {
  const char *lie, *line;
} lines[] = {
  { "pcm-frames", "{\"type\":\"output\",\"id\":%s,\"output\":{\"pcm\":[{\"stem\":\"a\","
                  "\"offset\":0,\"frames\":"
                  "4611686018427387904,\"rate\":16000,\"channels\":2}]}}\n" },
  { "pcm-offset", "{\"type\":\"output\",\"id\":%s,\"output\":{\"pcm\":[{\"stem\":\"a\","
                  "\"offset\":-4,\"frames\":1,"
                  "\"rate\":16000,\"channels\":1}]}}\n" },
  { "pcm-type", "{\"type\":\"output\",\"id\":%s,\"output\":{\"pcm\":{\"stem\":1}}}\n" },
  { "not-json", "ggml_init: found 1 device (id %s)\n" },
  { "not-object", "[\"output\", %s]\n" },
  { "duplicate", "{\"type\":\"output\",\"id\":%s,\"output\":{\"text\":\"a\",\"text\":\"b\"}}\n" },
  { "utf8", "{\"type\":\"output\",\"id\":%s,\"output\":{\"text\":\"caf\xc3 \xff\"}}\n" },
  { "surrogate",
    "{\"type\":\"output\",\"id\":%s,\"output\":{\"text\":\"\\ud83d and \\u0000\"}}\n" },
  { "numbers", "{\"type\":\"output\",\"id\":%s,\"output\":{\"engine_s\":1e999}}\n" },
  { "integers",
    "{\"type\":\"output\",\"id\":%s,\"output\":{\"tokens\":99999999999999999999999}}\n" },
  { "types", "{\"type\":\"output\",\"id\":%s,\"output\":\"text\"}\n" },
  { "no-type", "{\"id\":%s,\"output\":{}}\n" },
  { "no-output", "{\"type\":\"output\",\"id\":%s}\n" },
  { "other-run", "{\"type\":\"output\",\"id\":1%s,\"output\":{}}\n" },
  { "no-id", "{\"type\":\"output\",\"output\":{},\"comment\":\"%s\"}\n" },
  { "loaded-again", "{\"type\":\"loaded\",\"id\":%s}\n" },
};

gboolean
null_lie (const Null *null, LbSink *sink)
{
  gint64 id = lb_sink_id (sink);
  gint64 now = lb_clock_now_ns ();
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    if (null_is (null, "lie", lines[i].lie))
      {
        g_auto (GStrv) parts = g_strsplit (lines[i].line, "%s", 2);

        say_done (id, now);
        say ("%s%s%s", parts[0], number, parts[1]);
        return TRUE;
      }
  if (null_is (null, "lie", "first-late"))
    say ("{\"type\":\"first\",\"id\":%s,\"t_ns\":%" G_GINT64_FORMAT ",\"kind\":\"token\"}\n",
         number, now + 3600 * LB_NS_PER_S);
  if (null_is (null, "lie", "early") || null_is (null, "lie", "late"))
    say_done (id, null_is (null, "lie", "early") ? now - 3600 * LB_NS_PER_S
                                                 : now + 3600 * LB_NS_PER_S);
  else if (null_is (null, "lie", "done-twice"))
    {
      say_done (id, now);
      say_done (id, now);
    }
  else if (null_is (null, "lie", "deep"))
    {
      say_done (id, now);
      say_deep (id);
    }
  else if (!null_is (null, "lie", "no-done"))
    return FALSE;
  say ("{\"type\":\"output\",\"id\":%s,\"output\":{\"text\":\"a lie\"}}\n", number);
  return TRUE;
}

/* ---- what the cage must hold ---- */

static char *
report (const char *what, gboolean worked)
{
  return g_strdup_printf ("%s: %s", what, worked ? "worked" : g_strerror (errno));
}

static char *
reopen_in (void)
{
  int fd = open ("/proc/self/fd/62", O_RDWR | O_CLOEXEC);
  void *map = fd >= 0 ? mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
  gboolean written = fd >= 0 && pwrite (fd, "lie", 3, 0) == 3;

  return report ("reopen-in", map != MAP_FAILED || written);
}

static char *
cut (const Null *null)
{
  if (null_is (null, "cut", "truncate-in"))
    return report ("truncate-in", ftruncate (LB_FD_IN, 0) == 0);
  if (null_is (null, "cut", "truncate-out"))
    return report ("truncate-out", ftruncate (LB_FD_OUT, 0) == 0);
  if (null_is (null, "cut", "grow-out"))
    return report ("grow-out", ftruncate (LB_FD_OUT, (off_t) 1 << 40) == 0);
  if (null_is (null, "cut", "write-in"))
    return report ("write-in", pwrite (LB_FD_IN, "lie", 3, 0) == 3);
  return null_is (null, "cut", "reopen-in") ? reopen_in () : NULL;
}

static void
eat (gsize mib)
{
  for (gsize i = 0; i < mib; i += 16)
    {
      gsize bytes = MIN (16, mib - i) * MIB;
      char *piece = malloc (bytes);

      if (piece != NULL)
        memset (piece, 1, bytes);
      /* Seen by a look that comes ten times a second, and gone with the process. */
      __asm__ volatile("" : : "g"(piece) : "memory");
      g_usleep (1000);
    }
}

static char *
leave_child (const Null *null)
{
  pid_t child;

  if (null_is (null, "child", "none"))
    return NULL;
  child = fork ();
  if (child == 0)
    {
      if (null_is (null, "child", "session"))
        setsid ();
      signal (SIGTERM, SIG_IGN);
      if (null_is (null, "child", "eat"))
        eat ((gsize) null_int (null, "eat-mb"));
      for (;;)
        pause ();
    }
  return g_strdup_printf ("child: %d", child);
}

static char *
open_socket (const Null *null)
{
  static const struct {
    const char *name;
    long family, type;
  } sockets[] = {
    { "inet", AF_INET, SOCK_STREAM },
    { "inet6", AF_INET6, SOCK_DGRAM },
    { "raw", AF_INET, SOCK_RAW },
    { "packet", AF_PACKET, SOCK_RAW },
    { "high-bits", (1L << 32) | AF_INET, SOCK_STREAM },
    { "unix", AF_UNIX, SOCK_STREAM },
  };
  char parameters[256] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (sockets); i++)
    if (null_is (null, "inet", sockets[i].name))
      return report (sockets[i].name,
                     syscall (SYS_socket, sockets[i].family, sockets[i].type, 0L) >= 0);
  if (null_is (null, "inet", "io-uring"))
    return report ("io-uring", syscall (SYS_io_uring_setup, 4, parameters) >= 0);
  return NULL;
}

char *
null_tamper (const Null *null)
{
  const char *variable = lb_json_string (null->options, "environment", NULL);
  char *said = cut (null);

  if (said == NULL)
    said = open_socket (null);
  if (said == NULL)
    said = leave_child (null);
  if (said == NULL && variable != NULL)
    said = g_strdup_printf ("%s=%s", variable,
                            g_getenv (variable) != NULL ? g_getenv (variable) : "(absent)");
  if (null_is (null, "child", "none") && null_int (null, "eat-mb") > 0)
    eat ((gsize) null_int (null, "eat-mb"));
  return said;
}
