#include "bench/schedule.h"

#include <string.h>

/* A mock executor: does what the schedule says, fails where the test says, and writes the walk
 * down as letters: B begin, S start, L load, R reload, w warm-up, i iterate, E end, X stop; then
 * case or session. */
typedef struct {
  LbStepKind kind;
  guint case_index;
  guint index;
  LbOutcome outcome;
} Fault;

static const char letters[] = "BSLRwiEX";

static char *
walk (const LbPlan *plan, const Fault *faults, guint n_faults,
      double (*wall_s) (guint c, guint i))
{
  g_autoptr (LbSchedule) schedule = lb_schedule_new (plan);
  g_autoptr (GArray) events = g_array_new (FALSE, TRUE, sizeof (LbStepEvent));
  GString *path = g_string_new (NULL);

  for (guint n = 0; n < 2000; n++)
    {
      const LbStepEvent *so_far = (const LbStepEvent *) (gpointer) events->data;
      LbStepEvent event = { .step = lb_schedule_next (schedule, so_far, events->len) };
      LbStep again = lb_schedule_next (schedule, so_far, events->len);

      g_assert_cmpmem (&again, sizeof again, &event.step, sizeof event.step);
      if (event.step.kind == LB_STEP_FINISH)
        return g_string_free (path, FALSE);
      event.wall_s = wall_s != NULL ? wall_s (event.step.case_index, event.step.index) : 1;
      for (guint f = 0; f < n_faults; f++)
        if (faults[f].kind == event.step.kind && faults[f].case_index == event.step.case_index &&
            faults[f].index == event.step.index)
          event.outcome = faults[f].outcome;
      g_string_append_printf (path, "%s%c%u", path->len > 0 ? " " : "", letters[event.step.kind],
                              event.step.kind == LB_STEP_STOP ? event.step.session
                                                              : event.step.case_index);
      g_array_append_val (events, event);
    }
  g_assert_not_reached ();
}

static LbPlan *
make_plan (const char *const *models, guint files, int iterations)
{
  LbPlan *plan = lb_plan_new ();

  plan->settings.iterations = iterations;
  for (guint m = 0; models[m] != NULL; m++)
    for (guint f = 0; f < files; f++)
      lb_case_add_file (lb_plan_add_case (plan, "stt", "null", models[m], "cpu"), "audio",
                        "a.wav");
  return plan;
}

static const char *const one[] = { "base", NULL };
static const char *const two[] = { "base", "tiny", NULL };

static void
goes_case_after_case (void)
{
  g_autoptr (LbPlan) plan = make_plan (two, 1, 2);
  g_autofree char *path = walk (plan, NULL, 0, NULL);

  g_assert_cmpstr (path, ==, "B0 S0 L0 R0 w0 i0 i0 E0 X0 B1 S1 L1 R1 w1 i1 i1 E1 X1");
}

static void
shares_a_load_between_inputs (void)
{
  g_autoptr (LbPlan) plan = make_plan (one, 2, 1);
  g_autofree char *path = walk (plan, NULL, 0, NULL);

  g_assert_cmpstr (path, ==, "B0 S0 L0 R0 w0 i0 E0 B1 w1 i1 E1 X0");
}

static void
shares_a_load_also_when_inputs_are_outermost (void)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  g_autofree char *path = NULL;

  plan->settings.iterations = 1;
  plan->settings.warmups = 0;
  plan->settings.warm_load = FALSE;
  for (guint f = 0; f < 2; f++)
    for (guint m = 0; m < 2; m++)
      lb_case_add_file (lb_plan_add_case (plan, "stt", "null", two[m], "cpu"), "audio", "a.wav");
  path = walk (plan, NULL, 0, NULL);
  g_assert_cmpstr (path, ==, "B0 S0 L0 i0 E0 B2 i2 E2 X0 B1 S1 L1 i1 E1 B3 i3 E3 X1");
}

static void
takes_turns_forwards_and_backwards (void)
{
  g_autoptr (LbPlan) plan = make_plan (two, 1, 3);
  g_autofree char *path = NULL;

  plan->settings.order = LB_ORDER_INTERLEAVED;
  path = walk (plan, NULL, 0, NULL);
  g_assert_cmpstr (path, ==, "B0 S0 L0 R0 B1 S1 L1 R1 w0 w1 i0 i1 i1 i0 i0 i1 E0 E1 X0 X1");
}

static void
opens_another_round_when_memory_is_short (void)
{
  static const Fault faults[] = { { LB_STEP_START, 1, 0, LB_OUTCOME_NO_ROOM } };
  static const char *const three[] = { "base", "tiny", "small", NULL };
  g_autoptr (LbPlan) plan = make_plan (three, 1, 1);
  g_autofree char *path = NULL;

  plan->settings.order = LB_ORDER_INTERLEAVED;
  plan->settings.warmups = 0;
  plan->settings.warm_load = FALSE;
  /* The fault answers NO_ROOM each time: alone and still no room is a failure, not an endless
   * wait. */
  path = walk (plan, faults, 1, NULL);
  g_assert_cmpstr (path, ==, "B0 S0 L0 B1 S1 i0 E0 X0 S1 E1 B2 S2 L2 i2 E2 X2");
}

static void
goes_on_after_a_failed_case (void)
{
  static const struct {
    Fault fault;
    const char *path;
    const char *why;
  } cases[] = {
    { { LB_STEP_BEGIN, 0, 0, LB_OUTCOME_CASE_FAILED },
      "B0 E0 B1 S1 L1 R1 w1 i1 E1 X0",
      "an input that can't be read" },
    { { LB_STEP_START, 0, 0, LB_OUTCOME_SESSION_FAILED },
      "B0 S0 E0 B1 E1",
      "an engine that doesn't start" },
    { { LB_STEP_LOAD, 0, 0, LB_OUTCOME_SESSION_FAILED }, "B0 S0 L0 E0 B1 E1", "a crash in load" },
    { { LB_STEP_LOAD, 0, 0, LB_OUTCOME_CASE_FAILED },
      "B0 S0 L0 E0 B1 E1 X0",
      "a model that the engine refuses" },
    { { LB_STEP_WARMUP, 0, 0, LB_OUTCOME_CASE_FAILED },
      "B0 S0 L0 R0 w0 E0 B1 w1 i1 E1 X0",
      "an engine's own error" },
    { { LB_STEP_ITERATE, 0, 0, LB_OUTCOME_SESSION_FAILED },
      "B0 S0 L0 R0 w0 i0 E0 B1 S1 L1 R1 w1 i1 E1 X0",
      "a crash in a run" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LbPlan) plan = make_plan (one, 2, 1);
      g_autofree char *path = walk (plan, &cases[i].fault, 1, NULL);

      g_test_message ("%s", cases[i].why);
      g_assert_cmpstr (path, ==, cases[i].path);
    }
}

static void
ends_what_has_begun_when_cancelled (void)
{
  static const Fault faults[] = { { LB_STEP_ITERATE, 0, 1, LB_OUTCOME_CANCELLED } };
  g_autoptr (LbPlan) plan = make_plan (two, 1, 5);
  g_autofree char *path = walk (plan, faults, 1, NULL);
  g_autofree char *interleaved = NULL;

  g_assert_cmpstr (path, ==, "B0 S0 L0 R0 w0 i0 i0 E0 X0");
  plan->settings.order = LB_ORDER_INTERLEAVED;
  interleaved = walk (plan, faults, 1, NULL);
  g_assert_cmpstr (interleaved, ==, "B0 S0 L0 R0 B1 S1 L1 R1 w0 w1 i0 i1 i1 i0 E0 E1 X0 X1");
}

static void
keeps_the_others_when_one_of_a_round_dies (void)
{
  static const Fault faults[] = { { LB_STEP_ITERATE, 0, 1, LB_OUTCOME_SESSION_FAILED } };
  g_autoptr (LbPlan) plan = make_plan (two, 1, 3);
  g_autofree char *path = NULL;

  plan->settings.order = LB_ORDER_INTERLEAVED;
  path = walk (plan, faults, 1, NULL);
  g_assert_cmpstr (path, ==, "B0 S0 L0 R0 B1 S1 L1 R1 w0 w1 i0 i1 i1 i0 E0 i1 E1 X1");
}

/* A session dies while another case waits for its room: the one that waits has its turn. */
static void
goes_on_when_the_only_session_of_a_round_dies (void)
{
  static const Fault faults[] = { { LB_STEP_START, 1, 0, LB_OUTCOME_NO_ROOM },
                                  { LB_STEP_ITERATE, 0, 0, LB_OUTCOME_SESSION_FAILED } };
  g_autoptr (LbPlan) plan = make_plan (two, 1, 2);
  g_autofree char *path = NULL;

  plan->settings.order = LB_ORDER_INTERLEAVED;
  plan->settings.warmups = 0;
  plan->settings.warm_load = FALSE;
  path = walk (plan, faults, G_N_ELEMENTS (faults), NULL);
  g_assert_cmpstr (path, ==, "B0 S0 L0 B1 S1 i0 E0 S1 E1");
}

/* A fresh process has cold pages and pools: whoever goes on in it warms up again. */
static void
warms_up_again_in_a_new_process (void)
{
  static const Fault faults[] = { { LB_STEP_ITERATE, 0, 1, LB_OUTCOME_SESSION_FAILED } };
  g_autoptr (LbPlan) plan = make_plan (one, 2, 3);
  g_autofree char *path = NULL;

  plan->settings.order = LB_ORDER_INTERLEAVED;
  path = walk (plan, faults, 1, NULL);
  g_assert_cmpstr (path, ==, "B0 S0 L0 R0 B1 w0 w1 i0 i1 i1 i0 E0 S1 L1 R1 w1 i1 E1 X0");
}

/* A session died, others are alive, and there is no room to start it again: it waits for them. */
static void
waits_for_room_after_a_death (void)
{
  static const Fault faults[] = { { LB_STEP_ITERATE, 0, 1, LB_OUTCOME_SESSION_FAILED },
                                  { LB_STEP_START, 1, 2, LB_OUTCOME_NO_ROOM } };
  g_autoptr (LbPlan) plan = make_plan (two, 2, 3);
  g_autofree char *path = NULL;

  plan->settings.order = LB_ORDER_INTERLEAVED;
  plan->settings.warmups = 0;
  plan->settings.warm_load = FALSE;
  path = walk (plan, faults, G_N_ELEMENTS (faults), NULL);
  g_assert_cmpstr (path, ==,
                   "B0 S0 L0 B1 B2 S2 L2 B3 i0 i1 i2 i3 i3 i2 i1 i0 E0 S1 i2 i3 E2 E3 X1 S1 E1");
}

/* Ten thousand cases of ten thousand sessions: what to do next must not cost what was done. */
static void
is_quick_with_many_cases (void)
{
  g_autoptr (LbPlan) plan = lb_plan_new ();
  g_autoptr (LbSchedule) schedule = NULL;
  g_autoptr (GArray) events = g_array_new (FALSE, TRUE, sizeof (LbStepEvent));
  gint64 before = g_get_monotonic_time ();

  plan->settings.iterations = 1;
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *model = g_strdup_printf ("m%u", i);

      lb_case_add_file (lb_plan_add_case (plan, "stt", "null", model, "cpu"), "audio", "a.wav");
    }
  schedule = lb_schedule_new (plan);
  g_assert_cmpuint (lb_schedule_sessions (schedule), ==, 10000);
  while (TRUE)
    {
      const LbStepEvent *so_far = (const LbStepEvent *) (gpointer) events->data;
      LbStepEvent event = { .step = lb_schedule_next (schedule, so_far, events->len),
                            .wall_s = 1 };

      if (event.step.kind == LB_STEP_FINISH)
        break;
      g_array_append_val (events, event);
      g_assert_cmpint (g_get_monotonic_time () - before, <, 20 * G_USEC_PER_SEC);
    }
  g_assert_cmpuint (events->len, ==, 80000);
}

static double
steady (guint c, guint i)
{
  return 1 + 0.001 * (i % 2);
}

static double
wild (guint c, guint i)
{
  return i % 2 ? 1 : 2;
}

static double
endless (guint c, guint i)
{
  return 61;
}

static double
slow (guint c, guint i)
{
  return 20;
}

static void
stops_by_itself_when_the_median_is_known (void)
{
  static const struct {
    double (*wall_s) (guint c, guint i);
    guint iterations;
  } cases[] = { { steady, 6 }, { wild, 30 }, { endless, 1 }, { slow, 4 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LbPlan) plan = make_plan (one, 1, 0);
      g_autofree char *path = walk (plan, NULL, 0, cases[i].wall_s);
      g_auto (GStrv) parts = g_strsplit (path, "i0", -1);

      g_assert_cmpuint (g_strv_length (parts) - 1, ==, cases[i].iterations);
    }
}

static double
one_is_slow (guint c, guint i)
{
  return c == 0 ? 20 : i % 2 ? 1 : 2;
}

static void
a_slow_case_ends_the_turns_for_all (void)
{
  g_autoptr (LbPlan) plan = make_plan (two, 1, 0);
  g_autofree char *path = NULL;
  g_auto (GStrv) slow = NULL, fast = NULL;

  plan->settings.order = LB_ORDER_INTERLEAVED;
  path = walk (plan, NULL, 0, one_is_slow);
  slow = g_strsplit (path, "i0", -1);
  fast = g_strsplit (path, "i1", -1);
  g_assert_cmpuint (g_strv_length (slow) - 1, ==, 4);
  g_assert_cmpuint (g_strv_length (fast) - 1, ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/goes-case-after-case", goes_case_after_case);
  g_test_add_func ("/schedule/shares-a-load-between-inputs", shares_a_load_between_inputs);
  g_test_add_func ("/schedule/shares-a-load-also-when-inputs-are-outermost",
                   shares_a_load_also_when_inputs_are_outermost);
  g_test_add_func ("/schedule/takes-turns-forwards-and-backwards",
                   takes_turns_forwards_and_backwards);
  g_test_add_func ("/schedule/opens-another-round-when-memory-is-short",
                   opens_another_round_when_memory_is_short);
  g_test_add_func ("/schedule/goes-on-after-a-failed-case", goes_on_after_a_failed_case);
  g_test_add_func ("/schedule/ends-what-has-begun-when-cancelled",
                   ends_what_has_begun_when_cancelled);
  g_test_add_func ("/schedule/keeps-the-others-when-one-of-a-round-dies",
                   keeps_the_others_when_one_of_a_round_dies);
  g_test_add_func ("/schedule/goes-on-when-the-only-session-of-a-round-dies",
                   goes_on_when_the_only_session_of_a_round_dies);
  g_test_add_func ("/schedule/warms-up-again-in-a-new-process", warms_up_again_in_a_new_process);
  g_test_add_func ("/schedule/waits-for-room-after-a-death", waits_for_room_after_a_death);
  g_test_add_func ("/schedule/is-quick-with-many-cases", is_quick_with_many_cases);
  g_test_add_func ("/schedule/stops-by-itself-when-the-median-is-known",
                   stops_by_itself_when_the_median_is_known);
  g_test_add_func ("/schedule/a-slow-case-ends-the-turns-for-all",
                   a_slow_case_ends_the_turns_for_all);
  return g_test_run ();
}
