/* CTranslate2's Whisper (16-bit) to whisper.cpp's ggml file. */
#include <errno.h>
#include <stdio.h>

#include "core/error.h"
#include "models/convert-whisper.h"

/* One matrix (16-bit) or vector (32-bit); @part of @parts of the source, which
 * CTranslate2 stacks. */
static gboolean
put_part (LbConversion *c, const char *to, const char *from, gsize rows, gsize columns,
          guint part, guint parts, GError **error)
{
  const LbTensor *tensor = lb_convert_find (c, from, columns != 0 ? 2 : 1, rows * parts, columns,
                                            0, error);
  const gsize dims[] = { rows, columns };
  gsize count = rows * MAX (columns, 1);

  if (tensor == NULL)
    return FALSE;
  lb_convert_put_header (c, to, columns != 0 ? 2 : 1, dims, columns == 0);
  lb_convert_put_elements (c, tensor, part * count, count, columns == 0);
  return TRUE;
}

typedef struct {
  const char *to, *from;
  guint rows, columns; /* in widths; columns 0: a vector */
  guint part, parts;
} Row;

/* In the order in which our Python recipe wrote them. */
static const Row self_rows[] = {
  { "attn.query.weight", "self_attention/linear_0/weight", 1, 1, 0, 3 },
  { "attn.query.bias", "self_attention/linear_0/bias", 1, 0, 0, 3 },
  { "attn.key.weight", "self_attention/linear_0/weight", 1, 1, 1, 3 },
  { "attn.value.weight", "self_attention/linear_0/weight", 1, 1, 2, 3 },
  { "attn.value.bias", "self_attention/linear_0/bias", 1, 0, 2, 3 },
  { "attn.out.weight", "self_attention/linear_1/weight", 1, 1, 0, 1 },
  { "attn.out.bias", "self_attention/linear_1/bias", 1, 0, 0, 1 },
  { "attn_ln.weight", "self_attention/layer_norm/gamma", 1, 0, 0, 1 },
  { "attn_ln.bias", "self_attention/layer_norm/beta", 1, 0, 0, 1 },
};

static const Row cross_rows[] = {
  { "cross_attn.query.weight", "attention/linear_0/weight", 1, 1, 0, 1 },
  { "cross_attn.query.bias", "attention/linear_0/bias", 1, 0, 0, 1 },
  { "cross_attn.key.weight", "attention/linear_1/weight", 1, 1, 0, 2 },
  { "cross_attn.value.weight", "attention/linear_1/weight", 1, 1, 1, 2 },
  { "cross_attn.value.bias", "attention/linear_1/bias", 1, 0, 1, 2 },
  { "cross_attn.out.weight", "attention/linear_2/weight", 1, 1, 0, 1 },
  { "cross_attn.out.bias", "attention/linear_2/bias", 1, 0, 0, 1 },
  { "cross_attn_ln.weight", "attention/layer_norm/gamma", 1, 0, 0, 1 },
  { "cross_attn_ln.bias", "attention/layer_norm/beta", 1, 0, 0, 1 },
};

static const Row mlp_rows[] = {
  { "mlp.0.weight", "ffn/linear_0/weight", 4, 1, 0, 1 },
  { "mlp.0.bias", "ffn/linear_0/bias", 4, 0, 0, 1 },
  { "mlp.2.weight", "ffn/linear_1/weight", 1, 4, 0, 1 },
  { "mlp.2.bias", "ffn/linear_1/bias", 1, 0, 0, 1 },
  { "mlp_ln.weight", "ffn/layer_norm/gamma", 1, 0, 0, 1 },
  { "mlp_ln.bias", "ffn/layer_norm/beta", 1, 0, 0, 1 },
};

static gboolean
put_rows (LbConversion *c, const Row *rows, guint n, const char *side, guint layer,
          GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *to = g_strdup_printf ("%s.blocks.%u.%s", side, layer, rows[i].to);
      g_autofree char *from = g_strdup_printf ("%s/layer_%u/%s", side, layer, rows[i].from);

      if (!put_part (c, to, from, rows[i].rows * c->width, rows[i].columns * c->width,
                     rows[i].part, rows[i].parts, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_layers (LbConversion *c, const char *side, guint layers, gboolean cross, GError **error)
{
  for (guint i = 0; i < layers; i++)
    if (!put_rows (c, self_rows, G_N_ELEMENTS (self_rows), side, i, error) ||
        (cross && !put_rows (c, cross_rows, G_N_ELEMENTS (cross_rows), side, i, error)) ||
        !put_rows (c, mlp_rows, G_N_ELEMENTS (mlp_rows), side, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
put_places (LbConversion *c, GError **error)
{
  const char *from = "encoder/position_encodings/encodings";
  const gsize encoder[] = { LB_CONVERT_AUDIO_CONTEXT, c->width };
  const gsize decoder[] = { c->text_context, c->width };
  const LbTensor *tensor = NULL;

  lb_convert_put_header (c, "encoder.positional_embedding", 2, encoder, TRUE);
  if (!g_hash_table_contains (c->tensors, from))
    lb_convert_put_sinusoids (c);
  else if ((tensor = lb_convert_find (c, from, 2, LB_CONVERT_AUDIO_CONTEXT, c->width, 0,
                                      error)) == NULL)
    return FALSE;
  else
    lb_convert_put_elements (c, tensor, 0, LB_CONVERT_AUDIO_CONTEXT * c->width, TRUE);
  tensor = lb_convert_find (c, "decoder/position_encodings/encodings", 2, c->text_context,
                            c->width, 0, error);
  if (tensor == NULL)
    return FALSE;
  lb_convert_put_header (c, "decoder.positional_embedding", 2, decoder, TRUE);
  lb_convert_put_elements (c, tensor, 0, c->text_context * c->width, TRUE);
  return put_part (c, "decoder.token_embedding.weight", "decoder/embeddings/weight",
                   c->vocabulary, c->width, 0, 1, error);
}

static gboolean
put_convolution (LbConversion *c, const char *name, gsize channels, GError **error)
{
  const gsize dims[] = { c->width, channels, 3 };
  const gsize bias_dims[] = { c->width, 1 };
  g_autofree char *from = g_strdup_printf ("encoder/%s/weight", name);
  g_autofree char *from_bias = g_strdup_printf ("encoder/%s/bias", name);
  g_autofree char *to = g_strdup_printf ("encoder.%s.weight", name);
  g_autofree char *to_bias = g_strdup_printf ("encoder.%s.bias", name);
  const LbTensor *weight = lb_convert_find (c, from, 3, c->width, channels, 3, error);
  const LbTensor *bias = weight != NULL ? lb_convert_find (c, from_bias, 1, c->width, 0, 0, error)
                                        : NULL;

  if (bias == NULL)
    return FALSE;
  lb_convert_put_header (c, to, 3, dims, FALSE);
  lb_convert_put_elements (c, weight, 0, c->width * channels * 3, FALSE);
  lb_convert_put_header (c, to_bias, 2, bias_dims, TRUE);
  lb_convert_put_elements (c, bias, 0, c->width, TRUE);
  return TRUE;
}

static gboolean
put_tensors (LbConversion *c, GError **error)
{
  gsize d = c->width;

  return put_places (c, error) && put_convolution (c, "conv1", c->mels, error) &&
         put_convolution (c, "conv2", d, error) &&
         put_part (c, "encoder.ln_post.weight", "encoder/layer_norm/gamma", d, 0, 0, 1, error) &&
         put_part (c, "encoder.ln_post.bias", "encoder/layer_norm/beta", d, 0, 0, 1, error) &&
         put_part (c, "decoder.ln.weight", "decoder/layer_norm/gamma", d, 0, 0, 1, error) &&
         put_part (c, "decoder.ln.bias", "decoder/layer_norm/beta", d, 0, 0, 1, error) &&
         put_layers (c, "encoder", c->encoder_layers, FALSE, error) &&
         put_layers (c, "decoder", c->decoder_layers, TRUE, error);
}

static void
put_sizes (LbConversion *c)
{
  const gsize sizes[] = { 0x67676d6c,
                          c->vocabulary,
                          LB_CONVERT_AUDIO_CONTEXT,
                          c->width,
                          c->width / LB_CONVERT_HEAD_WIDTH,
                          c->encoder_layers,
                          c->text_context,
                          c->width,
                          c->width / LB_CONVERT_HEAD_WIDTH,
                          c->decoder_layers,
                          c->mels,
                          1 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    lb_convert_put_int (c, sizes[i]);
}

static gboolean
write_out (LbConversion *c, const char *tokenizer_path, const char *out_path, GError **error)
{
  gboolean done;

  c->out = fopen (out_path, "we");
  if (c->out == NULL)
    return lb_error_set_errno (error, errno, "can't write \"%s\"", out_path);
  put_sizes (c);
  lb_convert_put_mel_filters (c);
  done = lb_convert_put_tokens (c, tokenizer_path, error) && put_tensors (c, error);
  if (done && (fflush (c->out) != 0 || ferror (c->out)))
    done = lb_error_set_errno (error, errno != 0 ? errno : EIO, "can't write \"%s\"", out_path);
  if (done && fsync (fileno (c->out)) != 0)
    done = lb_error_set_errno (error, errno, "can't write \"%s\"", out_path);
  if (fclose (c->out) != 0 && done)
    done = lb_error_set_errno (error, errno, "can't write \"%s\"", out_path);
  if (!done)
    remove (out_path);
  return done;
}

gboolean
lb_models_convert_whisper (const char *model_path, const char *tokenizer_path,
                           const char *out_path, GError **error)
{
  g_autoptr (GMappedFile) map = g_mapped_file_new (model_path, FALSE, error);
  g_autoptr (GHashTable)
      tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  LbConversion c = { .tensors = tensors };

  if (map == NULL)
    return FALSE;
  return lb_convert_read (&c, g_mapped_file_get_contents (map), g_mapped_file_get_length (map),
                          error) &&
         lb_convert_measure (&c, error) && write_out (&c, tokenizer_path, out_path, error);
}
