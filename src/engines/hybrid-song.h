/* What the engines of the hybrid kind do with a song: it is measured here, and the figures become
 * a question that a language model can answer which hears nothing. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

#define HYBRID_RATE_HZ 44100
#define HYBRID_CHANNELS 2

typedef struct {
  json_t
      *features; /* docs/FEATURES.md; NULL: there is no song, only words: so a judge is asked */
  double features_s; /* what measuring took */
  char *question;    /* with the figures, where there are some */
} HybridSong;

/** hybrid_song_answer: what load answers of every such engine, into @answer with its `info` */
void hybrid_song_answer (LbLoadAnswer *answer);

/**
 * hybrid_song_read:
 * @request: "audio" at HYBRID_RATE_HZ and HYBRID_CHANNELS, or none; "prompt", or none
 * @song: (out caller-allocates): cleared with hybrid_song_clear(), whatever is returned
 * @error: %LB_ERROR_BAD_INPUT, %LB_ERROR_CANCELLED
 */
gboolean hybrid_song_read (const LbRunRequest *request, LbSink *sink, HybridSong *song,
                           GError **error);

/** hybrid_song_note: what was measured and asked into @output, which has `phases` and `engine_s`;
 * nothing where there were only words */
void hybrid_song_note (const HybridSong *song, json_t *output);
void hybrid_song_clear (HybridSong *song);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HybridSong, hybrid_song_clear)

G_END_DECLS
