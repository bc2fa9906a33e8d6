/* What the catalogue says follows from the models' architecture (Radford et al.
 * 2022, table 1). */
#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"
#include "models/models.h"

/* Bytes of the token list that the converted files carry: 50257 tokens; the
 * English ones are GPT-2's, 50256. */
#define TOKENS_BYTES 508085
#define TOKENS_BYTES_ENGLISH 521855
#define TOKENS_BYTES_TDRZ 521838

typedef struct {
  guint64 width, mels, vocabulary, encoder_layers, decoder_layers;
} Architecture;

static Architecture
architecture_of (const LbModel *model)
{
  const json_t *a = json_object_get (model->json, "architecture");

  return (Architecture){ (guint64) lb_json_integer (a, "width", 0),
                         (guint64) lb_json_integer (a, "mels", 0),
                         (guint64) lb_json_integer (a, "vocabulary", 0),
                         (guint64) lb_json_integer (a, "encoder_layers", 0),
                         (guint64) lb_json_integer (a, "decoder_layers", 0) };
}

/* Token and position tables (448 text, 1500 audio), two convolutions of 3, blocks (attention 4 d²
 * + 3 d, twice in the decoder, MLP 8 d² + 5 d, norms 2 d each), two last norms. */
static guint64
count_parameters (Architecture a)
{
  guint64 d = a.width;

  return (a.vocabulary + 448 + 1500) * d + (3 * a.mels + 1) * d + (3 * d + 1) * d +
         a.encoder_layers * (12 * d * d + 12 * d) + a.decoder_layers * (16 * d * d + 17 * d) +
         4 * d;
}

typedef struct {
  guint64 bytes;
  guint64 block_bytes; /* of 32 elements of a matrix */
} Size;

static void
add (Size *size, const char *name, guint rank, guint64 elements, gboolean wide,
     gboolean convolution)
{
  guint64 block = convolution ? 64 : size->block_bytes;

  size->bytes += 12 + 4 * rank + strlen (name) + (wide ? 4 * elements : elements / 32 * block);
}

static void
add_pair (Size *size, const char *prefix, guint64 rows, guint64 columns, gboolean bias)
{
  g_autofree char *w = g_strconcat (prefix, ".weight", NULL);
  g_autofree char *b = g_strconcat (prefix, ".bias", NULL);

  add (size, w, columns != 0 ? 2 : 1, rows * MAX (columns, 1), columns == 0, FALSE);
  if (bias)
    add (size, b, 1, rows, TRUE, FALSE);
}

static void
add_block (Size *size, const char *side, guint layer, guint64 d)
{
  static const char *const kinds[] = { "attn", "cross_attn" };
  static const char *const parts[] = { "query", "key", "value", "out" };
  g_autofree char *block = g_strdup_printf ("%s.blocks.%u", side, layer);
  guint kinds_here = strcmp (side, "decoder") == 0 ? 2 : 1;
  g_autofree char *mlp0 = g_strconcat (block, ".mlp.0", NULL);
  g_autofree char *mlp2 = g_strconcat (block, ".mlp.2", NULL);
  g_autofree char *norm = g_strconcat (block, ".mlp_ln", NULL);

  for (guint k = 0; k < kinds_here; k++)
    {
      g_autofree char *attention_norm = g_strdup_printf ("%s.%s_ln", block, kinds[k]);

      for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
        {
          g_autofree char *name = g_strdup_printf ("%s.%s.%s", block, kinds[k], parts[i]);

          add_pair (size, name, d, d, i != 1);
        }
      add_pair (size, attention_norm, d, 0, TRUE);
    }
  add_pair (size, mlp0, 4 * d, d, TRUE);
  add_pair (size, mlp2, d, 4 * d, TRUE);
  add_pair (size, norm, d, 0, TRUE);
}

static guint64
block_bytes_of (const char *name)
{
  /* Bytes of 32 elements in ggml: halves; 5 bits and a half; the same and a second half; 8 bits
   * and a half. */
  return g_str_has_suffix (name, "-q5_0")   ? 22
         : g_str_has_suffix (name, "-q5_1") ? 24
         : g_str_has_suffix (name, "-q8_0") ? 34
                                            : 64;
}

static guint64
count_bytes (const LbModel *model, Architecture a)
{
  Size size = { .block_bytes = block_bytes_of (model->name) };
  guint64 d = a.width;
  guint64 tokens = strstr (model->name, "tdrz") != NULL  ? TOKENS_BYTES_TDRZ
                   : strstr (model->name, ".en") != NULL ? TOKENS_BYTES_ENGLISH
                                                         : TOKENS_BYTES;

  size.bytes = 48 + 8 + a.mels * 201 * 4 + 4 + tokens;
  add (&size, "encoder.positional_embedding", 2, 1500 * d, TRUE, FALSE);
  add (&size, "decoder.positional_embedding", 2, 448 * d, TRUE, FALSE);
  add (&size, "decoder.token_embedding.weight", 2, 0, FALSE, FALSE);
  size.bytes += a.vocabulary * (d / 32) * size.block_bytes;
  add (&size, "encoder.conv1.weight", 3, d * a.mels * 3, FALSE, TRUE);
  add (&size, "encoder.conv1.bias", 2, d, TRUE, FALSE);
  add (&size, "encoder.conv2.weight", 3, d * d * 3, FALSE, TRUE);
  add (&size, "encoder.conv2.bias", 2, d, TRUE, FALSE);
  add_pair (&size, "encoder.ln_post", d, 0, TRUE);
  add_pair (&size, "decoder.ln", d, 0, TRUE);
  for (guint i = 0; i < a.encoder_layers; i++)
    add_block (&size, "encoder", i, d);
  for (guint i = 0; i < a.decoder_layers; i++)
    add_block (&size, "decoder", i, d);
  return size.bytes;
}

/* safetensors: elements of 4 bytes, 2 from large-v3 on, behind a header of some 120 bytes for
 * each tensor, padded to 8. */
static void
check_weights (const LbModel *model)
{
  const json_t *file = json_array_get (json_object_get (model->json, "files"), 0);
  guint64 bytes = (guint64) lb_json_integer (file, "bytes", 0);
  guint64 elements = (g_str_has_prefix (model->name, "large-v3") ? 2 : 4) * model->parameters;

  g_assert_cmpstr (lb_json_string (file, "path", ""), ==, "model.safetensors");
  g_assert_cmpuint (bytes, >, elements + 10000);
  g_assert_cmpuint (bytes, <, elements + 200000);
  g_assert_cmpuint ((bytes - elements) % 8, ==, 0);
}

static void
sizes_and_parameters_follow_from_the_architecture (void)
{
  g_autoptr (LbModels) models = lb_models_open (NULL);
  guint counted = 0;

  g_assert_nonnull (models);
  for (guint i = 0; i < lb_models_all (models)->len; i++)
    {
      const LbModel *model = g_ptr_array_index (lb_models_all (models), i);
      Architecture a = architecture_of (model);

      if (strcmp (model->family, "whisper") != 0)
        continue;
      g_test_message ("%s", model->name);
      g_assert_cmpuint (model->parameters, ==, count_parameters (a));
      if (strcmp (model->variant, "ggml") == 0)
        g_assert_cmpuint (model->bytes, ==, count_bytes (model, a));
      if (strcmp (model->variant, "hf") == 0)
        check_weights (model);
      counted++;
    }
  g_assert_cmpuint (counted, >=, 46);
}

static void
every_entry_has_checksum_licence_and_a_safe_source (void)
{
  g_autoptr (LbModels) models = lb_models_open (NULL);

  for (guint i = 0; i < lb_models_all (models)->len; i++)
    {
      const LbModel *model = g_ptr_array_index (lb_models_all (models), i);
      json_t *source;
      size_t k;

      g_assert_true (model->sha256 != NULL ||
                     json_array_size (json_object_get (model->json, "files")) > 0);
      g_assert_cmpstr (model->licence, !=, "unknown");
      if (strcmp (model->family, "whisper") == 0)
        g_assert_cmpstr (model->licence, ==, "MIT");
      g_assert_true (json_array_size (json_object_get (model->json, "sources")) > 0 ||
                     lb_json_string (model->json, "get", NULL) != NULL);
      json_array_foreach (json_object_get (model->json, "sources"), k, source)
        g_assert_true (g_str_has_prefix (lb_json_string (source, "url", "https://"), "https://"));
      for (guint j = 0; j < i; j++)
        {
          const LbModel *other = g_ptr_array_index (lb_models_all (models), j);

          g_assert_cmpstr (model->path, !=, other->path);
          g_assert_cmpstr (model->sha256 ?: "", !=, other->sha256 ?: "x");
        }
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("sizes-XXXXXX", NULL);
  g_autofree char *store = g_build_filename (home, "llamaburn", NULL);
  int status;

  /* Not G_TEST_OPTION_ISOLATE_DIRS: GLib 2.74 leaks there, and LeakSanitizer ends the test. */
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/catalogue/sizes", sizes_and_parameters_follow_from_the_architecture);
  g_test_add_func ("/models/catalogue/entries",
                   every_entry_has_checksum_licence_and_a_safe_source);
  status = g_test_run ();
  g_rmdir (store);
  g_rmdir (home);
  return status;
}
