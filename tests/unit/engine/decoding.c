#include "engine/decoding.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"

#define OPTIONS                                                                                  \
  "\"options\": [{\"name\": \"beams\", \"kind\": \"int\", \"default\": 5, \"min\": 1, \"max\": " \
  "8, \"help\": \"h\"}, {\"name\": \"heat\", \"kind\": \"double\", \"default\": 0, \"help\": "   \
  "\"h\"}, {\"name\": \"again\", \"kind\": \"bool\", \"default\": true, \"help\": \"h\"}]"

#define MAPPING                                                                                  \
  "{\"greedy\": {\"beams\": 1, \"heat\": 0, \"again\": false}, "                                 \
  "\"beam\": {\"beams\": \"N\", \"heat\": 0, \"again\": false}}"

static LbManifest *
read_with (const char *decoding, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("lb-decoding-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "e.json", NULL);
  g_autofree char *text = g_strdup_printf (
      "{\"id\": \"e\", \"title\": \"E\", \"mode\": \"stt\", \"outputs\": [\"text\"], \"inputs\": "
      "[{\"role\": \"audio\", \"kind\": \"pcm\"}], " OPTIONS "%s%s}",
      decoding != NULL ? ", \"decoding\": " : "", decoding != NULL ? decoding : "");
  LbManifest *manifest;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  manifest = lb_manifest_read (path, error);
  unlink (path);
  rmdir (folder);
  return manifest;
}

static void
refuses_mappings_that_mean_nothing (void)
{
  static const char *const bad[] = {
    "[]",
    "\"greedy\"",
    "{\"greedy\": 1}",
    "{\"sampling\": {}}",
    "{\"greedy\": {\"patience\": 1}}",
    "{\"greedy\": {\"beams\": 9}}",
    "{\"greedy\": {\"beams\": \"N\"}}",
    "{\"beam\": {\"heat\": \"N\"}}",
    "{\"greedy\": {\"again\": 0}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_null (read_with (bad[i], &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
      g_assert_nonnull (strstr (error->message, "\"decoding\" must be"));
    }
}

static void
maps_onto_the_engines_own_options (void)
{
  g_autoptr (LbManifest) manifest = read_with (MAPPING, NULL);
  g_autoptr (json_t) greedy = lb_decoding_options (manifest, "greedy", NULL);
  g_autoptr (json_t) beam = lb_decoding_options (manifest, "beam:7", NULL);
  g_autoptr (json_t) own = lb_decoding_options (manifest, "engine", NULL);

  g_assert_cmpint (lb_json_integer (greedy, "beams", 0), ==, 1);
  g_assert_false (lb_json_boolean (greedy, "again", TRUE));
  g_assert_cmpint (lb_json_integer (beam, "beams", 0), ==, 7);
  g_assert_cmpuint (json_object_size (own), ==, 0);
}

static void
names_the_engine_that_has_none (void)
{
  g_autoptr (LbManifest) without = read_with (NULL, NULL);
  g_autoptr (LbManifest) with = read_with (MAPPING, NULL);
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) most = NULL;

  g_assert_false (lb_decoding_has (without, "greedy"));
  g_assert_true (lb_decoding_has (without, "engine"));
  g_assert_null (lb_decoding_options (without, "greedy", &none));
  g_assert_error (none, LB_ERROR, LB_ERROR_USAGE);
  g_assert_nonnull (strstr (none->message, "engine \"e\" has no decoding \"greedy\""));
  g_assert_null (lb_decoding_options (with, "beam:9", &most));
  g_assert_error (most, LB_ERROR, LB_ERROR_USAGE);
  g_assert_nonnull (strstr (most->message, "engine \"e\", --decoding beam:9: --beams takes"));
}

static void
takes_what_can_be_asked_for (void)
{
  static const struct {
    const char *text;
    gboolean ok;
  } cases[] = {
    { "greedy", TRUE },   { "engine", TRUE },   { "beam:2", TRUE }, { "beam:64", TRUE },
    { "beam:1", FALSE },  { "beam:65", FALSE }, { "beam", FALSE },  { "beam:", FALSE },
    { "beam:-2", FALSE }, { "beam:5x", FALSE }, { "", FALSE },      { "Greedy", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].text);
      g_assert_true (lb_decoding_check (cases[i].text, &error) == cases[i].ok);
      g_assert_true ((error == NULL) == cases[i].ok);
    }
}

static void
assert_described (const char *options, const char *is)
{
  g_autoptr (LbManifest) manifest = read_with (MAPPING, NULL);
  g_autoptr (json_t) value = lb_json_parse (options, -1, NULL);
  g_autoptr (json_t) meant = NULL;
  g_autofree char *text = lb_decoding_describe (manifest, value, &meant);

  g_assert_cmpstr (text, ==, is);
  g_assert_nonnull (meant);
}

static void
tells_what_options_in_effect_are (void)
{
  g_autoptr (LbManifest) without = read_with (NULL, NULL);
  g_autoptr (json_t) nothing = json_object ();
  json_t *meant;

  assert_described ("{\"beams\": 1, \"heat\": 0.0, \"again\": false}", "greedy");
  assert_described ("{\"beams\": 5, \"heat\": 0, \"again\": false}", "beam:5");
  assert_described ("{\"beams\": 5, \"heat\": 0.25, \"again\": true}",
                    "beam:5, but heat 0.25, again yes");
  assert_described ("{\"beams\": 1, \"again\": true}", "greedy, but again yes");
  g_assert_null (lb_decoding_describe (without, nothing, &meant));
  g_assert_null (meant);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decoding/refuses-mappings-that-mean-nothing",
                   refuses_mappings_that_mean_nothing);
  g_test_add_func ("/decoding/maps-onto-the-engines-own-options",
                   maps_onto_the_engines_own_options);
  g_test_add_func ("/decoding/names-the-engine-that-has-none", names_the_engine_that_has_none);
  g_test_add_func ("/decoding/takes-what-can-be-asked-for", takes_what_can_be_asked_for);
  g_test_add_func ("/decoding/tells-what-options-in-effect-are",
                   tells_what_options_in_effect_are);
  return g_test_run ();
}
