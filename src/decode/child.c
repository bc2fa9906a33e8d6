/* llamaburn-decode: the sound on standard input as PCM on standard output, by decode/wire.h.
 * lb_decode() starts it; nobody else needs to. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "audio/pcm.h"
#include "core/error.h"
#include "core/json.h"
#include "decode/cage.h"
#include "decode/media.h"
#include "decode/samples.h"
#include "decode/sender.h"
#include "decode/tail.h"

/* Below this, decoding and dropping is as quick as looking for the place. */
#define SEEK_FROM_S 5.0
/* Dropped without a sign of life: some seconds of work. */
#define ALIVE_FRAMES (16 * 1024 * 1024)

typedef struct {
  gboolean probe;
  double start_s;
  double duration_s;
} Request;

typedef struct {
  const Request *request;
  LbMedia *media;
  LbSender *sender;
  json_t *flags;
  int status_fd; /* /proc/self/status, opened before the cage closed */
  gint64 base_bytes;
  guint rate_hz;
  guint channels;
  guint64 first;    /* of the wanted frames */
  guint64 end;      /* behind the last wanted frame */
  guint64 position; /* of the next decoded frame */
  guint64 sent;
} Decode;

static gboolean
bad (GError **error, const char *message)
{
  g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT, message);
  return FALSE;
}

static gint64
status_bytes (int fd, const char *key)
{
  char text[4096];
  gssize n = pread (fd, text, sizeof text - 1, 0);
  const char *line;

  if (n <= 0)
    return 0;
  text[n] = '\0';
  line = strstr (text, key);
  return line != NULL ? g_ascii_strtoll (line + strlen (key), NULL, 10) * 1024 : 0;
}

static void add_flag (Decode *self, const char *id, const char *cure, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

static void
add_flag (Decode *self, const char *id, const char *cure, const char *format, ...)
{
  g_autofree char *evidence = NULL;
  json_t *flag = json_object ();
  va_list arguments;

  va_start (arguments, format);
  evidence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  lb_json_set_string (flag, "id", id);
  lb_json_set_string (flag, "evidence", evidence);
  lb_json_set_string (flag, "cure", cure);
  json_array_append_new (self->flags, flag);
}

/* What the decoder found is believed, not what the container says (HE-AAC doubles the rate). */
static gboolean
accept_sound (Decode *self, const AVFrame *frame, GError **error)
{
  int rate = frame->sample_rate, channels = frame->ch_layout.nb_channels;

  if (rate < LB_PCM_MIN_RATE_HZ || rate > LB_PCM_MAX_RATE_HZ || channels < 1 ||
      channels > LB_PCM_MAX_CHANNELS)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "it says %d Hz and %d channels; %d to %d Hz and up to %d channels can be read",
                   rate, channels, LB_PCM_MIN_RATE_HZ, LB_PCM_MAX_RATE_HZ, LB_PCM_MAX_CHANNELS);
      return FALSE;
    }
  if (!lb_samples_known (frame->format))
    return bad (error, "its samples are of an unknown kind");
  self->rate_hz = (guint) rate;
  self->channels = (guint) channels;
  self->first = (guint64) llround (self->request->start_s * rate);
  self->end = G_MAXUINT64;
  if (self->request->duration_s > 0)
    self->end = self->first + (guint64) MAX (llround (self->request->duration_s * rate), 1);
  return TRUE;
}

static gboolean
send_header (Decode *self)
{
  g_autofree char *format = lb_media_format (self->media);
  g_autoptr (json_t) header = json_object ();

  lb_json_set_string (header, "format", format);
  lb_json_set_real (header, "duration_s", lb_media_duration_s (self->media));
  lb_json_set_integer (header, "sample_rate", self->rate_hz);
  lb_json_set_integer (header, "channels", self->channels);
  return lb_sender_json (self->sender, LB_WIRE_HEADER, header);
}

static gboolean
send_part (Decode *self, const AVFrame *frame, gsize from, gsize frames, GError **error)
{
  while (frames > 0)
    {
      gsize room;
      float *out = lb_sender_room (self->sender, self->channels, &room);

      if (out == NULL)
        return bad (error, "nobody reads its sound");
      room = MIN (room, frames);
      lb_samples_convert (frame, self->channels, from, room, out);
      lb_sender_add (self->sender, room * self->channels);
      from += room;
      frames -= room;
      self->sent += room;
    }
  return TRUE;
}

/* Sends what of @frame lies in the wanted range. */
static gboolean
send_frame (Decode *self, const AVFrame *frame, GError **error)
{
  guint64 start = self->position, end = start + (guint64) frame->nb_samples;
  guint64 from = MAX (start, self->first), to = MIN (end, self->end);

  self->position = end;
  if (from >= to)
    return start / ALIVE_FRAMES == end / ALIVE_FRAMES || lb_sender_alive (self->sender) ||
           bad (error, "nobody reads its sound");
  return send_part (self, frame, (gsize) (from - start), (gsize) (to - from), error);
}

static gboolean
same_sound (Decode *self, const AVFrame *frame)
{
  if (frame->sample_rate == (int) self->rate_hz &&
      frame->ch_layout.nb_channels == (int) self->channels && lb_samples_known (frame->format))
    return TRUE;
  add_flag (
      self, "format-changes", "split the file where it changes",
      "%u Hz and %u channels become %d Hz and %d channels after %.2f s: the rest is left out",
      self->rate_hz, self->channels, frame->sample_rate, frame->ch_layout.nb_channels,
      (double) self->position / self->rate_hz);
  return FALSE;
}

/* To near the wanted place, where that is exact; else all is decoded and dropped. */
static gboolean
go_to_start (Decode *self, const AVFrame **frame, GError **error)
{
  gint64 position = -1;

  if (self->request->start_s < SEEK_FROM_S)
    return TRUE;
  if (!lb_media_seek (self->media, self->request->start_s - 1))
    return TRUE;
  if (!lb_media_next (self->media, frame, error))
    return FALSE;
  if (*frame != NULL)
    position = lb_media_position (self->media, *frame);
  if (position >= 0 && (guint64) position <= self->first)
    {
      self->position = (guint64) position;
      return TRUE;
    }
  if (!lb_media_rewind (self->media))
    return bad (error, "its beginning can't be found again");
  return lb_media_next (self->media, frame, error);
}

static void
judge (Decode *self)
{
  double said_s = lb_media_duration_s (self->media);
  double found_s = (double) self->position / self->rate_hz;

  if (self->position >= self->end)
    ;
  else if (lb_tail_is_cut (STDIN_FILENO))
    add_flag (self, "truncated-input", "copy or convert the file again",
              "the file ends in the middle of a page, after %.2f s", found_s);
  else if (!lb_media_is_estimate (self->media) &&
           found_s < said_s - lb_media_slack_s (self->media))
    add_flag (self, "truncated-input", "copy or convert the file again",
              "the header says %.2f s, %.2f s could be decoded", said_s, found_s);
  if (lb_media_damaged (self->media) > 0)
    add_flag (self, "damaged-input", "copy or convert the file again",
              "%" G_GUINT64_FORMAT " parts could not be decoded", lb_media_damaged (self->media));
}

static gboolean
send_sound (Decode *self, const AVFrame *frame, GError **error)
{
  if (!go_to_start (self, &frame, error))
    return FALSE;
  while (frame != NULL && self->position < self->end && same_sound (self, frame))
    if (!send_frame (self, frame, error) || !lb_media_next (self->media, &frame, error))
      return FALSE;
  if (self->sent == 0)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "it has %.2f s of sound: nothing is left from second %.2f on",
                   (double) self->position / self->rate_hz, self->request->start_s);
      return FALSE;
    }
  if (frame == NULL)
    judge (self);
  return TRUE;
}

static gboolean
send_trailer (Decode *self)
{
  g_autoptr (json_t) trailer = json_object ();

  lb_json_set_integer (trailer, "frames", (gint64) self->sent);
  lb_json_set (trailer, "flags", json_incref (self->flags));
  lb_json_set_integer (trailer, "base_rss_bytes", self->base_bytes);
  lb_json_set_integer (trailer, "peak_rss_bytes", status_bytes (self->status_fd, "VmHWM:"));
  return lb_sender_json (self->sender, LB_WIRE_TRAILER, trailer);
}

static gboolean
decode (Decode *self, GError **error)
{
  g_autoptr (LbMedia) media = NULL;
  const AVFrame *frame = NULL;

  self->base_bytes = status_bytes (self->status_fd, "VmRSS:");
  media = self->media = lb_media_open (STDIN_FILENO, error);
  if (media == NULL || !lb_media_next (media, &frame, error))
    return FALSE;
  if (frame == NULL)
    return bad (error, lb_media_damaged (media) > 0 ? "nothing in it can be decoded"
                                                    : "there is not one sample in it");
  if (!accept_sound (self, frame, error))
    return FALSE;
  if (!send_header (self))
    return bad (error, "nobody reads its header");
  if (!self->request->probe && !send_sound (self, frame, error))
    return FALSE;
  return send_trailer (self) || bad (error, "nobody reads its sound");
}

static int
report (LbSender *sender, const GError *error)
{
  g_autoptr (json_t) value = json_object ();

  lb_json_set_string (value, "kind",
                      g_error_matches (error, LB_ERROR, LB_ERROR_BAD_INPUT) ? "bad-input"
                      : g_error_matches (error, LB_ERROR, LB_ERROR_USAGE)   ? "range"
                                                                            : "failed");
  lb_json_set_string (value, "message", error->message);
  lb_sender_json (sender, LB_WIRE_ERROR, value);
  return 1;
}

static gboolean
parse (int argc, char **argv, Request *request)
{
  for (int i = 1; i < argc; i++)
    {
      if (strcmp (argv[i], "--probe") == 0)
        request->probe = TRUE;
      else if (strcmp (argv[i], "--start") == 0 && i + 1 < argc)
        request->start_s = g_ascii_strtod (argv[++i], NULL);
      else if (strcmp (argv[i], "--duration") == 0 && i + 1 < argc)
        request->duration_s = g_ascii_strtod (argv[++i], NULL);
      else
        return FALSE;
    }
  return request->start_s >= 0 && request->start_s <= 1e9 && request->duration_s >= 0 &&
         request->duration_s <= 1e9;
}

int
main (int argc, char **argv)
{
  static const char usage[] = "usage: llamaburn-decode [--probe] [--start S] [--duration S] "
                              "< FILE: a part of llamaburn, not meant to be run by hand\n";
  g_autoptr (LbSender) sender = lb_sender_new (STDOUT_FILENO);
  g_autoptr (json_t) flags = json_array ();
  g_autoptr (GError) error = NULL;
  Request request = { 0 };
  Decode self = { .request = &request, .sender = sender, .flags = flags };

  if (!parse (argc, argv, &request) || isatty (STDOUT_FILENO))
    {
      if (write (STDERR_FILENO, usage, sizeof usage - 1) < 0)
        return 2;
      return 2;
    }
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  self.status_fd = open ("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (!lb_cage_tie_to_parent (LB_WIRE_LIFE_FD))
    return 1;
  if (!lb_cage_enter (&error) || !decode (&self, &error))
    return report (sender, error);
  return 0;
}
