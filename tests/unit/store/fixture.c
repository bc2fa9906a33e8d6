#include "fixture.h"

#include <ftw.h>
#include <stdio.h>

#include "core/id.h"

static int
remove_entry (const char *path, const struct stat *about, int kind, struct FTW *place)
{
  return remove (path);
}

char *
fixture_folder (void)
{
  char *folder = g_dir_make_tmp ("llamaburn-test-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return folder;
}

void
fixture_remove (char *folder)
{
  g_assert_cmpint (nftw (folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
  g_free (folder);
}

json_t *
fixture_running (void)
{
  g_autofree char *id = lb_id_new ();
  json_t *record = json_pack ("{s:s, s:s, s:{s:s, s:i}, s:i, s:s, s:s, s:s}", "schema",
                              "llamaburn.result/1", "id", id, "group", "id", "0198", "index", 0,
                              "timestamp", 1700000000, "benchmark_type", "audio", "mode", "stt",
                              "status", "running");

  json_object_set_new (
      record, "engine",
      json_pack ("{s:s, s:s, s:s}", "id", "whisper.cpp", "version", "1.8.5", "device", "cpu"));
  json_object_set_new (record, "model", json_pack ("{s:s}", "id", "whisper-base"));
  json_object_set_new (record, "input",
                       json_pack ("{s:s, s:f}", "path", "/sounds/jfk.wav", "duration_s", 11.0));
  json_object_set_new (record, "machine",
                       json_pack ("{s:s, s:i}", "cpu", "some processor", "cores", 2));
  json_object_set_new (record, "validity", json_pack ("{s:b, s:[]}", "valid", 1, "flags"));
  return record;
}

static json_t *
new_iterations (int count)
{
  json_t *iterations = json_array ();

  for (int i = 0; i < count; i++)
    json_array_append_new (iterations, json_pack ("{s:i, s:f, s:f}", "index", i, "wall_s",
                                                  1.0 + i, "rtf", 0.1 * (1 + i)));
  return iterations;
}

json_t *
fixture_record (const char *status, int iterations)
{
  json_t *record = fixture_running ();
  json_t *output = json_pack ("{s:s}", "text", "and so my fellow Americans");
  json_t *scores = json_pack ("{s:{s:f, s:i}, s:{s:f}}", "wer", "value", 0.125, "substitutions",
                              1, "cer", "value", 0.05);

  json_object_set_new (record, "status", json_string (status));
  json_object_set_new (record, "sessions", json_pack ("[{s:i, s:f}]", "index", 0, "load_s", 0.5));
  json_object_set_new (record, "warmups", new_iterations (1));
  json_object_set_new (record, "iterations", new_iterations (iterations));
  json_object_set_new (record, "summary", json_pack ("{s:i}", "iterations", iterations));
  json_object_set_new (record, "outputs",
                       json_pack ("[{s:s, s:[i,i], s:O, s:O}, {s:s, s:[i], s:{s:s}}]", "sha256",
                                  "aa", "iterations", 0, 1, "output", output, "scores", scores,
                                  "sha256", "bb", "iterations", 2, "output", "text", "another"));
  json_object_set_new (record, "output", output);
  json_object_set_new (record, "scores", scores);
  json_object_set_new (record, "artifacts", json_array ());
  return record;
}

const char *
fixture_id (const json_t *record)
{
  return lb_json_string (record, "id", NULL);
}

LbStore *
fixture_open (const char *folder)
{
  g_autoptr (GError) error = NULL;
  LbStore *store = lb_store_open (folder, &error);

  g_assert_no_error (error);
  g_assert_nonnull (store);
  return store;
}

gint64
fixture_add (LbStore *store, const json_t *record)
{
  g_autoptr (json_t) running = json_copy ((json_t *) record);
  g_autoptr (GError) error = NULL;
  gint64 number;

  json_object_set_new (running, "status", json_string ("running"));
  number = lb_store_begin (store, running, &error);
  g_assert_no_error (error);
  g_assert_true (lb_store_end (store, fixture_id (record), record, &error));
  g_assert_no_error (error);
  return number;
}

gint64
fixture_count (LbStore *store, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbStatement) row = lb_sql_query (store, &error, sql, "");
  gint64 value;

  g_assert_true (lb_sql_integer (store, row, -1, &value, &error));
  return value;
}

char *
fixture_file (const char *folder, const char *name)
{
  return g_build_filename (folder, name, NULL);
}
