/* usage: fuzz-midi [ROUNDS [SEED [FILE…]]]: MIDI files as hostile as they get. What is accepted
 * must be in its bounds and in order, and must survive being written and read again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/midi.h"
#include "core/error.h"
#include "fuzz.h"

static void
check_note (const LbMidiNote *note, const LbMidiNote *before)
{
  if (!(note->start_s >= 0 && note->end_s > note->start_s && note->end_s <= LB_MIDI_MAX_TIME_S))
    abort ();
  if (note->pitch < 0 || note->pitch > 127 || note->velocity < 1 || note->velocity > 127 ||
      note->program < 0 || note->program > 127 || note->channel < 0 || note->channel > 15)
    abort ();
  if (before != NULL && before->start_s > note->start_s)
    abort ();
}

static void
write_again (const GArray *notes)
{
  static const LbMidiSettings settings = { 120, 0, FALSE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = lb_midi_write ((const LbMidiNote *) (gpointer) notes->data,
                                            notes->len, &settings, &error);
  g_autoptr (GArray) again = NULL;
  gsize length = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  if ((bytes == NULL) != (error != NULL))
    abort ();
  if (bytes != NULL && !lb_midi_read (data, length, &again, NULL, NULL))
    abort ();
  if (again != NULL && again->len > notes->len)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  /* a block of exactly that size: one byte too far is seen by a sanitizer */
  g_autofree guint8 *copy = g_malloc (size > 0 ? size : 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) notes = NULL;
  double tempo = 0;

  if (size > 0)
    memcpy (copy, data, size);
  if (!lb_midi_read (copy, size, &notes, &tempo, &error))
    {
      if (error == NULL || error->domain != LB_ERROR || notes != NULL ||
          !g_utf8_validate (error->message, -1, NULL))
        abort ();
      return 0;
    }
  if (error != NULL || notes == NULL || !(tempo > 0 && isfinite (tempo)))
    abort ();
  for (guint i = 0; i < notes->len; i++)
    check_note (&g_array_index (notes, LbMidiNote, i),
                i > 0 ? &g_array_index (notes, LbMidiNote, i - 1) : NULL);
  write_again (notes);
  return 0;
}

#ifndef LB_FUZZER

static const LbFuzzPiece corpus[] = {
  LB_FUZZ_PIECE (
      "MThd\0\0\0\6\0\0\0\1\1\xe0"
      "MTrk\0\0\0\x15\0\xff\x51\3\7\xa1\x20\0\x90\x3c\x64\x60\x3c\0\0\xff\x2f\0\0\0\0\0"),
  LB_FUZZ_PIECE (
      "MThd\0\0\0\6\0\1\0\2\0\x60"
      "MTrk\0\0\0\4\0\xff\x2f\0MTrk\0\0\0\x10\0\xc0\4\0\x90\x40\x50\x81\x40\x80\x40\0\0\xff"
      "\x2f\0"),
  LB_FUZZ_PIECE ("MThd\0\0\0\6\0\1\0\1\xe7\x28MTrk\0\0\0\x08\0\x99\x26\x7f\x10\xff\x2f\0"),
  LB_FUZZ_PIECE (""),
};

/* Pieces that matter to the reader. */
static const LbFuzzPiece pieces[] = {
  LB_FUZZ_PIECE ("\0"),
  LB_FUZZ_PIECE ("\x81\x00"),
  LB_FUZZ_PIECE ("\xff\xff\xff\x7f"),
  LB_FUZZ_PIECE ("\xff\xff\xff\xff"),
  LB_FUZZ_PIECE ("\0\x90\x3c\x64"),
  LB_FUZZ_PIECE ("\x10\x3c\0"),
  LB_FUZZ_PIECE ("\0\x80\x3c\0"),
  LB_FUZZ_PIECE ("\0\xff\x51\3\0\0\1"),
  LB_FUZZ_PIECE ("\0\xff\x51\3\0\0\0"),
  LB_FUZZ_PIECE ("\0\xff\x2f\0"),
  LB_FUZZ_PIECE ("\0\xf0\3\1\2\xf7"),
  LB_FUZZ_PIECE ("\0\xf4"),
  LB_FUZZ_PIECE ("MTrk\0\0\0\4\0\xff\x2f\0"),
  LB_FUZZ_PIECE ("XFIH\0\0\0\1x"),
  LB_FUZZ_PIECE ("MThd"),
};

static void
mutate (GString *file, GRand *random)
{
  gsize at = (gsize) g_rand_int_range (random, 0, (gint32) file->len + 1);
  const LbFuzzPiece *piece = lb_fuzz_random_piece (pieces, G_N_ELEMENTS (pieces), random);

  switch (g_rand_int_range (random, 0, 5))
    {
    case 0:
      g_string_insert_len (file, (gssize) at, piece->bytes, (gssize) piece->length);
      break;
    case 1:
      if (at > 22)
        g_string_truncate (file, at);
      break;
    case 2:
      if (at < file->len)
        file->str[at] = (char) g_rand_int_range (random, 0, 256);
      break;
    case 3:
      if (at < file->len)
        g_string_erase (file, (gssize) at, 1);
      break;
    default:
      g_string_insert_c (file, (gssize) at, (char) g_rand_int_range (random, 0, 256));
    }
}

/* The first track's length made right in every second file, so that most of it is read. */
static void
mend (GString *file, GRand *random)
{
  if (file->len < 22 || g_rand_boolean (random))
    return;
  file->str[18] = file->str[19] = 0;
  file->str[20] = (char) ((file->len - 22) >> 8);
  file->str[21] = (char) (file->len - 22);
}

int
main (int argc, char **argv)
{
  static const LbFuzz fuzz = {
    .name = "midi",
    .seconds = 2,
    .corpus = corpus,
    .n_corpus = G_N_ELEMENTS (corpus),
    .most_changes = 23,
    .most_bytes = 4096,
    .change = mutate,
    .finish = mend,
  };

  return lb_fuzz_main (&fuzz, argc, argv);
}

#endif
