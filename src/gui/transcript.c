#include "gui/transcript.h"

#include <glib/gi18n.h>
#include <math.h>

#define MOST_S 359999.0 /* 99:59:59: what the formats can say */

void
lb_transcript_time (GString *out, double seconds, char point)
{
  guint64 ms = isfinite (seconds) && seconds > 0
                   ? (guint64) llround (MIN (seconds, MOST_S) * 1000)
                   : 0;

  g_string_append_printf (out, "%02u:%02u:%02u%c%03u", (guint) (ms / 3600000),
                          (guint) (ms / 60000 % 60), (guint) (ms / 1000 % 60), point,
                          (guint) (ms % 1000));
}

/* A line of a subtitle: an empty one would end it, and "-->" begins another. */
static void
append_line (GString *out, const char *text)
{
  g_autofree char *copy = g_strstrip (g_strdelimit (g_strdup (text), "\r\n", ' '));
  g_auto (GStrv) parts = g_strsplit (copy, "-->", -1);
  g_autofree char *safe = g_strjoinv ("→", parts);

  g_string_append (out, safe);
}

static void
write_text (GString *out, const json_t *output)
{
  g_string_append (out, lb_json_string (output, "text", ""));
  g_string_append_c (out, '\n');
}

static void
write_times (GString *out, const json_t *segment, char point)
{
  lb_transcript_time (out, lb_json_real (segment, "start_s", 0), point);
  g_string_append (out, " --> ");
  lb_transcript_time (out, lb_json_real (segment, "end_s", 0), point);
  g_string_append_c (out, '\n');
}

static void
write_srt (GString *out, const json_t *output)
{
  size_t index;
  json_t *segment;

  json_array_foreach (json_object_get (output, "segments"), index, segment)
    {
      g_string_append_printf (out, "%zu\n", index + 1);
      write_times (out, segment, ',');
      append_line (out, lb_json_string (segment, "text", ""));
      g_string_append (out, "\n\n");
    }
}

/* WebVTT takes & and < for marks. */
static void
write_vtt (GString *out, const json_t *output)
{
  size_t index;
  json_t *segment;

  g_string_append (out, "WEBVTT\n\n");
  json_array_foreach (json_object_get (output, "segments"), index, segment)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      write_times (out, segment, '.');
      append_line (line, lb_json_string (segment, "text", ""));
      g_string_replace (line, "&", "&amp;", 0);
      g_string_replace (line, "<", "&lt;", 0);
      g_string_append (out, line->str);
      g_string_append (out, "\n\n");
    }
}

static void
write_json (GString *out, const json_t *output)
{
  g_autofree char *text = lb_json_pretty (output);

  g_string_append (out, text);
}

const LbTranscriptFormat *
lb_transcript_formats (void)
{
  static const LbTranscriptFormat formats[] = {
    { "txt", N_ ("Text"), write_text },
    { "srt", N_ ("Subtitles (SRT)"), write_srt },
    { "vtt", N_ ("Subtitles (WebVTT)"), write_vtt },
    { "json", N_ ("JSON, with Times"), write_json },
    { NULL },
  };

  return formats;
}
