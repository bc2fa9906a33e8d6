#include "whisper-options.h"

#include <stddef.h>

#include "core/error.h"
#include "core/text.h"

typedef enum { INT, FLOAT, BOOL, TEXT } Kind;

typedef struct {
  const char *name;
  Kind kind;
  gsize offset;
} Row;

#define ROW(NAME, KIND, MEMBER)                                                                  \
  {                                                                                              \
    NAME, KIND, offsetof (struct whisper_full_params, MEMBER)                                    \
  }

/* Every option that is one member of whisper_full_params, by its name in the manifest. */
static const Row rows[] = {
  ROW ("offset-ms", INT, offset_ms),
  ROW ("duration-ms", INT, duration_ms),
  ROW ("translate", BOOL, translate),
  ROW ("word-timestamps", BOOL, token_timestamps),
  ROW ("word-threshold", FLOAT, thold_pt),
  ROW ("max-len", INT, max_len),
  ROW ("split-on-word", BOOL, split_on_word),
  ROW ("max-tokens", INT, max_tokens),
  ROW ("single-segment", BOOL, single_segment),
  ROW ("no-timestamps", BOOL, no_timestamps),
  ROW ("audio-ctx", INT, audio_ctx),
  ROW ("tinydiarize", BOOL, tdrz_enable),
  ROW ("suppress-regex", TEXT, suppress_regex),
  ROW ("suppress-blank", BOOL, suppress_blank),
  ROW ("suppress-nst", BOOL, suppress_nst),
  ROW ("prompt", TEXT, initial_prompt),
  ROW ("carry-prompt", BOOL, carry_initial_prompt),
  ROW ("language", TEXT, language),
  ROW ("temperature", FLOAT, temperature),
  ROW ("temperature-inc", FLOAT, temperature_inc),
  ROW ("entropy-threshold", FLOAT, entropy_thold),
  ROW ("logprob-threshold", FLOAT, logprob_thold),
  ROW ("no-speech-threshold", FLOAT, no_speech_thold),
  ROW ("length-penalty", FLOAT, length_penalty),
  ROW ("best-of", INT, greedy.best_of),
  ROW ("beam-size", INT, beam_search.beam_size),
  ROW ("vad", BOOL, vad),
  ROW ("vad-model", TEXT, vad_model_path),
  ROW ("vad-threshold", FLOAT, vad_params.threshold),
  ROW ("vad-min-speech-ms", INT, vad_params.min_speech_duration_ms),
  ROW ("vad-min-silence-ms", INT, vad_params.min_silence_duration_ms),
  ROW ("vad-max-speech-s", FLOAT, vad_params.max_speech_duration_s),
  ROW ("vad-speech-pad-ms", INT, vad_params.speech_pad_ms),
  ROW ("vad-overlap-s", FLOAT, vad_params.samples_overlap),
};

static const struct {
  const char *name;
  enum whisper_alignment_heads_preset preset;
} heads[] = {
  { "tiny", WHISPER_AHEADS_TINY },         { "tiny.en", WHISPER_AHEADS_TINY_EN },
  { "base", WHISPER_AHEADS_BASE },         { "base.en", WHISPER_AHEADS_BASE_EN },
  { "small", WHISPER_AHEADS_SMALL },       { "small.en", WHISPER_AHEADS_SMALL_EN },
  { "medium", WHISPER_AHEADS_MEDIUM },     { "medium.en", WHISPER_AHEADS_MEDIUM_EN },
  { "large-v1", WHISPER_AHEADS_LARGE_V1 }, { "large-v2", WHISPER_AHEADS_LARGE_V2 },
  { "large-v3", WHISPER_AHEADS_LARGE_V3 }, { "large-v3-turbo", WHISPER_AHEADS_LARGE_V3_TURBO },
};

static void
set_member (const Row *row, const json_t *value, struct whisper_full_params *params)
{
  gpointer member = (char *) params + row->offset;

  switch (row->kind)
    {
    case INT:
      *(int *) member = (int) json_integer_value (value);
      break;
    case FLOAT:
      *(float *) member = (float) json_number_value (value);
      break;
    case BOOL:
      *(bool *) member = json_is_true (value);
      break;
    case TEXT:
      *(const char **) member = json_string_value (value);
      break;
    }
}

static gboolean
check_texts (const struct whisper_full_params *params, GError **error)
{
  const char *language = params->language;
  g_autoptr (GRegex) regex = NULL;
  g_autofree char *shown = NULL;

  if (language != NULL && !g_str_equal (language, "auto") && whisper_lang_id (language) < 0)
    {
      shown = lb_text_escape (language);
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "whisper.cpp doesn't know the language \"%s\": give an ISO 639-1 code such as "
                   "\"en\", or \"auto\"",
                   shown);
      return FALSE;
    }
  /* whisper.cpp gives it to std::regex, whose exception would end the process. */
  if (params->suppress_regex != NULL)
    regex = g_regex_new (params->suppress_regex, 0, 0, NULL);
  if (params->suppress_regex != NULL && regex == NULL)
    {
      shown = lb_text_escape (params->suppress_regex);
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "suppress-regex \"%s\" is not a regular expression", shown);
      return FALSE;
    }
  return TRUE;
}

gboolean
whisper_options_apply (const json_t *options, struct whisper_full_params *params, GError **error)
{
  gint64 context;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const json_t *value = json_object_get (options, rows[i].name);

      if (value != NULL)
        set_member (&rows[i], value, params);
    }
  /* As whisper-cli: one beam means greedy, a length limit needs the tokens' times. */
  params->strategy = params->beam_search.beam_size > 1 ? WHISPER_SAMPLING_BEAM_SEARCH
                                                       : WHISPER_SAMPLING_GREEDY;
  params->token_timestamps = params->token_timestamps || params->max_len > 0;
  context = lb_json_integer (options, "max-context", -1);
  if (context >= 0)
    params->n_max_text_ctx = (int) context;
  if (lb_json_boolean (options, "no-fallback", FALSE))
    params->temperature_inc = 0;
  return check_texts (params, error);
}

void
whisper_options_context (const json_t *options, struct whisper_context_params *params)
{
  const char *dtw = lb_json_string (options, "dtw", "none");

  params->flash_attn = lb_json_boolean (options, "flash-attention", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    if (g_str_equal (heads[i].name, dtw))
      {
        params->dtw_token_timestamps = true;
        params->dtw_aheads_preset = heads[i].preset;
      }
}

gboolean
whisper_options_may_sample (const struct whisper_full_params *params)
{
  return params->strategy == WHISPER_SAMPLING_BEAM_SEARCH || params->temperature > 0 ||
         params->temperature_inc > 0;
}
