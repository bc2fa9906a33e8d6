/* Notes from what the Basic Pitch network says of each frame. Pure: no library, no files. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BASIC_PITCH_KEYS 88 /* of a piano, from A0, MIDI 21 */
#define BASIC_PITCH_LOWEST 21
#define BASIC_PITCH_BINS_A_KEY 3 /* of the contours */
#define BASIC_PITCH_CONTOURS (BASIC_PITCH_KEYS * BASIC_PITCH_BINS_A_KEY)
#define BASIC_PITCH_RATE_HZ 22050
#define BASIC_PITCH_HOP 256 /* samples from one frame to the next */
#define BASIC_PITCH_WINDOW (2 * BASIC_PITCH_RATE_HZ - BASIC_PITCH_HOP) /* samples of one pass */
#define BASIC_PITCH_FRAMES 172 /* that a pass gives: 86 a second */

typedef struct {
  double onset_threshold; /* of an onset's activation */
  double frame_threshold; /* that a note's activation stays above */
  int min_frames;         /* a note is longer than this */
  double min_hz, max_hz;  /* of pitches that are kept; 0: no bound */
  gboolean infer_onsets;  /* also where activation rises steeply */
  gboolean melodia;       /* also notes without an onset, loudest first */
} BasicPitchSettings;

typedef struct {
  guint32 start, end; /* frames, end excluded */
  int pitch;          /* MIDI */
  float amplitude;    /* mean activation, 0 to 1 */
} BasicPitchNote;

/**
 * basic_pitch_notes:
 * @frames: (array): activation of each key, @n_frames × 88, a row after another; what is out of
 * the bounds of pitch is set to 0
 * @onsets: (array): activation of onsets, likewise
 *
 * The note creation of Bittner et al. (2022), "A Lightweight Instrument-Agnostic Model for
 * Polyphonic Note Transcription and Multipitch Estimation", section 2.3, with the defaults and
 * the order of the package basic-pitch 0.4.0: onsets from the last to the first; then, for the
 * melodia trick, what is left from the loudest on. Where it searches the whole matrix for the
 * loudest cell again and again, this sorts once: cells only ever fall to zero.
 *
 * Returns: (transfer full) (element-type BasicPitchNote)
 */
GArray *basic_pitch_notes (float *frames, float *onsets, gsize n_frames,
                           const BasicPitchSettings *settings);

/**
 * basic_pitch_bends:
 * @contours: (array): @n_frames × 264, three bins a semitone
 * @bends: (out) (array): room for note->end − note->start values: of each frame the distance of
 * the strongest bin to the note's own, in thirds of a semitone, weighted by a Gaussian of 5 bins,
 * at most 25 away
 */
void basic_pitch_bends (const float *contours, const BasicPitchNote *note, gint8 *bends);

/** basic_pitch_time_s: Returns: when frame @index begins: each pass gives a little more frames
 * than its samples hold, which is taken back pass by pass, as in the package */
double basic_pitch_time_s (gsize index);

/** basic_pitch_kept_frames: Returns: how many frames stay of @samples of sound */
gsize basic_pitch_kept_frames (guint64 samples);

G_END_DECLS
