/* Chord labels, after Harte et al. (2005): "C", "G#:min7/b3", "A:(3,5)", "N", "X". */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_CHORD_MAX_LABEL 64 /* bytes */

/**
 * LbChord:
 * @root: semitones above C, 0 to 11; −1: no chord (N), or not known (X)
 * @bass: semitones above the root, 0 to 11; −1 as @root
 * @notes: bit i: the note i semitones above the root sounds; 0 for N and X
 * @known: FALSE: X, a chord outside the vocabulary
 */
typedef struct {
  gint8 root, bass;
  guint16 notes;
  gboolean known;
} LbChord;

/** lb_chord_parse: Returns: FALSE, and no error, when @label is no chord label. A quality's
 * ninths, elevenths and thirteenths don't count, nor do added degrees above the octave */
gboolean lb_chord_parse (const char *label, LbChord *chord);

/** lb_chord_quality: Returns: the notes of a quality's shorthand ("maj", "min7"…), 0 if there is
 * none */
guint16 lb_chord_quality (const char *name);

G_END_DECLS
