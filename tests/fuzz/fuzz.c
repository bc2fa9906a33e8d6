#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

const LbFuzzPiece *
lb_fuzz_random_piece (const LbFuzzPiece *pieces, guint n_pieces, GRand *random)
{
  return &pieces[g_rand_int_range (random, 0, (gint32) n_pieces)];
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

static void
try_one (const LbFuzz *fuzz, GRand *random)
{
  const LbFuzzPiece *from = lb_fuzz_random_piece (fuzz->corpus, fuzz->n_corpus, random);
  g_autoptr (GString) bytes = g_string_new_len (from->bytes, (gssize) from->length);

  for (gint32 n = g_rand_int_range (random, 1, fuzz->most_changes + 1); n > 0; n--)
    {
      fuzz->change (bytes, random);
      if (fuzz->most_bytes > 0 && bytes->len > fuzz->most_bytes)
        g_string_truncate (bytes, fuzz->most_bytes);
    }
  if (fuzz->finish != NULL)
    fuzz->finish (bytes, random);
  LLVMFuzzerTestOneInput ((const uint8_t *) bytes->str, bytes->len);
}

int
lb_fuzz_main (const LbFuzz *fuzz, int argc, char **argv)
{
  long rounds = argc > 1 ? strtol (argv[1], NULL, 10) : G_MAXLONG;
  guint32 seed = argc > 2 ? (guint32) strtoul (argv[2], NULL, 10) : g_random_int ();
  gint64 end = g_get_monotonic_time () + fuzz->seconds * G_USEC_PER_SEC;
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  long done = 0;

  if (argc > 3)
    return replay (argc - 3, argv + 3);
  fprintf (stderr, "seed %u\n", seed); /* to see the same again: fuzz-NAME ROUNDS SEED */
  for (guint i = 0; i < fuzz->n_corpus; i++)
    LLVMFuzzerTestOneInput ((const uint8_t *) fuzz->corpus[i].bytes, fuzz->corpus[i].length);
  for (; done < rounds && (argc > 1 || g_get_monotonic_time () < end); done++)
    try_one (fuzz, random);
  fprintf (stderr, "fuzz-%s: %ld rounds\n", fuzz->name, done);
  return 0;
}
