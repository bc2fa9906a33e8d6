/* store-filler FOLDER RUNS: a history of many runs, in one transaction, for bench/history.py. */
#include <stdio.h>
#include <stdlib.h>

#include "core/id.h"
#include "store/internal.h"

static json_t *
new_record (int i)
{
  static const char *const engines[] = { "whisper.cpp", "faster-whisper", "null" };
  static const char *const models[] = { "whisper-base", "whisper-small", "whisper-large-v3",
                                        "whisper-tiny" };
  g_autofree char *id = lb_id_new ();
  g_autofree char *path = g_strdup_printf ("/home/user/sounds/interview-%05d.wav", i);
  double rtf = 0.05 + (i % 97) / 1000.0;
  json_t *iterations = json_array ();

  for (int k = 0; k < 6; k++)
    json_array_append_new (iterations,
                           json_pack ("{s:i, s:i, s:f, s:f, s:f, s:I}", "index", k, "session", 0,
                                      "wall_s", rtf * 11, "engine_s", rtf * 10.9, "rtf", rtf,
                                      "peak_rss_bytes", (json_int_t) 300000000));
  return json_pack (
      "{s:s, s:s, s:i, s:s, s:s, s:{s:s, s:s, s:s}, s:{s:s}, s:{s:s, s:f}, s:{s:f}, s:{s:{s:f}}, "
      "s:{s:s, s:i}, s:{s:b, s:[]}, s:o}",
      "schema", "llamaburn.result/1", "id", id, "timestamp", 1700000000 + i * 60, "mode", "stt",
      "status", i % 50 == 0 ? "failed" : "ok", "engine", "id", engines[i % 3], "version", "1.8.5",
      "device", "cpu", "model", "id", models[i % 4], "input", "path", path, "duration_s", 11.0,
      "summary", "median_rtf", rtf, "scores", "wer", "value", 0.05, "machine", "cpu",
      "a processor", "cores", 8, "validity", "valid", 1, "flags", "iterations", iterations);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbStore) store = lb_store_open (argv[1], &error);
  int runs = atoi (argv[2]);
  gboolean good = store != NULL && lb_sql_begin (store, &error);

  for (int i = 0; good && i < runs; i++)
    {
      g_autoptr (json_t) record = new_record (i);

      good = lb_record_insert (store, record, &error) >= 0;
    }
  if (good && lb_sql_finish (store, TRUE, &error))
    return 0;
  fprintf (stderr, "%s\n", error->message);
  return 1;
}
