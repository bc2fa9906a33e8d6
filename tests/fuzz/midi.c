/* usage: fuzz-midi [ROUNDS [SEED]] [FILE…]: MIDI files as hostile as they get. What is accepted
 * must be in its bounds and in order, and must survive being written and read again. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/midi.h"
#include "core/error.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

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

#define MAX_BYTES 4096

typedef struct {
  const char *bytes;
  gsize length;
} Piece;

#define PIECE(TEXT)                                                                              \
  {                                                                                              \
    TEXT, sizeof TEXT - 1                                                                        \
  }

static const Piece corpus[] = {
  PIECE ("MThd\0\0\0\6\0\0\0\1\1\xe0"
         "MTrk\0\0\0\x15\0\xff\x51\3\7\xa1\x20\0\x90\x3c\x64\x60\x3c\0\0\xff\x2f\0\0\0\0\0"),
  PIECE ("MThd\0\0\0\6\0\1\0\2\0\x60"
         "MTrk\0\0\0\4\0\xff\x2f\0MTrk\0\0\0\x10\0\xc0\4\0\x90\x40\x50\x81\x40\x80\x40\0\0\xff"
         "\x2f\0"),
  PIECE ("MThd\0\0\0\6\0\1\0\1\xe7\x28MTrk\0\0\0\x08\0\x99\x26\x7f\x10\xff\x2f\0"),
  PIECE (""),
};

/* Pieces that matter to the reader. */
static const Piece pieces[] = {
  PIECE ("\0"),
  PIECE ("\x81\x00"),
  PIECE ("\xff\xff\xff\x7f"),
  PIECE ("\xff\xff\xff\xff"),
  PIECE ("\0\x90\x3c\x64"),
  PIECE ("\x10\x3c\0"),
  PIECE ("\0\x80\x3c\0"),
  PIECE ("\0\xff\x51\3\0\0\1"),
  PIECE ("\0\xff\x51\3\0\0\0"),
  PIECE ("\0\xff\x2f\0"),
  PIECE ("\0\xf0\3\1\2\xf7"),
  PIECE ("\0\xf4"),
  PIECE ("MTrk\0\0\0\4\0\xff\x2f\0"),
  PIECE ("XFIH\0\0\0\1x"),
  PIECE ("MThd"),
};

static void
mutate (GString *file, GRand *random)
{
  gsize at = (gsize) g_rand_int_range (random, 0, (gint32) file->len + 1);
  const Piece *piece = &pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))];

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
  if (file->len > MAX_BYTES)
    g_string_truncate (file, MAX_BYTES);
}

/* The first track's length made right, so that most of it is read. */
static void
mend (GString *file)
{
  if (file->len < 22)
    return;
  file->str[18] = file->str[19] = 0;
  file->str[20] = (char) ((file->len - 22) >> 8);
  file->str[21] = (char) (file->len - 22);
}

static int
replay (int count, char **paths)
{
  for (int i = 0; i < count; i++)
    {
      g_autofree char *bytes = NULL;
      gsize length;

      if (!g_file_get_contents (paths[i], &bytes, &length, NULL))
        {
          fprintf (stderr, "can't read a corpus file\n");
          return 2;
        }
      LLVMFuzzerTestOneInput ((const uint8_t *) bytes, length);
    }
  return 0;
}

int
main (int argc, char **argv)
{
  long rounds = argc > 1 ? strtol (argv[1], NULL, 10) : 100000;
  guint32 seed = argc > 2 ? (guint32) strtoul (argv[2], NULL, 10) : g_random_int ();
  gint64 end = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  long done = 0;

  if (argc > 3)
    return replay (argc - 3, argv + 3);
  fprintf (stderr, "seed %u\n", seed); /* to see the same again: fuzz-midi ROUNDS SEED */
  for (gsize i = 0; i < G_N_ELEMENTS (corpus); i++)
    LLVMFuzzerTestOneInput ((const uint8_t *) corpus[i].bytes, corpus[i].length);
  for (; done < rounds && (argc > 1 || g_get_monotonic_time () < end); done++)
    {
      const Piece *from = &corpus[g_rand_int_range (random, 0, G_N_ELEMENTS (corpus))];
      g_autoptr (GString) file = g_string_new_len (from->bytes, (gssize) from->length);

      for (int n = g_rand_int_range (random, 1, 24); n > 0; n--)
        mutate (file, random);
      if (g_rand_boolean (random))
        mend (file);
      LLVMFuzzerTestOneInput ((const uint8_t *) file->str, file->len);
    }
  fprintf (stderr, "%ld rounds\n", done);
  return 0;
}

#endif
