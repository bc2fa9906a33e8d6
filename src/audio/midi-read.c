#include <math.h>
#include <string.h>

#include "audio/midi.h"
#include "core/error.h"

#define DEFAULT_US_A_QUARTER 500000
#define MAX_TEMPI 1000000
#define KEYS 128
#define CHANNELS 16

/* A note in ticks. Those of one key that sound are a list, the newest first. */
typedef struct {
  guint64 start, end;
  guint8 pitch, velocity, program, channel;
  gint32 older; /* index in the song's notes; −1: none */
} Note;

/* What sounds of one pitch on one channel. */
typedef struct {
  gint32 newest;
  guint64 oldest_start;
} Key;

typedef struct {
  guint64 tick;
  guint32 us; /* a quarter */
} Tempo;

typedef struct {
  const guint8 *data;
  gsize length, at;
  guint track;
  guint64 tick;
  guint8 status; /* running; 0: none */
  guint8 programs[CHANNELS];
  Key keys[CHANNELS][KEYS];
} Track;

typedef struct {
  GArray *notes, *tempi;
  gint16 division;
} Song;

static gboolean
complain (GError **error, guint track, gsize at, const char *what)
{
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "no MIDI that can be read: %s (track %u, byte %" G_GSIZE_FORMAT ")", what, track,
               at);
  return FALSE;
}

static guint32
big (const guint8 *data, guint bytes)
{
  guint32 value = 0;

  for (guint i = 0; i < bytes; i++)
    value = value << 8 | data[i];
  return value;
}

/* Seven bits a byte, four bytes at most. */
static gboolean
read_number (Track *track, guint32 *value, GError **error)
{
  *value = 0;
  for (guint i = 0; i < 4; i++)
    {
      guint8 byte;

      if (track->at >= track->length)
        return complain (error, track->track, track->at, "it is cut short");
      byte = track->data[track->at++];
      *value = *value << 7 | (byte & 0x7f);
      if (!(byte & 0x80))
        return TRUE;
    }
  return complain (error, track->track, track->at, "a number has no end");
}

static gboolean
begin_note (Song *song, Track *track, guint8 channel, guint8 pitch, guint8 velocity,
            GError **error)
{
  Key *key = &track->keys[channel][pitch];
  Note note = { track->tick, 0, pitch, velocity, track->programs[channel], channel, key->newest };

  if (song->notes->len >= LB_MIDI_MAX_NOTES)
    return complain (error, track->track, track->at, "it has too many notes");
  if (key->newest < 0)
    key->oldest_start = track->tick;
  key->newest = (gint32) song->notes->len;
  g_array_append_val (song->notes, note);
  return TRUE;
}

/* Those that began at this very tick go on where an older one ends here; without one they have no
 * length. They are the newest, and only they stay, so that no note is looked at often, whatever a
 * file says. */
static void
end_notes (Song *song, Track *track, guint8 channel, guint8 pitch)
{
  Key *key = &track->keys[channel][pitch];
  gint32 *link = &key->newest;

  while (key->oldest_start < track->tick && *link >= 0 &&
         g_array_index (song->notes, Note, *link).start == track->tick)
    link = &g_array_index (song->notes, Note, *link).older;
  for (gint32 i = *link; i >= 0; i = g_array_index (song->notes, Note, i).older)
    g_array_index (song->notes, Note, i).end = track->tick;
  *link = -1;
  key->oldest_start = track->tick;
}

static void
end_all_notes (Song *song, const Track *track)
{
  for (guint channel = 0; channel < CHANNELS; channel++)
    for (guint pitch = 0; pitch < KEYS; pitch++)
      for (gint32 i = track->keys[channel][pitch].newest; i >= 0;
           i = g_array_index (song->notes, Note, i).older)
        g_array_index (song->notes, Note, i).end = track->tick;
}

static gboolean
take_message (Song *song, Track *track, guint8 status, const guint8 *bytes, GError **error)
{
  guint8 channel = status & 0x0f;

  switch (status & 0xf0)
    {
    case 0x90:
      if (bytes[1] > 0)
        return begin_note (song, track, channel, bytes[0], bytes[1], error);
      end_notes (song, track, channel, bytes[0]);
      return TRUE;
    case 0x80:
      end_notes (song, track, channel, bytes[0]);
      return TRUE;
    case 0xc0:
      track->programs[channel] = bytes[0];
      return TRUE;
    default:
      return TRUE;
    }
}

static gboolean
read_channel_message (Song *song, Track *track, GError **error)
{
  guint8 kind = track->status & 0xf0;
  gsize n = kind == 0xc0 || kind == 0xd0 ? 1 : 2;
  guint8 bytes[2] = { 0 };

  if (track->at + n > track->length)
    return complain (error, track->track, track->at, "it is cut short");
  memcpy (bytes, track->data + track->at, n);
  if ((bytes[0] | bytes[1]) & 0x80)
    return complain (error, track->track, track->at, "a message has a byte above 127");
  track->at += n;
  return take_message (song, track, track->status, bytes, error);
}

static gboolean
add_tempo (Song *song, const Track *track, guint32 us, GError **error)
{
  Tempo tempo = { track->tick, us };

  if (us == 0)
    return complain (error, track->track, track->at, "it has a tempo of 0");
  if (song->tempi->len >= MAX_TEMPI)
    return complain (error, track->track, track->at, "it has too many tempi");
  g_array_append_val (song->tempi, tempo);
  return TRUE;
}

/* Meta and system messages: a kind, a length, bytes. @ended: the track says that it ends. */
static gboolean
read_long_message (Song *song, Track *track, guint8 status, gboolean *ended, GError **error)
{
  guint8 kind = 0;
  guint32 length;
  const guint8 *body;

  if (status == 0xff && track->at >= track->length)
    return complain (error, track->track, track->at, "it is cut short");
  if (status == 0xff)
    kind = track->data[track->at++];
  if (!read_number (track, &length, error))
    return FALSE;
  if (length > track->length - track->at)
    return complain (error, track->track, track->at, "it is cut short");
  body = track->data + track->at;
  track->at += length;
  *ended = status == 0xff && kind == 0x2f;
  return status != 0xff || kind != 0x51 || length != 3 ||
         add_tempo (song, track, big (body, 3), error);
}

static gboolean
read_event (Song *song, Track *track, gboolean *ended, GError **error)
{
  guint32 delta;
  guint8 byte;

  if (!read_number (track, &delta, error))
    return FALSE;
  track->tick += delta;
  if (track->at >= track->length)
    return complain (error, track->track, track->at, "it is cut short");
  byte = track->data[track->at];
  if (byte & 0x80)
    track->at++;
  else if (track->status == 0)
    return complain (error, track->track, track->at, "a message has no status");
  if (byte == 0xff || byte == 0xf0 || byte == 0xf7)
    {
      track->status = 0;
      return read_long_message (song, track, byte, ended, error);
    }
  if (byte >= 0xf0)
    return complain (error, track->track, track->at, "a message that no file may hold");
  if (byte & 0x80)
    track->status = byte;
  return read_channel_message (song, track, error);
}

static gboolean
read_track (Song *song, Track *track, GError **error)
{
  gboolean ended = FALSE;

  for (guint channel = 0; channel < CHANNELS; channel++)
    for (guint pitch = 0; pitch < KEYS; pitch++)
      track->keys[channel][pitch].newest = -1;
  while (!ended && track->at < track->length)
    if (!read_event (song, track, &ended, error))
      return FALSE;
  end_all_notes (song, track);
  return TRUE;
}

static gboolean
read_tracks (Song *song, const guint8 *data, gsize length, guint expected, GError **error)
{
  gsize at = 8 + big (data + 4, 4);
  guint found = 0;

  while (found < expected)
    {
      Track track = { .track = found + 1 };
      guint32 bytes;

      if (at > length || length - at < 8)
        return complain (error, found + 1, at, "a track is missing");
      bytes = big (data + at + 4, 4);
      if (bytes > length - at - 8)
        return complain (error, found + 1, at, "it is cut short");
      track.data = data + at + 8;
      track.length = bytes;
      /* chunks of other kinds are to be passed over */
      if (memcmp (data + at, "MTrk", 4) == 0 && (found++, !read_track (song, &track, error)))
        return FALSE;
      at += 8 + (gsize) bytes;
    }
  return TRUE;
}

static int
compare_tempi (gconstpointer a, gconstpointer b)
{
  const Tempo *x = a, *y = b;

  return x->tick < y->tick ? -1 : x->tick > y->tick;
}

typedef struct {
  const Song *song;
  guint next; /* tempo */
  guint64 tick;
  double seconds, tick_s;
} Clock;

static double
tick_s (const Song *song, guint32 us)
{
  int frames_a_second = -(song->division >> 8), ticks_a_frame = song->division & 0xff;

  if (song->division > 0)
    return us * 1e-6 / song->division;
  /* 29 stands for 30 frames less those that are dropped */
  return 1 /
         ((frames_a_second == 29 ? 30000 / 1001.0 : frames_a_second) * (double) ticks_a_frame);
}

/* @tick must not fall from call to call. */
static double
seconds_at (Clock *clock, guint64 tick)
{
  const GArray *tempi = clock->song->tempi;

  while (clock->next < tempi->len && g_array_index (tempi, Tempo, clock->next).tick <= tick)
    {
      const Tempo *tempo = &g_array_index (tempi, Tempo, clock->next++);

      clock->seconds += (double) (tempo->tick - clock->tick) * clock->tick_s;
      clock->tick = tempo->tick;
      clock->tick_s = tick_s (clock->song, tempo->us);
    }
  return clock->seconds + (double) (tick - clock->tick) * clock->tick_s;
}

typedef struct {
  guint64 tick;
  double *seconds;
} Moment;

static int
compare_moments (gconstpointer a, gconstpointer b)
{
  const Moment *x = a, *y = b;

  return x->tick < y->tick ? -1 : x->tick > y->tick;
}

static int
compare_notes (gconstpointer a, gconstpointer b)
{
  const LbMidiNote *x = a, *y = b;

  if (x->start_s != y->start_s)
    return x->start_s < y->start_s ? -1 : 1;
  return x->pitch != y->pitch ? x->pitch - y->pitch
                              : (x->end_s > y->end_s) - (x->end_s < y->end_s);
}

/* Ticks of all notes into seconds, in one walk over the tempi. */
static GArray *
time_notes (Song *song)
{
  guint n = song->notes->len;
  g_autoptr (GArray) moments = g_array_sized_new (FALSE, FALSE, sizeof (Moment), 2 * n);
  GArray *timed = g_array_sized_new (FALSE, TRUE, sizeof (LbMidiNote), n);
  Clock clock = { song, 0, 0, 0, tick_s (song, DEFAULT_US_A_QUARTER) };
  guint kept = 0;

  g_array_set_size (timed, n);
  g_array_sort (song->tempi, compare_tempi);
  for (guint i = 0; i < n; i++)
    {
      const Note *note = &g_array_index (song->notes, Note, i);
      LbMidiNote *it = &g_array_index (timed, LbMidiNote, i);

      *it = (LbMidiNote){ 0, 0, note->pitch, note->velocity, note->program, note->channel };
      g_array_append_vals (moments, &(Moment){ note->start, &it->start_s }, 1);
      g_array_append_vals (moments, &(Moment){ note->end, &it->end_s }, 1);
    }
  g_array_sort (moments, compare_moments);
  for (guint i = 0; i < moments->len; i++)
    {
      const Moment *moment = &g_array_index (moments, Moment, i);

      *moment->seconds = seconds_at (&clock, moment->tick);
    }
  for (guint i = 0; i < n; i++)
    if (g_array_index (timed, LbMidiNote, i).end_s > g_array_index (timed, LbMidiNote, i).start_s)
      g_array_index (timed, LbMidiNote, kept++) = g_array_index (timed, LbMidiNote, i);
  g_array_set_size (timed, kept);
  g_array_sort (timed, compare_notes);
  return timed;
}

static gboolean
check_header (const guint8 *data, gsize length, gint16 *division, GError **error)
{
  if (length > LB_MIDI_MAX_BYTES)
    return complain (error, 0, 0, "it is larger than 64 MiB");
  if (length < 14 || memcmp (data, "MThd", 4) != 0 || big (data + 4, 4) < 6 ||
      big (data + 4, 4) > length - 8)
    return complain (error, 0, 0, "it doesn't begin as a MIDI file does");
  if (big (data + 8, 2) > 2)
    return complain (error, 0, 8, "its format is not 0, 1 or 2");
  *division = (gint16) big (data + 12, 2);
  if (*division == 0 || (*division < 0 && (*division & 0xff) == 0))
    return complain (error, 0, 12, "its ticks have no length");
  return TRUE;
}

gboolean
lb_midi_read (const guint8 *data, gsize length, GArray **notes, double *tempo_bpm, GError **error)
{
  g_autoptr (GArray) raw = g_array_new (FALSE, FALSE, sizeof (Note));
  g_autoptr (GArray) tempi = g_array_new (FALSE, FALSE, sizeof (Tempo));
  Song song = { raw, tempi, 0 };
  GArray *timed;

  if (!check_header (data, length, &song.division, error) ||
      !read_tracks (&song, data, length, big (data + 10, 2), error))
    return FALSE;
  timed = time_notes (&song);
  for (guint i = 0; i < timed->len; i++)
    if (!(g_array_index (timed, LbMidiNote, i).end_s <= LB_MIDI_MAX_TIME_S))
      {
        g_array_unref (timed);
        return complain (error, 0, 0, "it lasts longer than eleven days");
      }
  if (tempo_bpm != NULL)
    *tempo_bpm = 60e6 /
                 (tempi->len > 0 ? g_array_index (tempi, Tempo, 0).us : DEFAULT_US_A_QUARTER);
  *notes = timed;
  return TRUE;
}
