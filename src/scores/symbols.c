#include "scores/symbols.h"

#include <string.h>

typedef struct {
  const char *text; /* NULL: free */
  guint32 length, hash, symbol;
} Slot;

/* Open addressing with linear probing, at most half full. The hash has a random key: nobody can
 * write a text whose words all meet in one slot. (GLib's tables have no keyed hash.) */
typedef struct {
  Slot *slots;
  gsize size; /* a power of two */
  guint32 used;
  guint64 key;
} Table;

typedef struct {
  const char *at;
} Reader;

static guint32
hash_word (const Table *table, const char *text, gsize length)
{
  guint64 hash = table->key;

  for (gsize i = 0; i < length; i++)
    {
      hash = (hash ^ (guint8) text[i]) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      hash ^= hash >> 29;
    }
  return (guint32) (hash >> 16);
}

static Slot *
find_slot (const Table *table, const char *text, gsize length, guint32 hash)
{
  for (gsize i = hash & (table->size - 1);; i = (i + 1) & (table->size - 1))
    {
      Slot *slot = &table->slots[i];

      if (slot->text == NULL || (slot->hash == hash && slot->length == length &&
                                 memcmp (slot->text, text, length) == 0))
        return slot;
    }
}

static void
grow (Table *table)
{
  Slot *old = table->slots;
  gsize old_size = table->size;

  table->size = MAX (old_size * 2, 1024);
  table->slots = g_new0 (Slot, table->size);
  for (gsize i = 0; i < old_size; i++)
    if (old[i].text != NULL)
      *find_slot (table, old[i].text, old[i].length, old[i].hash) = old[i];
  g_free (old);
}

/* The symbol of a word; a word that is not in the table gets a new one if @learn, else the first
 * that no word has. */
static guint32
symbol_of (Table *table, const char *text, gsize length, gboolean learn)
{
  guint32 hash = hash_word (table, text, length);
  Slot *slot;

  if (learn && ((gsize) table->used + 1) * 2 > table->size)
    grow (table);
  slot = find_slot (table, text, length, hash);
  if (slot->text != NULL)
    return slot->symbol;
  if (learn)
    *slot = (Slot){ text, (guint32) length, hash, table->used++ };
  return learn ? slot->symbol : table->used;
}

static const char *
next_word (Reader *reader, gsize *length)
{
  const char *start = reader->at + strspn (reader->at, " ");

  *length = strcspn (start, " ");
  reader->at = start + *length;
  return start;
}

static const char *
next_character (Reader *reader, gsize *length)
{
  const char *start = reader->at;

  *length = *start == '\0' ? 0 : (gsize) (g_utf8_next_char (start) - start);
  reader->at = start + *length;
  return start;
}

typedef const char *(*Next) (Reader *reader, gsize *length);

static guint32 *
read_symbols (Table *table, const char *text, Next next, gboolean learn, gsize *n)
{
  Reader reader = { text };
  guint32 *symbols;
  gsize length;
  const char *start;

  *n = 0;
  while (next (&reader, &length), length > 0)
    ++*n;
  symbols = g_new (guint32, MAX (*n, 1));
  reader.at = text;
  for (gsize i = 0; i < *n; i++)
    {
      start = next (&reader, &length);
      symbols[i] = symbol_of (table, start, length, learn);
    }
  return symbols;
}

static LbSymbols *
make_symbols (const char *reference, const char *hypothesis, Next next)
{
  LbSymbols *symbols = g_new0 (LbSymbols, 1);
  Table table = { .key = ((guint64) g_random_int () << 32) | g_random_int () };

  grow (&table);
  symbols->reference = read_symbols (&table, reference, next, TRUE, &symbols->reference_length);
  symbols->hypothesis = read_symbols (&table, hypothesis, next, FALSE,
                                      &symbols->hypothesis_length);
  symbols->known = table.used;
  g_free (table.slots);
  return symbols;
}

LbSymbols *
lb_symbols_words (const char *reference, const char *hypothesis)
{
  return make_symbols (reference, hypothesis, next_word);
}

LbSymbols *
lb_symbols_characters (const char *reference, const char *hypothesis)
{
  return make_symbols (reference, hypothesis, next_character);
}

void
lb_symbols_free (LbSymbols *symbols)
{
  g_free (symbols->reference);
  g_free (symbols->hypothesis);
  g_free (symbols);
}
