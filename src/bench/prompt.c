#include "bench/prompt.h"

#include <math.h>
#include <string.h>

#include "bench/text.h"
#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"

#define SCHEMA "llamaburn.words/1"
#define WORD_LIST "prompt-words.json"
#define LONGEST_TERM 4 /* words */
#define MOST_S 30.0
#define BPM_LEAST 20.0
#define BPM_MOST 400.0
#define SHOWN_CHARACTERS 40

static const char *const kinds[] = { "instruments", "genres", "attributes" };

/* What a term of the list is. */
typedef struct {
  char *name; /* as the list writes it */
  guint kind; /* of kinds */
} Term;

static void
free_term (gpointer data)
{
  Term *term = data;

  g_free (term->name);
  g_free (term);
}

/* A letter, a digit, or the point of "97.5", in a text that begins at @text. */
static gboolean
is_of_a_word (const char *text, const char *p)
{
  if (*p == '.')
    return p > text && g_ascii_isdigit (p[-1]) && g_ascii_isdigit (p[1]);
  return g_unichar_isalnum (g_utf8_get_char (p));
}

/* Letters and digits are words, in lower case; everything else parts them: "Hi-Hats" is "hi",
 * "hats". Returns: (transfer full) (element-type utf8) */
static GPtrArray *
split_words (const char *text)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *lower = g_utf8_strdown (text, -1);
  const char *start = NULL;

  for (const char *p = lower;; p = g_utf8_next_char (p))
    {
      gboolean inside = *p != '\0' && is_of_a_word (lower, p);

      if (inside && start == NULL)
        start = p;
      if (!inside && start != NULL)
        {
          g_ptr_array_add (words, g_strndup (start, (gsize) (p - start)));
          start = NULL;
        }
      if (*p == '\0')
        return words;
    }
}

/* @n words of @words from @at, parted by a space. */
static char *
join_words (const GPtrArray *words, guint at, guint n)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (joined, "%s%s", i > 0 ? " " : "",
                            (const char *) g_ptr_array_index (words, at + i));
  return g_string_free (joined, FALSE);
}

static void
add_term (GHashTable *terms, const char *name, guint kind)
{
  g_autoptr (GPtrArray) words = split_words (name);
  Term *term;

  if (words->len == 0 || words->len > LONGEST_TERM)
    return;
  term = g_new0 (Term, 1);
  term->name = g_strdup (name);
  term->kind = kind;
  g_hash_table_insert (terms, join_words (words, 0, words->len), term);
}

/* Returns: (transfer full): normalised term → Term, or NULL */
static GHashTable *
read_terms (GError **error)
{
  g_auto (GStrv) folders = lb_paths_shared ();
  g_autoptr (GHashTable)
      terms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_term);
  g_autoptr (json_t) list = NULL;
  g_autofree char *path = NULL;

  for (guint i = 0; folders[i] != NULL && path == NULL; i++)
    {
      path = g_build_filename (folders[i], WORD_LIST, NULL);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        g_clear_pointer (&path, g_free);
    }
  if (path != NULL)
    list = lb_json_read (path, error);
  if (path == NULL || (list != NULL && strcmp (lb_json_string (list, "schema", ""), SCHEMA) != 0))
    g_set_error_literal (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                         "the list of words " WORD_LIST
                         " is not there: LlamaBurn is not installed whole");
  if (list == NULL || strcmp (lb_json_string (list, "schema", ""), SCHEMA) != 0)
    return NULL;
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      size_t index;
      json_t *it;

      json_array_foreach (json_object_get (list, kinds[k]), index, it)
        if (json_is_string (it))
          add_term (terms, json_string_value (it), k);
    }
  return g_steal_pointer (&terms);
}

/* "violins" and "congas" are "violin" and "conga", "brushes" is "brush". */
static const Term *
look_up (GHashTable *terms, char *words)
{
  const Term *term = g_hash_table_lookup (terms, words);
  gsize length = strlen (words);

  if (term != NULL || length < 4 || words[length - 1] != 's')
    return term;
  words[length - 1] = '\0';
  term = g_hash_table_lookup (terms, words);
  if (term != NULL || words[length - 2] != 'e')
    return term;
  words[length - 2] = '\0';
  return g_hash_table_lookup (terms, words);
}

/* The longest term that begins at @at. @taken: (out): its words; 1 where there is none */
static const Term *
find_term (GHashTable *terms, const GPtrArray *words, guint at, guint *taken)
{
  for (guint n = MIN (LONGEST_TERM, words->len - at); n > 0; n--)
    {
      g_autofree char *joined = join_words (words, at, n);
      const Term *term = look_up (terms, joined);

      *taken = n;
      if (term != NULL)
        return term;
    }
  return NULL;
}

static void
add_once (json_t *names, const char *name)
{
  size_t index;
  json_t *it;

  json_array_foreach (names, index, it)
    if (strcmp (json_string_value (it), name) == 0)
      return;
  json_array_append_new (names, json_string (name));
}

static gboolean
is_tempo (const char *word, double *bpm)
{
  char *end;

  *bpm = g_ascii_strtod (word, &end);
  return end != word && *end == '\0' && *bpm >= BPM_LEAST && *bpm <= BPM_MOST;
}

/* "130 bpm", "130bpm", "bpm 130", "90 beats per minute", "tempo of 90". NAN: none is asked for */
static double
find_tempo (const GPtrArray *words)
{
  for (guint i = 0; i < words->len; i++)
    {
      g_autofree char *number = g_strdup (g_ptr_array_index (words, i));
      gboolean joined = g_str_has_suffix (number, "bpm");
      g_autofree char *before = join_words (words, i >= 2 ? i - 2 : 0, MIN (i, 2));
      g_autofree char *after = join_words (words, i + 1, MIN (words->len - i - 1, 3));
      double bpm;

      if (joined)
        number[strlen (number) - strlen ("bpm")] = '\0';
      if (!is_tempo (number, &bpm))
        continue;
      if (joined || g_str_has_suffix (before, "bpm") || g_str_has_suffix (before, "tempo") ||
          strcmp (before, "tempo of") == 0 || strcmp (after, "bpm") == 0 ||
          g_str_has_prefix (after, "bpm ") || g_str_has_prefix (after, "beats per minute"))
        return bpm;
    }
  return NAN;
}

static json_t *
measure (GHashTable *terms, const char *text)
{
  g_autoptr (GPtrArray) words = split_words (text);
  json_t *complexity = json_object ();
  json_t *named = json_pack ("{s:[], s:[], s:[]}", kinds[0], kinds[1], kinds[2]);

  for (guint at = 0, taken = 1; at < words->len; at += taken)
    {
      const Term *term = find_term (terms, words, at, &taken);

      if (term != NULL)
        add_once (json_object_get (named, kinds[term->kind]), term->name);
    }
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    lb_json_set_integer (complexity, kinds[k],
                         (gint64) json_array_size (json_object_get (named, kinds[k])));
  lb_json_set (complexity, "named", named);
  lb_json_set_real (complexity, "bpm", find_tempo (words));
  return complexity;
}

static gboolean
check (const char *text, gsize characters, gsize words, GError **error)
{
  g_autoptr (GPtrArray) found = split_words (text);
  g_autofree char *head = g_utf8_substring (text, 0, (glong) MIN (characters, SHOWN_CHARACTERS));
  g_autofree char *shown = lb_text_escape (head);

  if (words > LB_PROMPT_MAX_WORDS || characters > LB_PROMPT_MAX_CHARACTERS)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                 "the prompt \"%s…\" has %" G_GSIZE_FORMAT " words, %" G_GSIZE_FORMAT
                 " characters: at most %d and %d are taken, and models read some hundred words",
                 shown, words, characters, LB_PROMPT_MAX_WORDS, LB_PROMPT_MAX_CHARACTERS);
  else if (found->len == 0)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                 "the prompt \"%s\" has no letter and no digit: say what the music is to be",
                 shown);
  else
    return TRUE;
  return FALSE;
}

json_t *
lb_prompt_describe (const LbPlanInput *input, GError **error)
{
  g_autoptr (GHashTable) terms = NULL;
  gsize characters, words;
  json_t *record;

  lb_text_count (input->text, &characters, &words);
  if (!check (input->text, characters, words, error))
    return NULL;
  terms = read_terms (error);
  if (terms == NULL)
    return NULL;
  record = lb_text_record (input, characters, words);
  lb_json_set (record, "complexity", measure (terms, input->text));
  return record;
}

double
lb_prompt_seconds (const LbCase *it)
{
  return lb_json_real (it->options, "duration", MOST_S);
}

void
lb_prompt_note_tokens (json_t *input, const json_t *output)
{
  gint64 tokens = lb_json_integer (output, "prompt_tokens", 0);
  json_t *complexity = json_object_get (input, "complexity");

  if (complexity != NULL && tokens > 0)
    lb_json_set_integer (complexity, "tokens", tokens);
}
