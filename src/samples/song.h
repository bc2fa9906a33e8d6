/* A song of the recipe: its notes, beats and chords, by construction. Pure. */
#pragma once

#include "audio/midi.h"
#include "core/json.h"

G_BEGIN_DECLS

#define SONG_PARTS 4
#define SONG_MAX_BARS 1000

typedef struct {
  double bpm, length_s; /* to the end of the last bar */
  GArray *notes;        /* of LbMidiNote, with channel and program */
  GArray *beats;        /* of double, s */
  GString *lab;         /* the chords as a .lab file */
} Song;

void song_clear (Song *song);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Song, song_clear)

/** song_stem: Returns: the name of part @part, 0 to SONG_PARTS − 1; its channel is
 * song_channel() */
const char *song_stem (guint part);
int song_channel (guint part);

/**
 * song_compose:
 * @recipe: {"bpm", "bars", "chords": ["C:maj", "A:min"…], one for each bar and again from the
 * first, "programs": [melody, chords, bass], "melody": ["0-1-2.1.", …]: a bar in eighths each:
 * which tone of the chord, - for longer, . for a rest}
 *
 * Returns: %FALSE with %LB_ERROR_BAD_INPUT
 */
gboolean song_compose (const json_t *recipe, Song *song, GError **error);

G_END_DECLS
