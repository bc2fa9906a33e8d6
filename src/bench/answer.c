#include "bench/answer.h"

#include <math.h>
#include <string.h>

#include "bench/validity.h"

#define TOLERANCE_S 0.05 /* engines cut at frames of their own */

static gboolean
is_blank (const char *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

static void
check_heard (const json_t *heard, double processed_s, json_t *flags)
{
  double from_s = json_number_value (json_array_get (heard, 0));
  double to_s = json_number_value (json_array_get (heard, 1));

  if (!json_is_number (json_array_get (heard, 0)) ||
      !json_is_number (json_array_get (heard, 1)) ||
      (from_s <= TOLERANCE_S && !(to_s < processed_s - TOLERANCE_S)))
    return;
  json_array_append_new (
      flags, lb_flag_new ("part-heard",
                          "choose a part that fits with --start and --duration; the RTF counts "
                          "all of the sound, so it is too good",
                          "the model heard %.4g s to %.4g s of %.4g s of sound", from_s, to_s,
                          processed_s));
}

void
lb_answer_check (const json_t *output, double processed_s, json_t *flags)
{
  const char *stopped = lb_json_string (output, "stopped", "");

  if (is_blank (lb_json_string (output, "text", "")))
    json_array_append_new (flags, lb_flag_new ("empty-answer",
                                               "ask something else (--prompt), or choose another "
                                               "model",
                                               "the model answered nothing (%g tokens)",
                                               lb_json_real (output, "tokens", 0)));
  if (strcmp (stopped, "context") == 0)
    json_array_append_new (
        flags, lb_flag_new ("token-limit", "give a larger context, if the whole answer counts",
                            "the answer was cut off after %g tokens, where the context was full",
                            lb_json_real (output, "tokens", 0)));
  if (lb_json_boolean (output, "repaired", FALSE))
    json_array_append_new (
        flags, lb_flag_new ("repaired-text", "none: this is how the model wrote it",
                            "its text holds bytes that are no UTF-8; they became U+FFFD"));
  if (strcmp (stopped, "token-limit") == 0)
    json_array_append_new (
        flags, lb_flag_new ("token-limit", "raise the engine's limit, if the whole answer counts",
                            "the answer was cut off after %g tokens: it may never have ended",
                            lb_json_real (output, "tokens", 0)));
  check_heard (json_object_get (output, "heard_s"), processed_s, flags);
}

static const struct {
  const char *count; /* of the output */
  const char *phase; /* in which they were worked on */
  const char *rate;
} rates[] = {
  { "tokens", "generate_s", "generate_tokens_per_sec" },
  { "prompt_tokens", "prompt_s", "prompt_tokens_per_sec" },
  { "steps", "denoise_s", "steps_per_sec" },
};

void
lb_answer_rates (const json_t *output, json_t *one)
{
  const json_t *phases = json_object_get (output, "phases");

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      double count = lb_json_real (output, rates[i].count, NAN);
      double seconds = lb_json_real (phases, rates[i].phase, NAN);

      if (count > 0 && seconds > 0)
        lb_json_set_real (one, rates[i].rate, count / seconds);
    }
}
