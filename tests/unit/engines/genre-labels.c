/* The names of a classifier's outputs, in every form, and what is none. */
#include "genre-labels.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"

static GStrv
read_labels (const char *name, const char *content, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("labels-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (json_t) labels = json_string (name);
  GStrv list;

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  list = genre_labels_read (labels, folder, error);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  return list;
}

static void
reads_every_form (void)
{
  static const struct {
    const char *name, *content;
  } cases[] = {
    { "labels.txt", "low\nhip hop\n" },
    { "labels.txt", "low\r\nhip hop\r\n\r\n" },
    { "labels.json", "[\"low\", \"hip hop\"]" },
    { "labels.json", "{\"classes\": [\"low\", \"hip hop\"], \"version\": 1}" },
    { "config.json", "{\"id2label\": {\"1\": \"hip hop\", \"0\": \"low\"}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) labels = read_labels (cases[i].name, cases[i].content, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_strv_length (labels), ==, 2);
      g_assert_cmpstr (labels[0], ==, "low");
      g_assert_cmpstr (labels[1], ==, "hip hop");
    }
}

static void
refuses_what_is_none (void)
{
  static const struct {
    const char *name, *content, *says;
  } cases[] = {
    { "labels.txt", "", "no labels" },
    { "labels.txt", "low\n\nhigh\n", "label 2 is no text" },
    { "labels.txt", "low\nlow\n", "\"low\" is there twice" },
    { "labels.txt", "low\n\xff\n", "label 2 is no text" },
    { "labels.json", "{", "labels.json" },
    { "labels.json", "{\"names\": []}", "neither a list" },
    { "labels.json", "[1, 2]", "label 1 is no text" },
    { "labels.json", "{\"id2label\": {\"0\": \"a\", \"2\": \"b\"}}", "has no \"1\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      GStrv labels = read_labels (cases[i].name, cases[i].content, &error);

      g_assert_null (labels);
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_MODEL);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
stays_in_its_folder (void)
{
  static const char *const names[] = { "../labels.txt", "/etc/passwd", "a/b.txt", ".hidden", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (json_t) name = json_string (names[i]);

      g_assert_null (genre_labels_read (name, "/tmp", &error));
      g_assert_nonnull (strstr (error->message, "no name of a file beside it"));
    }
}

static void
has_a_limit (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= GENRE_MAX_LABELS; i++)
    g_string_append_printf (text, "%u\n", i);
  g_assert_null (read_labels ("labels.txt", text->str, &error));
  g_assert_nonnull (strstr (error->message, "more than 100000 labels"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/genre-labels/reads-every-form", reads_every_form);
  g_test_add_func ("/genre-labels/refuses-what-is-none", refuses_what_is_none);
  g_test_add_func ("/genre-labels/stays-in-its-folder", stays_in_its_folder);
  g_test_add_func ("/genre-labels/has-a-limit", has_a_limit);
  return g_test_run ();
}
