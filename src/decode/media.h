/* One sound file through FFmpeg, from a descriptor: no path is ever opened. */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

typedef struct _LbMedia LbMedia;

/**
 * lb_media_open:
 * @fd: a regular file; its offset stays
 *
 * Finds container, sound stream and decoder among those that we know, and nothing else: no
 * playlists, devices, pictures, subtitles; files that a file names are not opened.
 *
 * Returns: (transfer full): or %NULL; the message ends with what FFmpeg said last
 */
LbMedia *lb_media_open (int fd, GError **error);
void lb_media_free (LbMedia *media);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbMedia, lb_media_free)

/** lb_media_format: Returns: (transfer full): "mp3/mp3" */
char *lb_media_format (const LbMedia *media);
/** lb_media_duration_s: Returns: by the header, NAN where it doesn't say */
double lb_media_duration_s (const LbMedia *media);
/** lb_media_is_estimate: Returns: whether that was only guessed, from bytes and bit rate */
gboolean lb_media_is_estimate (const LbMedia *media);
/** lb_media_slack_s: Returns: how much less than the header says is no loss: headers round, and
 * an MP3's counts the encoder's delay and padding */
double lb_media_slack_s (const LbMedia *media);
/** lb_media_damaged: Returns: how many packets could not be decoded so far */
guint64 lb_media_damaged (const LbMedia *media);

/**
 * lb_media_next:
 * @frame: (out) (transfer none): decoded sound, valid until the next call; %NULL at the end
 *
 * Packets that can't be decoded are counted and passed over. Returns: %FALSE when reading failed
 */
gboolean lb_media_next (LbMedia *media, const AVFrame **frame, GError **error);

/**
 * lb_media_seek:
 * @position_s: seconds from the beginning
 *
 * To a packet at or before @position_s, where that gives the same samples as decoding from the
 * start: in PCM and FLAC. Call it before lb_media_next() only.
 *
 * Returns: %TRUE if it moved: then lb_media_position() is known after the next frame
 */
gboolean lb_media_seek (LbMedia *media, double position_s);
/** lb_media_position: Returns: where @frame starts, in frames from the beginning, or −1 */
gint64 lb_media_position (const LbMedia *media, const AVFrame *frame);
/** lb_media_rewind: Returns: whether it is at the beginning again */
gboolean lb_media_rewind (LbMedia *media);

G_END_DECLS
