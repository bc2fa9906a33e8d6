#include "engine/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "engine/protocol.h"

#define PROGRESS_EVERY_NS (LB_NS_PER_S / 10)
#define MAX_PIECES 65536

struct _LbSink {
  GMutex lock;
  gint64 id; /* atomic for readers; of the request that runs; 0: none */
  gboolean runs;
  gboolean silent;
  gboolean first_told;
  gint64 done_ns;
  gint64 progress_ns;
  gint64 cancel_id; /* atomic */
  guint rate_hz, channels;
  char *out;
  gsize out_bytes, out_used;
  json_t *pcm;
};

LbSink *
lb_sink_new (void)
{
  LbSink *sink = g_new0 (LbSink, 1);

  g_mutex_init (&sink->lock);
  return sink;
}

void
lb_sink_free (LbSink *sink)
{
  if (sink == NULL)
    return;
  g_mutex_clear (&sink->lock);
  json_decref (sink->pcm);
  g_free (sink);
}

/* With the lock held. Nobody reads any more: there is nothing left to do, and no one to
 * tell. */
static void
write_line (const char *line, gsize length)
{
  if (!lb_protocol_write (LB_FD_ANSWERS, line, length))
    _exit (EXIT_FAILURE);
}

void
lb_sink_send (LbSink *sink, json_t *message)
{
  g_autoptr (json_t) owned = message;
  char *line = json_dumps (owned, JSON_COMPACT | JSON_REAL_PRECISION (17));
  gsize length = line != NULL ? strlen (line) : 0;

  g_mutex_lock (&sink->lock);
  if (line != NULL && length <= LB_JSON_MAX_LINE_BYTES)
    write_line (line, length);
  else
    {
      g_autofree char *refusal = NULL;

      refusal = g_strdup_printf ("{\"type\":\"error\",\"id\":%" G_GINT64_FORMAT
                                 ",\"kind\":\"engine\",\"message\":"
                                 "\"its answer can't be written as one line of at most 64 MiB\"}",
                                 lb_json_integer (owned, "id", 0));
      write_line (refusal, strlen (refusal));
    }
  g_mutex_unlock (&sink->lock);
  free (line);
}

void
lb_sink_begin (LbSink *sink, gint64 id, gboolean runs)
{
  g_mutex_lock (&sink->lock);
  __atomic_store_n (&sink->id, id, __ATOMIC_SEQ_CST);
  sink->runs = runs;
  sink->silent = FALSE;
  sink->first_told = FALSE;
  sink->done_ns = 0;
  sink->progress_ns = 0;
  sink->out_used = 0;
  g_clear_pointer (&sink->pcm, json_decref);
  g_mutex_unlock (&sink->lock);
}

gint64
lb_sink_end (LbSink *sink)
{
  gint64 done_ns;

  g_mutex_lock (&sink->lock);
  done_ns = sink->done_ns;
  __atomic_store_n (&sink->id, 0, __ATOMIC_SEQ_CST);
  sink->runs = FALSE;
  g_mutex_unlock (&sink->lock);
  return done_ns;
}

gint64
lb_sink_id (LbSink *sink)
{
  return __atomic_load_n (&sink->id, __ATOMIC_SEQ_CST);
}

void
lb_sink_silence (LbSink *sink)
{
  g_mutex_lock (&sink->lock);
  sink->silent = TRUE;
  sink->runs = FALSE;
  g_mutex_unlock (&sink->lock);
}

gboolean
lb_sink_is_silent (LbSink *sink)
{
  return sink->silent;
}

json_t *
lb_sink_take_pcm (LbSink *sink)
{
  return g_steal_pointer (&sink->pcm);
}

void
lb_sink_cancel (LbSink *sink, gint64 id)
{
  __atomic_store_n (&sink->cancel_id, id, __ATOMIC_SEQ_CST);
}

void
lb_sink_set_format (LbSink *sink, guint rate_hz, guint channels)
{
  sink->rate_hz = rate_hz;
  sink->channels = channels;
}

void
lb_sink_set_out (LbSink *sink, void *map, gsize bytes)
{
  sink->out = map;
  sink->out_bytes = bytes;
}

gboolean
lb_sink_cancelled (LbSink *sink)
{
  gint64 cancelled = __atomic_load_n (&sink->cancel_id, __ATOMIC_SEQ_CST);

  return cancelled < 0 ||
         (cancelled != 0 && cancelled == __atomic_load_n (&sink->id, __ATOMIC_SEQ_CST));
}

gboolean
lb_sink_first (LbSink *sink, const char *kind)
{
  gint64 now = lb_clock_now_ns ();

  g_mutex_lock (&sink->lock);
  if (sink->runs && !sink->first_told && sink->done_ns == 0)
    {
      char line[160];
      int length;

      sink->first_told = TRUE;
      length = snprintf (line, sizeof line,
                         "{\"type\":\"first\",\"id\":%" G_GINT64_FORMAT
                         ",\"t_ns\":%" G_GINT64_FORMAT ",\"kind\":\"%.32s\"}",
                         sink->id, now, kind);
      write_line (line, (gsize) length);
    }
  g_mutex_unlock (&sink->lock);
  return !lb_sink_cancelled (sink);
}

gboolean
lb_sink_partial (LbSink *sink, const char *text)
{
  gint64 now = lb_clock_now_ns ();
  g_autoptr (json_t) message = json_object ();
  char *line;

  lb_json_set_string (message, "type", "partial");
  lb_json_set_integer (message, "t_ns", now);
  lb_json_set_string (message, "text", text);
  g_mutex_lock (&sink->lock);
  if (sink->runs && sink->done_ns == 0)
    {
      lb_json_set_integer (message, "id", sink->id);
      line = json_dumps (message, JSON_COMPACT);
      if (line != NULL && strlen (line) <= LB_JSON_MAX_LINE_BYTES)
        write_line (line, strlen (line));
      free (line);
    }
  g_mutex_unlock (&sink->lock);
  return !lb_sink_cancelled (sink);
}

gboolean
lb_sink_progress (LbSink *sink, double fraction)
{
  gint64 now = lb_clock_now_ns ();

  g_mutex_lock (&sink->lock);
  if (sink->id != 0 && sink->done_ns == 0 && fraction >= 0 && fraction <= 1 &&
      (sink->progress_ns == 0 || now - sink->progress_ns >= PROGRESS_EVERY_NS))
    {
      char line[160], number[32];
      int length;

      sink->progress_ns = now;
      g_ascii_formatd (number, sizeof number, "%.4f", fraction);
      length = snprintf (line, sizeof line,
                         "{\"type\":\"progress\",\"id\":%" G_GINT64_FORMAT ",\"fraction\":%s}",
                         sink->id, number);
      write_line (line, (gsize) length);
    }
  g_mutex_unlock (&sink->lock);
  return !lb_sink_cancelled (sink);
}

void
lb_sink_done (LbSink *sink)
{
  gint64 now = lb_clock_now_ns ();

  g_mutex_lock (&sink->lock);
  if (sink->runs && sink->done_ns == 0)
    {
      char line[128];
      int length = snprintf (line, sizeof line,
                             "{\"type\":\"done\",\"id\":%" G_GINT64_FORMAT
                             ",\"t_ns\":%" G_GINT64_FORMAT "}",
                             sink->id, now);

      sink->done_ns = now;
      write_line (line, (gsize) length);
    }
  g_mutex_unlock (&sink->lock);
}

/* Appends to the last piece where the stem goes on, else begins a piece. */
static gboolean
note_piece (LbSink *sink, const char *stem, gsize frames)
{
  size_t n = json_array_size (sink->pcm);
  json_t *last = n > 0 ? json_array_get (sink->pcm, n - 1) : NULL;
  json_t *piece;

  if (last != NULL && g_strcmp0 (lb_json_string (last, "stem", ""), stem) == 0)
    {
      lb_json_set_integer (last, "frames", lb_json_integer (last, "frames", 0) + (gint64) frames);
      return TRUE;
    }
  if (n >= MAX_PIECES)
    return FALSE;
  if (sink->pcm == NULL)
    sink->pcm = json_array ();
  piece = json_object ();
  lb_json_set_string (piece, "stem", stem);
  lb_json_set_integer (piece, "offset", (gint64) sink->out_used);
  lb_json_set_integer (piece, "frames", (gint64) frames);
  lb_json_set_integer (piece, "rate", sink->rate_hz);
  lb_json_set_integer (piece, "channels", sink->channels);
  json_array_append_new (sink->pcm, piece);
  return TRUE;
}

gboolean
lb_sink_write_pcm (LbSink *sink, const char *stem, const float *samples, gsize frames,
                   GError **error)
{
  gsize frame_bytes = sizeof (float) * MAX (1, sink->channels);
  gboolean fits;

  if (lb_sink_cancelled (sink))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
      return FALSE;
    }
  g_mutex_lock (&sink->lock);
  fits = sink->runs && sink->channels > 0 &&
         frames <= (sink->out_bytes - sink->out_used) / frame_bytes &&
         note_piece (sink, stem != NULL ? stem : "", frames);
  if (fits)
    {
      memcpy (sink->out + sink->out_used, samples, frames * frame_bytes);
      sink->out_used += frames * frame_bytes;
    }
  g_mutex_unlock (&sink->lock);
  if (!fits)
    g_set_error (error, LB_ERROR, LB_ERROR_ENGINE,
                 "more sound than there is room for: it ends after %.1f s; give a shorter text "
                 "or input, or leave out options that make the sound longer",
                 (double) (sink->out_bytes / frame_bytes) / MAX (1, sink->rate_hz));
  return fits;
}
