/* Descriptions of classifiers: what is taken, and each thing that can't be. */
#include "genre-description.h"

#include <string.h>

#include "core/error.h"

#define MEL                                                                                      \
  "\"mel\": {\"fft_size\": 512, \"hop_size\": 160, \"bands\": 40, \"scale\": \"htk\", "          \
  "\"level\": \"ln\""
#define WHOLE                                                                                    \
  "{\"schema\": \"llamaburn.classifier/1\", \"labels\": [\"a\", \"b\"], \"rate_hz\": 16000, "    \
  "\"window_s\": 1, \"shape\": [\"batch\", \"frames\", \"bands\"], "                             \
  "\"activation\": \"none\", " MEL "}}"
#define SAMPLES "{\"mel\": null, \"shape\": [\"batch\", \"samples\"]"

/* The whole one with @changes laid over it, member by member; null takes one away. */
static json_t *
changed (const char *changes)
{
  json_t *root = lb_json_parse (WHOLE, -1, NULL);
  g_autoptr (json_t) patch = lb_json_parse (changes, -1, NULL);
  const char *key;
  json_t *value;

  g_assert_nonnull (root);
  g_assert_nonnull (patch);
  json_object_foreach (patch, key, value)
    {
      if (json_is_null (value))
        json_object_del (root, key);
      else if (json_is_object (value) && strcmp (key, "mel") == 0)
        json_object_update (json_object_get (root, key), value);
      else
        json_object_set (root, key, value);
    }
  return root;
}

static GenreDescription *
read_changed (const char *changes, GError **error)
{
  g_autoptr (json_t) root = changed (changes);

  return genre_description_read (root, error);
}

static void
takes_what_is_right (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GenreDescription)
      it = read_changed ("{\"hop_s\": 0.25, \"normalise\": {\"mean\": -4, "
                         "\"std\": 2}}",
                         &error);

  g_assert_no_error (error);
  g_assert_cmpuint (it->window_samples, ==, 16000);
  g_assert_cmpuint (it->frames, ==, 1 + (16000 - 512) / 160);
  g_assert_cmpuint (it->values, ==, it->frames * 40);
  g_assert_cmpfloat (it->spectrum.mel.max_hz, ==, 8000);
  g_assert_cmpuint (it->spectrum.frames.window_size, ==, 512);
  g_assert_true (it->has_batch && it->spectrum.frames.wide_frames);
  g_assert_cmpfloat (it->means[39], ==, -4);
  g_assert_cmpint (it->activation, ==, GENRE_NONE);
}

static void
counts_frames_and_copies (void)
{
  static const struct {
    const char *changes;
    guint frames;
    guint64 values;
  } cases[] = {
    { "{\"mel\": {\"centre\": \"zeros\"}}", 101, 101 * 40 },
    { "{\"mel\": {\"window_size\": 400, \"wide_frames\": false}}", 98, 98 * 40 },
    { "{\"cut\": \"spectrum\"}", 100, 100 * 40 },
    { "{\"frames\": 128, \"shape\": [1, 3, \"bands\", \"frames\"]}", 128, 3 * 128 * 40 },
    { SAMPLES "}", 0, 16000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GenreDescription) it = read_changed (cases[i].changes, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (it->frames, ==, cases[i].frames);
      g_assert_cmpuint (it->values, ==, cases[i].values);
    }
}

static const struct {
  const char *changes, *says;
} wrong[] = {
  { "{\"schema\": \"llamaburn.classifier/2\"}", "schema is not" },
  { "{\"wimdow_s\": 1}", "did you mean \"window_s\"" },
  { "{\"mel\": {\"fft_sise\": 512}}", "did you mean \"fft_size\"" },
  { "{\"rate_hz\": null}", "doesn't say its rate_hz" },
  { "{\"rate_hz\": 0}", "rate_hz is no whole number from 4000 to 192000" },
  { "{\"rate_hz\": 16000.5}", "rate_hz is no whole number" },
  { "{\"rate_hz\": 9007199254740993}", "rate_hz is no whole number" },
  { "{\"window_s\": \"1\"}", "window_s is no number" },
  { "{\"window_s\": 86400}", "window_s is no number from 0.01 to 600" },
  { "{\"window_s\": 0.01}", "shorter than a frame" },
  { "{\"hop_s\": 0}", "hop_s is no number from 0.01" },
  { "{\"mel\": {\"fft_size\": 2147483648}}", "fft_size is no whole number from 16 to 65536" },
  { "{\"mel\": {\"window_size\": 600}}", "larger than its fft_size" },
  { "{\"mel\": {\"hop_size\": -1}}", "hop_size is no whole number" },
  { "{\"mel\": {\"gain\": 1e308}}", "gain is no number" },
  { "{\"mel\": {\"floor\": 0}}", "floor is no number" },
  { "{\"mel\": {\"max_hz\": 9000}}", "between 0 and 8000 Hz" },
  { "{\"mel\": {\"min_hz\": 500, \"max_hz\": 400}}", "between 0 and 8000 Hz" },
  { "{\"mel\": {\"bands\": 1000000}}", "bands is no whole number from 1 to 1024" },
  { "{\"mel\": {\"scale\": \"bark\"}}", "scale is none of slaney, htk" },
  { "{\"mel\": {\"area\": 1}}", "area is neither true nor false" },
  { "{\"mel\": [1]}", "mel is no JSON object" },
  { "{\"window_s\": 600, \"mel\": {\"hop_size\": 1, \"bands\": 1024}}", "more than 67108864" },
  { "{\"frames\": 1000000, \"mel\": {\"bands\": 1024}}", "more than 67108864" },
  { "{\"frames\": 500000, \"shape\": [16, \"bands\", \"frames\"]}", "more than 67108864" },
  { "{\"shape\": [\"batch\", 1000000000, \"bands\", \"frames\"]}", "no number from 1 to 16" },
  { "{\"shape\": [\"batch\", \"bands\"]}", "must have bands and frames" },
  { "{\"shape\": [\"batch\", \"samples\"]}", "no samples" },
  { "{\"shape\": [1, 1, 1, \"bands\", \"frames\"]}", "no list of 1 to 4 dimensions" },
  { "{\"shape\": [\"batch\", \"batch\", \"bands\", \"frames\"]}", "isn't its first" },
  { "{\"shape\": []}", "no list of 1 to 4 dimensions" },
  { "{\"shape\": \"frames\"}", "shape is no list" },
  { SAMPLES ", \"frames\": 7}", "need a mel" },
  { SAMPLES ", \"cut\": \"spectrum\"}", "need a mel" },
  { SAMPLES ", \"pad\": \"zeros\"}", "silence is the same" },
  { "{\"normalise\": {\"mean\": 0, \"std\": 0}}", "std is no number that can be" },
  { "{\"normalise\": {\"mean\": 0}}", "doesn't say its normalise's std" },
  { "{\"normalise\": {\"mean\": [1, 2], \"std\": 1}}", "has 2 numbers, not one for each of 40" },
  { "{\"normalise\": \"batch\"}", "normalise is no JSON object" },
  { "{\"model\": \"../model.onnx\"}", "no name of an .onnx file" },
  { "{\"model\": \"model.pt\"}", "no name of an .onnx file" },
  { "{\"input\": \"\"}", "input is no text" },
  { "{\"activation\": null}", "doesn't say its activation" },
};

static void
refuses_what_cannot_be (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      GenreDescription *it = read_changed (wrong[i].changes, &error);

      g_test_message ("%s", wrong[i].changes);
      g_assert_null (it);
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_MODEL);
      g_assert_nonnull (strstr (error->message, wrong[i].says));
      g_assert_null (strchr (error->message, '\n'));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/genre-description/takes-what-is-right", takes_what_is_right);
  g_test_add_func ("/genre-description/counts-frames-and-copies", counts_frames_and_copies);
  g_test_add_func ("/genre-description/refuses-what-cannot-be", refuses_what_cannot_be);
  return g_test_run ();
}
