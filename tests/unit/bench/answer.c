#include "bench/answer.h"

#include <math.h>

#include "bench/validity.h"

static void
flags_what_an_answer_needs (void)
{
  static const struct {
    const char *output;
    double processed_s;
    const char *flag; /* NULL: none */
  } cases[] = {
    { "{\"text\": \"Jazz.\", \"tokens\": 2, \"stopped\": \"end\"}", 10, NULL },
    { "{\"text\": \"Jazz.\", \"heard_s\": [0, 10]}", 10, NULL },
    { "{\"text\": \"Jazz.\", \"heard_s\": [0, 9.98]}", 10, NULL }, /* a frame less */
    { "{\"text\": \"Jazz.\", \"heard_s\": [0, 30]}", 204, "part-heard" },
    { "{\"text\": \"Jazz.\", \"heard_s\": [174, 204]}", 204, "part-heard" },
    { "{\"text\": \"Jazz.\", \"heard_s\": [0, 10]}", NAN, NULL },
    { "{\"text\": \"Jazz.\", \"heard_s\": [\"0\", {}]}", 10, NULL }, /* from elsewhere */
    { "{\"text\": \"Jazz.\", \"heard_s\": 5}", 10, NULL },
    { "{\"text\": \"Jazz and\", \"stopped\": \"token-limit\"}", 10, "token-limit" },
    { "{\"text\": \"Jazz and\", \"stopped\": \"context\"}", 10, "token-limit" },
    { "{\"text\": \"J\ufffd\", \"repaired\": true}", 10, "repaired-text" },
    { "{\"text\": \" \\n\\t\"}", 10, "empty-answer" },
    { "{}", 10, "empty-answer" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (json_t) output = lb_json_parse (cases[i].output, -1, NULL);
      g_autoptr (json_t) flags = json_array ();
      const json_t *flag;

      lb_answer_check (output, cases[i].processed_s, flags);
      flag = json_array_get (flags, 0);
      g_assert_cmpstr (lb_json_string (flag, "id", NULL), ==, cases[i].flag);
      g_assert_cmpuint (json_array_size (flags), ==, cases[i].flag != NULL);
    }
  g_assert_true (lb_flag_invalidates ("empty-answer"));
  g_assert_false (lb_flag_invalidates ("token-limit"));
  g_assert_false (lb_flag_invalidates ("part-heard"));
}

static void
rates_are_by_phases (void)
{
  g_autoptr (json_t)
      output = lb_json_parse ("{\"tokens\": 60, \"prompt_tokens\": 300, "
                              "\"phases\": {\"prompt_s\": 1.5, \"generate_s\": 0.5}}",
                              -1, NULL);
  g_autoptr (json_t)
      without = lb_json_parse ("{\"tokens\": 60, \"phases\": {\"generate_s\": 0}}", -1, NULL);
  g_autoptr (json_t)
      steps = lb_json_parse ("{\"steps\": 100, \"phases\": {\"denoise_s\": 40}}", -1, NULL);
  g_autoptr (json_t) one = json_object ();
  g_autoptr (json_t) none = json_object ();

  lb_answer_rates (output, one);
  g_assert_cmpfloat (lb_json_real (one, "generate_tokens_per_sec", NAN), ==, 120);
  g_assert_cmpfloat (lb_json_real (one, "prompt_tokens_per_sec", NAN), ==, 200);
  lb_answer_rates (steps, one);
  g_assert_cmpfloat (lb_json_real (one, "steps_per_sec", NAN), ==, 2.5);
  lb_answer_rates (without, none);
  g_assert_cmpuint (json_object_size (none), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bench/answer/flags", flags_what_an_answer_needs);
  g_test_add_func ("/bench/answer/rates", rates_are_by_phases);
  return g_test_run ();
}
