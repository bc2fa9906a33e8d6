#include "bench/click.h"

#include "audio/click.h"
#include "audio/write.h"
#include "bench/keep.h"
#include "bench/musical-output.h"

static GArray *
read_clicks (const json_t *output)
{
  const json_t *downbeats = json_object_get (output, "downbeats");
  GArray *clicks = g_array_new (FALSE, FALSE, sizeof (LbClick));
  size_t index;
  json_t *beat;

  json_array_foreach (json_object_get (output, "beats"), index, beat)
    {
      double at_s = json_number_value (beat);
      LbClick click = { at_s, lb_is_downbeat (downbeats, at_s) };

      g_array_append_val (clicks, click);
    }
  return clicks;
}

void
lb_click_save (const LbPlan *plan, guint case_index, LbResult *result, const LbPcm *song)
{
  const LbSettings *settings = &plan->settings;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) clicks = NULL;
  g_autoptr (LbPcm) mixed = NULL;
  g_autofree char *path = NULL, *absolute = NULL;
  guint output;

  if (settings->click == NULL || !lb_result_output_is_new (result, &output) || output != 0)
    return;
  clicks = read_clicks (lb_result_last_output (result));
  path = lb_keep_path (plan, case_index, settings->click, "click", "wav");
  mixed = lb_click_mix (song, (const LbClick *) (gpointer) clicks->data, clicks->len,
                        settings->pcm_memory_bytes, &error);
  if (mixed == NULL || !lb_audio_write (mixed, path, &error))
    {
      lb_keep_flag (result, "not-saved", "the click track could not be saved", error);
      return;
    }
  absolute = g_canonicalize_filename (path, NULL);
  lb_json_set_path (lb_result_last_output (result), "click", absolute);
}
