/* usage: fuzz-gguf [ROUNDS [SEED [FILE…]]]: heads of GGUF files as hostile as they get. What is
 * refused has one line of UTF-8 that says why; what is accepted has an architecture. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "fuzz.h"
#include "llama-gguf.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  /* a block of exactly that size: one byte too far is seen by a sanitizer */
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autoptr (GError) error = NULL;
  g_auto (LlamaGguf) gguf;
  gboolean good = llama_gguf_parse (copy, size, "a file", &gguf, &error);

  if (good != (error == NULL) || (good && gguf.architecture == NULL))
    abort ();
  if (error != NULL && (error->domain != LB_ERROR || strchr (error->message, '\n') != NULL ||
                        !g_utf8_validate (error->message, -1, NULL)))
    abort ();
  return 0;
}

#ifndef LB_FUZZER

#define LENGTH(N) N "\0\0\0\0\0\0\0"

/* One tensor, an architecture, a list; and a projector's. */
static const LbFuzzPiece corpus[] = {
  LB_FUZZ_PIECE (
      "GGUF\3\0\0\0" LENGTH ("\1") LENGTH ("\2")
          LENGTH ("\x14") "general.architecture\x08\0\0\0" LENGTH ("\5") "qwen2" LENGTH (
              "\1") "t\x09\0\0\0\x08\0\0\0" LENGTH ("\1")
              LENGTH ("\1") "a" LENGTH ("\1") "w\1\0\0\0" LENGTH ("\2") "\0\0\0\0" LENGTH (
                  "\0") "0123456789012345678901234567890123456789"),
  LB_FUZZ_PIECE ("GGUF\3\0\0\0" LENGTH ("\0") LENGTH ("\2")
                     LENGTH ("\x14") "general.architecture\x08\0\0\0" LENGTH (
                         "\4") "clip" LENGTH ("\x17") "clip.has_audio_encoder_\x07\0\0\0\1"),
  LB_FUZZ_PIECE (""),
};

/* Pieces that matter to the reader. */
static const LbFuzzPiece pieces[] = {
  LB_FUZZ_PIECE ("\0"),
  LB_FUZZ_PIECE ("\xff\xff\xff\xff\xff\xff\xff\xff"),
  LB_FUZZ_PIECE ("\xff\xff\xff\x7f"),
  LB_FUZZ_PIECE ("\x09\0\0\0"),
  LB_FUZZ_PIECE ("\x08\0\0\0"),
  LB_FUZZ_PIECE ("\x0c\0\0\0"),
  LB_FUZZ_PIECE (LENGTH ("\1")),
  LB_FUZZ_PIECE (LENGTH ("\x14")),
  LB_FUZZ_PIECE ("general.alignment\4\0\0\0\0\0\0\0"),
};

static void
mutate (GString *file, GRand *random)
{
  const LbFuzzPiece *piece = lb_fuzz_random_piece (pieces, G_N_ELEMENTS (pieces), random);
  gsize at = (gsize) g_rand_int_range (random, 0, (gint32) file->len + 1);

  switch (g_rand_int_range (random, 0, 4))
    {
    case 0:
      g_string_insert_len (file, (gssize) at, piece->bytes, (gssize) piece->length);
      break;
    case 1:
      g_string_truncate (file, at);
      break;
    case 2:
      g_string_overwrite_len (file, at, piece->bytes, (gssize) piece->length);
      break;
    default:
      if (at < file->len)
        file->str[at] = (char) g_rand_int_range (random, 0, 256);
    }
}

int
main (int argc, char **argv)
{
  static const LbFuzz fuzz = {
    .name = "gguf",
    .seconds = 2,
    .corpus = corpus,
    .n_corpus = G_N_ELEMENTS (corpus),
    .most_changes = 7,
    .change = mutate,
  };

  return lb_fuzz_main (&fuzz, argc, argv);
}

#endif
