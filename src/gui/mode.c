#include "gui/mode.h"

#include <glib/gi18n.h>

#include "gui/music-input.h"
#include "gui/music-output.h"
#include "gui/stt-input.h"
#include "gui/stt-output.h"
#include "gui/text-input.h"

/* A task that listens to a file of music. */
#define LISTENS(MODE, TITLE, NEW_INPUT)                                                          \
  {                                                                                              \
    .mode = MODE, .title = TITLE, .is_music = TRUE, .new_input = NEW_INPUT,                      \
    .fill = lb_music_input_fill, .scores = lb_music_input_scores,                                \
    .duration_s = lb_music_input_duration_s, .choose_file = lb_music_input_choose_file,          \
    .set_file = lb_music_input_set_file, .new_output = lb_music_output_new,                      \
    .show_output = lb_music_output_show                                                          \
  }

const LbMode *
lb_modes (void)
{
  static const char *const duration[] = { LB_TEXT_INPUT_DURATION, NULL };
  static const LbMode modes[] = {
    { .mode = "stt",
      .title = N_ ("STT"),
      .new_input = lb_stt_input_new,
      .fill = lb_stt_input_fill,
      .duration_s = lb_stt_input_duration_s,
      .choose_file = lb_stt_input_choose_file,
      .set_file = lb_stt_input_set_file,
      .new_output = lb_stt_output_new,
      .show_output = lb_stt_output_show },
    { .mode = "tts",
      .title = N_ ("TTS"),
      .model_title = N_ ("Voice"),
      .new_input = lb_text_input_new_speech,
      .fill = lb_text_input_fill,
      .set_engine = lb_text_input_set_engine,
      .new_output = lb_music_output_new,
      .show_output = lb_music_output_show },
    LISTENS ("separation", N_ ("Separation"), lb_music_input_new_stems),
    LISTENS ("transcription", N_ ("Transcription"), lb_music_input_new),
    LISTENS ("beats", N_ ("Beats"), lb_music_input_new),
    LISTENS ("chords", N_ ("Chords"), lb_music_input_new),
    LISTENS ("genre", N_ ("Genre"), lb_music_input_new),
    { .mode = "generation",
      .title = N_ ("Generation"),
      .is_music = TRUE,
      .own_options = duration,
      .new_input = lb_text_input_new_prompt,
      .fill = lb_text_input_fill,
      .set_engine = lb_text_input_set_engine,
      .duration_s = lb_text_input_duration_s,
      .new_output = lb_music_output_new,
      .show_output = lb_music_output_show },
    LISTENS ("analysis", N_ ("LLM Analysis"), lb_music_input_new_question),
    { NULL },
  };

  return modes;
}
