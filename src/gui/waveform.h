/* A sound as it looks, with the place that is heard. */
#pragma once

#include <gtk/gtk.h>

#include "gui/sound.h"
#include "gui/time-widget.h"

G_BEGIN_DECLS

#define LB_TYPE_WAVEFORM (lb_waveform_get_type ())
G_DECLARE_FINAL_TYPE (LbWaveform, lb_waveform, LB, WAVEFORM, LbTimeWidget)

GtkWidget *lb_waveform_new (void);

/** lb_waveform_set_peaks: @peaks: (transfer full) (nullable): %NULL: not known (yet); @label:
 * what a screen reader calls it */
void lb_waveform_set_peaks (LbWaveform *waveform, LbGuiPeaks *peaks, const char *label);

/** lb_waveform_set_range: what is emphasised, in seconds; both 0: nothing */
void lb_waveform_set_range (LbWaveform *waveform, double from_s, double to_s);

G_END_DECLS
