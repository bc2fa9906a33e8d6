/* Writes model.safetensors: the length of a JSON header (64 bits, little endian), the header,
 * padded to 8, then the elements. Names in order and the header's spelling are those of the
 * safetensors library, so that the same weights give the same file as upstream's, byte for byte.
 */
#include <errno.h>
#include <string.h>

#include "core/error.h"
#include "models/convert-hf.h"

static int
compare_pieces (gconstpointer a, gconstpointer b)
{
  return strcmp (((const LbPiece *) a)->name, ((const LbPiece *) b)->name);
}

/* Names are ours: nothing in them needs escaping. */
static GString *
header_of (const GArray *pieces)
{
  GString *header = g_string_new ("{\"__metadata__\":{\"format\":\"pt\"}");
  guint64 offset = 0;

  for (guint i = 0; i < pieces->len; i++)
    {
      const LbPiece *piece = &g_array_index (pieces, LbPiece, i);
      guint64 bytes = 4 * (guint64) piece->count;

      g_string_append_printf (header, ",\"%s\":{\"dtype\":\"F32\",\"shape\":[", piece->name);
      for (guint k = 0; k < piece->rank; k++)
        g_string_append_printf (header, "%s%" G_GSIZE_FORMAT, k > 0 ? "," : "", piece->dims[k]);
      g_string_append_printf (header,
                              "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                              offset, offset + bytes);
      offset += bytes;
    }
  g_string_append_c (header, '}');
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  return header;
}

gboolean
lb_convert_put_safetensors (LbConversion *c, GArray *pieces, const char *path, GError **error)
{
  g_autoptr (GString) header = NULL;
  gboolean done = TRUE;

  g_array_sort (pieces, compare_pieces);
  header = header_of (pieces);
  c->out = fopen (path, "wxe");
  if (c->out == NULL)
    return lb_error_set_errno (error, errno, "can't write \"%s\"", path);
  lb_convert_put_int (c, header->len);
  lb_convert_put_int (c, 0); /* the length's upper half */
  fwrite (header->str, 1, header->len, c->out);
  for (guint i = 0; i < pieces->len && !ferror (c->out); i++)
    {
      const LbPiece *piece = &g_array_index (pieces, LbPiece, i);

      if (piece->tensor == NULL)
        lb_convert_put_sinusoids (c);
      else
        lb_convert_put_elements (c, piece->tensor, piece->first, piece->count, TRUE);
    }
  if (fflush (c->out) != 0 || ferror (c->out) || fsync (fileno (c->out)) != 0)
    done = lb_error_set_errno (error, errno != 0 ? errno : EIO, "can't write \"%s\"", path);
  if (fclose (c->out) != 0 && done)
    done = lb_error_set_errno (error, errno, "can't write \"%s\"", path);
  return done;
}
