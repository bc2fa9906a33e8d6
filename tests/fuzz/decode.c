/* usage: fuzz-decode [ROUNDS [SEED [FILE…]]]: sound files as hostile as they get, through what
 * llamaburn-decode does with them, without its cage. FFmpeg may refuse; ours must not crash, hang
 * or hand out what isn't sound. */
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "decode/media.h"
#include "decode/samples.h"
#include "decode/tail.h"
#include "fuzz.h"

#define MAX_FRAMES (G_GUINT64_CONSTANT (4) << 20)
#define MAX_CHANNELS 64

/* A block of exactly the right size: one sample too far is seen by a sanitizer. */
static void
take (const AVFrame *frame)
{
  guint channels = (guint) frame->ch_layout.nb_channels;
  g_autofree float *out = NULL;

  if (channels < 1 || channels > MAX_CHANNELS || !lb_samples_known (frame->format))
    return;
  out = g_new (float, (gsize) frame->nb_samples *channels);
  lb_samples_convert (frame, channels, 0, (gsize) frame->nb_samples, out);
}

static void
decode_all (LbMedia *media, GError **error)
{
  const AVFrame *frame;
  guint64 frames = 0;

  while (frames < MAX_FRAMES && lb_media_next (media, &frame, error) && frame != NULL)
    {
      take (frame);
      frames += (guint64) frame->nb_samples;
      (void) lb_media_position (media, frame);
    }
}

static void
look_into (int fd)
{
  g_autoptr (GError) error = NULL, later = NULL;
  g_autoptr (LbMedia) media = lb_media_open (fd, &error);
  g_autofree char *format = NULL;
  double duration_s;

  if ((media == NULL) != (error != NULL))
    abort ();
  (void) lb_tail_is_cut (fd);
  if (media == NULL)
    return;
  format = lb_media_format (media);
  duration_s = lb_media_duration_s (media);
  if (format == NULL || isinf (duration_s) || duration_s < 0 ||
      !(lb_media_slack_s (media) >= 0.1))
    abort ();
  if (lb_media_seek (media, 0.01))
    decode_all (media, &later);
  if (later == NULL && lb_media_rewind (media))
    decode_all (media, &later);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("fuzz-decode", MFD_CLOEXEC);

  if (fd < 0 || (size > 0 && pwrite (fd, data, size, 0) != (gssize) size))
    abort ();
  look_into (fd);
  close (fd);
  return 0;
}

#ifndef LB_FUZZER

static const int kinds[] = {
  SF_FORMAT_WAV | SF_FORMAT_PCM_16,    SF_FORMAT_WAV | SF_FORMAT_FLOAT,
  SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, SF_FORMAT_AIFF | SF_FORMAT_PCM_24,
  SF_FORMAT_FLAC | SF_FORMAT_PCM_16,   SF_FORMAT_OGG | SF_FORMAT_VORBIS,
  SF_FORMAT_W64 | SF_FORMAT_PCM_16,    SF_FORMAT_RF64 | SF_FORMAT_PCM_16,
  SF_FORMAT_CAF | SF_FORMAT_ALAC_16,   SF_FORMAT_AU | SF_FORMAT_ULAW,
};

/* Containers that libsndfile doesn't write: their first boxes, for FFmpeg's parsers to go into.
 */
static const LbFuzzPiece heads[] = {
  LB_FUZZ_PIECE (
      "\0\0\0\x18"
      "ftypM4A \0\0\0\0M4A mp42\0\0\0\x20moov\0\0\0\x18trak\0\0\0\x10mdia\0\0\0\x08stsz"),
  LB_FUZZ_PIECE (
      "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska\x18\x53\x80\x67\x01\xff\xff\xff"
      "\xff"
      "\xff\xff\xff"),
  LB_FUZZ_PIECE (
      "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c\xff\0\0\0\0\0\0\0\x06\0"
      "\0\0\1"
      "\2"),
  LB_FUZZ_PIECE (
      "ID3\4\0\0\0\0\0\0\xff\xfb\x90\x64\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
      "\0\0\0"),
};

/* Returns: its bytes are (transfer full) */
static LbFuzzPiece
make_sound (int kind)
{
  SF_INFO info = { .samplerate = 8000, .channels = 2, .format = kind };
  int fd = memfd_create ("fuzz-corpus", MFD_CLOEXEC);
  SNDFILE *file = sf_open_fd (fd, SFM_WRITE, &info, SF_FALSE);
  float samples[2 * 4000];
  gsize length;
  char *bytes;

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    samples[i] = (float) (i * 7919 % 2000) / 2000 - 0.5f;
  if (file != NULL)
    {
      sf_writef_float (file, samples, 4000);
      sf_close (file);
    }
  length = (gsize) lseek (fd, 0, SEEK_END);
  bytes = g_malloc (MAX (length, 1));
  if (pread (fd, bytes, length, 0) != (gssize) length)
    abort ();
  close (fd);
  return (LbFuzzPiece){ bytes, length };
}

static void
clear_piece (gpointer piece)
{
  g_free ((char *) ((LbFuzzPiece *) piece)->bytes);
}

/* Returns: (transfer full) (element-type LbFuzzPiece) */
static GArray *
make_corpus (void)
{
  GArray *corpus = g_array_new (FALSE, FALSE, sizeof (LbFuzzPiece));

  g_array_set_clear_func (corpus, clear_piece);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      LbFuzzPiece sound = make_sound (kinds[i]);

      g_array_append_val (corpus, sound);
    }
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      LbFuzzPiece head = { g_memdup2 (heads[i].bytes, heads[i].length), heads[i].length };

      g_array_append_val (corpus, head);
    }
  return corpus;
}

/* Mostly near the beginning: there the headers are. */
static void
mutate (GString *bytes, GRand *random)
{
  static const guint32 numbers[] = { 0,          1,          0x7fffffff, 0x80000000,
                                     0xffffffff, 0x01000000, 0x00ffffff };
  gsize range = g_rand_boolean (random) ? MIN (bytes->len, 200) : bytes->len;
  gsize at = range > 0 ? (gsize) g_rand_int_range (random, 0, (gint32) range) : 0;
  guint32 number = numbers[g_rand_int_range (random, 0, G_N_ELEMENTS (numbers))];

  if (at >= bytes->len)
    return;
  switch (g_rand_int_range (random, 0, 5))
    {
    case 0:
      if (g_rand_int_range (random, 0, 4) == 0)
        g_string_truncate (bytes, at);
      break;
    case 1:
      if (at + sizeof number <= bytes->len)
        memcpy (bytes->str + at, &number, sizeof number);
      break;
    case 2:
      bytes->str[at] = (char) (bytes->str[at] ^ (1 << g_rand_int_range (random, 0, 8)));
      break;
    case 3:
      g_string_erase (bytes, (gssize) at, 1);
      break;
    default:
      bytes->str[at] = (char) g_rand_int_range (random, 0, 256);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GArray) corpus = make_corpus ();
  const LbFuzz fuzz = {
    .name = "decode",
    .seconds = 4,
    .corpus = (const LbFuzzPiece *) (gpointer) corpus->data,
    .n_corpus = corpus->len,
    .most_changes = 7,
    .change = mutate,
  };

  return lb_fuzz_main (&fuzz, argc, argv);
}

#endif
