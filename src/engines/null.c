/* Engine null: does nothing, or sleeps, or streams, or makes whatever trouble its options ask
 * for. The tool measures itself with it (bench/overhead.c) and tests itself with it. Without a
 * `text` its answer tells what it heard, so that two inputs give two outputs. */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "engine/protocol.h"
#include "engine/sink.h"
#include "null-sound.h"
#include "null-trouble.h"

static const char *
null_version (void)
{
  return "1";
}

static gboolean
null_probe (LbProbeAnswer *answer, GError **error)
{
  g_strlcpy (answer->version, null_version (), sizeof answer->version);
  answer->devices = json_pack ("[{s:s, s:s, s:s}]", "id", "cpu", "backend", "cpu", "name",
                               "no device at all");
  return TRUE;
}

static gboolean
gives_sound (const char *mode)
{
  return g_str_equal (mode, "tts") || g_str_equal (mode, "separation") ||
         g_str_equal (mode, "generation");
}

static void
meddle_early (const Null *null)
{
  if (null_is (null, "cut", "seal-early") &&
      fcntl (LB_FD_IN, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SEAL) != 0)
    perror ("seal-early");
  if (null_is (null, "cut", "grow-early") && ftruncate (LB_FD_OUT, 1 << 20) != 0)
    perror ("grow-early");
  if (lb_json_boolean (null->options, "ignore-cancel", FALSE))
    signal (SIGTERM, SIG_IGN);
}

static void
null_unload (gpointer state)
{
  Null *null = state;

  null_trouble (null, "unload", NULL, NULL);
  json_decref (null->options);
}

static gboolean
null_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer, LbSink *sink,
           GError **error)
{
  Null *null = state;

  null->options = json_incref ((json_t *) request->options);
  g_strlcpy (null->mode, request->mode, sizeof null->mode);
  null->in_rate_hz = (guint) null_int (null, "rate");
  null->in_channels = null->in_rate_hz > 0 ? (guint) null_int (null, "channels") : 0;
  null->out_rate_hz = gives_sound (request->mode) ? NULL_SOUND_RATE_HZ : 0;
  null->parameters = lb_json_integer (request->model, "parameters", 0);
  null->out_channels = gives_sound (request->mode) ? 1 : 0;
  meddle_early (null);
  if (!null_sleep (null, sink, null_int (null, "load-ms")))
    {
      json_decref (null->options);
      g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
      return FALSE;
    }
  if (!null_trouble (null, "load", sink, error))
    {
      json_decref (null->options);
      return FALSE;
    }
  answer->input_rate_hz = null->in_rate_hz;
  answer->input_channels = null_is (null, "lie", "rates") ? 100000 : null->in_channels;
  answer->output_rate_hz = null->out_rate_hz;
  answer->output_channels = null->out_channels;
  g_strlcpy (answer->backend, null_is (null, "lie", "device") ? "vulkan" : "cpu",
             sizeof answer->backend);
  g_strlcpy (answer->device, null_is (null, "lie", "device") ? "vulkan:0" : "cpu",
             sizeof answer->device);
  answer->output_stems = g_str_equal (request->mode, "separation") ? 2 : 1;
  answer->output_s = lb_json_real (null->options, "output-s", 0);
  answer->parameters = (guint64) null->parameters;
  answer->deterministic = null_is (null, "lie", "claim") ||
                          !lb_json_boolean (null->options, "random", FALSE);
  return TRUE;
}

/* Streams tokens over the run's length: the first at first-ms, the rest evenly to the end.
 * @first_ns: (out): the instant of the first; 0: there was none */
static gboolean
stream (const Null *null, LbSink *sink, gint64 *first_ns)
{
  gint64 tokens = null_int (null, "tokens");
  gint64 first_ms = MIN (null_int (null, "first-ms"), null_int (null, "sleep-ms"));
  gint64 rest_ms = null_int (null, "sleep-ms") - first_ms;

  *first_ns = 0;
  if (tokens == 0)
    return null_sleep (null, sink, null_int (null, "sleep-ms"));
  if (!null_sleep (null, sink, first_ms))
    return FALSE;
  *first_ns = lb_clock_now_ns ();
  lb_sink_first (sink, "token");
  for (gint64 i = 0; i < tokens; i++)
    {
      char text[32];

      g_snprintf (text, sizeof text, "token %d ", (int) i + 1);
      lb_sink_progress (sink, (double) (i + 1) / (double) tokens);
      if (!lb_sink_partial (sink, text) ||
          !null_sleep (null, sink, i + 1 < tokens ? rest_ms / tokens : 0))
        return FALSE;
    }
  return TRUE;
}

/* FNV-1a (Fowler, Noll, Vo; RFC 9923), 32 bits, over the samples' bits. */
static guint32
checksum (const void *data, gsize bytes)
{
  const guint8 *p = data;
  guint32 hash = 2166136261u;

  for (gsize i = 0; i < bytes; i++)
    hash = (hash ^ p[i]) * 16777619u;
  return hash;
}

static char *
describe_input (const LbEngineInput *input)
{
  if (input->text != NULL)
    return g_strdup_printf ("%d bytes of text, checksum %08x", (int) strlen (input->text),
                            checksum (input->text, strlen (input->text)));
  return g_strdup_printf (
      "%" G_GSIZE_FORMAT " frames, checksum %08x", input->frames,
      checksum (input->samples, input->frames * input->channels * sizeof (float)));
}

static char *
answer_text (const Null *null, const LbRunRequest *request)
{
  const char *text = lb_json_string (null->options, "text", NULL);
  g_autoptr (GString) all = g_string_new (text);

  for (guint i = 0; i < request->n_inputs && text == NULL; i++)
    {
      g_autofree char *one = describe_input (&request->inputs[i]);

      g_string_append_printf (all, "%s%s", i > 0 ? "; " : "", one);
    }
  if (lb_json_boolean (null->options, "random", FALSE))
    g_string_append_printf (all, " %08x", g_random_int ());
  return g_strdup (all->str);
}

/* What a language model tells beside its text; the time to the first token is all the prompt's,
 * less what encode-ms gives to the sound. */
static void
add_analysis (const Null *null, gint64 begun_ns, gint64 first_ns, json_t *output)
{
  double heard_s = lb_json_real (null->options, "heard-s", NAN);
  double encode_s = (double) null_int (null, "encode-ms") / 1000;
  double before_s = lb_clock_seconds (begun_ns, first_ns);
  json_t *phases = json_object ();

  if (first_ns != 0)
    {
      lb_json_set_real (phases, "encode_s", MIN (encode_s, before_s));
      lb_json_set_real (phases, "prompt_s", MAX (before_s - encode_s, 0));
      lb_json_set_real (phases, "generate_s", lb_clock_seconds (first_ns, lb_clock_now_ns ()));
    }
  lb_json_set (output, "phases", phases);
  if (null_int (null, "prompt-tokens") > 0)
    lb_json_set_integer (output, "prompt_tokens", null_int (null, "prompt-tokens"));
  lb_json_set_string (output, "stopped", lb_json_string (null->options, "stopped", NULL));
  if (isfinite (heard_s))
    lb_json_set (output, "heard_s", json_pack ("[f, f]", 0.0, heard_s));
}

/* Its text is the genre, of which it is quite sure. */
static void
add_genre (const char *text, json_t *output)
{
  json_t *first = json_pack ("{s:f}", "score", 0.75);
  json_t *second = json_pack ("{s:s, s:f}", "label", "anything else", "score", 0.25);

  lb_json_set_string (first, "label", text);
  lb_json_set (output, "genre", json_pack ("[o, o]", first, second));
}

static json_t *
build_output (const Null *null, const LbRunRequest *request, const char *text)
{
  json_t *output = json_object ();
  json_t *segments = json_array ();
  gint64 n = null_int (null, "segments");
  const LbEngineInput *first = request->n_inputs > 0 ? &request->inputs[0] : NULL;
  double length_s = first != NULL && first->samples != NULL
                        ? (double) first->frames / first->rate_hz
                        : 0;

  for (gint64 i = 0; i < n; i++)
    {
      json_t *segment = json_object ();

      lb_json_set_real (segment, "start_s", length_s * (double) i / (double) n);
      lb_json_set_real (segment, "end_s", length_s * (double) (i + 1) / (double) n);
      lb_json_set_string (segment, "text", text);
      json_array_append_new (segments, segment);
    }
  lb_json_set_string (output, "text", text);
  lb_json_set (output, "segments", segments);
  if (null_int (null, "tokens") > 0)
    lb_json_set_integer (output, "tokens", null_int (null, "tokens"));
  return output;
}

static gboolean
null_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
          GError **error)
{
  Null *null = state;
  gint64 begun_ns = lb_clock_now_ns (), first_ns;
  g_autofree char *tampered = NULL;
  g_autofree char *text = NULL;

  null->runs++;
  if (!stream (null, sink, &first_ns))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
      return FALSE;
    }
  if (!null_trouble (null, "run", sink, error) || !null_give_sound (null, request, sink, error))
    return FALSE;
  tampered = null_tamper (null);
  if (null_lie (null, sink))
    {
      lb_sink_silence (sink);
      return TRUE;
    }
  lb_sink_done (sink);
  if (!null_trouble (null, "output", sink, error))
    return FALSE;
  text = tampered != NULL ? g_steal_pointer (&tampered) : answer_text (null, request);
  *output = build_output (null, request, text);
  if (strcmp (null->mode, "analysis") == 0)
    add_analysis (null, begun_ns, first_ns, *output);
  if (strcmp (null->mode, "genre") == 0)
    add_genre (text, *output);
  return TRUE;
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (Null),
  .probe = null_probe,
  .load = null_load,
  .run = null_run,
  .unload = null_unload,
  .version = null_version,
};

LB_ENGINE_MODULE ("null", hooks)
