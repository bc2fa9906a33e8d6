#include "ggml-blocks.h"

/* Source: ggml.h and ggml-common.h: ids of tensor types, elements and bytes of a block. */
static const struct {
  guint32 type;
  gint64 elements, bytes;
} blocks[] = {
  { 0, 1, 4 },      { 1, 1, 2 },      { 2, 32, 18 },    { 3, 32, 20 },    { 6, 32, 22 },
  { 7, 32, 24 },    { 8, 32, 34 },    { 9, 32, 36 },    { 10, 256, 84 },  { 11, 256, 110 },
  { 12, 256, 144 }, { 13, 256, 176 }, { 14, 256, 210 }, { 15, 256, 292 }, { 16, 256, 66 },
  { 17, 256, 74 },  { 18, 256, 98 },  { 19, 256, 50 },  { 20, 32, 18 },   { 21, 256, 110 },
  { 22, 256, 82 },  { 23, 256, 136 }, { 24, 1, 1 },     { 25, 1, 2 },     { 26, 1, 4 },
  { 27, 1, 8 },     { 28, 1, 8 },     { 29, 256, 56 },  { 30, 1, 2 },     { 34, 256, 54 },
  { 35, 256, 66 },  { 39, 32, 17 },
};

gint64
ggml_blocks_bytes (guint32 type, gint64 elements)
{
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    if (blocks[i].type == type)
      return elements % blocks[i].elements == 0 ? elements / blocks[i].elements * blocks[i].bytes
                                                : -1;
  return -1;
}
