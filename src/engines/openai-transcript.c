#include "openai-transcript.h"

#include <math.h>
#include <string.h>

#define MAX_TEXT_BYTES (16 * 1024 * 1024)
#define MAX_SEGMENTS 200000

struct _OpenaiTranscript {
  GString *text;
  char *whole; /* as the last event says it */
  json_t *last;
  gboolean any;
};

/* whisper-server breaks the line between segments; the engine itself doesn't. */
static json_t *
stripped (const char *text)
{
  g_autoptr (GString) clean = g_string_new (text);

  g_string_replace (clean, "\n ", " ", 0);
  g_string_replace (clean, "\n", " ", 0);
  g_strstrip (clean->str);
  return json_string (clean->str);
}

static void
set_times (json_t *into, const json_t *from)
{
  lb_json_set_real (into, "start_s", lb_json_real (from, "start", 0));
  lb_json_set_real (into, "end_s", lb_json_real (from, "end", 0));
}

/* [{word | text, start, end}] */
static json_t *
read_words (const json_t *list)
{
  json_t *words = json_array ();

  for (size_t i = 0; i < json_array_size (list) && i < MAX_SEGMENTS; i++)
    {
      const json_t *one = json_array_get (list, i);
      const char *text = lb_json_string (one, "word", lb_json_string (one, "text", NULL));
      json_t *word;

      if (text == NULL)
        continue;
      word = json_object ();
      set_times (word, one);
      lb_json_set (word, "text", stripped (text));
      lb_json_set_real (word, "probability", lb_json_real (one, "probability", NAN));
      json_array_append_new (words, word);
    }
  return words;
}

static json_t *
read_segments (const json_t *list)
{
  json_t *segments = json_array ();

  for (size_t i = 0; i < json_array_size (list) && i < MAX_SEGMENTS; i++)
    {
      const json_t *one = json_array_get (list, i);
      const char *text = lb_json_string (one, "text", NULL);
      json_t *segment;

      if (text == NULL)
        continue;
      segment = json_object ();
      set_times (segment, one);
      lb_json_set (segment, "text", stripped (text));
      if (json_array_size (json_object_get (one, "words")) > 0)
        lb_json_set (segment, "words", read_words (json_object_get (one, "words")));
      json_array_append_new (segments, segment);
    }
  return segments;
}

json_t *
openai_transcript_of_json (const json_t *value)
{
  const json_t *segments = json_object_get (value, "segments");
  const json_t *words = json_object_get (value, "words");
  const json_t *tokens = json_object_get (json_object_get (value, "usage"), "output_tokens");
  const char *text = lb_json_string (value, "text", NULL);
  json_t *output;

  if (text == NULL)
    return NULL;
  output = json_object ();
  lb_json_set (output, "text", stripped (text));
  lb_json_set_string (output, "language", lb_json_string (value, "language", NULL));
  if (json_is_array (segments))
    lb_json_set (output, "segments", read_segments (segments));
  if (json_array_size (words) > 0)
    lb_json_set (output, "words", read_words (words));
  if (json_is_integer (tokens) && json_integer_value (tokens) >= 0)
    lb_json_set_integer (output, "tokens", json_integer_value (tokens));
  return output;
}

OpenaiTranscript *
openai_transcript_new (void)
{
  OpenaiTranscript *transcript = g_new0 (OpenaiTranscript, 1);

  transcript->text = g_string_new (NULL);
  return transcript;
}

void
openai_transcript_free (OpenaiTranscript *transcript)
{
  if (transcript == NULL)
    return;
  g_string_free (transcript->text, TRUE);
  g_free (transcript->whole);
  json_decref (transcript->last);
  g_free (transcript);
}

gboolean
openai_transcript_add (OpenaiTranscript *transcript, const json_t *event, char **delta)
{
  const char *type = lb_json_string (event, "type", "");
  const json_t *choice = json_array_get (json_object_get (event, "choices"), 0);
  const char *piece = lb_json_string (json_object_get (choice, "delta"), "content", NULL);

  *delta = NULL;
  if (strcmp (type, "transcript.text.done") == 0)
    {
      g_free (transcript->whole);
      transcript->whole = g_strdup (lb_json_string (event, "text", NULL));
      json_decref (transcript->last);
      transcript->last = json_incref ((json_t *) event);
      transcript->any = TRUE;
      return FALSE;
    }
  if (strcmp (type, "transcript.text.delta") == 0)
    piece = lb_json_string (event, "delta", NULL);
  else if (*type == '\0' && piece == NULL)
    piece = lb_json_string (event, "text", NULL);
  if (piece == NULL)
    return TRUE;
  transcript->any = TRUE;
  g_string_append (transcript->text, piece);
  *delta = g_strdup (piece);
  return TRUE;
}

gboolean
openai_transcript_has_any (const OpenaiTranscript *transcript)
{
  return transcript->any;
}

gboolean
openai_transcript_is_full (const OpenaiTranscript *transcript)
{
  return transcript->text->len > MAX_TEXT_BYTES;
}

json_t *
openai_transcript_output (const OpenaiTranscript *transcript)
{
  json_t *output;

  if (transcript->whole != NULL)
    return openai_transcript_of_json (transcript->last);
  output = json_object ();
  lb_json_set (output, "text", stripped (transcript->text->str));
  return output;
}
