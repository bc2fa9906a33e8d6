/* whisper.cpp tells some things only in its log: all its timings, which backend
 * it really uses. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

typedef enum {
  WHISPER_MEL,
  WHISPER_SAMPLE,
  WHISPER_ENCODE,
  WHISPER_DECODE,
  WHISPER_BATCHD,
  WHISPER_PROMPT,
  WHISPER_VAD,
  WHISPER_N_PHASES
} WhisperPhase;

typedef struct {
  double phase_s[WHISPER_N_PHASES];
  double vad_before_s; /* its clock is never reset */
  int fallbacks;       /* since the load */
  int fallbacks_before;
  char backend[64]; /* the last "using … backend" */
  char wanted[64];  /* kept in @backend once it was seen; "": any */
} WhisperLog;

/** whisper_log_line: reads one line of the log. Returns: whether it is one of
 * the table of timings */
gboolean whisper_log_line (WhisperLog *log, const char *line);

/** whisper_log_begin: a run begins */
void whisper_log_begin (WhisperLog *log);

/** whisper_log_sum_s: Returns: seconds of all phases of this run */
double whisper_log_sum_s (const WhisperLog *log);

/** whisper_log_phases: Returns: (transfer full): {mel_s, sample_s, …}; vad_s only where
 * there was VAD */
json_t *whisper_log_phases (const WhisperLog *log);

G_END_DECLS
