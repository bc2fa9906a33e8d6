/* Notes as a sound file without a name, made off the main thread: nothing of it stays behind. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** lb_note_sound_make: @notes: (element-type LbMidiNote) */
void lb_note_sound_make (GArray *notes, double duration_s, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
/** lb_note_sound_make_finish: Returns: (transfer full): an open WAV file of this process, which
 * has a name as long as it is open (lb_note_sound_path()); or −1 */
int lb_note_sound_make_finish (GAsyncResult *result, GError **error);

/** lb_note_sound_path: Returns: (transfer full): of the open file @fd */
char *lb_note_sound_path (int fd);

G_END_DECLS
