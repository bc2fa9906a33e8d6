/* A transcription as the files that people use: text, subtitles, JSON. Pure functions of the
 * record's output. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef struct {
  const char *suffix; /* "srt" */
  const char *title;  /* to be translated */
  void (*write) (GString *out, const json_t *output);
} LbTranscriptFormat;

/** lb_transcript_formats: Returns: ended by a row whose suffix is NULL */
const LbTranscriptFormat *lb_transcript_formats (void);

/** lb_transcript_time: appends "00:01:02.345": hours, minutes, seconds, @point, milliseconds;
 * what is no time is zero */
void lb_transcript_time (GString *out, double seconds, char point);

G_END_DECLS
