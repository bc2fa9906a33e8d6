/* Lists that read only what is looked at. */
#include "fixture.h"

typedef struct {
  char *folder;
  LbStore *store;
} World;

/* Runs 1 to 4: speeds and engines that are in no order, the last without a figure. */
static void
set_up (World *world, gconstpointer data)
{
  static const struct {
    const char *engine, *input;
    double rtf;
  } runs[] = { { "piper", "/a/50% off_now.wav", 0.3 },
               { "null", "/a/500 offxnow.wav", 0.1 },
               { "Whisper", "/a/c:\\d.wav", 0.2 },
               { "null", NULL, -1 } };

  world->folder = fixture_folder ();
  world->store = fixture_open (world->folder);
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr (json_t) record = fixture_record ("ok", runs[i].rtf > 0 ? 1 : 0);
      json_t *iteration = json_array_get (json_object_get (record, "iterations"), 0);

      json_object_set_new (json_object_get (record, "engine"), "id",
                           json_string (runs[i].engine));
      json_object_del (record, "summary");
      json_object_set_new (record, "input", json_object ());
      lb_json_set_string (json_object_get (record, "input"), "path", runs[i].input);
      if (iteration != NULL)
        json_object_set_new (iteration, "rtf", json_real (runs[i].rtf));
      g_assert_cmpint (fixture_add (world->store, record), ==, i + 1);
    }
}

static void
tear_down (World *world, gconstpointer data)
{
  lb_store_close (world->store);
  fixture_remove (world->folder);
}

static char *
list (World *world, const LbStoreFilter *filter, LbStoreOrder order, gboolean descending)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) numbers = lb_store_numbers (world->store, filter, order, descending, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < numbers->len; i++)
    g_string_append_printf (text, "%" G_GINT64_FORMAT, g_array_index (numbers, gint64, i));
  return g_string_free (text, FALSE);
}

static void
orders_both_ways_what_has_no_value_last (World *world, gconstpointer data)
{
  static const struct {
    LbStoreOrder order;
    gboolean descending;
    const char *numbers;
  } cases[] = {
    { LB_STORE_BY_NUMBER, TRUE, "4321" },  { LB_STORE_BY_NUMBER, FALSE, "1234" },
    { LB_STORE_BY_RTF, FALSE, "2314" },    { LB_STORE_BY_RTF, TRUE, "1324" },
    { LB_STORE_BY_ENGINE, FALSE, "3421" }, { LB_STORE_BY_ENGINE, TRUE, "1423" },
    { LB_STORE_BY_INPUT, FALSE, "1234" },
  };
  const LbStoreFilter all = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *numbers = list (world, &all, cases[i].order, cases[i].descending);

      g_assert_cmpstr (numbers, ==, cases[i].numbers);
    }
}

static void
searches_words_not_patterns (World *world, gconstpointer data)
{
  static const struct {
    const char *search, *numbers;
  } cases[] = {
    { "null", "42" },      { "NULL  off", "2" },  { "50%", "1" },   { "off_now", "1" },
    { "\\", "3" },         { "whisper", "4321" }, /* the model's name */
    { "whisper c:", "3" }, { "' OR 1=1 --", "" }, { "  ", "4321" }, { "a b c d e f g h i j", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const LbStoreFilter filter = { .search = cases[i].search };
      g_autofree char *numbers = list (world, &filter, LB_STORE_BY_NUMBER, TRUE);

      g_assert_cmpstr (numbers, ==, cases[i].numbers);
    }
}

static void
filters_and_searches_together (World *world, gconstpointer data)
{
  const LbStoreFilter filter = { .engine = "null", .search = "off" };
  g_autofree char *numbers = list (world, &filter, LB_STORE_BY_NUMBER, TRUE);

  g_assert_cmpstr (numbers, ==, "2");
}

static gboolean
keep (const LbStoreRow *row, gpointer rows)
{
  g_ptr_array_add (rows, lb_store_row_copy (row));
  return TRUE;
}

static void
reads_rows_in_the_order_asked (World *world, gconstpointer data)
{
  const gint64 wanted[] = { 3, 99, 1 };
  g_autoptr (GPtrArray)
      rows = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_store_row_free);

  g_assert_true (lb_store_rows (world->store, wanted, 3, keep, rows, NULL));
  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_cmpstr (((LbStoreRow *) rows->pdata[0])->engine, ==, "Whisper");
  g_assert_cmpint (((LbStoreRow *) rows->pdata[1])->number, ==, 1);
  g_assert_cmpstr (((LbStoreRow *) rows->pdata[1])->score_name, ==, "wer");
}

static void
the_stamp_tells_what_came_and_went (World *world, gconstpointer data)
{
  g_autoptr (json_t) record = fixture_record ("ok", 1);
  g_autofree char *id = NULL;
  gint64 newest = 0, total = 0;

  g_assert_true (lb_store_stamp (world->store, &newest, &total, NULL));
  g_assert_cmpint (newest, ==, 4);
  g_assert_cmpint (total, ==, 4);
  id = lb_store_find (world->store, "2", NULL);
  g_assert_true (lb_store_remove (world->store, id, NULL));
  g_assert_true (lb_store_stamp (world->store, &newest, &total, NULL));
  g_assert_cmpint (newest, ==, 4);
  g_assert_cmpint (total, ==, 3);
  fixture_add (world->store, record);
  g_assert_true (lb_store_stamp (world->store, &newest, &total, NULL));
  g_assert_cmpint (newest, ==, 5);
}

static void
lists_each_value_once (World *world, gconstpointer data)
{
  g_auto (GStrv) engines = lb_store_values (world->store, "engine", NULL);
  g_autofree char *all = g_strjoinv (" ", engines);

  g_assert_cmpstr (all, ==, "Whisper null piper");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(NAME) g_test_add ("/store/list/" #NAME, World, NULL, set_up, NAME, tear_down)
  ADD (orders_both_ways_what_has_no_value_last);
  ADD (searches_words_not_patterns);
  ADD (filters_and_searches_together);
  ADD (reads_rows_in_the_order_asked);
  ADD (the_stamp_tells_what_came_and_went);
  ADD (lists_each_value_once);
  return g_test_run ();
}
