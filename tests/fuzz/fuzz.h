/* What the targets share when no fuzzer drives them: their corpus, changed at random for some
 * seconds. */
#pragma once

#include <glib.h>
#include <stdint.h>

typedef struct {
  const char *bytes;
  gsize length;
} LbFuzzPiece;

#define LB_FUZZ_PIECE(TEXT)                                                                      \
  {                                                                                              \
    TEXT, sizeof TEXT - 1                                                                        \
  }

typedef struct {
  const char *name;
  guint seconds;
  const LbFuzzPiece *corpus;
  guint n_corpus;
  gint32 most_changes; /* of one input */
  gsize most_bytes;    /* 0: no limit */
  void (*change) (GString *bytes, GRand *random);
  void (*finish) (GString *bytes, GRand *random); /* (nullable): after the changes */
} LbFuzz;

/** LLVMFuzzerTestOneInput: the target: aborts when what it tests does not hold */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/** lb_fuzz_random_piece: Returns: (transfer none): one of @pieces */
const LbFuzzPiece *lb_fuzz_random_piece (const LbFuzzPiece *pieces, guint n_pieces,
                                         GRand *random);

/**
 * lb_fuzz_main: [ROUNDS [SEED [FILE…]]]: the corpus as it is, then changed, for ROUNDS rounds or
 * @fuzz's seconds; with files these instead. The seed is told, to see the same again. Returns:
 * exit status
 */
int lb_fuzz_main (const LbFuzz *fuzz, int argc, char **argv);
