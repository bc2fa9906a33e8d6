#include "openai-wav.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

#define MAX_RATE_HZ 768000
#define MIN_RATE_HZ 100
#define MAX_BEFORE_DATA (1024 * 1024)
#define UNKNOWN_SIZE 0x7fff0000u /* what streaming writers put is above */
#define PIECE_SAMPLES 4096
#define TAG_PCM 1
#define TAG_FLOAT 3
#define TAG_EXTENSIBLE 0xfffe

void
openai_wav_init (OpenaiWav *wav)
{
  memset (wav, 0, sizeof *wav);
}

void
openai_wav_init_raw (OpenaiWav *wav, guint rate_hz)
{
  memset (wav, 0, sizeof *wav);
  wav->rate_hz = rate_hz;
  wav->channels = 1;
  wav->samples = OPENAI_SAMPLES_S16;
  wav->in_data = TRUE;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, LB_ERROR, LB_ERROR_ENGINE, "the server's sound can't be used: %s", why);
  return FALSE;
}

static guint
le16 (const guint8 *bytes)
{
  return bytes[0] | (guint) bytes[1] << 8;
}

static guint32
le32 (const guint8 *bytes)
{
  return le16 (bytes) | (guint32) le16 (bytes + 2) << 16;
}

static guint
frame_bytes (const OpenaiWav *wav)
{
  return wav->channels * (wav->samples == OPENAI_SAMPLES_F32 ? 4 : 2);
}

/* @chunk: of at least 16 bytes, 40 of an extensible one. */
static gboolean
read_format (OpenaiWav *wav, const guint8 *chunk, guint32 size, GError **error)
{
  guint tag = le16 (chunk);
  guint bits = le16 (chunk + 14);

  if (tag == TAG_EXTENSIBLE && size >= 40)
    tag = le16 (chunk + 24);
  wav->channels = le16 (chunk + 2);
  wav->rate_hz = le32 (chunk + 4);
  if (tag == TAG_PCM && bits == 16)
    wav->samples = OPENAI_SAMPLES_S16;
  else if (tag == TAG_FLOAT && bits == 32)
    wav->samples = OPENAI_SAMPLES_F32;
  else
    return refuse (error, "a WAV of another kind than 16-bit integers or 32-bit floats");
  if (wav->channels < 1 || wav->channels > OPENAI_WAV_MAX_CHANNELS)
    return refuse (error, "its WAV header says an impossible number of channels");
  if (wav->rate_hz < MIN_RATE_HZ || wav->rate_hz > MAX_RATE_HZ)
    return refuse (error, "its WAV header says an impossible sample rate");
  if (le16 (chunk + 12) != frame_bytes (wav))
    return refuse (error, "its WAV header contradicts itself");
  return TRUE;
}

/* How many bytes of head must be there before the next thing can be read. */
static guint
head_wanted (const OpenaiWav *wav)
{
  guint32 size;

  if (wav->consumed == 0)
    return 12;
  if (wav->head_bytes < 8 || memcmp (wav->head, "fmt ", 4) != 0)
    return 8;
  size = le32 (wav->head + 4);
  return 8 + (size < 16 ? 0 : size >= 40 ? 40 : 16);
}

static gboolean
begin_data (OpenaiWav *wav, guint32 size, GError **error)
{
  if (wav->rate_hz == 0)
    return refuse (error, "a WAV whose data comes before its format");
  wav->in_data = TRUE;
  wav->sized = size != 0 && size < UNKNOWN_SIZE;
  wav->left = size;
  wav->head_bytes = 0;
  return TRUE;
}

/* What stands in head is complete. */
static gboolean
take_head (OpenaiWav *wav, GError **error)
{
  guint32 size = le32 (wav->head + 4);

  if (wav->consumed == 0)
    {
      if (memcmp (wav->head, "RIFF", 4) != 0 || memcmp (wav->head + 8, "WAVE", 4) != 0)
        return refuse (error, "it is no WAV");
      wav->consumed = 12;
      wav->head_bytes = 0;
      return TRUE;
    }
  if (memcmp (wav->head, "data", 4) == 0)
    return begin_data (wav, size, error);
  if (memcmp (wav->head, "fmt ", 4) == 0 && (size < 16 || wav->rate_hz != 0))
    return refuse (error, "a WAV of a broken format");
  if (memcmp (wav->head, "fmt ", 4) == 0 && !read_format (wav, wav->head + 8, size, error))
    return FALSE;
  wav->consumed += 8 + (guint64) size;
  wav->skip = 8 + (guint64) size + (size & 1) - wav->head_bytes;
  wav->head_bytes = 0;
  return wav->consumed <= MAX_BEFORE_DATA || refuse (error, "its WAV header doesn't end");
}

static gsize
feed_head (OpenaiWav *wav, const guint8 *bytes, gsize n_bytes, GError **error)
{
  gsize n = (gsize) MIN (wav->skip, n_bytes);

  wav->skip -= n;
  if (n > 0)
    return n;
  n = MIN (head_wanted (wav) - wav->head_bytes, n_bytes);
  memcpy (wav->head + wav->head_bytes, bytes, n);
  wav->head_bytes += (guint) n;
  /* A chunk's size may say that more of it is wanted. */
  if (wav->head_bytes == head_wanted (wav) && !take_head (wav, error))
    return 0;
  return n;
}

/* @n whole samples. Returns: FALSE: one is no number */
static gboolean
convert (const OpenaiWav *wav, const guint8 *bytes, float *samples, gsize n)
{
  gboolean fine = TRUE;

  for (gsize i = 0; i < n && wav->samples == OPENAI_SAMPLES_S16; i++)
    samples[i] = (float) (gint16) le16 (bytes + 2 * i) / 32768;
  for (gsize i = 0; i < n && wav->samples == OPENAI_SAMPLES_F32; i++)
    {
      guint32 bits = le32 (bytes + 4 * i);

      memcpy (&samples[i], &bits, sizeof bits);
      fine = fine && isfinite (samples[i]);
    }
  return fine;
}

static gboolean
give_frames (OpenaiWav *wav, const guint8 *bytes, gsize frames, OpenaiFrames give,
             gpointer user_data, GError **error)
{
  float samples[PIECE_SAMPLES];
  gsize most = PIECE_SAMPLES / wav->channels;

  while (frames > 0)
    {
      gsize n = MIN (frames, most);

      if (!convert (wav, bytes, samples, n * wav->channels))
        return refuse (error, "it holds NaN or infinity");
      wav->frames += n;
      if (!give (wav, samples, n, user_data, error))
        return FALSE;
      bytes += n * frame_bytes (wav);
      frames -= n;
    }
  return TRUE;
}

/* A frame that was cut between two pieces is put together in head. */
static gsize
feed_data (OpenaiWav *wav, const guint8 *bytes, gsize n_bytes, OpenaiFrames give,
           gpointer user_data, GError **error)
{
  guint frame = frame_bytes (wav);
  gsize n = n_bytes;

  if (wav->sized && wav->left == 0)
    return n_bytes; /* chunks behind the sound */
  if (wav->sized)
    n = (gsize) MIN (n, wav->left);
  if (wav->head_bytes > 0 || n < frame)
    {
      n = MIN (n, frame - wav->head_bytes);
      memcpy (wav->head + wav->head_bytes, bytes, n);
      wav->head_bytes += (guint) n;
      if (wav->head_bytes == frame)
        {
          wav->head_bytes = 0;
          if (!give_frames (wav, wav->head, 1, give, user_data, error))
            return 0;
        }
    }
  else
    {
      n -= n % frame;
      if (!give_frames (wav, bytes, n / frame, give, user_data, error))
        return 0;
    }
  wav->left -= wav->sized ? n : 0;
  return n;
}

gboolean
openai_wav_feed (OpenaiWav *wav, const guint8 *bytes, gsize n_bytes, OpenaiFrames give,
                 gpointer user_data, GError **error)
{
  while (n_bytes > 0)
    {
      gsize n = wav->in_data ? feed_data (wav, bytes, n_bytes, give, user_data, error)
                             : feed_head (wav, bytes, n_bytes, error);

      if (n == 0)
        return FALSE;
      bytes += n;
      n_bytes -= n;
    }
  return TRUE;
}

gboolean
openai_wav_end (const OpenaiWav *wav, GError **error)
{
  if (!wav->in_data)
    return refuse (error, wav->consumed == 0 ? "there is none" : "its WAV ends in its header");
  if (wav->sized && wav->left > 0)
    return refuse (error, "its WAV header promises more than came");
  if (wav->frames == 0)
    return refuse (error, "there is none");
  if (wav->head_bytes > 0)
    return refuse (error, "it ends in the middle of a sample");
  return TRUE;
}
