/* A sound file for the window: what it is, and what it looks like. By llamaburn-decode, off the
 * main thread. */
#pragma once

#include <gio/gio.h>

#include "decode/decode.h"

G_BEGIN_DECLS

#define LB_GUI_PEAKS 1600 /* of a whole sound */

/** LbGuiPeaks: the lowest and the highest sample of each part of a sound, over its channels */
typedef struct {
  float low[LB_GUI_PEAKS], high[LB_GUI_PEAKS];
  guint n; /* how many there are: fewer in a sound of few frames */
  double duration_s;
} LbGuiPeaks;

/** lb_gui_peaks_of: Returns: (transfer full): free with g_free() */
LbGuiPeaks *lb_gui_peaks_of (const LbPcm *pcm, GCancellable *cancellable, GError **error);

/** lb_gui_sound_probe: @path: (type filename) */
void lb_gui_sound_probe (const char *path, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
/** lb_gui_sound_probe_finish: Returns: (transfer full): free with lb_gui_info_free() */
LbAudioInfo *lb_gui_sound_probe_finish (GAsyncResult *result, GError **error);
void lb_gui_info_free (LbAudioInfo *info);

/** lb_gui_sound_look: decodes all of it. Memory stays small: a long sound goes through a file */
void lb_gui_sound_look (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data);
LbGuiPeaks *lb_gui_sound_look_finish (GAsyncResult *result, GError **error);

G_END_DECLS
