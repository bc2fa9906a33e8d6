/* Writes whisper.cpp's ggml file: little endian, 16-bit matrices, 32-bit vectors. */
#include <math.h>
#include <string.h>

#include "models/convert-whisper.h"

void
lb_convert_put_int (LbConversion *c, gsize value)
{
  guint32 little = GUINT32_TO_LE ((guint32) value);

  fwrite (&little, 4, 1, c->out); /* errors are sticky: ferror() at the end */
}

void
lb_convert_put_float (LbConversion *c, float value)
{
  guint32 bits;

  memcpy (&bits, &value, 4);
  lb_convert_put_int (c, bits);
}

/* IEEE 754 binary16 to binary32, exact. */
static float
half_to_float (guint16 half)
{
  int exponent = (half >> 10) & 31;
  int fraction = half & 1023;
  float value;

  if (exponent == 31)
    value = fraction != 0 ? NAN : INFINITY;
  else if (exponent == 0)
    value = ldexpf ((float) fraction, -24);
  else
    value = ldexpf ((float) (fraction + 1024), exponent - 25);
  return (half & 0x8000) != 0 ? -value : value;
}

/* binary32 to binary16, ties to even. */
static guint16
float_to_half (float value)
{
  guint16 sign = signbit (value) ? 0x8000 : 0;
  float size = fabsf (value);
  int exponent;
  long scaled;

  if (isnan (value))
    return sign | 0x7e00;
  if (size >= 65520.0f)
    return sign | 0x7c00;
  if (size < 0x1p-14f)
    return sign | (guint16) lrintf (ldexpf (size, 24));
  frexpf (size, &exponent);
  scaled = lrintf (ldexpf (size, 11 - exponent)); /* 1024 … 2048 */
  return sign | (guint16) (((exponent + 13) << 10) + scaled);
}

static float
element (const LbTensor *tensor, gsize i)
{
  float value;

  if (tensor->kind == LB_TENSOR_FLOAT16)
    return half_to_float ((guint16) (tensor->data[2 * i] | tensor->data[2 * i + 1] << 8));
  {
    const guint8 *at = tensor->data + 4 * i;
    guint32 bits = at[0] | at[1] << 8 | at[2] << 16 | (guint32) at[3] << 24;

    memcpy (&value, &bits, 4);
  }
  return value;
}

void
lb_convert_put_header (LbConversion *c, const char *name, guint rank, const gsize *dims,
                       gboolean wide)
{
  lb_convert_put_int (c, rank);
  lb_convert_put_int (c, strlen (name));
  lb_convert_put_int (c, wide ? 0 : 1);
  for (guint i = rank; i > 0; i--)
    lb_convert_put_int (c, dims[i - 1]);
  fwrite (name, 1, strlen (name), c->out);
}

/* Chunk after chunk: a call of fwrite() for each element takes most of the time. */
static void
put_wide (LbConversion *c, const LbTensor *tensor, gsize first, gsize count)
{
  guint32 chunk[1024];

  for (gsize done = 0; done < count;)
    {
      gsize n = MIN (count - done, G_N_ELEMENTS (chunk));

      for (gsize i = 0; i < n; i++)
        {
          float value = element (tensor, first + done + i);

          memcpy (&chunk[i], &value, 4);
          chunk[i] = GUINT32_TO_LE (chunk[i]);
        }
      fwrite (chunk, 4, n, c->out);
      done += n;
    }
}

void
lb_convert_put_elements (LbConversion *c, const LbTensor *tensor, gsize first, gsize count,
                         gboolean wide)
{
  if (!wide && tensor->kind == LB_TENSOR_FLOAT16)
    {
      fwrite (tensor->data + 2 * first, 2, count, c->out);
      return;
    }
  if (wide)
    {
      put_wide (c, tensor, first, count);
      return;
    }
  for (gsize i = first; i < first + count; i++)
    {
      guint16 half = GUINT16_TO_LE (float_to_half (element (tensor, i)));

      fwrite (&half, 2, 1, c->out);
    }
}
