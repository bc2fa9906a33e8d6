#include "whisper-output.h"

#include <string.h>

#include "core/text.h"

/* Tokens of the word that is being put together. */
typedef struct {
  GString *bytes;
  gint64 start_cs, end_cs; /* hundredths of a second */
  double probability;      /* sum over its tokens */
  guint n_tokens;
} Word;

static char *
stripped (const char *text)
{
  return g_strstrip (g_strdup (text));
}

static void
word_finish (Word *word, gint64 shift_cs, json_t *words)
{
  g_autofree char *text = stripped (word->bytes->str);
  json_t *json;

  if (*text != '\0')
    {
      json = json_object ();
      lb_json_set_real (json, "start_s", (double) (word->start_cs + shift_cs) / 100);
      lb_json_set_real (json, "end_s",
                        (double) (MAX (word->end_cs, word->start_cs) + shift_cs) / 100);
      lb_json_set_string (json, "text", text);
      lb_json_set_real (json, "probability", word->probability / word->n_tokens);
      json_array_append_new (words, json);
    }
  g_string_truncate (word->bytes, 0);
  word->probability = 0;
  word->n_tokens = 0;
}

static void
word_add (Word *word, const whisper_token_data *token, const char *bytes, gboolean dtw)
{
  if (word->n_tokens == 0)
    word->start_cs = dtw && token->t_dtw >= 0 ? token->t_dtw : token->t0;
  word->end_cs = token->t1;
  word->probability += token->p;
  word->n_tokens++;
  g_string_append (word->bytes, bytes);
}

/* A word begins with the token that begins with a space. Its times are those of the sound
 * that whisper.cpp saw: with VAD that is the speech alone, so that words are moved to
 * where their segment begins. */
static json_t *
words_new (struct whisper_context *context, int segment, gboolean dtw)
{
  const int n_tokens = whisper_full_n_tokens (context, segment);
  const gint64 start_cs = whisper_full_get_segment_t0 (context, segment);
  const whisper_token eot = whisper_token_eot (context);
  json_t *words = json_array ();
  Word word = { .bytes = g_string_new (NULL) };
  gint64 shift_cs = 0;
  gboolean first = TRUE;

  for (int i = 0; i < n_tokens; i++)
    {
      const whisper_token_data token = whisper_full_get_token_data (context, segment, i);
      const char *bytes = whisper_token_to_str (context, token.id);

      if (token.id >= eot || bytes == NULL)
        continue;
      if (first)
        shift_cs = MAX (0, start_cs - token.t0);
      first = FALSE;
      if (bytes[0] == ' ' && word.n_tokens > 0)
        word_finish (&word, shift_cs, words);
      word_add (&word, &token, bytes, dtw);
    }
  if (word.n_tokens > 0)
    word_finish (&word, shift_cs, words);
  g_string_free (word.bytes, TRUE);
  return words;
}

static gint64
count_text_tokens (struct whisper_context *context, int segment)
{
  const whisper_token eot = whisper_token_eot (context);
  gint64 count = 0;

  for (int i = 0; i < whisper_full_n_tokens (context, segment); i++)
    if (whisper_full_get_token_id (context, segment, i) < eot)
      count++;
  return count;
}

/* Without whisper_full_get_segment_no_speech_prob(): in 1.8.5 a second run of the same sound in
 * the same context answers another one (1.9e-5, then 1.6e-6 were seen) with the same words. */
static json_t *
segment_new (struct whisper_context *context, int i, const char *bytes)
{
  g_autofree char *text = stripped (bytes);
  json_t *json = json_object ();

  lb_json_set_real (json, "start_s", (double) whisper_full_get_segment_t0 (context, i) / 100);
  lb_json_set_real (json, "end_s", (double) whisper_full_get_segment_t1 (context, i) / 100);
  lb_json_set_string (json, "text", text);
  if (whisper_full_get_segment_speaker_turn_next (context, i))
    lb_json_set_boolean (json, "speaker_turn", TRUE);
  return json;
}

json_t *
whisper_output_new (struct whisper_context *context, gboolean words, gboolean dtw)
{
  const int n_segments = whisper_full_n_segments (context);
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (GString) part = g_string_new (NULL);
  g_autofree char *text = NULL;
  json_t *output = json_object ();
  json_t *segments = json_array ();
  gint64 tokens = 0;

  for (int i = 0; i < n_segments; i++)
    {
      g_autofree char *tail = NULL;
      gsize cut;
      json_t *segment;

      /* What a segment cuts off a character goes to the next one, whose token has the rest. */
      g_string_append (part, whisper_full_get_segment_text (context, i));
      g_string_append (all, whisper_full_get_segment_text (context, i));
      cut = i + 1 < n_segments ? lb_text_incomplete_tail (part->str, part->len) : 0;
      tail = g_strdup (part->str + part->len - cut);
      g_string_truncate (part, part->len - cut);
      segment = segment_new (context, i, part->str);
      if (words)
        lb_json_set (segment, "words", words_new (context, i, dtw));
      json_array_append_new (segments, segment);
      tokens += count_text_tokens (context, i);
      g_string_assign (part, tail);
    }
  text = stripped (all->str);
  lb_json_set_string (output, "text", text);
  lb_json_set_string (output, "language",
                      whisper_is_multilingual (context)
                          ? whisper_lang_str (whisper_full_lang_id (context))
                          : "en");
  lb_json_set (output, "segments", segments);
  lb_json_set_integer (output, "tokens", tokens);
  return output;
}
