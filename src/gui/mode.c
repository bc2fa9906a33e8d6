#include "gui/mode.h"

#include <glib/gi18n.h>

#include "gui/stt-input.h"
#include "gui/stt-output.h"

const LbMode *
lb_modes (void)
{
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
    { NULL },
  };

  return modes;
}
