/* usage: fuzz-json [ROUNDS [SEED [FILE…]]]: text of engines, as hostile as it gets. What is
 * accepted must be what the protocol allows, and must survive being written and read again. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "fuzz.h"

/* Deepest nesting and whether every string is clean: no NUL, all UTF-8. */
static void
check_value (const json_t *value, int depth)
{
  const char *key;
  json_t *member;
  size_t i;

  if (depth > LB_JSON_MAX_DEPTH + 1)
    abort ();
  if (json_is_string (value) &&
      (strlen (json_string_value (value)) != json_string_length (value) ||
       !g_utf8_validate (json_string_value (value), -1, NULL)))
    abort ();
  if (json_is_array (value))
    json_array_foreach (value, i, member)
      check_value (member, depth + 1);
  if (json_is_object (value))
    json_object_foreach ((json_t *) value, key, member)
      {
        if (!g_utf8_validate (key, -1, NULL))
          abort ();
        check_value (member, depth + 1);
      }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  /* a block of exactly that size: one byte too far is seen by a sanitizer */
  g_autofree char *text = g_malloc (size > 0 ? size : 1);
  g_autoptr (GError) error = NULL, strict_error = NULL, again_error = NULL;
  g_autoptr (json_t) value = NULL, strict = NULL, again = NULL;
  g_autofree char *line = NULL;
  gboolean repaired = FALSE;

  if (size > 0)
    memcpy (text, data, size);
  value = lb_json_parse_repaired (text, (gssize) size, &repaired, &error);
  strict = lb_json_parse (text, (gssize) size, &strict_error);
  if ((value == NULL) != (error != NULL) || (strict == NULL) != (strict_error != NULL))
    abort ();
  if (error != NULL && (error->domain != LB_ERROR || !g_utf8_validate (error->message, -1, NULL)))
    abort ();
  if (strict != NULL && (value == NULL || repaired || !json_equal (strict, value)))
    abort (); /* what needs no repair is not touched */
  if (value == NULL)
    return 0;
  check_value (value, 0);
  line = lb_json_line (value);
  again = lb_json_parse (line, -1, &again_error);
  if (again == NULL || !json_equal (value, again) || strchr (line, '\n') != NULL)
    abort ();
  return 0;
}

#ifndef LB_FUZZER

static const LbFuzzPiece corpus[] = {
  LB_FUZZ_PIECE ("{\"type\":\"done\",\"t_ns\":123456789012345678}"),
  LB_FUZZ_PIECE ("{\"a\":[1,-2.5e-3,true,null,{\"b\":\"\\u00e9\\ud83d\\ude00\"}]}"),
  LB_FUZZ_PIECE ("\"\\u0000\\ud800\\udc00\\ud800\\\\u0000\\\"\""),
  LB_FUZZ_PIECE ("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
  LB_FUZZ_PIECE ("{\"k\":1,\"k\":2}"),
  LB_FUZZ_PIECE ("[1e999,NaN,-0,0.1,18446744073709551616]"),
  LB_FUZZ_PIECE ("\"a\xff\xc3(\xf0\x9f\x98\x80\xed\xa0\x80\""),
  LB_FUZZ_PIECE ("{\"\\u0000\":1,\"\xff\":2}"),
  LB_FUZZ_PIECE (""),
};

/* Pieces that matter to the scanner, the repair and the parser. */
static const char *const pieces[] = {
  "\\u0000",
  "\\ud800",
  "\\udfff",
  "\\u",
  "\\",
  "\"",
  "[",
  "]",
  "{",
  "}",
  ":",
  ",",
  "\xff",
  "\xc3",
  "1e308",
  "-",
  "\\ud83d\\ude00",
  "\n",
  "\t",
  "\x01",
  "null",
  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
};

static void
mutate (GString *text, GRand *random)
{
  gsize at = (gsize) g_rand_int_range (random, 0, (gint32) text->len + 1);
  const char *piece = pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))];
  const LbFuzzPiece *other = lb_fuzz_random_piece (corpus, G_N_ELEMENTS (corpus), random);

  switch (g_rand_int_range (random, 0, 6))
    {
    case 0:
      g_string_insert (text, (gssize) at, piece);
      break;
    case 1:
      g_string_truncate (text, at);
      break;
    case 2:
      if (at < text->len)
        text->str[at] = (char) g_rand_int_range (random, 0, 256);
      break;
    case 3:
      if (at < text->len)
        g_string_erase (text, (gssize) at, 1);
      break;
    case 4:
      g_string_insert_len (text, (gssize) at, other->bytes, (gssize) other->length);
      break;
    default:
      g_string_insert_c (text, (gssize) at, (char) g_rand_int_range (random, 0, 256));
    }
}

int
main (int argc, char **argv)
{
  static const LbFuzz fuzz = {
    .name = "json",
    .seconds = 2,
    .corpus = corpus,
    .n_corpus = G_N_ELEMENTS (corpus),
    .most_changes = 7,
    .most_bytes = 4096,
    .change = mutate,
  };

  return lb_fuzz_main (&fuzz, argc, argv);
}

#endif
