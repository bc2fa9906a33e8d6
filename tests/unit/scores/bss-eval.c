#include "scores/bss-eval.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "scores/block-toeplitz.h"

#define RATE 2000
#define FRAMES (3 * RATE)

typedef struct {
  float samples[FRAMES];
} Sound;

static gboolean
read_sound (gconstpointer source, guint64 start, float *samples, gsize frames, GError **error)
{
  memcpy (samples, ((const Sound *) source)->samples + start, frames * sizeof (float));
  return TRUE;
}

static gboolean
read_badly (gconstpointer source, guint64 start, float *samples, gsize frames, GError **error)
{
  g_set_error_literal (error, LB_ERROR, LB_ERROR_NO_SPACE, "no");
  return FALSE;
}

static LbSignal
signal_of (const Sound *sound)
{
  return (LbSignal){ "drums\n", read_sound, sound, FRAMES };
}

/* Noise, the same each time for a @seed */
static Sound *
noise (guint32 seed, float level)
{
  g_autoptr (GRand) draw = g_rand_new_with_seed (seed);
  Sound *sound = g_new (Sound, 1);

  for (guint i = 0; i < FRAMES; i++)
    sound->samples[i] = level * (float) g_rand_double_range (draw, -1, 1);
  return sound;
}

static void
solves_a_system_by_hand (void)
{
  /* [2 1; 1 2] x = [4; 5]: x = (1, 2); blocks of 1 × 1 */
  const double blocks[] = { 2, 1 };
  double right[] = { 4, 5 };

  g_assert_cmpfloat (lb_block_toeplitz_solve (blocks, 1, 2, right, 1), ==, 0);
  g_assert_cmpfloat_with_epsilon (right[0], 1, 1e-14);
  g_assert_cmpfloat_with_epsilon (right[1], 2, 1e-14);
}

static void
solves_blocks (void)
{
  /* T₀ = [4 1; 1 3], T₁ = [.5 −.25; .75 .125]; x = (1, 2, 3, 4) */
  const double blocks[] = { 4, 1, 1, 3, 0.5, -0.25, 0.75, 0.125 };
  double right[] = { 4 + 2 + 1.5 - 1, 1 + 6 + 2.25 + 0.5, 0.5 + 1.5 + 12 + 4,
                     -0.25 + 0.25 + 3 + 12 };

  g_assert_cmpfloat (lb_block_toeplitz_solve (blocks, 2, 2, right, 1), ==, 0);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (right[i], i + 1, 1e-13);
}

static void
tames_what_has_no_single_solution (void)
{
  /* [1 1; 1 1] x = [2; 2]: of all solutions the one without excess */
  const double blocks[] = { 1, 1 };
  double right[] = { 2, 2 };
  double loading = lb_block_toeplitz_solve (blocks, 1, 2, right, 1);

  g_assert_cmpfloat (loading, >, 0);
  g_assert_cmpfloat (loading, <, 1e-6);
  g_assert_cmpfloat_with_epsilon (right[0] + right[1], 2, 1e-6);
}

/* s + n with n orthogonal enough: SDR = 10 log₁₀ (Σ s² / Σ n²), whatever else; a tenth of it: 20
 * dB
 */
static void
scores_added_noise (void)
{
  g_autofree Sound *truth = noise (1, 0.5F), *other = noise (2, 0.5F), *found = noise (1, 0.5F);
  LbSignal references[] = { signal_of (truth), signal_of (other) };
  LbSignal estimates[] = { signal_of (found), signal_of (other) };
  LbBssScore scores[2];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < FRAMES; i++)
    found->samples[i] += 0.1F * other->samples[i];
  g_assert_true (lb_bss_eval (references, estimates, 2, 1, RATE, scores, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (scores[0].windows, ==, 3);
  g_assert_cmpuint (scores[0].scored, ==, 3);
  g_assert_cmpfloat_with_epsilon (scores[0].median.sdr_db, 20, 0.5);
  g_assert_cmpfloat_with_epsilon (scores[0].whole_sdr_db, 20, 0.5);
  g_assert_cmpfloat_with_epsilon (scores[0].si_sdr_db, 20, 0.5);
  /* All that is wrong is the other stem: interference, no artifacts. */
  g_assert_cmpfloat_with_epsilon (scores[0].median.sir_db, 20, 1.5);
  g_assert_cmpfloat (scores[0].median.sar_db, >, 100);
  /* The second stem is perfect: as much as can be. */
  g_assert_cmpfloat (scores[1].median.sdr_db, ==, 200);
  for (guint i = 0; i < 2; i++)
    lb_bss_score_clear (&scores[i]);
}

static void
a_scaled_stem_has_no_scale_invariant_error (void)
{
  g_autofree Sound *truth = noise (1, 0.5F), *found = noise (1, 0.25F);
  LbSignal reference = signal_of (truth), estimate = signal_of (found);
  g_auto (LbBssScore) score = { 0 };

  g_assert_true (lb_bss_eval (&reference, &estimate, 1, 1, RATE, &score, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (score.whole_sdr_db, 20 * log10 (2), 1e-5);
  g_assert_cmpfloat_with_epsilon (score.median.sdr_db, 20 * log10 (2), 1e-5);
  g_assert_cmpfloat (score.si_sdr_db, >, 100);
  g_assert_true (isnan (score.median.sir_db));
}

static void
a_short_estimate_is_silent_at_its_end (void)
{
  g_autofree Sound *truth = noise (1, 0.5F);
  LbSignal reference = signal_of (truth), estimate = signal_of (truth);
  g_auto (LbBssScore) score = { 0 };

  estimate.frames = 2 * RATE;
  g_assert_true (lb_bss_eval (&reference, &estimate, 1, 1, RATE, &score, NULL, NULL));
  g_assert_cmpuint (score.windows, ==, 3);
  g_assert_cmpuint (score.scored, ==, 2);
  g_assert_true (isnan (score.each[2].sdr_db));
  g_assert_cmpfloat (score.median.sdr_db, ==, 200);
}

static void
refuses_what_cannot_be_scored (void)
{
  g_autofree Sound *good = noise (1, 0.5F), *bad = noise (1, 0.5F), *silent = noise (1, 0);
  LbSignal fine = signal_of (good), nan = signal_of (bad), mute = signal_of (silent),
           empty = fine;
  LbSignal lengths[2] = { fine, fine }, broken = { "x", read_badly, good, FRAMES };
  LbBssScore scores[2];
  const struct {
    const LbSignal *reference, *estimate;
    guint stems, channels, rate;
    int code;
    const char *says;
  } cases[] = {
    { &fine, &fine, 0, 1, RATE, LB_ERROR_EMPTY_REFERENCE, "no samples" },
    { &empty, &fine, 1, 1, RATE, LB_ERROR_EMPTY_REFERENCE, "no samples" },
    { &mute, &fine, 1, 1, RATE, LB_ERROR_EMPTY_REFERENCE, "\"drums\\n\" is silent" },
    { &fine, &mute, 1, 1, RATE, LB_ERROR_BAD_INPUT, "\"drums\\n\" is silent" },
    { &nan, &fine, 1, 1, RATE, LB_ERROR_BAD_INPUT, "reference of \"drums\\n\"" },
    { &fine, &nan, 1, 1, RATE, LB_ERROR_BAD_INPUT, "(frame 4321)" },
    { &fine, &fine, 1, 17, RATE, LB_ERROR_BAD_INPUT, "16 at most" },
    { &fine, &fine, 1, G_MAXUINT, RATE, LB_ERROR_BAD_INPUT, "16 at most" },
    { &fine, &fine, 1, 1, 0, LB_ERROR_BAD_INPUT, "sample rate" },
    { lengths, lengths, 2, 1, RATE, LB_ERROR_BAD_INPUT, "different lengths" },
    { &broken, &fine, 1, 1, RATE, LB_ERROR_NO_SPACE, "no" },
  };

  bad->samples[4321] = NAN;
  empty.frames = 0;
  lengths[1].frames--;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (lb_bss_eval (cases[i].reference, cases[i].estimate, cases[i].stems,
                                   cases[i].channels, cases[i].rate, scores, NULL, &error));
      g_assert_error (error, LB_ERROR, cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
can_be_cancelled (void)
{
  g_autofree Sound *good = noise (1, 0.5F);
  LbSignal fine = signal_of (good);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  LbBssScore score;

  g_cancellable_cancel (cancellable);
  g_assert_false (lb_bss_eval (&fine, &fine, 1, 1, RATE, &score, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bss-eval/solves-a-system-by-hand", solves_a_system_by_hand);
  g_test_add_func ("/bss-eval/solves-blocks", solves_blocks);
  g_test_add_func ("/bss-eval/tames-what-has-no-single-solution",
                   tames_what_has_no_single_solution);
  g_test_add_func ("/bss-eval/scores-added-noise", scores_added_noise);
  g_test_add_func ("/bss-eval/scaled", a_scaled_stem_has_no_scale_invariant_error);
  g_test_add_func ("/bss-eval/short-estimate", a_short_estimate_is_silent_at_its_end);
  g_test_add_func ("/bss-eval/refuses", refuses_what_cannot_be_scored);
  g_test_add_func ("/bss-eval/cancelled", can_be_cancelled);
  return g_test_run ();
}
