#include "bench/result.h"
#include "bench/truth.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

static const LbTruth hello_world = { .text = (char *) "hello world" };

static LbResult *
make_result (LbPlan *plan)
{
  LbCase *it = lb_plan_add_case (plan, "stt", "null", NULL, "cpu");
  g_autoptr (json_t) machine = json_object ();
  g_autoptr (json_t) input = json_pack ("{s:f}", "processed_s", 10.0);
  LbResult *result;

  lb_case_add_file (it, "audio", "a.wav");
  result = lb_result_new (plan, 0, 2, machine);
  lb_result_set_input (result, input, 0.5, NULL);
  return result;
}

static void
add (LbResult *result, double wall_s, const char *text, double latency_s)
{
  g_autoptr (json_t) output = json_pack ("{s:s, s:f}", "text", text, "engine_s", wall_s * 0.9);
  LbMeasured measured = { .wall_s = wall_s,
                          .latency_s = latency_s,
                          .latency_kind = "segment",
                          .cpu_s = NAN,
                          .output = output };

  lb_result_add_iteration (result, 0, &measured);
}

static json_t *
flag_of (LbResult *result, const char *id)
{
  json_t *flags = json_object_get (json_object_get (lb_result_record (result), "validity"),
                                   "flags");
  size_t index;
  json_t *flag;

  json_array_foreach (flags, index, flag)
    if (strcmp (lb_json_string (flag, "id", ""), id) == 0)
      return flag;
  return NULL;
}

static void
derives_means_from_raw_times (void)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  g_autoptr (LbResult) result = make_result (plan);
  json_t *summary;

  add (result, 1, "hello world", 0.5);
  add (result, 3, "hello world", 0.7);
  lb_result_finish (result, &hello_world, FALSE);
  summary = json_object_get (lb_result_record (result), "summary");
  g_assert_cmpfloat_with_epsilon (lb_json_real (summary, "avg_rtf", 0), 0.2, 1e-12);
  g_assert_cmpfloat_with_epsilon (lb_json_real (summary, "min_rtf", 0), 0.1, 1e-12);
  g_assert_cmpfloat_with_epsilon (lb_json_real (summary, "max_rtf", 0), 0.3, 1e-12);
  g_assert_cmpfloat_with_epsilon (lb_json_real (summary, "avg_latency_s", 0), 0.6, 1e-12);
  g_assert_cmpfloat_with_epsilon (lb_json_real (summary, "end_to_end_rtf", 0), 0.25, 1e-12);
  g_assert_null (json_object_get (summary, "ci95_rtf"));
  g_assert_null (json_object_get (summary, "avg_cpu_s"));
  g_assert_cmpstr (lb_json_string (lb_result_record (result), "status", ""), ==, "ok");
}

static void
keeps_each_different_output_and_scores_it (void)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  g_autoptr (LbResult) result = make_result (plan);
  json_t *outputs, *second;

  add (result, 1, "hello world", NAN);
  add (result, 1, "hello word", NAN);
  add (result, 1, "hello world", NAN);
  lb_result_finish (result, &hello_world, FALSE);
  outputs = json_object_get (lb_result_record (result), "outputs");
  g_assert_cmpuint (json_array_size (outputs), ==, 2);
  g_assert_cmpuint (json_array_size (json_object_get (json_array_get (outputs, 0), "iterations")),
                    ==, 2);
  second = json_object_get (json_object_get (json_array_get (outputs, 1), "scores"), "wer");
  g_assert_cmpfloat (lb_json_real (second, "value", -1), ==, 0.5);
  g_assert_null (flag_of (result, "output-differs"));
}

static void
flags_an_engine_that_lies_about_determinism (void)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  g_autoptr (LbResult) result = make_result (plan);
  g_autoptr (json_t) session = json_object ();
  LbSessionLoaded loaded = { .deterministic = TRUE };

  lb_result_set_session (result, session, "1", NULL, &loaded);
  add (result, 1, "a", NAN);
  add (result, 1, "b", NAN);
  lb_result_finish (result, NULL, FALSE);
  g_assert_nonnull (flag_of (result, "output-differs"));
  g_assert_false (
      lb_json_boolean (json_object_get (lb_result_record (result), "validity"), "valid", TRUE));
}

static void
says_why_it_failed_and_keeps_what_was_measured (void)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  g_autoptr (LbResult) result = make_result (plan);
  g_autoptr (GError) error = g_error_new (LB_ERROR, LB_ERROR_CRASHED, "it died");
  json_t *why;

  add (result, 1, "a", NAN);
  lb_result_fail (result, "run", error);
  lb_result_finish (result, NULL, FALSE);
  why = json_object_get (lb_result_record (result), "error");
  g_assert_cmpstr (lb_json_string (why, "kind", ""), ==, "crashed");
  g_assert_cmpstr (lb_json_string (why, "phase", ""), ==, "run");
  g_assert_cmpstr (lb_json_string (lb_result_record (result), "status", ""), ==, "failed");
  g_assert_nonnull (json_object_get (lb_result_record (result), "summary"));
  g_assert_nonnull (flag_of (result, "failed"));
}

/* "1 iterations" is what a machine says. */
static void
counts_the_iterations_before_an_interruption (void)
{
  static const char *const wanted[] = { "stopped by the user after 0 iterations",
                                        "stopped by the user after 1 iteration",
                                        "stopped by the user after 2 iterations" };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autoptr (LbPlan) plan = lb_plan_new ();
      g_autoptr (LbResult) result = make_result (plan);

      for (guint j = 0; j < i; j++)
        add (result, 1, "a", NAN);
      lb_result_finish (result, NULL, TRUE);
      g_assert_cmpstr (lb_json_string (flag_of (result, "interrupted"), "evidence", ""), ==,
                       wanted[i]);
    }
}

static void
flags_drift (void)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  g_autoptr (LbResult) result = make_result (plan);

  for (int i = 0; i < 12; i++)
    add (result, 1 + 0.05 * i, "a", NAN);
  lb_result_finish (result, NULL, FALSE);
  g_assert_nonnull (flag_of (result, "drift"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/result/derives-means-from-raw-times", derives_means_from_raw_times);
  g_test_add_func ("/result/keeps-each-different-output-and-scores-it",
                   keeps_each_different_output_and_scores_it);
  g_test_add_func ("/result/flags-an-engine-that-lies-about-determinism",
                   flags_an_engine_that_lies_about_determinism);
  g_test_add_func ("/result/says-why-it-failed-and-keeps-what-was-measured",
                   says_why_it_failed_and_keeps_what_was_measured);
  g_test_add_func ("/result/counts-the-iterations-before-an-interruption",
                   counts_the_iterations_before_an_interruption);
  g_test_add_func ("/result/flags-drift", flags_drift);
  return g_test_run ();
}
