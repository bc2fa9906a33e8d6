/* One run of a session: the clock around it, and what the engine says in it. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "engine/session-private.h"

#define MAX_STEM 64

void
lb_session_run_clear (LbSessionRun *run)
{
  g_free (run->first_kind);
  json_decref (run->output);
  json_decref (run->flags);
  memset (run, 0, sizeof *run);
}

static void add_flag (LbSessionRun *run, const char *id, const char *cure, const char *format,
                      ...) G_GNUC_PRINTF (4, 5);

/* Once for each id. */
static void
add_flag (LbSessionRun *run, const char *id, const char *cure, const char *format, ...)
{
  g_autofree char *evidence = NULL;
  json_t *flag;
  va_list arguments;
  size_t i;

  json_array_foreach (run->flags, i, flag)
    if (g_strcmp0 (lb_json_string (flag, "id", ""), id) == 0)
      return;
  va_start (arguments, format);
  evidence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  flag = json_object ();
  lb_json_set_string (flag, "id", id);
  lb_json_set_string (flag, "evidence", evidence);
  lb_json_set_string (flag, "cure", cure);
  json_array_append_new (run->flags, flag);
}

/* The engine's own stamp of @message, 0 and a flag when it can't be true. */
static gint64
read_stamp (LbSessionRun *run, const LbMessage *message)
{
  gint64 t_ns = lb_json_integer (message->json, "t_ns", 0);

  if (t_ns >= run->t0_ns && t_ns <= message->stamp_ns)
    return t_ns;
  add_flag (run, "engine-clock", "compare by wall_s only, and report the engine's mistake",
            "its \"%s\" says %.6f s after the start, and arrived after %.6f s", message->type,
            t_ns > 0 ? lb_clock_seconds (run->t0_ns, t_ns) : 0.0,
            lb_clock_seconds (run->t0_ns, message->stamp_ns));
  return 0;
}

static gboolean
check_piece (const LbSession *session, const json_t *piece)
{
  const char *stem = lb_json_string (piece, "stem", NULL);
  gint64 offset = lb_json_integer (piece, "offset", -1);
  gint64 frames = lb_json_integer (piece, "frames", -1);
  gint64 channels = lb_json_integer (piece, "channels", -1);
  gint64 rate = lb_json_integer (piece, "rate", -1);

  return stem != NULL && strlen (stem) <= MAX_STEM && offset >= 0 &&
         offset % (gint64) sizeof (float) == 0 && frames >= 0 && channels >= 1 &&
         channels <= 1024 && rate >= 1 && rate <= 10000000 &&
         (guint64) offset <= session->buffers.out.bytes &&
         (guint64) frames <= (session->buffers.out.bytes - (guint64) offset) / sizeof (float) /
                                 (guint64) channels;
}

static gboolean
take_output (LbCall *call, const LbMessage *message, LbSessionRun *run, GError **error)
{
  json_t *output = json_object_get (message->json, "output");
  const json_t *pcm = json_object_get (output, "pcm");
  size_t i;
  json_t *piece;

  if (!json_is_object (output) || (pcm != NULL && !json_is_array (pcm)))
    return lb_call_refuse (call, error,
                           "an \"output\" that is no object, or whose \"pcm\" is no list");
  json_array_foreach (pcm, i, piece)
    if (!check_piece (call->session, piece))
      return lb_call_refuse (call, error,
                             "sound that is not inside its buffer "
                             "of %" G_GUINT64_FORMAT " bytes",
                             call->session->buffers.out.bytes);
  run->output = json_incref (output);
  return TRUE;
}

static void
take_first (LbSessionRun *run, const LbMessage *message)
{
  if (run->first_kind != NULL)
    return;
  run->first_ns = read_stamp (run, message);
  run->first_kind = g_strndup (lb_json_string (message->json, "kind", ""), 32);
}

static void
take_partial (LbSessionRun *run, const LbMessage *message, const char *text,
              LbSessionProgress progress, gpointer user_data)
{
  if (json_object_get (message->json, "t_ns") != NULL)
    read_stamp (run, message);
  if (progress != NULL)
    progress (text, NAN, user_data);
}

/* Returns: FALSE with an error, or TRUE: run->output is there when it is over. */
static gboolean
take_message (LbCall *call, const LbMessage *message, LbSessionRun *run,
              LbSessionProgress progress, gpointer user_data, GError **error)
{
  gboolean is_done = run->t1_ns != 0;
  const char *type = message->type;
  const char *text = g_str_equal (type, "partial") ? lb_json_string (message->json, "text", NULL)
                                                   : NULL;
  double fraction = lb_json_real (message->json, "fraction", -1);

  if (message->repaired)
    add_flag (run, "repaired-text", "report the engine's mistake",
              "it wrote text that is no UTF-8; what could not be read became U+FFFD");
  if (g_str_equal (type, "output"))
    return is_done ? take_output (call, message, run, error)
                   : lb_call_refuse (call, error, "\"output\" before \"done\"");
  if (g_str_equal (type, "done") && is_done)
    return lb_call_refuse (call, error, "\"done\" twice");
  if (g_str_equal (type, "done"))
    {
      run->t1_ns = message->stamp_ns;
      run->done_ns = read_stamp (run, message);
    }
  else if (g_str_equal (type, "first") && !is_done)
    take_first (run, message);
  else if (text != NULL && !is_done)
    take_partial (run, message, text, progress, user_data);
  else if (g_str_equal (type, "progress") && fraction >= 0 && fraction <= 1 && progress != NULL)
    progress (NULL, fraction, user_data);
  else if (g_str_equal (type, "loaded") || g_str_equal (type, "unloaded") ||
           g_str_equal (type, "hello"))
    return lb_call_refuse (call, error, "\"%s\" in a run", type);
  return TRUE;
}

static gboolean
check_inputs (const LbSession *session, const json_t *inputs, GError **error)
{
  size_t i;
  json_t *input;

  json_array_foreach (inputs, i, input)
    {
      gint64 offset = lb_json_integer (input, "offset", -1);
      gint64 frames = lb_json_integer (input, "frames", -1);
      gint64 channels = lb_json_integer (input, "channels", -1);

      if (lb_json_string (input, "text", NULL) != NULL)
        continue;
      if (offset < 0 || frames < 0 || channels < 1 ||
          (guint64) offset > session->buffers.in.bytes ||
          (guint64) frames > (session->buffers.in.bytes - (guint64) offset) / sizeof (float) /
                                 (guint64) channels)
        {
          g_set_error_literal (
              error, LB_ERROR, LB_ERROR_BAD_INPUT,
              "an input is neither text nor inside the room that was reserved for sound");
          return FALSE;
        }
    }
  return TRUE;
}

/* The line is ready before the clock starts. */
static char *
prepare_line (const LbSession *session, const json_t *request, gsize *length)
{
  g_autoptr (json_t) copy = json_copy ((json_t *) request);
  g_autofree char *line = NULL;
  char *whole;

  lb_json_set_string (copy, "type", "run");
  lb_json_set_integer (copy, "id", session->id);
  line = lb_json_line (copy);
  whole = g_strconcat (line, "\n", NULL);
  *length = strlen (whole);
  return whole;
}

gboolean
lb_session_run (LbSession *session, const json_t *request, double time_limit_s,
                LbSessionProgress progress, gpointer user_data, LbSessionRun *run,
                GCancellable *cancellable, GError **error)
{
  const json_t *inputs = json_object_get (request, "inputs");
  g_auto (LbMessage) message = { 0 };
  g_auto (LbSessionRun) result = { 0 };
  g_autofree char *line = NULL;
  gsize length;
  LbCall call;
  gboolean fine;

  memset (run, 0, sizeof *run);
  if (!check_inputs (session, inputs, error) ||
      !lb_buffers_prepare (&session->buffers, inputs, error) ||
      !lb_call_begin (&call, session, "running", time_limit_s, cancellable, error))
    return FALSE;
  line = prepare_line (session, request, &length);
  result.flags = json_array ();
  result.t0_ns = lb_clock_now_ns ();
  fine = lb_call_send (&call, line, length, error);
  while (fine && result.output == NULL)
    fine = lb_call_next (&call, &message, error) &&
           take_message (&call, &message, &result, progress, user_data, error);
  lb_call_end (&call);
  if (!fine)
    return FALSE;
  *run = result;
  memset (&result, 0, sizeof result);
  return TRUE;
}
