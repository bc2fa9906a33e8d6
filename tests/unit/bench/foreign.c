#include "bench/foreign.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bench/result.h"
#include "core/id.h"

/* A record with only what it must have. Returns: (transfer full) */
static json_t *
smallest (void)
{
  g_autofree char *id = lb_id_new ();

  return json_pack ("{s:s, s:s, s:i, s:s, s:s, s:{s:s}}", "schema", LB_RESULT_SCHEMA, "id", id,
                    "timestamp", 1700000000, "mode", "stt", "status", "ok", "engine", "id",
                    "null");
}

static void
takes_the_smallest_record (void)
{
  g_autoptr (json_t) record = smallest ();
  g_autoptr (GError) error = NULL;

  lb_foreign_check (record, &error);
  g_assert_no_error (error);
}

static void
names_the_member_that_is_wrong (void)
{
  static const struct {
    const char *member, *value, *words;
  } bad[] = {
    { "schema", "3", "\"schema\" must be" },
    { "schema", "\"llamaburn.result/2\"", "is not known here" },
    { "id", "\"41\"", "UUID" },
    { "id", "null", "\"id\" must be text" },
    { "timestamp", "1.5", "whole number" },
    { "timestamp", "-1", "below 0" },
    { "mode", "\"\"", "empty" },
    { "status", "\"running\"", "must have ended" },
    { "engine", "[]", "\"engine\" must be an object" },
    { "engine", "{\"id\": 3}", "\"engine\" must have" },
    { "summary", "[]", "\"summary\" must be an object" },
    { "iterations", "{}", "\"iterations\" must be a list" },
    { "outputs", "[{}, 3]", "\"outputs\" must be a list" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (json_t) record = smallest ();
      g_autofree char *list = g_strdup_printf ("[%s]", bad[i].value);
      g_autoptr (json_t) value = lb_json_parse (list, -1, NULL);
      g_autoptr (GError) error = NULL;

      json_object_set (record, bad[i].member, json_array_get (value, 0));
      g_assert_false (lb_foreign_check (record, &error));
      if (strstr (error->message, bad[i].words) == NULL)
        g_error ("%s: %s is not in \"%s\"", bad[i].member, bad[i].words, error->message);
    }
}

/* Returns: (transfer full) (nullable): what is read of a file with @text */
static json_t *
read_text (const char *text, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("foreign-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "records.json", NULL);
  json_t *records;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  records = lb_foreign_read (path, error);
  g_unlink (path);
  g_rmdir (folder);
  return records;
}

static void
reads_a_list_one_and_lines (void)
{
  g_autoptr (json_t) record = smallest ();
  g_autofree char *line = lb_json_line (record), *pretty = lb_json_pretty (record);
  g_autofree char *list = g_strdup_printf ("[%s,\n%s]\n", line, line);
  g_autofree char *lines = g_strdup_printf ("%s\n\n%s\n", line, line);
  const struct {
    const char *text;
    gsize count;
  } files[] = { { list, 2 }, { lines, 2 }, { line, 1 }, { pretty, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) records = read_text (files[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (json_array_size (records), ==, files[i].count);
    }
}

static void
says_which_record_and_line (void)
{
  g_autoptr (json_t) record = smallest ();
  g_autofree char *line = lb_json_line (record);
  g_autofree char *lines = g_strdup_printf ("%s\n%s\n{\n", line, line);
  g_autofree char *list = g_strdup_printf ("[%s, 7]", line);
  g_autoptr (GError) of_lines = NULL;
  g_autoptr (GError) of_list = NULL;

  g_assert_null (read_text (lines, &of_lines));
  g_assert_nonnull (strstr (of_lines->message, "records.json\": line 3: "));
  g_assert_null (read_text (list, &of_list));
  g_assert_nonnull (strstr (of_list->message, "records.json\": record 2: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/foreign/smallest", takes_the_smallest_record);
  g_test_add_func ("/foreign/members", names_the_member_that_is_wrong);
  g_test_add_func ("/foreign/forms", reads_a_list_one_and_lines);
  g_test_add_func ("/foreign/places", says_which_record_and_line);
  return g_test_run ();
}
