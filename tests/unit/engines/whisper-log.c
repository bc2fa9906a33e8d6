#include "whisper-log.h"

static void
sums_all_timings (void)
{
  static const char *const lines[] = {
    "whisper_print_timings:     load time =    60.00 ms\n",
    "whisper_print_timings:     fallbacks =   1 p /   2 h\n",
    "whisper_print_timings:      mel time =    10.00 ms\n",
    "whisper_print_timings:   sample time =    20.00 ms /     1 runs (     1.00 ms per run)\n",
    "whisper_print_timings:   encode time =   900.00 ms /     1 runs (     1.00 ms per run)\n",
    "whisper_print_timings:   decode time =     5.00 ms /     1 runs (     1.00 ms per run)\n",
    "whisper_print_timings:   batchd time =   300.00 ms /     1 runs (     1.00 ms per run)\n",
    "whisper_print_timings:   prompt time =     2.50 ms /     1 runs (     1.00 ms per run)\n",
    "whisper_print_timings:    total time =  9999.00 ms\n",
  };
  WhisperLog log = { 0 };
  g_autoptr (json_t) phases = NULL;

  whisper_log_begin (&log);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    whisper_log_line (&log, lines[i]);
  phases = whisper_log_phases (&log);
  g_assert_cmpfloat_with_epsilon (whisper_log_sum_s (&log), 1.2375, 1e-9);
  g_assert_cmpfloat_with_epsilon (lb_json_real (phases, "batchd_s", -1), 0.3, 1e-9);
  g_assert_null (json_object_get (phases, "load_s"));
  g_assert_null (json_object_get (phases, "vad_s"));
  g_assert_cmpint (log.fallbacks - log.fallbacks_before, ==, 3);
}

static void
counts_vad_of_this_run_only (void)
{
  WhisperLog log = { 0 };

  whisper_log_begin (&log);
  whisper_log_line (&log,
                    "whisper_vad_detect_speech: vad time = 40.00 ms processing 9 samples\n");
  g_assert_cmpfloat_with_epsilon (whisper_log_sum_s (&log), 0.04, 1e-9);
  whisper_log_begin (&log);
  whisper_log_line (&log,
                    "whisper_vad_detect_speech: vad time = 90.00 ms processing 9 samples\n");
  g_assert_cmpfloat_with_epsilon (whisper_log_sum_s (&log), 0.05, 1e-9);
}

static void
sees_which_backend_is_used (void)
{
  WhisperLog log = { .wanted = "Vulkan1" };

  whisper_log_line (&log, "whisper_backend_init_gpu: using Vulkan1 backend\n");
  whisper_log_line (&log, "whisper_backend_init: using BLAS backend\n");
  g_assert_cmpstr (log.backend, ==, "Vulkan1");
  whisper_log_line (&log, "whisper_backend_init_gpu: failed to initialize Vulkan1 backend\n");
  g_assert_cmpstr (log.backend, ==, "");
}

static void
takes_any_text (void)
{
  static const char *const lines[] = {
    "", ":", ": ", "a: using", "x:  time = ", "x: vad time = nan ms", "%s%n: using %s backend"
  };
  WhisperLog log = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    g_assert_false (whisper_log_line (&log, lines[i]));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engines/whisper-log/sums-all-timings", sums_all_timings);
  g_test_add_func ("/engines/whisper-log/counts-vad-of-this-run-only",
                   counts_vad_of_this_run_only);
  g_test_add_func ("/engines/whisper-log/sees-which-backend-is-used", sees_which_backend_is_used);
  g_test_add_func ("/engines/whisper-log/takes-any-text", takes_any_text);
  return g_test_run ();
}
