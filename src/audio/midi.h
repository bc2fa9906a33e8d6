/* Standard MIDI files: notes to a file, and a file's notes in seconds. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_MIDI_MAX_BYTES (64 * 1024 * 1024)
#define LB_MIDI_MAX_NOTES 500000
#define LB_MIDI_MAX_TIME_S 1e6

typedef struct {
  double start_s, end_s;
  int pitch;           /* 0 to 127; 60 is middle C */
  int velocity;        /* 1 to 127 */
  int program;         /* of General MIDI, 0 to 127 */
  int channel;         /* 0 to 15; 9 is percussion */
  const double *bends; /* (transfer none) (nullable): semitones, evenly from start to end; to be
                          written only */
  guint n_bends;
} LbMidiNote;

typedef struct {
  double tempo_bpm; /* of the grid that is written; 0: 120 */
  int program;      /* of all notes */
  gboolean split;   /* each pitch has a channel of its own, so that bends of notes that sound
                       together don't meet; percussion's is left out, and 15 pitches share */
  gboolean own_channels; /* each note's own channel, with the program of the first in it */
} LbMidiSettings;

/**
 * lb_midi_write:
 * @notes: (array length=n_notes): in any order; channel and program of each are looked at with
 * own_channels only
 *
 * Format 1: a track with tempo and metre, then a track for each channel in use. 960 ticks a
 * quarter: at 120 bpm half a millisecond. Bends reach ±2 semitones, as General MIDI has it; what
 * is beyond stays at the bound.
 *
 * Returns: (transfer full): the file's bytes; or %NULL with %LB_ERROR_BAD_INPUT: a time, pitch or
 * velocity out of bounds
 */
GBytes *lb_midi_write (const LbMidiNote *notes, gsize n_notes, const LbMidiSettings *settings,
                       GError **error);

/**
 * lb_midi_read:
 * @data: (array length=length): hostile
 * @notes: (out) (transfer full) (element-type LbMidiNote): by start, then pitch; without bends
 * @tempo_bpm: (out) (optional): the first one's
 *
 * Formats 0 and 1, and 2 as if its tracks were played at once; running status; ticks of a quarter
 * and of a film's frame (SMPTE). A note-off ends all notes of its pitch and channel that began
 * before its tick, or, where there are none, those that began at it: they have no length, and are
 * left out. What is not ended ends with its track (pretty_midi, whose rules these are else, drops
 * it). A note has the program of its start in its track.
 *
 * Returns: %TRUE, or %FALSE with %LB_ERROR_BAD_INPUT that tells what is wrong where
 */
gboolean lb_midi_read (const guint8 *data, gsize length, GArray **notes, double *tempo_bpm,
                       GError **error);

G_END_DECLS
