/* The vocabulary in tokenizer.json, as whisper.cpp takes it: bytes, by id. */
#include "core/json.h"
#include "models/convert-whisper.h"

#define MAX_TOKEN_BYTES 256

/* GPT-2's byte alphabet (Radford et al. 2019): printable bytes stand for themselves, the others
 * from U+0100 on. */
static int
byte_of (gunichar character)
{
  guint next = 256;

  for (guint b = 0; b < 256; b++)
    {
      gboolean plain = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;

      if (character == (plain ? b : next))
        return (int) b;
      next += !plain;
    }
  return -1;
}

static gboolean
put_token (LbConversion *c, const gint16 *bytes_of, const char *token, GError **error)
{
  guint8 bytes[MAX_TOKEN_BYTES];
  guint n = 0;

  for (const char *p = token; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (character >= 512 || bytes_of[character] < 0 || n >= MAX_TOKEN_BYTES)
        return lb_convert_refuse (error, "a token that is none", token);
      bytes[n++] = (guint8) bytes_of[character];
    }
  lb_convert_put_int (c, n);
  fwrite (bytes, 1, n, c->out);
  return TRUE;
}

/* Tokens by id, special ones left out: whisper.cpp adds those itself. */
static const char **
order_tokens (LbConversion *c, const json_t *root, gsize *count, GError **error)
{
  json_t *added = json_object_get (root, "added_tokens");
  json_t *vocabulary = json_object_get (json_object_get (root, "model"), "vocab");
  g_autoptr (GHashTable) special = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree const char **by_id = g_new0 (const char *, c->vocabulary + 1);
  const char *token;
  json_t *value;
  size_t i;

  json_array_foreach (added, i, value)
    g_hash_table_add (special, (gpointer) lb_json_string (value, "content", ""));
  json_object_foreach (vocabulary, token, value)
    {
      json_int_t id = json_is_integer (value) ? json_integer_value (value) : -1;

      if (g_hash_table_contains (special, token))
        continue;
      if (id < 0 || (guint64) id >= c->vocabulary || by_id[id] != NULL)
        return lb_convert_refuse (error, "a token has no place", token), NULL;
      by_id[id] = token;
      (*count)++;
    }
  for (gsize k = 0; k < *count; k++)
    if (by_id[k] == NULL)
      return lb_convert_refuse (error, "the vocabulary has a gap", "tokenizer.json"), NULL;
  if (*count == 0)
    return lb_convert_refuse (error, "there is no vocabulary", "tokenizer.json"), NULL;
  return g_steal_pointer (&by_id);
}

gboolean
lb_convert_put_tokens (LbConversion *c, const char *path, GError **error)
{
  g_autoptr (json_t) root = lb_json_read (path, error);
  g_autofree const char **tokens = NULL;
  gint16 bytes_of[512];
  gsize count = 0;

  if (root == NULL || (tokens = order_tokens (c, root, &count, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (bytes_of); i++)
    bytes_of[i] = (gint16) byte_of (i);
  lb_convert_put_int (c, count);
  for (gsize i = 0; i < count; i++)
    if (!put_token (c, bytes_of, tokens[i], error))
      return FALSE;
  return TRUE;
}
