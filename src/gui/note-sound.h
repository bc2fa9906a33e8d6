/* Notes as a sound file of the window's own, made off the main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * lb_note_sound_make:
 * @notes: (element-type LbMidiNote)
 * @path: (type filename): ends in .wav
 */
void lb_note_sound_make (GArray *notes, double duration_s, const char *path,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);
gboolean lb_note_sound_make_finish (GAsyncResult *result, GError **error);

G_END_DECLS
