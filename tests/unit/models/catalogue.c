/* data/catalogue.json itself: what it says of Whisper follows from Whisper's architecture. */
#include <string.h>

#include "models/models.h"

#define AUDIO_POSITIONS 1500
#define TEXT_POSITIONS 448

/* Radford et al. (2022), section 2.2 and the layers of OpenAI's model.py: keys
 * have no bias, the output layer shares the token embedding; the encoder's
 * sinusoids are counted, as files and hubs do. */
static gint64
count_parameters (gint64 w, gint64 encoder_layers, gint64 decoder_layers, gint64 vocabulary,
                  gint64 mels)
{
  gint64 attention = 4 * w * w + 3 * w;
  gint64 feed_forward = 2 * 4 * w * w + 5 * w;
  gint64 norm = 2 * w;
  gint64 convolutions = 3 * mels * w + w + 3 * w * w + w;
  gint64 encoder = convolutions + AUDIO_POSITIONS * w +
                   encoder_layers * (attention + feed_forward + 2 * norm) + norm;
  gint64 decoder = (vocabulary + TEXT_POSITIONS) * w +
                   decoder_layers * (2 * attention + feed_forward + 3 * norm) + norm;

  return encoder + decoder;
}

static void
counts_whispers_parameters (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbModels) models = lb_models_open (&error);
  const GPtrArray *all;
  guint counted = 0;

  g_assert_no_error (error);
  all = lb_models_all (models);
  for (guint i = 0; i < all->len; i++)
    {
      const LbModel *model = g_ptr_array_index (all, i);
      const json_t *a = json_object_get (model->json, "architecture");

      if (strcmp (model->family, "whisper") != 0)
        continue;
      g_assert_cmpint ((gint64) model->parameters, ==,
                       count_parameters (lb_json_integer (a, "width", 0),
                                         lb_json_integer (a, "encoder_layers", 0),
                                         lb_json_integer (a, "decoder_layers", 0),
                                         lb_json_integer (a, "vocabulary", 0),
                                         lb_json_integer (a, "mels", 0)));
      counted++;
    }
  g_assert_cmpuint (counted, >=, 30);
  g_assert_cmpint (count_parameters (512, 6, 6, 51865, 80), ==,
                   72593920); /* base, as its hub counts */
}

static void
knows_size_licence_and_source_of_each (void)
{
  g_autoptr (LbModels) models = lb_models_open (NULL);
  const GPtrArray *all = lb_models_all (models);

  for (guint i = 0; i < all->len; i++)
    {
      const LbModel *model = g_ptr_array_index (all, i);

      /* of others the sizes can't be known before they come */
      if (g_str_equal (model->family, "whisper"))
        g_assert_cmpuint (model->bytes, >, 0);
      g_assert_cmpstr (model->licence, !=, "unknown");
      /* or it says how it is got by hand */
      g_assert_true (json_array_size (json_object_get (model->json, "sources")) > 0 ||
                     lb_json_string (model->json, "get", NULL) != NULL);
      g_assert_true (model->sha256 != NULL ||
                     json_array_size (json_object_get (model->json, "files")) > 0);
      for (guint k = 0; k < i; k++)
        {
          const LbModel *other = g_ptr_array_index (all, k);

          g_assert_cmpstr (model->path, !=, other->path);
          g_assert_false (strcmp (model->name, other->name) == 0 &&
                          strcmp (model->variant, other->variant) == 0);
          g_assert_true (model->sha256 == NULL || g_strcmp0 (model->sha256, other->sha256) != 0);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/models/catalogue/parameters", counts_whispers_parameters);
  g_test_add_func ("/models/catalogue/complete", knows_size_licence_and_source_of_each);
  return g_test_run ();
}
