/* CTranslate2's Whisper (16-bit) to a folder as transformers takes it (32-bit, as upstream's). */
#include <errno.h>
#include <glib/gstdio.h>

#include "core/error.h"
#include "models/convert-hf.h"

typedef struct {
  const char *to, *from;
  guint rows, columns; /* in widths; columns 0: a vector */
  guint part, parts;   /* CTranslate2 stacks what is worked out together */
} Row;

static const Row self_rows[] = {
  { "self_attn.q_proj.weight", "self_attention/linear_0/weight", 1, 1, 0, 3 },
  { "self_attn.q_proj.bias", "self_attention/linear_0/bias", 1, 0, 0, 3 },
  { "self_attn.k_proj.weight", "self_attention/linear_0/weight", 1, 1, 1, 3 },
  { "self_attn.v_proj.weight", "self_attention/linear_0/weight", 1, 1, 2, 3 },
  { "self_attn.v_proj.bias", "self_attention/linear_0/bias", 1, 0, 2, 3 },
  { "self_attn.out_proj.weight", "self_attention/linear_1/weight", 1, 1, 0, 1 },
  { "self_attn.out_proj.bias", "self_attention/linear_1/bias", 1, 0, 0, 1 },
  { "self_attn_layer_norm.weight", "self_attention/layer_norm/gamma", 1, 0, 0, 1 },
  { "self_attn_layer_norm.bias", "self_attention/layer_norm/beta", 1, 0, 0, 1 },
  { "fc1.weight", "ffn/linear_0/weight", 4, 1, 0, 1 },
  { "fc1.bias", "ffn/linear_0/bias", 4, 0, 0, 1 },
  { "fc2.weight", "ffn/linear_1/weight", 1, 4, 0, 1 },
  { "fc2.bias", "ffn/linear_1/bias", 1, 0, 0, 1 },
  { "final_layer_norm.weight", "ffn/layer_norm/gamma", 1, 0, 0, 1 },
  { "final_layer_norm.bias", "ffn/layer_norm/beta", 1, 0, 0, 1 },
};

static const Row cross_rows[] = {
  { "encoder_attn.q_proj.weight", "attention/linear_0/weight", 1, 1, 0, 1 },
  { "encoder_attn.q_proj.bias", "attention/linear_0/bias", 1, 0, 0, 1 },
  { "encoder_attn.k_proj.weight", "attention/linear_1/weight", 1, 1, 0, 2 },
  { "encoder_attn.v_proj.weight", "attention/linear_1/weight", 1, 1, 1, 2 },
  { "encoder_attn.v_proj.bias", "attention/linear_1/bias", 1, 0, 1, 2 },
  { "encoder_attn.out_proj.weight", "attention/linear_2/weight", 1, 1, 0, 1 },
  { "encoder_attn.out_proj.bias", "attention/linear_2/bias", 1, 0, 0, 1 },
  { "encoder_attn_layer_norm.weight", "attention/layer_norm/gamma", 1, 0, 0, 1 },
  { "encoder_attn_layer_norm.bias", "attention/layer_norm/beta", 1, 0, 0, 1 },
};

static void
clear_piece (gpointer piece)
{
  g_free (((LbPiece *) piece)->name);
}

/* The @part of @parts of the tensor @from, whose shape is checked. @name: (transfer full) */
static gboolean
add (LbConversion *c, GArray *pieces, char *name, const char *from, const gsize *dims, guint part,
     guint parts, GError **error)
{
  guint rank = dims[2] != 0 ? 3 : dims[1] != 0 ? 2 : 1;
  LbPiece piece = { .name = name, .rank = rank, .dims = { dims[0], dims[1], dims[2] } };

  piece.count = dims[0] * MAX (dims[1], 1) * MAX (dims[2], 1);
  piece.first = part * piece.count;
  piece.tensor = lb_convert_find (c, from, rank, dims[0] * parts, dims[1], dims[2], error);
  g_array_append_val (pieces, piece);
  return piece.tensor != NULL;
}

static gboolean
add_rows (LbConversion *c, GArray *pieces, const Row *rows, guint n, const char *side,
          guint layer, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *from = g_strdup_printf ("%s/layer_%u/%s", side, layer, rows[i].from);
      const gsize dims[3] = { rows[i].rows * c->width, rows[i].columns * c->width };

      if (!add (c, pieces, g_strdup_printf ("model.%s.layers.%u.%s", side, layer, rows[i].to),
                from, dims, rows[i].part, rows[i].parts, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_layers (LbConversion *c, GArray *pieces, GError **error)
{
  for (guint i = 0; i < c->encoder_layers; i++)
    if (!add_rows (c, pieces, self_rows, G_N_ELEMENTS (self_rows), "encoder", i, error))
      return FALSE;
  for (guint i = 0; i < c->decoder_layers; i++)
    if (!add_rows (c, pieces, self_rows, G_N_ELEMENTS (self_rows), "decoder", i, error) ||
        !add_rows (c, pieces, cross_rows, G_N_ELEMENTS (cross_rows), "decoder", i, error))
      return FALSE;
  return TRUE;
}

/* Files without the encoder's places have them computed. */
static gboolean
add_places (LbConversion *c, GArray *pieces, GError **error)
{
  const char *from = "encoder/position_encodings/encodings";
  const char *name = "model.encoder.embed_positions.weight";
  const gsize dims[3] = { LB_CONVERT_AUDIO_CONTEXT, c->width };
  LbPiece computed = { .rank = 2, .dims = { dims[0], dims[1] }, .count = dims[0] * dims[1] };

  if (g_hash_table_contains (c->tensors, from))
    return add (c, pieces, g_strdup (name), from, dims, 0, 1, error);
  computed.name = g_strdup (name);
  g_array_append_val (pieces, computed);
  return TRUE;
}

static gboolean
add_rest (LbConversion *c, GArray *pieces, GError **error)
{
  const struct {
    const char *to, *from;
    gsize dims[3];
  } rest[] = {
    { "encoder.conv1.weight", "encoder/conv1/weight", { c->width, c->mels, 3 } },
    { "encoder.conv1.bias", "encoder/conv1/bias", { c->width } },
    { "encoder.conv2.weight", "encoder/conv2/weight", { c->width, c->width, 3 } },
    { "encoder.conv2.bias", "encoder/conv2/bias", { c->width } },
    { "encoder.layer_norm.weight", "encoder/layer_norm/gamma", { c->width } },
    { "encoder.layer_norm.bias", "encoder/layer_norm/beta", { c->width } },
    { "decoder.layer_norm.weight", "decoder/layer_norm/gamma", { c->width } },
    { "decoder.layer_norm.bias", "decoder/layer_norm/beta", { c->width } },
    { "decoder.embed_tokens.weight", "decoder/embeddings/weight", { c->vocabulary, c->width } },
    { "decoder.embed_positions.weight",
      "decoder/position_encodings/encodings",
      { c->text_context, c->width } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rest); i++)
    if (!add (c, pieces, g_strconcat ("model.", rest[i].to, NULL), rest[i].from, rest[i].dims, 0,
              1, error))
      return FALSE;
  return add_places (c, pieces, error);
}

static gboolean
write_folder (LbConversion *c, const char *source, const char *folder, GError **error)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (LbPiece));
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);
  GError *undone = NULL;

  g_array_set_clear_func (pieces, clear_piece);
  if (g_mkdir (folder, 0755) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", folder);
  if (add_rest (c, pieces, error) && add_layers (c, pieces, error) &&
      lb_convert_put_descriptions (c, source, folder, error) &&
      lb_convert_put_safetensors (c, pieces, weights, error))
    return TRUE;
  if (!lb_models_remove_tree (folder, NULL, &undone))
    g_prefix_error (error, "%s; ", undone->message);
  g_clear_error (&undone);
  return FALSE;
}

gboolean
lb_models_convert_whisper_hf (const char *source, const char *folder, GError **error)
{
  g_autofree char *model = g_build_filename (source, "model.bin", NULL);
  g_autoptr (GMappedFile) map = g_mapped_file_new (model, FALSE, error);
  g_autoptr (GHashTable)
      tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  LbConversion c = { .tensors = tensors };

  if (map == NULL)
    return FALSE;
  return lb_convert_read (&c, g_mapped_file_get_contents (map), g_mapped_file_get_length (map),
                          error) &&
         lb_convert_measure (&c, error) && write_folder (&c, source, folder, error);
}
