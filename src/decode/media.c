#include "decode/media.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

#define IO_BYTES 65536
#define PROBE_BYTES (1024 * 1024)
#define MAX_STREAMS 64
#define MAX_ALLOCATION_BYTES (128 * 1024 * 1024)
#define MAX_CHUNKS 256
#define LOG_BYTES 256

static const char formats[] =
    "wav,w64,mp3,flac,mov,mp4,m4a,3gp,3g2,mj2,aac,ogg,aiff,asf,matroska,"
    "webm,au,caf";
static const char codecs[] =
    "pcm_u8,pcm_s8,pcm_s8_planar,pcm_s16le,pcm_s16be,pcm_s16le_planar,pcm_s16be_planar,pcm_u16le,"
    "pcm_u16be,pcm_s24le,pcm_s24be,pcm_s24le_planar,pcm_u24le,pcm_u24be,pcm_s32le,pcm_s32be,"
    "pcm_s32le_planar,pcm_u32le,pcm_u32be,pcm_s64le,pcm_s64be,pcm_f16le,pcm_f24le,pcm_f32le,"
    "pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,mp1float,mp2float,mp3float,mp3,aac,flac,"
    "alac,"
    "vorbis,opus,libopus,speex,libspeex,wmav1,wmav2,wmapro,wmalossless,wmavoice,ac3,eac3,dca,"
    "truehd,"
    "mlp,amrnb,amrwb,gsm,gsm_ms,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_g722,g722,adpcm_g726,"
    "adpcm_yamaha,adpcm_swf,wavpack,tta";

struct _LbMedia {
  int fd;
  gint64 offset;
  gint64 bytes;
  int read_errno; /* of the file itself */
  AVIOContext *io;
  AVFormatContext *format;
  AVCodecContext *codec;
  AVStream *stream;
  AVPacket *packet;
  AVFrame *frame;
  gboolean drained; /* the last packet went in */
  guint64 damaged;
};

/* FFmpeg's log is global by its API: the last thing said at error level is kept for messages. */
static char last_words[LOG_BYTES];

static void
keep_last_words (void *context, int level, const char *format, va_list arguments)
{
  if (level <= AV_LOG_ERROR)
    vsnprintf (last_words, sizeof last_words, format, arguments);
}

static int
read_file (void *opaque, uint8_t *buffer, int bytes)
{
  LbMedia *media = opaque;
  gssize n;

  do
    n = pread (media->fd, buffer, (gsize) bytes, media->offset);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    {
      media->read_errno = errno;
      return AVERROR (errno);
    }
  media->offset += n;
  return n == 0 ? AVERROR_EOF : (int) n;
}

static int64_t
seek_file (void *opaque, int64_t offset, int whence)
{
  LbMedia *media = opaque;
  gint64 base = 0;

  whence &= ~AVSEEK_FORCE;
  if (whence == AVSEEK_SIZE)
    return media->bytes;
  if (whence == SEEK_CUR)
    base = media->offset;
  else if (whence == SEEK_END)
    base = media->bytes;
  else if (whence != SEEK_SET)
    return AVERROR (EINVAL);
  if (offset > G_MAXINT64 - base || base + offset < 0)
    return AVERROR (EINVAL);
  media->offset = base + offset;
  return media->offset;
}

static int
open_nothing (AVFormatContext *format, AVIOContext **io, const char *url, int flags,
              AVDictionary **options)
{
  return AVERROR (EPERM);
}

/* Sets "WHAT happened (what FFmpeg said last)". */
static gboolean
fail (const LbMedia *media, int failed, const char *what, GError **error)
{
  char text[AV_ERROR_MAX_STRING_SIZE] = "";

  if (media->read_errno != 0)
    return lb_error_set_errno (error, media->read_errno, "it can't be read to its end");
  av_strerror (failed, text, sizeof text);
  g_strchomp (last_words);
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "%s%s%s%s%s%s", what, failed != 0 ? ": " : "",
               failed != 0 ? text : "", *last_words != '\0' ? " (" : "", last_words,
               *last_words != '\0' ? ")" : "");
  return FALSE;
}

static gboolean
open_container (LbMedia *media, GError **error)
{
  uint8_t *buffer = av_malloc (IO_BYTES);
  int failed;

  media->io = avio_alloc_context (buffer, IO_BYTES, 0, media, read_file, NULL, seek_file);
  media->format = avformat_alloc_context ();
  if (buffer == NULL || media->io == NULL || media->format == NULL)
    return fail (media, AVERROR (ENOMEM), "no memory", error);
  media->format->pb = media->io;
  media->format->flags |= AVFMT_FLAG_CUSTOM_IO;
  media->format->io_open = open_nothing;
  media->format->probesize = PROBE_BYTES;
  media->format->max_streams = MAX_STREAMS;
  media->format->format_whitelist = av_strdup (formats);
  media->format->codec_whitelist = av_strdup (codecs);
  media->format->protocol_whitelist = av_strdup ("none");
  failed = avformat_open_input (&media->format, NULL, NULL, NULL);
  if (failed < 0)
    return fail (media, failed, "no sound format that is known here", error);
  return TRUE;
}

/* Other streams are not even looked into. */
static gboolean
find_sound (LbMedia *media, GError **error)
{
  AVFormatContext *format = media->format;
  int failed, index;

  for (guint i = 0; i < format->nb_streams; i++)
    if (format->streams[i]->codecpar->codec_type != AVMEDIA_TYPE_AUDIO)
      format->streams[i]->discard = AVDISCARD_ALL;
  failed = avformat_find_stream_info (format, NULL);
  if (failed < 0)
    return fail (media, failed, "its headers make no sense", error);
  index = av_find_best_stream (format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
  if (index < 0)
    return fail (media, 0, "there is no sound in it", error);
  for (guint i = 0; i < format->nb_streams; i++)
    format->streams[i]->discard = (int) i == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  media->stream = format->streams[index];
  return TRUE;
}

static gboolean
open_codec (LbMedia *media, GError **error)
{
  const AVCodecParameters *parameters = media->stream->codecpar;
  const AVCodec *codec = avcodec_find_decoder (parameters->codec_id);
  int failed;

  if (codec == NULL)
    return fail (media, 0, "its codec is not known", error);
  media->codec = avcodec_alloc_context3 (codec);
  media->packet = av_packet_alloc ();
  media->frame = av_frame_alloc ();
  if (media->codec == NULL || media->packet == NULL || media->frame == NULL)
    return fail (media, AVERROR (ENOMEM), "no memory", error);
  failed = avcodec_parameters_to_context (media->codec, parameters);
  media->codec->pkt_timebase = media->stream->time_base; /* by it, padding is cut to the sample */
  media->codec->thread_count = 1;
  media->codec->codec_whitelist = av_strdup (codecs);
  if (failed >= 0)
    failed = avcodec_open2 (media->codec, codec, NULL);
  if (failed < 0)
    return fail (media, failed, "its codec can't be set up", error);
  return TRUE;
}

LbMedia *
lb_media_open (int fd, GError **error)
{
  g_autoptr (LbMedia) media = g_new0 (LbMedia, 1);
  struct stat status;

  media->fd = fd;
  if (fstat (fd, &status) != 0)
    {
      lb_error_set_errno (error, errno, "it can't be read");
      return NULL;
    }
  media->bytes = status.st_size;
  av_log_set_callback (keep_last_words);
  av_max_alloc (MAX_ALLOCATION_BYTES);
  if (!open_container (media, error) || !find_sound (media, error) || !open_codec (media, error))
    return NULL;
  return g_steal_pointer (&media);
}

void
lb_media_free (LbMedia *media)
{
  if (media == NULL)
    return;
  av_frame_free (&media->frame);
  av_packet_free (&media->packet);
  avcodec_free_context (&media->codec);
  avformat_close_input (&media->format);
  if (media->io != NULL)
    av_freep (&media->io->buffer);
  avio_context_free (&media->io);
  g_free (media);
}

char *
lb_media_format (const LbMedia *media)
{
  g_auto (GStrv) names = g_strsplit (media->format->iformat->name, ",", 2);

  return g_strdup_printf ("%s/%s", names[0], avcodec_get_name (media->codec->codec_id));
}

/* Samples as they are: no state from one to the next (ADPCM, which has it, follows in the list).
 */
static gboolean
is_pcm (const LbMedia *media)
{
  enum AVCodecID id = media->codec->codec_id;

  return id >= AV_CODEC_ID_FIRST_AUDIO && id < AV_CODEC_ID_ADPCM_IMA_QT;
}

/* A WAV or AIFF that was streamed says nothing, or the largest number that there is. */
static gboolean
is_placeholder (const LbMedia *media, double duration_s)
{
  int bits = av_get_exact_bits_per_sample (media->codec->codec_id);
  double bytes = duration_s * media->codec->sample_rate * media->codec->ch_layout.nb_channels *
                 bits / 8;

  return bits > 0 && bytes > 2147483647.0 - 65536 && bytes > 2.0 * (double) media->bytes;
}

/* FFmpeg cuts a WAV's length to the file's: what the header says is read here, to notice that a
 * part is missing (RIFF: "data", 32-bit length, in a list of chunks of even size). Returns: 0: no
 * such */
static guint32
riff_data_bytes (const LbMedia *media)
{
  guint8 head[12];
  gint64 at = 12;

  if (pread (media->fd, head, 12, 0) != 12 || memcmp (head, "RIFF", 4) != 0)
    return 0;
  for (guint i = 0; i < MAX_CHUNKS; i++)
    {
      guint32 bytes;

      if (pread (media->fd, head, 8, at) != 8)
        return 0;
      memcpy (&bytes, head + 4, sizeof bytes);
      bytes = GUINT32_FROM_LE (bytes);
      if (memcmp (head, "data", 4) == 0)
        return bytes;
      at += 8 + (gint64) bytes + (bytes & 1);
    }
  return 0;
}

/* Returns: what a WAV of PCM says, or 0 */
static double
riff_duration_s (const LbMedia *media)
{
  double frame = media->codec->ch_layout.nb_channels *
                 av_get_exact_bits_per_sample (media->codec->codec_id) / 8.0;

  if (!is_pcm (media) || strcmp (media->format->iformat->name, "wav") != 0 || !(frame > 0) ||
      media->codec->sample_rate <= 0)
    return 0;
  return riff_data_bytes (media) / frame / media->codec->sample_rate;
}

double
lb_media_slack_s (const LbMedia *media)
{
  double rate = MAX (media->codec->sample_rate, 1);

  return MAX (0.1, 4 * media->codec->frame_size / rate);
}

double
lb_media_duration_s (const LbMedia *media)
{
  const AVStream *stream = media->stream;
  double duration_s = riff_duration_s (media);

  if (duration_s > 0)
    return is_placeholder (media, duration_s) ? NAN : duration_s;
  duration_s = NAN;
  if (stream->duration != AV_NOPTS_VALUE && stream->duration > 0)
    duration_s = stream->duration * av_q2d (stream->time_base);
  else if (media->format->duration != AV_NOPTS_VALUE && media->format->duration > 0)
    duration_s = (double) media->format->duration / AV_TIME_BASE;
  /* Bytes by bit rate: wrong for a raw AAC stream, which says neither. */
  if (strcmp (media->format->iformat->name, "aac") == 0 || is_placeholder (media, duration_s))
    return NAN;
  return duration_s;
}

gboolean
lb_media_is_estimate (const LbMedia *media)
{
  return riff_duration_s (media) <= 0 &&
         media->format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE;
}

guint64
lb_media_damaged (const LbMedia *media)
{
  return media->damaged;
}

/* Gives the decoder its next packet, or the end. */
static gboolean
feed (LbMedia *media, GError **error)
{
  int got;

  do
    {
      av_packet_unref (media->packet);
      got = av_read_frame (media->format, media->packet);
    }
  while (got >= 0 && media->packet->stream_index != media->stream->index);
  if (got < 0)
    {
      if (media->read_errno != 0)
        return fail (media, got, "", error);
      if (got != AVERROR_EOF)
        media->damaged++;
      media->drained = TRUE;
      avcodec_send_packet (media->codec, NULL);
      return TRUE;
    }
  if (avcodec_send_packet (media->codec, media->packet) < 0)
    media->damaged++;
  return TRUE;
}

gboolean
lb_media_next (LbMedia *media, const AVFrame **frame, GError **error)
{
  *frame = NULL;
  for (;;)
    {
      int got = avcodec_receive_frame (media->codec, media->frame);

      if (got >= 0 && media->frame->nb_samples > 0)
        {
          *frame = media->frame;
          return TRUE;
        }
      if (got >= 0)
        continue;
      if (got == AVERROR_EOF || (media->drained && got == AVERROR (EAGAIN)))
        return TRUE;
      if (got != AVERROR (EAGAIN))
        media->damaged++;
      if (media->drained)
        return TRUE;
      if (!feed (media, error))
        return FALSE;
    }
}

static gint64
stream_start (const LbMedia *media)
{
  return media->stream->start_time != AV_NOPTS_VALUE ? media->stream->start_time : 0;
}

/* Can every frame be named in the container's ticks? Matroska's are milliseconds. */
static gboolean
has_exact_times (const LbMedia *media)
{
  AVRational tick = media->stream->time_base;
  gint64 ticks = (gint64) tick.num * media->codec->sample_rate;

  return ticks > 0 && tick.den % ticks == 0;
}

gboolean
lb_media_seek (LbMedia *media, double position_s)
{
  gboolean exact = has_exact_times (media) &&
                   (is_pcm (media) || strcmp (media->format->iformat->name, "flac") == 0);
  double target = position_s / av_q2d (media->stream->time_base);

  if (!exact || !(target > 0 && target < (double) (G_MAXINT64 / 4)))
    return FALSE;
  return av_seek_frame (media->format, media->stream->index,
                        stream_start (media) + (gint64) target, AVSEEK_FLAG_BACKWARD) >= 0;
}

gboolean
lb_media_rewind (LbMedia *media)
{
  media->drained = FALSE;
  avcodec_flush_buffers (media->codec);
  return av_seek_frame (media->format, media->stream->index, stream_start (media),
                        AVSEEK_FLAG_BACKWARD) >= 0;
}

gint64
lb_media_position (const LbMedia *media, const AVFrame *frame)
{
  AVRational rate = { 1, frame->sample_rate };

  if (frame->pts == AV_NOPTS_VALUE || frame->sample_rate <= 0)
    return -1;
  return av_rescale_q (frame->pts - stream_start (media), media->stream->time_base, rate);
}
