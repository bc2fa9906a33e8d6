/* What reads servers' answers: a WAV in pieces, events, transcripts; and the form that is sent.
 */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "openai-events.h"
#include "openai-form.h"
#include "openai-transcript.h"
#include "openai-wav.h"

typedef struct {
  GArray *samples;
  guint calls;
} Gathered;

static gboolean
gather (const OpenaiWav *wav, const float *samples, gsize frames, gpointer user_data,
        GError **error)
{
  Gathered *gathered = user_data;

  g_array_append_vals (gathered->samples, samples, (guint) frames * wav->channels);
  gathered->calls++;
  return TRUE;
}

/* "RIFF", "WAVE", fmt of @tag, then data of @claimed bytes by its header. */
static GByteArray *
wav_of (guint tag, guint channels, guint32 rate, guint bits, guint32 claimed)
{
  GByteArray *wav = g_byte_array_new ();
  guint16 block = (guint16) (channels * bits / 8);
  const guint32 sixteen = 16, speed = rate * block;
  const guint16 words[] = { (guint16) tag, (guint16) channels };
  const guint16 tail[] = { block, (guint16) bits };

  g_byte_array_append (wav, (const guint8 *) "RIFF\xff\xff\xff\xffWAVE", 12);
  g_byte_array_append (wav, (const guint8 *) "LIST\x03\0\0\0abc\0", 12); /* odd: padded */
  g_byte_array_append (wav, (const guint8 *) "fmt ", 4);
  g_byte_array_append (wav, (const guint8 *) &sixteen, 4);
  g_byte_array_append (wav, (const guint8 *) words, 4);
  g_byte_array_append (wav, (const guint8 *) &rate, 4);
  g_byte_array_append (wav, (const guint8 *) &speed, 4);
  g_byte_array_append (wav, (const guint8 *) tail, 4);
  g_byte_array_append (wav, (const guint8 *) "data", 4);
  g_byte_array_append (wav, (const guint8 *) &claimed, 4);
  return wav;
}

static gboolean
read_in_pieces (const GByteArray *bytes, gsize piece, OpenaiWav *wav, Gathered *gathered,
                GError **error)
{
  openai_wav_init (wav);
  for (gsize at = 0; at < bytes->len; at += piece)
    {
      gsize n = MIN (piece, bytes->len - at);
      /* a block of exactly that size: one byte too far is seen by a sanitizer */
      g_autofree guint8 *copy = g_memdup2 (bytes->data + at, n);

      if (!openai_wav_feed (wav, copy, n, gather, gathered, error))
        return FALSE;
    }
  return openai_wav_end (wav, error);
}

static void
wav_is_the_same_in_any_pieces (void)
{
  static const gsize pieces[] = { 1, 2, 3, 7, 13, 44, 1000, 100000 };
  const guint32 sizes[] = { 8, 0, 0xffffffffu, 0x7fffffffu };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (guint p = 0; p < G_N_ELEMENTS (pieces); p++)
      {
        g_autoptr (GByteArray) bytes = wav_of (1, 2, 22050, 16, sizes[s]);
        g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (float));
        Gathered gathered = { samples, 0 };
        const gint16 values[] = { 0, 16384, -32768, 32767 };
        OpenaiWav wav;

        g_byte_array_append (bytes, (const guint8 *) values, sizeof values);
        if (sizes[s] == 8)
          g_byte_array_append (bytes, (const guint8 *) "LIST\x04\0\0\0abcd", 12);
        g_assert_true (read_in_pieces (bytes, pieces[p], &wav, &gathered, NULL));
        g_assert_cmpuint (wav.rate_hz, ==, 22050);
        g_assert_cmpuint (wav.channels, ==, 2);
        g_assert_cmpuint (samples->len, ==, 4);
        g_assert_cmpfloat (g_array_index (samples, float, 1), ==, 0.5f);
        g_assert_cmpfloat (g_array_index (samples, float, 2), ==, -1.0f);
      }
}

static void
bad_wav_is_one_line (void)
{
  const float not_a_number = NAN;
  const struct {
    const char *why;
    guint tag, channels;
    guint32 rate;
    guint bits;
    guint32 claimed;
    guint data_bytes;
  } cases[] = {
    { "another kind", 1, 1, 24000, 24, 6, 6 },
    { "another kind", 2, 1, 24000, 16, 4, 4 },
    { "another kind", 3, 1, 24000, 64, 8, 8 },
    { "number of channels", 1, 0, 24000, 16, 4, 4 },
    { "number of channels", 1, 9, 24000, 16, 36, 36 },
    { "sample rate", 1, 1, 0, 16, 4, 4 },
    { "sample rate", 1, 1, 0xfffffff0u, 16, 4, 4 },
    { "promises more", 1, 1, 24000, 16, 1000, 4 },
    { "there is none", 1, 1, 24000, 16, 0, 0 },
    { "middle of a sample", 1, 2, 24000, 16, 0xffffffffu, 6 },
    { "NaN", 3, 1, 24000, 32, 4, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) bytes = wav_of (cases[i].tag, cases[i].channels, cases[i].rate,
                                             cases[i].bits, cases[i].claimed);
      g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (float));
      g_autoptr (GError) error = NULL;
      Gathered gathered = { samples, 0 };
      OpenaiWav wav;

      for (guint b = 0; b < cases[i].data_bytes; b += 2)
        g_byte_array_append (bytes, (const guint8 *) &not_a_number + b % 4, 2);
      g_assert_false (read_in_pieces (bytes, 5, &wav, &gathered, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_ENGINE);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].why));
    }
}

static void
what_is_no_wav_is_refused (void)
{
  static const struct {
    const char *bytes;
    gsize n;
    const char *why;
  } cases[] = {
    { "<html><body>no</body></html>", 28, "no WAV" },
    { "RIFF\0\0\0\0AVI LIST", 16, "no WAV" },
    { "", 0, "none" },
    { "RIFF\0\0\0\0WAVE", 12, "header" },
    { "RIFF\0\0\0\0WAVEdata\4\0\0\0abcd", 24, "before its format" },
    { "RIFF\0\0\0\0WAVEfmt \2\0\0\0ab", 22, "broken" },
    { "RIFF\0\0\0\0WAVELIST\xff\xff\xff\x7f", 20, "doesn't end" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (float));
      g_autoptr (GError) error = NULL;
      Gathered gathered = { samples, 0 };
      OpenaiWav wav;

      g_byte_array_append (bytes, (const guint8 *) cases[i].bytes, (guint) cases[i].n);
      g_assert_false (read_in_pieces (bytes, 3, &wav, &gathered, &error));
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].why));
    }
}

static gboolean
on_event (const char *data, gsize length, gpointer user_data, GError **error)
{
  g_assert_cmpuint (strlen (data), >=, length);
  g_string_append_len (user_data, data, (gssize) length);
  g_string_append_c (user_data, '|');
  return strcmp (data, "stop") != 0;
}

static void
events_are_cut_at_empty_lines (void)
{
  static const char text[] =
      ": comment\r\ndata: one\r\n\r\nevent: x\ndata:two\ndata:  three\n\n\n"
      "id: 7\r\rdata: stop\r\rdata: never\n\n";

  for (gsize piece = 1; piece < sizeof text; piece++)
    {
      g_auto (OpenaiEvents) events = { 0 };
      g_autoptr (GString) got = g_string_new (NULL);
      gboolean more = TRUE;

      openai_events_init (&events);
      for (gsize at = 0; more && at < strlen (text); at += piece)
        more = openai_events_feed (&events, text + at, MIN (piece, strlen (text) - at), on_event,
                                   got, NULL);
      g_assert_false (more);
      g_assert_cmpstr (got->str, ==, "one|two\n three|stop|");
    }
}

static void
lines_are_events_too (void)
{
  static const char text[] = "one\n\r\ntwo\r\ndata: three\nstop\nnever\n";

  for (gsize piece = 1; piece < sizeof text; piece++)
    {
      g_auto (OpenaiEvents) events = { 0 };
      g_autoptr (GString) got = g_string_new (NULL);
      gboolean more = TRUE;

      openai_events_init (&events);
      events.lines = TRUE;
      for (gsize at = 0; more && at < strlen (text); at += piece)
        more = openai_events_feed (&events, text + at, MIN (piece, strlen (text) - at), on_event,
                                   got, NULL);
      g_assert_false (more);
      g_assert_cmpstr (got->str, ==, "one|two|data: three|stop|");
    }
}

static void
an_endless_event_is_refused (void)
{
  g_auto (OpenaiEvents) events = { 0 };
  g_autofree char *block = g_strnfill (1024 * 1024, 'x');
  g_autoptr (GError) error = NULL;
  gboolean more = TRUE;
  guint fed = 0;

  openai_events_init (&events);
  for (; more && fed < 10; fed++)
    more = openai_events_feed (&events, block, 1024 * 1024, on_event, NULL, &error);
  g_assert_error (error, LB_ERROR, LB_ERROR_ENGINE);
  g_assert_cmpuint (fed, ==, 5);
}

static char *
text_of (const char *json)
{
  g_autoptr (json_t) value = lb_json_parse (json, -1, NULL);
  g_autoptr (json_t) output = openai_transcript_of_json (value);

  return output != NULL ? lb_json_line (output) : NULL;
}

static void
transcripts_keep_what_is_of_its_type (void)
{
  static const char *const cases[][2] = {
    { "{\"text\":\" a b.\\n c \"}", "{\"text\":\"a b. c\"}" },
    { "{\"text\":\"\"}", "{\"text\":\"\"}" },
    { "{\"text\":7}", NULL },
    { "[]", NULL },
    { "\"text\"", NULL },
    { "{\"text\":\"a\",\"language\":3,\"segments\":\"x\",\"words\":{},\"usage\":[]}",
      "{\"text\":\"a\"}" },
    { "{\"text\":\"a\",\"segments\":[1,{\"text\":\" "
      "a\",\"start\":1,\"end\":\"x\"},{\"text\":2}]}",
      "{\"text\":\"a\",\"segments\":[{\"start_s\":1.0,\"end_s\":0.0,\"text\":\"a\"}]}" },
    { "{\"text\":\"a\",\"language\":\"en\",\"usage\":{\"output_tokens\":3},"
      "\"words\":[{\"word\":\"a\",\"start\":0,\"end\":0.5}]}",
      "{\"text\":\"a\",\"language\":\"en\","
      "\"words\":[{\"start_s\":0.0,\"end_s\":0.5,\"text\":\"a\"}],\"tokens\":3}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = text_of (cases[i][0]);

      g_assert_cmpstr (got, ==, cases[i][1]);
    }
}

static void
streams_of_three_dialects_are_put_together (void)
{
  static const char *const dialects[][4] = {
    { "{\"type\":\"transcript.text.delta\",\"delta\":\"one \"}",
      "{\"type\":\"transcript.text.delta\",\"delta\":\"two\"}",
      "{\"type\":\"transcript.text.done\",\"text\":\"one two\"}", NULL },
    { "{\"choices\":[{\"delta\":{\"content\":\"one \"}}]}",
      "{\"choices\":[{\"delta\":{\"content\":\"two\"}}]}", "{\"choices\":[{\"delta\":{}}]}",
      NULL },
    { "{\"text\":\"one \"}", "{\"text\":\"two\"}", "{\"type\":\"unknown\",\"text\":\"x\"}",
      NULL },
  };

  for (guint d = 0; d < G_N_ELEMENTS (dialects); d++)
    {
      OpenaiTranscript *transcript = openai_transcript_new ();
      g_autoptr (json_t) output = NULL;
      gboolean more = TRUE;

      for (guint i = 0; dialects[d][i] != NULL; i++)
        {
          g_autoptr (json_t) event = lb_json_parse (dialects[d][i], -1, NULL);
          g_autofree char *delta = NULL;

          g_assert_true (more);
          more = openai_transcript_add (transcript, event, &delta);
          g_assert_cmpint (delta != NULL, ==, i < 2);
        }
      g_assert_cmpint (more, ==, d > 0);
      output = openai_transcript_output (transcript);
      g_assert_cmpstr (lb_json_string (output, "text", NULL), ==, "one two");
      openai_transcript_free (transcript);
    }
}

/* The sound in the form is a WAV that gives the same samples back. */
static void
the_form_holds_fields_and_sound (void)
{
  g_auto (OpenaiForm) form = { 0 };
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (float));
  const float sound[] = { 0, 0.5f, -1, 2, NAN, 12345.0f / 32768 };
  const float wanted[] = { 0, 0.5f, -1, 32767.0f / 32768, 0, 12345.0f / 32768 };
  g_autofree char *text = NULL;
  Gathered gathered = { samples, 0 };
  OpenaiWav wav;
  const char *data;
  gsize n, at;

  openai_form_init (&form, 16);
  openai_form_add (&form, "model", "a\r\nb");
  openai_form_add (&form, "absent", NULL);
  openai_form_add_sound (&form, sound, G_N_ELEMENTS (sound), 16000);
  body = openai_form_end (&form);
  data = g_bytes_get_data (body, &n);
  text = g_strdup_printf ("--%s\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na\r\nb"
                          "\r\n--%s\r\nContent-Disposition: form-data; name=\"file\"; "
                          "filename=\"audio.wav\"\r\nContent-Type: audio/wav\r\n\r\n",
                          form.boundary, form.boundary);
  at = strlen (text);
  g_assert_cmpmem (data, at, text, at);
  openai_wav_init (&wav);
  g_assert_true (
      openai_wav_feed (&wav, (const guint8 *) data + at, 44 + 2 * 6, gather, &gathered, NULL));
  g_assert_true (openai_wav_end (&wav, NULL));
  g_assert_cmpuint (wav.rate_hz, ==, 16000);
  g_assert_cmpmem (samples->data, samples->len * sizeof (float), wanted, sizeof wanted);
  g_free (text);
  text = g_strdup_printf ("\r\n--%s--\r\n", form.boundary);
  g_assert_cmpmem (data + at + 44 + 12, n - at - 56, text, strlen (text));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openai/wav/pieces", wav_is_the_same_in_any_pieces);
  g_test_add_func ("/openai/wav/bad", bad_wav_is_one_line);
  g_test_add_func ("/openai/wav/none", what_is_no_wav_is_refused);
  g_test_add_func ("/openai/events/cut", events_are_cut_at_empty_lines);
  g_test_add_func ("/openai/events/lines", lines_are_events_too);
  g_test_add_func ("/openai/events/endless", an_endless_event_is_refused);
  g_test_add_func ("/openai/transcript/json", transcripts_keep_what_is_of_its_type);
  g_test_add_func ("/openai/transcript/stream", streams_of_three_dialects_are_put_together);
  g_test_add_func ("/openai/form", the_form_holds_fields_and_sound);
  return g_test_run ();
}
