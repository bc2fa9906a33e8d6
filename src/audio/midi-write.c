#include <math.h>
#include <string.h>

#include "audio/midi.h"
#include "core/error.h"

#define TICKS_A_QUARTER 960
#define DEFAULT_BPM 120.0
#define MIN_BPM 4.0 /* three bytes of microseconds a quarter */
#define MAX_BPM 1000.0
#define CHANNELS 16
#define PERCUSSION 9
#define BEND_RANGE 2.0 /* semitones */
#define BEND_CENTRE 8192

/* A message of a track. Messages of one tick go off, bend, on. */
typedef struct {
  guint64 tick;
  int rank;
  guint8 bytes[3];
} Message;

enum { RANK_OFF, RANK_BEND, RANK_ON };

static int
compare_messages (gconstpointer a, gconstpointer b)
{
  const Message *x = a, *y = b;

  if (x->tick != y->tick)
    return x->tick < y->tick ? -1 : 1;
  if (x->rank != y->rank)
    return x->rank - y->rank;
  return memcmp (x->bytes, y->bytes, sizeof x->bytes);
}

static void
put_big (GByteArray *out, guint64 value, guint bytes)
{
  while (bytes-- > 0)
    g_byte_array_append (out, &(guint8){ (guint8) (value >> (8 * bytes)) }, 1);
}

/* Seven bits a byte, the highest first; all but the last marked. At most 28 bits. */
static void
put_delta (GByteArray *out, guint64 value)
{
  for (int shift = 21; shift > 0; shift -= 7)
    if (value >> shift)
      put_big (out, 0x80 | ((value >> shift) & 0x7f), 1);
  put_big (out, value & 0x7f, 1);
}

static void
put_text (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

/* Where a track's length is to go, once it is known. */
static guint
open_track (GByteArray *out)
{
  put_text (out, "MTrk");
  put_big (out, 0, 4);
  return out->len;
}

static void
close_track (GByteArray *out, guint begin)
{
  guint32 length;

  put_delta (out, 0);
  put_big (out, 0xff2f00, 3);
  length = GUINT32_TO_BE (out->len - begin);
  memcpy (out->data + begin - 4, &length, 4);
}

static void
put_tempo_track (GByteArray *out, double bpm)
{
  guint begin = open_track (out);

  put_delta (out, 0);
  put_big (out, 0xff5103, 3);
  put_big (out, (guint64) nearbyint (60e6 / bpm), 3);
  put_delta (out, 0);
  put_big (out, 0xff5804, 3);
  put_big (out, 0x04021808, 4); /* 4/4, 24 clocks a click, 8 32nds a quarter */
  close_track (out, begin);
}

static guint64
tick_of (double seconds, double bpm)
{
  return (guint64) nearbyint (seconds * bpm / 60 * TICKS_A_QUARTER);
}

static void
add_message (GArray *messages, guint64 tick, int rank, guint8 status, int first, int second)
{
  Message message = { tick, rank, { status, (guint8) first, (guint8) second } };

  g_array_append_val (messages, message);
}

static void
add_bend (GArray *messages, guint64 tick, guint8 channel, double semitones)
{
  int value = (int) nearbyint (semitones / BEND_RANGE * BEND_CENTRE) + BEND_CENTRE;

  value = CLAMP (value, 0, 2 * BEND_CENTRE - 1);
  add_message (messages, tick, RANK_BEND, 0xe0 | channel, value & 0x7f, value >> 7);
}

static void
add_bends (GArray *messages, const LbMidiNote *note, guint8 channel, double bpm)
{
  double step_s = note->n_bends > 1 ? (note->end_s - note->start_s) / (note->n_bends - 1) : 0;

  for (guint i = 0; i < note->n_bends; i++)
    if (i == 0 || note->bends[i] != note->bends[i - 1])
      add_bend (messages, tick_of (note->start_s + i * step_s, bpm), channel, note->bends[i]);
  /* the next note of the channel begins straight */
  if (note->n_bends > 0)
    add_bend (messages, tick_of (note->end_s, bpm), channel, 0);
}

static guint8
channel_of (const LbMidiNote *note, const LbMidiSettings *settings)
{
  int channel = settings->split ? note->pitch % (CHANNELS - 1) : 0;

  if (settings->own_channels)
    return (guint8) note->channel;
  return (guint8) (channel >= PERCUSSION ? channel + 1 : channel);
}

static void
add_note (GArray *messages, const LbMidiNote *note, guint8 channel, double bpm)
{
  guint64 start = tick_of (note->start_s, bpm), end = tick_of (note->end_s, bpm);

  add_bends (messages, note, channel, bpm);
  add_message (messages, start, RANK_ON, 0x90 | channel, note->pitch, note->velocity);
  add_message (messages, MAX (end, start + 1), RANK_OFF, 0x80 | channel, note->pitch, 64);
}

static void
put_channel (GByteArray *out, GArray *messages, guint8 channel, int program)
{
  guint begin = open_track (out);
  guint64 before = 0;

  put_delta (out, 0);
  put_big (out, (guint64) (0xc0 | channel) << 8 | (guint64) program, 2);
  g_array_sort (messages, compare_messages);
  for (guint i = 0; i < messages->len; i++)
    {
      const Message *message = &g_array_index (messages, Message, i);

      put_delta (out, message->tick - before);
      g_byte_array_append (out, message->bytes, sizeof message->bytes);
      before = message->tick;
    }
  close_track (out, begin);
}

static gboolean
check_note (const LbMidiNote *note, gsize index, GError **error)
{
  const char *what = NULL;

  if (!(note->start_s >= 0 && note->end_s > note->start_s && note->end_s <= LB_MIDI_MAX_TIME_S))
    what = "times";
  else if (note->pitch < 0 || note->pitch > 127)
    what = "pitch";
  else if (note->channel < 0 || note->channel >= CHANNELS)
    what = "channel";
  else if (note->velocity < 1 || note->velocity > 127)
    what = "velocity";
  for (guint i = 0; what == NULL && i < note->n_bends; i++)
    if (!isfinite (note->bends[i]))
      what = "bends";
  if (what != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                 "note %" G_GSIZE_FORMAT " has %s that no MIDI file can hold", index, what);
  return what == NULL;
}

static void
put_header (GByteArray *out, guint tracks)
{
  put_text (out, "MThd");
  put_big (out, 6, 4);
  put_big (out, 1, 2);
  put_big (out, tracks, 2);
  put_big (out, TICKS_A_QUARTER, 2);
}

GBytes *
lb_midi_write (const LbMidiNote *notes, gsize n_notes, const LbMidiSettings *settings,
               GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  double wanted_bpm = settings->tempo_bpm > 0 ? CLAMP (settings->tempo_bpm, MIN_BPM, MAX_BPM)
                                              : DEFAULT_BPM;
  /* as a file can say it: ticks are counted by what its readers will */
  double bpm = 60e6 / nearbyint (60e6 / wanted_bpm);
  GArray *channels[CHANNELS] = { NULL };
  int programs[CHANNELS] = { 0 };
  guint tracks = 1;

  for (gsize i = 0; i < n_notes; i++)
    if (!check_note (&notes[i], i, error))
      return NULL;
  for (gsize i = 0; i < n_notes; i++)
    {
      guint8 channel = channel_of (&notes[i], settings);

      if (channels[channel] == NULL)
        {
          tracks++;
          channels[channel] = g_array_new (FALSE, FALSE, sizeof (Message));
          programs[channel] = settings->own_channels ? notes[i].program : settings->program;
        }
      add_note (channels[channel], &notes[i], channel, bpm);
    }
  put_header (out, tracks);
  put_tempo_track (out, bpm);
  for (guint8 channel = 0; channel < CHANNELS; channel++)
    if (channels[channel] != NULL)
      {
        put_channel (out, channels[channel], channel, CLAMP (programs[channel], 0, 127));
        g_array_unref (channels[channel]);
      }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
