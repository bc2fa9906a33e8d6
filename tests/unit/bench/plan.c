#include "bench/plan.h"

#include <string.h>

#include "core/error.h"

static void
comes_back_from_json (void)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  LbCase *it = lb_plan_add_case (plan, "stt", "whisper.cpp", "base", "cpu");
  g_autoptr (json_t) value = NULL, again_value = NULL;
  g_autoptr (LbPlan) again = NULL;
  g_autoptr (GError) error = NULL;

  lb_case_add_file (it, "audio", "/tmp/a \"b\"\n.wav");
  it->reference = g_strdup ("/tmp/\xff.txt");
  lb_json_set_integer (it->options, "beam-size", 1);
  plan->settings.iterations = 7;
  plan->settings.seed = -3;
  plan->settings.start_s = 0.25;
  plan->settings.memory_limit_bytes = 1ull << 40;
  plan->settings.order = LB_ORDER_INTERLEAVED;
  plan->settings.click = g_strdup ("/tmp/\xfe.wav");
  value = lb_plan_to_json (plan);
  again = lb_plan_from_json (value, &error);
  g_assert_no_error (error);
  again_value = lb_plan_to_json (again);
  g_assert_true (json_equal (value, again_value));
  g_assert_cmpstr (lb_plan_case (again, 0)->reference, ==, "/tmp/\xff.txt");
  g_assert_cmpuint (again->settings.memory_limit_bytes, ==, 1ull << 40);
  g_assert_cmpstr (again->settings.click, ==, "/tmp/\xfe.wav");
}

static void
refuses_what_is_no_plan (void)
{
#define CASE                                                                                     \
  "{\"mode\":\"stt\",\"engine\":\"null\",\"inputs\":[{\"role\":\"audio\",\"path\":\"a\"}]}"
#define MORE(MEMBERS)                                                                            \
  "{\"mode\":\"stt\",\"engine\":\"null\",\"inputs\":[{\"role\":\"audio\",\"path\":\"a\"}]"       \
  "," MEMBERS "}"
#define ID "\"id\":\"0190a5b0-0000-7000-8000-000000000000\""
#define PLAN(MEMBERS) "{\"schema\":\"llamaburn.plan/1\"," MEMBERS "}"
  static const struct {
    const char *text;
    const char *names;
  } cases[] = {
    { "[]", "schema" },
    { "{\"schema\":\"llamaburn.plan/2\",\"cases\":[" CASE "]}", "schema" },
    { PLAN ("\"cases\":[]"), "cases" },
    { PLAN ("\"cases\":{}"), "cases" },
    { PLAN ("\"cases\":[1]"), "case 0" },
    { PLAN ("\"cases\":[{\"mode\":\"stt\",\"engine\":\"null\",\"inputs\":[]}]"), "case 0" },
    { PLAN (
          "\"cases\":[{\"mode\":\"stt\",\"engine\":\"null\",\"inputs\":[{\"role\":\"audio\"}]}]"),
      "path" },
    { PLAN ("\"cases\":[" CASE "],\"settings\":{\"iterations\":-1}"), "iterations" },
    { PLAN ("\"cases\":[" CASE "],\"settings\":{\"iterations\":1.5}"), "iterations" },
    { PLAN ("\"cases\":[" CASE "],\"settings\":{\"warm_load\":1}"), "warm_load" },
    { PLAN ("\"cases\":[" CASE "],\"settings\":{\"time_limit_s\":1e300}"), "time_limit_s" },
    { PLAN ("\"cases\":[" CASE "],\"settings\":{\"order\":\"random\"}"), "order" },
    { PLAN ("\"cases\":[" CASE "],\"settings\":{\"order\":1}"), "order" },
    { PLAN ("\"cases\":[" CASE "],\"settings\":[]"), "settings" },
    { PLAN ("\"cases\":[" CASE "],\"group\":\"x\""), "group" },
    { PLAN ("\"cases\":[" CASE "],\"group\":7"), "group" },
    { PLAN ("\"cases\":[" MORE ("\"device\":[\"cpu\"]") "]"), "device" },
    { PLAN ("\"cases\":[" MORE ("\"model\":5") "]"), "model" },
    { PLAN ("\"cases\":[" MORE ("\"reference\":{}") "]"), "reference" },
    { PLAN ("\"cases\":[" MORE ("\"reference_uri\":true") "]"), "reference" },
    { PLAN ("\"cases\":[" MORE ("\"id\":1") "]"), "id" },
    { PLAN ("\"cases\":[" CASE "," MORE (ID) "," MORE (ID) "]"), "case 2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) value = lb_json_parse (cases[i].text, -1, NULL);
      LbPlan *plan = lb_plan_from_json (value, &error);

      g_test_message ("%s", cases[i].text);
      g_assert_null (plan);
      g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, cases[i].names));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/comes-back-from-json", comes_back_from_json);
  g_test_add_func ("/plan/refuses-what-is-no-plan", refuses_what_is_no_plan);
  return g_test_run ();
}
