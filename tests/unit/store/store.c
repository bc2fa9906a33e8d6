#include "fixture.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/id.h"

static void
gives_back_what_it_was_given (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) record = fixture_record ("ok", 5);
  gint64 number = fixture_add (store, record);
  g_autoptr (json_t) back = lb_store_load (store, fixture_id (record), NULL);
  g_autofree char *text = NULL, *wanted = NULL;

  g_assert_cmpint (lb_json_integer (back, "number", -1), ==, number);
  json_object_del (back, "number");
  text = lb_json_line (back);
  wanted = lb_json_line (record);
  g_assert_cmpstr (text, ==, wanted); /* members in their order too */
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
keeps_rows_as_they_come (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) running = fixture_running ();
  g_autoptr (json_t) whole = fixture_record ("ok", 3);
  g_autoptr (json_t) session = json_pack ("{s:i}", "index", 0);
  g_autoptr (json_t) first = json_pack ("{s:s, s:[i]}", "sha256", "aa", "iterations", 0);
  g_autoptr (json_t) again = json_pack ("{s:s, s:[i,i], s:{s:{s:f}}}", "sha256", "aa",
                                        "iterations", 0, 1, "scores", "wer", "value", 0.5);
  g_autoptr (json_t) back = NULL;
  const char *id = fixture_id (running);
  json_t *iterations = json_object_get (whole, "iterations");

  g_assert_cmpint (lb_store_begin (store, running, NULL), ==, 1);
  g_assert_true (lb_store_add_session (store, id, session, NULL));
  g_assert_true (lb_store_add_warmup (store, id, json_array_get (iterations, 2), NULL));
  for (guint i = 0; i < 3; i++)
    g_assert_true (lb_store_add_iteration (store, id, json_array_get (iterations, i), NULL));
  g_assert_true (lb_store_set_output (store, id, first, NULL));
  g_assert_true (lb_store_set_output (store, id, again, NULL));
  back = lb_store_load (store, id, NULL);
  g_assert_cmpstr (lb_json_string (back, "status", ""), ==, "running");
  g_assert_true (json_equal (json_object_get (back, "iterations"), iterations));
  g_assert_cmpuint (json_array_size (json_object_get (back, "warmups")), ==, 1);
  g_assert_cmpuint (json_array_size (json_object_get (back, "outputs")), ==, 1);
  g_assert_true (json_equal (json_array_get (json_object_get (back, "outputs"), 0), again));
  g_assert_true (
      json_equal (json_object_get (back, "scores"), json_object_get (again, "scores")));
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
loses_no_measured_iteration_at_the_end (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) record = fixture_running ();
  g_autoptr (json_t) iteration = json_pack ("{s:f}", "rtf", 0.5);
  g_autoptr (json_t) back = NULL;

  g_assert_cmpint (lb_store_begin (store, record, NULL), ==, 1);
  g_assert_true (lb_store_add_iteration (store, fixture_id (record), iteration, NULL));
  json_object_set_new (record, "status", json_string ("failed"));
  json_object_set_new (record, "iterations", json_array ());
  g_assert_true (lb_store_end (store, fixture_id (record), record, NULL));
  back = lb_store_load (store, fixture_id (record), NULL);
  g_assert_cmpuint (json_array_size (json_object_get (back, "iterations")), ==, 1);
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
stores_one_machine_once (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) a = fixture_record ("ok", 1), b = fixture_record ("ok", 1),
                     other = fixture_record ("ok", 1);

  json_object_set_new (json_object_get (other, "machine"), "cores", json_integer (64));
  fixture_add (store, a);
  fixture_add (store, b);
  fixture_add (store, other);
  g_assert_cmpint (fixture_count (store, "SELECT count (*) FROM machine"), ==, 2);
  g_assert_true (lb_store_remove (store, fixture_id (other), NULL));
  g_assert_cmpint (fixture_count (store, "SELECT count (*) FROM machine"), ==, 1);
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static gboolean
note_number (const LbStoreRow *row, gpointer text)
{
  g_string_append_printf (text, "%" G_GINT64_FORMAT " ", row->number);
  return TRUE;
}

static void
lists_newest_first_by_any_filter (void)
{
  static const struct {
    LbStoreFilter filter;
    const char *numbers;
  } cases[] = {
    { { 0 }, "6 5 4 3 2 1 " },
    { { .limit = 2 }, "6 5 " },
    { { .limit = 2, .offset = 3 }, "3 2 " },
    { { .engine = "null" }, "4 1 " },
    { { .engine = "null", .mode = "stt" }, "4 1 " },
    { { .mode = "tts" }, "" },
    { { .status = "failed" }, "5 3 1 " },
    { { .status = "failed", .engine = "null" }, "1 " },
    { { .since = 1700000003 }, "6 5 4 " },
    { { .until = 1700000002 }, "3 2 1 " },
    { { .since = 1700000001, .until = 1700000002, .model = "whisper-base" }, "3 2 " },
    { { .model = "'; DROP TABLE run; --" }, "" },
    { { .group = "0198" }, "6 5 4 3 2 1 " },
  };
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);

  for (int i = 0; i < 6; i++)
    {
      g_autoptr (json_t) record = fixture_record (i % 2 == 0 ? "failed" : "ok", 2);

      json_object_set_new (record, "timestamp", json_integer (1700000000 + i));
      if (i % 3 == 0)
        json_object_set_new (json_object_get (record, "engine"), "id", json_string ("null"));
      g_assert_cmpint (fixture_add (store, record), ==, i + 1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) numbers = g_string_new (NULL);

      g_assert_true (lb_store_list (store, &cases[i].filter, note_number, numbers, NULL));
      g_assert_cmpstr (numbers->str, ==, cases[i].numbers);
    }
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static gboolean
check_columns (const LbStoreRow *row, gpointer seen)
{
  g_assert_cmpstr (row->mode, ==, "stt");
  g_assert_cmpstr (row->engine, ==, "whisper.cpp");
  g_assert_cmpstr (row->engine_version, ==, "1.8.5");
  g_assert_cmpstr (row->model, ==, "whisper-base");
  g_assert_cmpstr (row->device, ==, "cpu");
  g_assert_cmpstr (row->input, ==, "jfk.wav");
  g_assert_cmpstr (row->score_name, ==, "wer");
  g_assert_cmpfloat (row->score, ==, 0.125);
  g_assert_cmpfloat_with_epsilon (row->median_rtf, 0.25, 1e-12);
  g_assert_cmpfloat_with_epsilon (row->median_wall_s, 2.5, 1e-12);
  g_assert_cmpint (row->iterations, ==, 4);
  g_assert_true (row->valid);
  g_assert_false (row->synthetic);
  (*(int *) seen)++;
  return FALSE;
}

static void
fills_the_columns_of_lists (void)
{
  static const LbStoreFilter all = { 0 };
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) a = fixture_record ("ok", 4), b = fixture_record ("ok", 4);
  int seen = 0;

  fixture_add (store, a);
  fixture_add (store, b);
  g_assert_true (lb_store_list (store, &all, check_columns, &seen, NULL));
  g_assert_cmpint (seen, ==, 1); /* the handler ended it */
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static char *
add_named (LbStore *store, const char *id)
{
  g_autoptr (json_t) record = fixture_record ("ok", 1);

  json_object_set_new (record, "id", json_string (id));
  fixture_add (store, record);
  return g_strdup (id);
}

static void
finds_runs_by_their_names (void)
{
  static const char *const ids[] = { "01980000-0000-7000-8000-00000000abcd",
                                     "01980000-0000-7000-8000-11110000abcd",
                                     "01980000-0000-7000-8000-000012345678" };
  static const struct {
    const char *name;
    int found; /* −1: none, −2: several */
  } cases[] = {
    { "1", 0 },
    { "2", 1 },
    { "last", 2 },
    { "last~1", 1 },
    { "last~2", 0 },
    { "last~3", -1 },
    { "last~x", -1 },
    { "last~-1", -1 },
    { "last~99999999999999999999", -1 },
    { "0", -1 },
    { "4", -1 },
    { "-1", -1 },
    { "", -1 },
    { "99999999999999999999", -1 },
    { "abcd", -2 },
    { "11110000abcd", 1 },
    { "ABCD", -2 },
    { "0000ABCD", -2 },
    { "00000000abcd", 0 },
    { "12345678", 2 },
    { "5678", 2 },
    { "678", -1 },
    { "01980000-0000-7000-8000-00000000abcd", 0 },
    { "x'; DROP TABLE run; --", -1 },
    { "%%%%", -1 },
    { "\xff\xff\xff\xff", -1 },
  };
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_free (add_named (store, ids[i]));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = lb_store_find (store, cases[i].name, &error);
      int code = cases[i].found == -1 ? LB_ERROR_NOT_FOUND : LB_ERROR_USAGE;

      if (cases[i].found >= 0)
        g_assert_cmpstr (id, ==, ids[cases[i].found]);
      else
        g_assert_error (error, LB_ERROR, code);
      if (cases[i].found == -2)
        g_assert_nonnull (strstr (error->message, ids[1]));
    }
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
never_uses_a_number_again (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) a = fixture_record ("ok", 1), b = fixture_record ("ok", 1);

  g_assert_cmpint (fixture_add (store, a), ==, 1);
  g_assert_true (lb_store_remove (store, fixture_id (a), NULL));
  g_assert_cmpint (fixture_add (store, b), ==, 2);
  g_assert_null (lb_store_load (store, fixture_id (a), NULL));
  g_assert_cmpint (fixture_count (store, "SELECT count (*) FROM iteration WHERE run = 1"), ==, 0);
  g_assert_cmpint (fixture_count (store, "SELECT count (*) FROM score WHERE run = 1"), ==, 0);
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
takes_hostile_texts_as_texts (void)
{
  static const char *const names[] = { "'; DROP TABLE run; --", "\"\x1b[31m\n\t", "%s%n",
                                       "é日本\xf0\x9f\x94\xa5", "" };
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (json_t) record = fixture_record ("ok", 1);
      g_autoptr (json_t) back = NULL;

      json_object_set_new (json_object_get (record, "engine"), "id", json_string (names[i]));
      json_object_set_new (json_object_get (record, "input"), "path", json_string (names[i]));
      json_object_set_new (json_object_get (record, "scores"), names[i], json_object ());
      fixture_add (store, record);
      back = lb_store_load (store, fixture_id (record), NULL);
      json_object_del (back, "number");
      g_assert_true (json_equal (back, record));
    }
  g_assert_cmpint (fixture_count (store, "SELECT count (*) FROM run"), ==, G_N_ELEMENTS (names));
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
refuses_what_is_no_record (void)
{
  char *folder = fixture_folder ();
  g_autoptr (LbStore) store = fixture_open (folder);
  g_autoptr (json_t) empty = json_object (), running = fixture_running (),
                     ended = fixture_record ("ok", 1);
  g_autoptr (json_t) climbing = fixture_running (), deep = json_array (),
                     iteration = json_object ();
  g_autoptr (GError) error = NULL;

  json_object_set_new (climbing, "id", json_string ("../../../../../../../../../tmp/abcdefg"));
  g_assert_cmpint (lb_store_begin (store, empty, NULL), ==, -1);
  g_assert_cmpint (lb_store_begin (store, climbing, NULL), ==, -1);
  g_assert_cmpint (lb_store_begin (store, ended, NULL), ==, -1);
  g_assert_cmpint (lb_store_begin (store, running, NULL), ==, 1);
  g_assert_cmpint (lb_store_begin (store, running, NULL), ==, -1);
  g_assert_false (lb_store_end (store, fixture_id (running), running, NULL));
  g_assert_false (lb_store_end (store, fixture_id (running), ended, NULL));
  for (int i = 0; i < 3000; i++)
    {
      json_t *outer = json_array ();

      json_array_append_new (outer, g_steal_pointer (&deep));
      deep = outer;
    }
  json_object_set (iteration, "deep", deep);
  g_assert_false (lb_store_add_iteration (store, fixture_id (running), iteration, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
  g_assert_false (lb_store_add_iteration (store, "no such run", empty, NULL));
  g_assert_cmpint (fixture_count (store, "SELECT count (*) FROM iteration"), ==, 0);
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

static void
keeps_its_files_private (void)
{
  static const char *const names[] = { "history.db", "history.db-wal", "history.lock", NULL };
  char *folder = fixture_folder ();
  char *odd = g_strconcat (folder, "/not\xff utf-8 'quoted'\n?#%41", NULL);
  g_autoptr (LbStore) store = fixture_open (odd);
  g_autoptr (json_t) record = fixture_running ();
  struct stat about;

  g_assert_cmpint (lb_store_begin (store, record, NULL), ==, 1);
  g_assert_cmpint (stat (odd, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0700);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = fixture_file (odd, names[i]);

      g_assert_cmpint (stat (path, &about), ==, 0);
      g_assert_cmpint (about.st_mode & 0777, ==, 0600);
    }
  g_clear_pointer (&store, lb_store_close);
  g_free (odd);
  fixture_remove (folder);
}

static void
reads_a_history_that_is_not_there (void)
{
  static const LbStoreFilter all = { 0 };
  char *folder = fixture_folder ();
  g_autofree char *none = fixture_file (folder, "none");
  g_autoptr (LbStore) store = lb_store_open_to_read (none, NULL);
  g_autoptr (GString) numbers = g_string_new (NULL);

  g_assert_true (lb_store_list (store, &all, note_number, numbers, NULL));
  g_assert_cmpstr (numbers->str, ==, "");
  g_assert_false (g_file_test (none, G_FILE_TEST_EXISTS));
  g_clear_pointer (&store, lb_store_close);
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/gives-back-what-it-was-given", gives_back_what_it_was_given);
  g_test_add_func ("/store/keeps-rows-as-they-come", keeps_rows_as_they_come);
  g_test_add_func ("/store/loses-no-measured-iteration-at-the-end",
                   loses_no_measured_iteration_at_the_end);
  g_test_add_func ("/store/stores-one-machine-once", stores_one_machine_once);
  g_test_add_func ("/store/lists-newest-first-by-any-filter", lists_newest_first_by_any_filter);
  g_test_add_func ("/store/fills-the-columns-of-lists", fills_the_columns_of_lists);
  g_test_add_func ("/store/finds-runs-by-their-names", finds_runs_by_their_names);
  g_test_add_func ("/store/never-uses-a-number-again", never_uses_a_number_again);
  g_test_add_func ("/store/takes-hostile-texts-as-texts", takes_hostile_texts_as_texts);
  g_test_add_func ("/store/refuses-what-is-no-record", refuses_what_is_no_record);
  g_test_add_func ("/store/keeps-its-files-private", keeps_its_files_private);
  g_test_add_func ("/store/reads-a-history-that-is-not-there", reads_a_history_that_is_not_there);
  return g_test_run ();
}
