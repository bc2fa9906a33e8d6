#include "bench/compare.h"

#include <string.h>

#include "core/error.h"

typedef struct {
  int count;
  double first, step; /* rtf of iteration i: first + step × (i mod 5) */
} Shape;

static json_t *
new_run (int number, Shape shape)
{
  json_t *iterations = json_array ();
  json_t *record = json_object ();

  for (int i = 0; i < shape.count; i++)
    json_array_append_new (iterations, json_pack ("{s:i, s:f, s:f, s:I}", "index", i, "rtf",
                                                  shape.first + shape.step * (i % 5), "wall_s",
                                                  10 * (shape.first + shape.step * (i % 5)),
                                                  "peak_rss_bytes", (json_int_t) (1000 + i)));
  json_object_set_new (record, "number", json_integer (number));
  json_object_set_new (record, "id", json_string ("id"));
  json_object_set_new (record, "mode", json_string ("stt"));
  json_object_set_new (record, "status", json_string ("ok"));
  json_object_set_new (record, "group", json_pack ("{s:s}", "id", "group"));
  json_object_set_new (
      record, "engine",
      json_pack ("{s:s, s:s, s:i}", "id", "whisper.cpp", "version", "1", "threads", 2));
  json_object_set_new (record, "model",
                       json_pack ("{s:s, s:s}", "id", "whisper-base", "sha256", "aa"));
  json_object_set_new (record, "input",
                       json_pack ("{s:s, s:s}", "path", "/a.wav", "sha256", "cc"));
  json_object_set_new (record, "settings",
                       json_pack ("{s:s, s:{s:i, s:i}}", "order", "sequential", "options",
                                  "beam-size", 5, "verbose", 0));
  json_object_set_new (record, "machine",
                       json_pack ("{s:s, s:{s:i}}", "id", "m", "cpu", "frequency_hz", 1000));
  json_object_set_new (record, "scores", json_pack ("{s:{s:f}}", "wer", "value", 0.25));
  json_object_set_new (record, "iterations", iterations);
  return record;
}

static void
interleave (json_t *record)
{
  json_object_set_new (json_object_get (record, "settings"), "order",
                       json_string ("interleaved"));
}

static gboolean
only_beams (const char *engine, const char *option, gpointer user_data)
{
  return g_str_equal (option, "beam-size");
}

/* Takes both. */
static json_t *
against (json_t *base, json_t *record)
{
  g_autoptr (json_t) records = json_pack ("[o, o]", base, record);
  g_autoptr (json_t) comparison = lb_compare (records, only_beams, NULL, NULL);

  g_assert_nonnull (comparison);
  return json_incref (
      json_object_get (json_array_get (json_object_get (comparison, "runs"), 1), "against"));
}

static void
assert_verdict (Shape base, Shape run, gboolean interleaved, const char *verdict,
                const char *method)
{
  json_t *a = new_run (1, base), *b = new_run (2, run);
  g_autoptr (json_t) answer = NULL;

  if (interleaved)
    {
      interleave (a);
      interleave (b);
    }
  answer = against (a, b);
  g_assert_cmpstr (lb_json_string (answer, "verdict", NULL), ==, verdict);
  g_assert_cmpstr (lb_json_string (answer, "method", NULL), ==, method);
}

static void
judges_by_the_interval (void)
{
  assert_verdict ((Shape){ 6, 1, 0.01 }, (Shape){ 6, 2, 0.02 }, FALSE, "slower", "unpaired");
  assert_verdict ((Shape){ 6, 2, 0.01 }, (Shape){ 6, 1, 0.02 }, FALSE, "faster", "unpaired");
  assert_verdict ((Shape){ 6, 1, 0.1 }, (Shape){ 6, 1.01, 0.1 }, FALSE, "same", "unpaired");
  assert_verdict ((Shape){ 6, 1, 0.1 }, (Shape){ 6, 1.01, 0.1 }, TRUE, "slower",
                  "paired"); /* pairing shows it */
  assert_verdict ((Shape){ 4, 1, 0.01 }, (Shape){ 4, 2, 0.01 }, FALSE, "slower", "unpaired");
}

static void
says_that_there_are_too_few (void)
{
  static const int counts[][2] = { { 3, 9 }, { 9, 3 }, { 0, 0 }, { 1, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autoptr (json_t) answer = against (new_run (1, (Shape){ counts[i][0], 1, 0 }),
                                           new_run (2, (Shape){ counts[i][1], 9, 0 }));

      g_assert_cmpstr (lb_json_string (answer, "verdict", NULL), ==, "too-few");
      g_assert_nonnull (strstr (lb_json_string (answer, "words", ""), "too few iterations"));
      g_assert_null (json_object_get (answer, "ratio"));
    }
}

static void
words_sessions_with_care (void)
{
  g_autoptr (json_t)
      apart = against (new_run (1, (Shape){ 6, 1, 0.01 }), new_run (2, (Shape){ 6, 2, 0.02 }));
  g_autoptr (json_t)
      same = against (new_run (1, (Shape){ 6, 1, 0.01 }), new_run (2, (Shape){ 6, 1, 0.01 }));
  json_t *a = new_run (1, (Shape){ 6, 1, 0.01 }), *b = new_run (2, (Shape){ 6, 2, 0.02 });
  g_autoptr (json_t) together = NULL;

  interleave (a);
  interleave (b);
  together = against (a, b);
  g_assert_nonnull (
      strstr (lb_json_string (apart, "words", ""), "--interleave tells whether it holds"));
  g_assert_nonnull (strstr (lb_json_string (same, "words", ""), "no difference shown"));
  g_assert_null (strstr (lb_json_string (together, "words", ""), "--interleave"));
}

static void
pairs_by_index (void)
{
  json_t *a = new_run (1, (Shape){ 8, 1, 0.1 }), *b = new_run (2, (Shape){ 8, 2, 0.2 });
  g_autoptr (json_t) answer = NULL;

  interleave (a);
  interleave (b);
  json_array_remove (json_object_get (a, "iterations"),
                     0); /* its index 0 failed: b's 0 has no pair */
  answer = against (a, b);
  g_assert_cmpint (json_integer_value (json_array_get (json_object_get (answer, "n"), 0)), ==, 7);
  g_assert_cmpfloat_with_epsilon (lb_json_real (answer, "ratio", 0), 2, 1e-9);
}

static void
takes_no_pairs_from_two_plans (void)
{
  json_t *a = new_run (1, (Shape){ 8, 1, 0.1 }), *b = new_run (2, (Shape){ 8, 2, 0.2 });
  g_autoptr (json_t) answer = NULL;

  interleave (a);
  interleave (b);
  json_object_set_new (json_object_get (b, "group"), "id", json_string ("another"));
  answer = against (a, b);
  g_assert_cmpstr (lb_json_string (answer, "method", NULL), ==, "unpaired");
}

static const char *
differs (const char *part, const char *member, json_t *value)
{
  json_t *a = new_run (1, (Shape){ 6, 1, 0.01 }), *b = new_run (2, (Shape){ 6, 1, 0.01 });
  g_autoptr (json_t) answer = NULL;
  const json_t *differences;

  if (g_str_equal (part, "options"))
    json_object_set_new (json_object_get (json_object_get (b, "settings"), "options"), member,
                         value);
  else
    json_object_set_new (json_object_get (b, part), member, value);
  answer = against (a, b);
  differences = json_object_get (answer, "differences");
  g_assert_cmpuint (json_array_size (differences), <=, 1);
  return g_intern_string (lb_json_string (json_array_get (differences, 0), "what", "none"));
}

static void
points_out_what_is_another_benchmark (void)
{
  g_assert_cmpstr (differs ("input", "sha256", json_string ("dd")), ==, "input (sha256)");
  g_assert_cmpstr (differs ("input", "path", json_string ("/copy.wav")), ==, "none");
  g_assert_cmpstr (differs ("model", "sha256", json_string ("bb")), ==, "model's file (sha256)");
  g_assert_cmpstr (differs ("model", "synthetic", json_true ()), ==, "synthetic weights");
  g_assert_cmpstr (differs ("model", "synthetic", json_false ()), ==, "none");
  g_assert_cmpstr (differs ("engine", "version", json_string ("2")), ==, "engine's version");
  g_assert_cmpstr (differs ("engine", "threads", json_integer (4)), ==, "threads");
  g_assert_cmpstr (differs ("options", "beam-size", json_integer (1)), ==, "option beam-size");
  g_assert_cmpstr (differs ("options", "beam-size", json_real (5.0)), ==, "none");
  g_assert_cmpstr (differs ("options", "verbose", json_integer (1)), ==, "none");
  g_assert_cmpstr (differs ("machine", "id", json_string ("n")), ==, "machine");
  g_assert_cmpstr (differs ("machine", "cpu", json_pack ("{s:i}", "frequency_hz", 999)), ==,
                   "none");
}

static void
expects_another_engine_to_be_another (void)
{
  json_t *a = new_run (1, (Shape){ 6, 1, 0.01 }), *b = new_run (2, (Shape){ 6, 1, 0.01 });
  g_autoptr (json_t) answer = NULL;

  json_object_set_new (b, "engine",
                       json_pack ("{s:s, s:s}", "id", "faster-whisper", "version", "9"));
  json_object_set_new (b, "model",
                       json_pack ("{s:s, s:s}", "id", "whisper-base", "sha256", "zz"));
  json_object_set_new (json_object_get (b, "settings"), "options",
                       json_pack ("{s:i, s:i}", "beam-size", 1, "patience", 2));
  answer = against (a, b);
  g_assert_cmpuint (json_array_size (json_object_get (answer, "differences")), ==, 1);
  g_assert_cmpstr (
      lb_json_string (json_array_get (json_object_get (answer, "differences"), 0), "what", ""),
      ==, "option beam-size");
}

/* Two engines' records, each with the decoding it used and the options that these mean. */
static json_t *
two_engines (const char *its, const char *mine)
{
  json_t *a = new_run (1, (Shape){ 6, 1, 0.01 }), *b = new_run (2, (Shape){ 6, 1, 0.01 });
  const char *decodings[] = { its, mine };
  json_t *both[] = { a, b };

  json_object_set_new (json_object_get (b, "engine"), "id", json_string ("faster-whisper"));
  for (guint i = 0; i < 2; i++)
    {
      json_t *settings = json_object_get (both[i], "settings");

      json_object_set_new (
          settings, "decoding_used",
          json_pack ("{s:s, s:{s:i}}", "is", decodings[i], "options", "beam-size", 0));
      json_object_set_new (settings, "chosen", json_array ());
    }
  json_object_set_new (json_object_get (json_object_get (b, "settings"), "options"), "beam-size",
                       json_integer (2));
  return json_pack ("[o, o]", a, b);
}

static char *
words_of (json_t *records)
{
  g_autoptr (json_t) comparison = lb_compare (records, NULL, NULL, NULL);
  const json_t *run = json_array_get (json_object_get (comparison, "runs"), 1);

  json_decref (records);
  return g_strdup (lb_json_string (json_object_get (run, "against"), "differs", ""));
}

static void
compares_the_work_of_two_engines (void)
{
  g_autofree char *same = words_of (two_engines ("greedy", "greedy"));
  g_autofree char *other = words_of (two_engines ("greedy", "beam:5"));
  g_autofree char *own = words_of (
      two_engines ("beam:5, but again yes", "beam:5, but again yes"));
  json_t *records = two_engines ("greedy", "greedy");
  json_t *here = json_array_get (records, 1);
  g_autofree char *chosen = NULL;

  g_assert_cmpstr (same, ==, "");
  g_assert_cmpstr (other, ==, "decoding beam:5 (baseline greedy)");
  g_assert_cmpstr (own, ==, "decoding beam:5, but again yes (baseline beam:5, but again yes)");
  json_object_set_new (json_object_get (json_object_get (here, "settings"), "options"),
                       "hotwords", json_string ("x"));
  json_array_append_new (json_object_get (json_object_get (here, "settings"), "chosen"),
                         json_string ("hotwords"));
  chosen = words_of (records);
  g_assert_cmpstr (chosen, ==, "option hotwords x (baseline none)");
}

static void
set_precision (json_t *records, guint index, const char *part, const char *inner,
               const char *member, const char *value)
{
  json_t *at = json_object_get (json_array_get (records, index), part);

  if (json_object_get (at, inner) == NULL)
    json_object_set_new (at, inner, json_object ());
  json_object_set_new (json_object_get (at, inner), member, json_string (value));
}

static void
names_precision_parameters_and_threads (void)
{
  static const char *const alike[][2] = { { "f16", "float16" },
                                          { "F32", "float32" },
                                          { "bf16", "bfloat16" } };
  json_t *records = two_engines ("greedy", "greedy");
  g_autofree char *words = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (alike); i++)
    {
      json_t *pair = two_engines ("greedy", "greedy");
      g_autofree char *none = NULL;

      set_precision (pair, 0, "engine", "info", "quantisation", alike[i][0]);
      set_precision (pair, 1, "engine", "info", "precision", alike[i][1]);
      none = words_of (pair);
      g_assert_cmpstr (none, ==, "");
    }
  set_precision (records, 0, "engine", "info", "quantisation", "f16");
  set_precision (records, 1, "engine", "info", "precision", "int8");
  json_object_set_new (json_object_get (json_array_get (records, 0), "engine"), "threads",
                       json_integer (2));
  json_object_set_new (json_object_get (json_array_get (records, 1), "engine"), "threads",
                       json_integer (1));
  json_object_set_new (json_object_get (json_array_get (records, 0), "model"), "parameters",
                       json_integer (74));
  json_object_set_new (json_object_get (json_array_get (records, 1), "model"), "parameters",
                       json_integer (39));
  words = words_of (records);
  g_assert_cmpstr (words, ==,
                   "threads 1 (baseline 2); model's parameters 39 (baseline 74); precision int8 "
                   "(baseline f16)");
}

static void
opens_the_gate_by_the_lower_end (void)
{
  g_autoptr (json_t) run = json_pack ("{s:{s:[f,f]}}", "against", "ci95", 1.06, 1.2);
  g_autoptr (json_t) unknown = json_pack ("{s:{}}", "against");

  g_assert_true (lb_compare_is_slower (run, 5));
  g_assert_false (lb_compare_is_slower (run, 7));
  g_assert_false (lb_compare_is_slower (unknown, 0));
}

static void
survives_records_of_any_shape (void)
{
  static const char *const texts[] = {
    "[{}, {}]", "[1, null]",
    "[{\"iterations\": 5, \"engine\": []}, {\"iterations\": [1, {\"rtf\": -1}]}]",
    "[{\"summary\": {\"ci95_rtf\": [1]}}, {\"validity\": {\"flags\": [3]}}]"
  };
  g_autoptr (json_t) one = json_pack ("[{}]");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (json_t) records = lb_json_parse (texts[i], -1, NULL);
      g_autoptr (json_t) comparison = lb_compare (records, NULL, NULL, NULL);

      g_assert_cmpuint (json_array_size (json_object_get (comparison, "runs")), ==, 2);
    }
  g_assert_null (lb_compare (one, NULL, NULL, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compare/judges-by-the-interval", judges_by_the_interval);
  g_test_add_func ("/compare/says-that-there-are-too-few", says_that_there_are_too_few);
  g_test_add_func ("/compare/words-sessions-with-care", words_sessions_with_care);
  g_test_add_func ("/compare/pairs-by-index", pairs_by_index);
  g_test_add_func ("/compare/takes-no-pairs-from-two-plans", takes_no_pairs_from_two_plans);
  g_test_add_func ("/compare/points-out-what-is-another-benchmark",
                   points_out_what_is_another_benchmark);
  g_test_add_func ("/compare/expects-another-engine-to-be-another",
                   expects_another_engine_to_be_another);
  g_test_add_func ("/compare/compares-the-work-of-two-engines", compares_the_work_of_two_engines);
  g_test_add_func ("/compare/names-precision-parameters-and-threads",
                   names_precision_parameters_and_threads);
  g_test_add_func ("/compare/opens-the-gate-by-the-lower-end", opens_the_gate_by_the_lower_end);
  g_test_add_func ("/compare/survives-records-of-any-shape", survives_records_of_any_shape);
  return g_test_run ();
}
