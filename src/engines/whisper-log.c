#include "whisper-log.h"

#include <stdio.h>
#include <string.h>

static const char *const phase_names[WHISPER_N_PHASES] = {
  "mel", "sample", "encode", "decode", "batchd", "prompt", "vad",
};

/* "whisper_print_timings:   batchd time =   120.34 ms / …" */
static gboolean
read_time (WhisperLog *log, const char *text)
{
  char name[16];
  double ms;

  if (sscanf (text, " %15s time = %lf ms", name, &ms) != 2)
    return FALSE;
  for (int i = 0; i < WHISPER_N_PHASES; i++)
    if (g_str_equal (name, phase_names[i]))
      log->phase_s[i] = ms / 1000;
  return TRUE;
}

gboolean
whisper_log_line (WhisperLog *log, const char *line)
{
  const char *text = strstr (line, ": ");
  char backend[64];
  int p, h;

  if (text == NULL)
    return FALSE;
  text += 2;
  if (sscanf (text, " using %63s backend", backend) == 1 && strstr (text, " backend") != NULL)
    {
      if (log->wanted[0] == '\0' || g_str_equal (backend, log->wanted))
        g_strlcpy (log->backend, backend, sizeof log->backend);
      return FALSE;
    }
  if (sscanf (text, " failed to initialize %63s backend", backend) == 1 &&
      g_str_equal (backend, log->backend))
    log->backend[0] = '\0';
  if (sscanf (text, " fallbacks = %d p / %d h", &p, &h) == 2)
    {
      log->fallbacks = p + h;
      return TRUE;
    }
  return read_time (log, text) && g_str_has_prefix (line, "whisper_print_timings");
}

void
whisper_log_begin (WhisperLog *log)
{
  log->vad_before_s = log->phase_s[WHISPER_VAD];
  log->fallbacks_before = log->fallbacks;
}

static double
phase_s (const WhisperLog *log, int phase)
{
  return phase == WHISPER_VAD ? log->phase_s[phase] - log->vad_before_s : log->phase_s[phase];
}

double
whisper_log_sum_s (const WhisperLog *log)
{
  double sum = 0;

  for (int i = 0; i < WHISPER_N_PHASES; i++)
    sum += phase_s (log, i);
  return sum;
}

json_t *
whisper_log_phases (const WhisperLog *log)
{
  json_t *phases = json_object ();

  for (int i = 0; i < WHISPER_N_PHASES; i++)
    {
      g_autofree char *key = g_strconcat (phase_names[i], "_s", NULL);

      if (i != WHISPER_VAD || phase_s (log, i) > 0)
        lb_json_set_real (phases, key, phase_s (log, i));
    }
  return phases;
}
