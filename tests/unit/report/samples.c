#include "samples.h"

void
sample_set (json_t *record, const char *path, json_t *value)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  json_t *at = record;
  guint i = 0;

  for (; parts[i + 1] != NULL; i++)
    {
      if (!json_is_object (json_object_get (at, parts[i])))
        json_object_set_new (at, parts[i], json_object ());
      at = json_object_get (at, parts[i]);
    }
  if (value != NULL)
    json_object_set_new (at, parts[i], value);
  else
    json_object_del (at, parts[i]);
}

static json_t *
make_iterations (guint n)
{
  json_t *iterations = json_array ();

  for (guint i = 0; i < n; i++)
    json_array_append_new (
        iterations,
        json_pack ("{s:i,s:i,s:f,s:f,s:f,s:f,s:s,s:f,s:I,s:s}", "index", i, "session", 0,
                   "wall_s", 1.18 + 0.01 * i, "engine_s", 1.17, "rtf", 0.107 + 0.001 * i,
                   "latency_s", 0.9, "latency_kind", "segment", "cpu_s", 2.2, "peak_rss_bytes",
                   (json_int_t) (400000000 + 1000 * i), "output_sha256", "ab"));
  return iterations;
}

json_t *
sample_new (void)
{
  g_autoptr (GError) error = NULL;
  json_t *record = lb_json_parse (
      "{\"schema\":\"llamaburn.result/"
      "1\",\"id\":\"0192f5a0-0000-7000-8000-000000000041\",\"number\":41,"
      "\"group\":{\"id\":\"g1\",\"index\":0},\"timestamp\":1764000000,\"benchmark_type\":"
      "\"audio\","
      "\"mode\":\"stt\",\"status\":\"ok\","
      "\"engine\":{\"id\":\"whisper.cpp\",\"version\":\"1.8.5\",\"backend\":\"cpu\",\"device\":"
      "\"cpu\",\"threads\":2},"
      "\"model\":{\"id\":\"whisper-base\",\"variant\":\"ggml\",\"bytes\":147951465,"
      "\"parameters\":72593920,\"synthetic\":false},"
      "\"input\":{\"path\":\"/home/me/"
      "jfk.wav\",\"duration_s\":11.0,\"processed_s\":11.0,\"sample_rate\":16000,\"channels\":1},"
      "\"settings\":{\"iterations\":5,\"warmups\":1,\"threads\":2,\"options\":{\"beam-size\":5}},"
      "\"timing\":{\"decode_s\":0.002,\"resample_s\":0.001,\"load_s\":0.31,\"load_cache\":"
      "\"cold\",\"warm_load_s\":0.12},"
      "\"summary\":{\"iterations\":5,\"avg_rtf\":0.109,\"min_rtf\":0.107,\"max_rtf\":0.111,"
      "\"median_rtf\":0.109,"
      "\"stddev_rtf\":0.0016,\"ci95_rtf\":[0.107,0.111],\"end_to_end_rtf\":0.14,\"avg_wall_s\":1."
      "2,\"avg_latency_s\":0.9},"
      "\"output\":{\"text\":\"And so my fellow "
      "Americans\",\"segments\":[{\"start_s\":0.0,\"end_s\":2.5,\"text\":\"And so\"}]},"
      "\"scores\":{\"wer\":{\"value\":0.045454545,\"substitutions\":1,\"deletions\":0,"
      "\"insertions\":0,\"reference_words\":22,"
      "\"alignment\":[{\"op\":\"equal\",\"reference\":\"and so\",\"hypothesis\":\"and so\"},"
      "{\"op\":\"substitute\",\"reference\":\"my\",\"hypothesis\":\"may\"},"
      "{\"op\":\"delete\",\"reference\":\"fellow\"},{\"op\":\"insert\",\"hypothesis\":\"big\"}]}}"
      ","
      "\"machine\":{\"cpu\":{\"model\":\"AMD EPYC\",\"cores\":2}},"
      "\"validity\":{\"valid\":true,\"flags\":[]}}",
      -1, &error);

  g_assert_no_error (error);
  json_object_set_new (record, "warmups", make_iterations (1));
  json_object_set_new (record, "iterations", make_iterations (5));
  return record;
}

json_t *
sample_failed (void)
{
  json_t *record = sample_new ();

  sample_set (record, "status", json_string ("failed"));
  sample_set (record, "error",
              json_pack ("{s:s,s:s,s:s}", "kind", "crashed", "phase", "run", "message",
                         "the engine died of SIGSEGV"));
  sample_set (record, "summary", NULL);
  sample_set (record, "iterations", json_array ());
  sample_set (record, "output", NULL);
  sample_set (record, "scores", NULL);
  return record;
}

json_t *
sample_interrupted (void)
{
  json_t *record = sample_new ();

  sample_set (record, "status", json_string ("interrupted"));
  sample_set (record, "iterations", make_iterations (2));
  sample_set (record, "summary/iterations", json_integer (2));
  sample_set (record, "summary/ci95_rtf", NULL);
  return record;
}

json_t *
sample_without_reference (void)
{
  json_t *record = sample_new ();

  sample_set (record, "scores", NULL);
  return record;
}

json_t *
sample_synthetic (void)
{
  json_t *record = sample_without_reference ();

  sample_set (record, "model/synthetic", json_true ());
  return record;
}

json_t *
sample_invalid (void)
{
  json_t *record = sample_new ();

  sample_set (record, "timing/warm_load_s", json_real (0.045));
  sample_set (record, "validity/valid", json_false ());
  sample_set (record, "validity/flags",
              json_pack ("[{s:s,s:s,s:s}]", "id", "busy-machine", "evidence",
                         "another program used 1.2 cores", "cure", "close other programs"));
  return record;
}

json_t *
sample_hostile (void)
{
  static const char *const places[] = {
    "engine/id",   "engine/version", "engine/device", "model/id",          "input/path",
    "output/text", "status",         "mode",          "group/id",          "machine/cpu/model",
    "id",          "error/message",  "error/phase",   "timing/load_cache", HOSTILE
  };
  json_t *record = sample_new ();

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    sample_set (record, places[i], json_string (HOSTILE));
  sample_set (record, "validity/flags",
              json_pack ("[{s:s,s:s,s:s}]", "id", HOSTILE, "evidence", HOSTILE, "cure", HOSTILE));
  sample_set (record, "scores/wer/alignment",
              json_pack ("[{s:s,s:s,s:s}]", "op", "substitute", "reference", HOSTILE,
                         "hypothesis", HOSTILE));
  json_object_set_new (json_array_get (json_object_get (record, "iterations"), 0), "latency_kind",
                       json_string (HOSTILE));
  return record;
}

json_t *
sample_spoken (void)
{
  json_t *record = sample_new ();
  json_t *iterations = json_object_get (record, "iterations");
  size_t index;
  json_t *it;

  sample_set (record, "mode", json_string ("tts"));
  sample_set (record, "engine/id", json_string ("piper"));
  sample_set (record, "model/id", json_string ("en_US-joe-medium"));
  sample_set (record, "input",
              json_pack ("{s:s, s:i, s:i, s:s, s:s}", "text", "Honey / bees", "characters", 12,
                         "words", 3, "set", "short", "name", "bees"));
  sample_set (record, "output",
              json_pack ("{s:s, s:s, s:{s:f,s:i,s:i,s:f,s:f,s:f,s:f,s:f,s:s}}", "audio",
                         "/home/me/runs/1/audio.wav", "phonemes", "hˈʌni", "sound", "duration_s",
                         2.26, "sample_rate", 22050, "channels", 1, "peak_db", -1.25, "rms_db",
                         -20.5, "loudness_lufs", -23.0, "clipped_share", 0.00001, "silent_share",
                         0.25, "sha256", "cd"));
  sample_set (record, "scores",
              json_pack ("{s:{s:f,s:f}, s:{s:f}, s:{s:s,s:s,s:s,s:s}}", "mos", "value", 3.875,
                         "sig", 4.1, "wer", "value", 1.0 / 3, "transcriber", "engine",
                         "whisper.cpp", "model", "base", "text", " Honey bees", "own_error",
                         "it errs"));
  sample_set (record, "summary/avg_chars_per_sec", json_real (890.0));
  sample_set (record, "summary/avg_words_per_sec", json_real (160.0));
  sample_set (record, "summary/avg_audio_s", json_real (2.26));
  json_array_foreach (iterations, index, it)
    {
      json_object_set_new (it, "latency_kind", json_string ("audio"));
      json_object_set_new (it, "audio_s", json_real (2.26));
      json_object_set_new (it, "chars_per_sec", json_real (890.0));
    }
  return record;
}

json_t *
sample_nonsense (void)
{
  json_t *record = sample_new ();
  const char *key;
  json_t *value;
  void *next;

  json_object_foreach_safe (record, next, key, value)
    json_object_set_new (record, key,
                         json_is_object (value) ? json_pack ("[n,i,[s]]", 7, "x")
                                                : json_pack ("{s:[n]}", "x"));
  sample_set (
      record, "summary",
      json_pack ("{s:s,s:[s,n],s:f}", "median_rtf", "fast", "ci95_rtf", "a", "min_rtf", 1e308));
  sample_set (record, "iterations",
              json_pack ("[n,s,{s:s,s:f}]", "x", "rtf", "y", "peak_rss_bytes", 1e300));
  return record;
}
