/* What the output of a mode should be, read from the file that --reference names. */
#pragma once

#include <glib.h>

#include "core/json.h"
#include "scores/chord-score.h"
#include "scores/note-score.h"

G_BEGIN_DECLS

#define LB_TRUTH_MAX_BYTES (64 * 1024 * 1024)

typedef struct _LbTruth LbTruth;

struct _LbTruth {
  char *text;          /* stt: what was said; genre: the label; separation: the stems' folder */
  GArray *beats;       /* of double, seconds, rising; NULL: of another mode */
  double bpm;          /* 0: not told */
  GArray *notes;       /* of LbNote */
  GArray *chords;      /* of LbChordSegment, by time */
  GStringChunk *names; /* the chords' labels */
  json_t *music;       /* analysis: what is known of the song, checked */
};

/**
 * lb_truth_read:
 * @mode: that it is to score
 * @path: (type filename): hostile
 *
 * By mode: `stt` UTF-8 text. `beats`: a time in seconds at the start of each line (what follows,
 * as the count in a bar, is not looked at; a first line of words is a heading, # begins a
 * comment), or JSON: [seconds…] or {"beats": […], "bpm": 120}. `transcription`: MIDI, CSV with
 * the columns start_s, end_s and pitch (MIDI numbers; or pitch_hz), or JSON [{start_s, end_s,
 * pitch}…], also as member "notes". `chords`: lines of start, end and label (.lab), CSV likewise,
 * or JSON [{start_s, end_s, label}…], also as member "chords". `genre`: the label. `separation`:
 * a folder of sounds, which scoring-stems.h reads. `analysis`: JSON, scores/grounding.h.
 *
 * Returns: (transfer full): the truth, or %NULL with %LB_ERROR_NOT_FOUND,
 * %LB_ERROR_EMPTY_REFERENCE or %LB_ERROR_BAD_INPUT: file, line and what is wrong
 */
LbTruth *lb_truth_read (const char *mode, const char *path, GError **error);
void lb_truth_free (LbTruth *truth);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbTruth, lb_truth_free)

G_END_DECLS
