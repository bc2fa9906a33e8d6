#include "hybrid-prompt.h"

#include <string.h>

static void
the_question_holds_the_figures (void)
{
  g_autoptr (json_t) features = lb_json_parse (
      "{\"schema\": \"x\", \"duration_s\": 12.3456789, \"key\": {\"name\": \"A minor\", "
      "\"tonic\": 9}, \"chroma\": [0.123456, 1.0]}",
      -1, NULL);
  g_autofree char *question = hybrid_question (features, "Which key?");

  g_assert_cmpstr (question, ==,
                   "Measured of the sound:\n"
                   "{\"duration_s\":12.35,\"key\":{\"name\":\"A minor\",\"tonic\":9},"
                   "\"chroma\":[0.1235,1.0]}\n\n"
                   "Which key?");
  g_assert_cmpstr (lb_json_string (features, "schema", NULL), ==, "x");
  g_assert_nonnull (strstr (hybrid_system (), "can't hear"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hybrid-prompt/the-question-holds-the-figures",
                   the_question_holds_the_figures);
  return g_test_run ();
}
