/* A Whisper of one layer on each side, as CTranslate2 has it. */
#include <string.h>

#include "tiny.h"

typedef struct {
  GByteArray *bytes;
  guint32 count;
} Writer;

static void
put (Writer *w, guint64 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    {
      guint8 byte = (guint8) (value >> (8 * i));

      g_byte_array_append (w->bytes, &byte, 1);
    }
}

static void
put_text (Writer *w, const char *text)
{
  put (w, strlen (text) + 1, 2);
  g_byte_array_append (w->bytes, (const guint8 *) text, (guint) strlen (text) + 1);
}

static void
tensor (Writer *w, const char *name, guint rank, guint d0, guint d1, guint d2)
{
  const guint dims[] = { d0, d1, d2 };
  guint count = 1;

  put_text (w, name);
  put (w, rank, 1);
  for (guint i = 0; i < rank; i++)
    {
      put (w, dims[i], 4);
      count *= dims[i];
    }
  put (w, 4, 1);
  put (w, 2 * count, 4);
  for (guint i = 0; i < count; i++)
    put (w, 0x3c00 + (i + w->count) % 1024, 2); /* 1 … 2 */
  w->count++;
}

static void
layer (Writer *w, const char *side, gboolean cross)
{
  static const struct {
    const char *name;
    guint rank, rows, columns;
    gboolean cross;
  } rows[] = {
    { "self_attention/linear_0/weight", 2, 3, 1, FALSE },
    { "self_attention/linear_0/bias", 1, 3, 0, FALSE },
    { "self_attention/linear_1/weight", 2, 1, 1, FALSE },
    { "self_attention/linear_1/bias", 1, 1, 0, FALSE },
    { "self_attention/layer_norm/gamma", 1, 1, 0, FALSE },
    { "self_attention/layer_norm/beta", 1, 1, 0, FALSE },
    { "attention/linear_0/weight", 2, 1, 1, TRUE },
    { "attention/linear_0/bias", 1, 1, 0, TRUE },
    { "attention/linear_1/weight", 2, 2, 1, TRUE },
    { "attention/linear_1/bias", 1, 2, 0, TRUE },
    { "attention/linear_2/weight", 2, 1, 1, TRUE },
    { "attention/linear_2/bias", 1, 1, 0, TRUE },
    { "attention/layer_norm/gamma", 1, 1, 0, TRUE },
    { "attention/layer_norm/beta", 1, 1, 0, TRUE },
    { "ffn/linear_0/weight", 2, 4, 1, FALSE },
    { "ffn/linear_0/bias", 1, 4, 0, FALSE },
    { "ffn/linear_1/weight", 2, 1, 4, FALSE },
    { "ffn/linear_1/bias", 1, 1, 0, FALSE },
    { "ffn/layer_norm/gamma", 1, 1, 0, FALSE },
    { "ffn/layer_norm/beta", 1, 1, 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/layer_0/%s", side, rows[i].name);

      if (cross || !rows[i].cross)
        tensor (w, name, rows[i].rank, rows[i].rows * LB_TINY_WIDTH,
                rows[i].columns * LB_TINY_WIDTH, 0);
    }
}

GByteArray *
lb_test_tiny_whisper (void)
{
  Writer w = { g_byte_array_new (), 0 };

  put (&w, 6, 4);
  put_text (&w, "WhisperSpec");
  put (&w, 3, 4);
  put (&w, 0, 4); /* how many: below */
  tensor (&w, "decoder/embeddings/weight", 2, LB_TINY_VOCABULARY, LB_TINY_WIDTH, 0);
  tensor (&w, "decoder/position_encodings/encodings", 2, 8, LB_TINY_WIDTH, 0);
  tensor (&w, "encoder/conv1/weight", 3, LB_TINY_WIDTH, 80, 3);
  tensor (&w, "encoder/conv1/bias", 1, LB_TINY_WIDTH, 0, 0);
  tensor (&w, "encoder/conv2/weight", 3, LB_TINY_WIDTH, LB_TINY_WIDTH, 3);
  tensor (&w, "encoder/conv2/bias", 1, LB_TINY_WIDTH, 0, 0);
  tensor (&w, "encoder/layer_norm/gamma", 1, LB_TINY_WIDTH, 0, 0);
  tensor (&w, "encoder/layer_norm/beta", 1, LB_TINY_WIDTH, 0, 0);
  tensor (&w, "decoder/layer_norm/gamma", 1, LB_TINY_WIDTH, 0, 0);
  tensor (&w, "decoder/layer_norm/beta", 1, LB_TINY_WIDTH, 0, 0);
  layer (&w, "encoder", FALSE);
  layer (&w, "decoder", TRUE);
  w.bytes->data[22] = (guint8) w.count;
  return w.bytes;
}
