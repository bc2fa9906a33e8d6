#include "chat-answer.h"

#include <math.h>
#include <string.h>

#define MAX_TEXT_BYTES (16 * 1024 * 1024)

ChatAnswer *
chat_answer_new (void)
{
  ChatAnswer *answer = g_new0 (ChatAnswer, 1);

  answer->text = g_string_new (NULL);
  answer->prompt_s = answer->generate_s = NAN;
  return answer;
}

void
chat_answer_free (ChatAnswer *answer)
{
  if (answer == NULL)
    return;
  g_string_free (answer->text, TRUE);
  g_free (answer->refusal);
  json_decref (answer->usage);
  g_free (answer);
}

gboolean
chat_answer_is_full (const ChatAnswer *answer)
{
  return answer->text->len > MAX_TEXT_BYTES;
}

/* What a server calls a number of tokens, and where it has it. */
typedef struct {
  const char *ours, *group, *theirs;
} Count;

static const Count openai_counts[] = {
  { "prompt_tokens", NULL, "prompt_tokens" },
  { "audio_tokens", "prompt_tokens_details", "audio_tokens" },
  { "answer_tokens", NULL, "completion_tokens" },
  { "thought_tokens", "completion_tokens_details", "reasoning_tokens" },
  { "total_tokens", NULL, "total_tokens" },
};

static const Count gemini_counts[] = {
  { "prompt_tokens", NULL, "promptTokenCount" },
  { "answer_tokens", NULL, "candidatesTokenCount" },
  { "thought_tokens", NULL, "thoughtsTokenCount" },
  { "total_tokens", NULL, "totalTokenCount" },
};

/* The last that it says counts: a stream's events repeat and raise it. */
static void
read_usage (ChatAnswer *answer, const json_t *said, const Count *counts, gsize n_counts)
{
  if (!json_is_object (said))
    return;
  if (answer->usage == NULL)
    answer->usage = json_object ();
  for (gsize i = 0; i < n_counts; i++)
    {
      const json_t *from = counts[i].group != NULL ? json_object_get (said, counts[i].group)
                                                   : said;
      gint64 count = lb_json_integer (from, counts[i].theirs, -1);

      if (count >= 0)
        lb_json_set_integer (answer->usage, counts[i].ours, count);
    }
}

static void
add_text (ChatAnswer *answer, const char *piece, GString *delta)
{
  g_string_append (answer->text, piece);
  g_string_append (delta, piece);
}

static char *
give (GString *delta)
{
  return g_string_free (delta, delta->len == 0);
}

static gboolean
is_one_of (const char *word, const char *const *words)
{
  return g_strv_contains (words, word);
}

/* ---- OpenAI ---- */

/* A text, or a list of parts of which some are text. */
static void
read_content (ChatAnswer *answer, const json_t *content, GString *delta)
{
  size_t index;
  json_t *part;

  if (json_is_string (content))
    add_text (answer, json_string_value (content), delta);
  json_array_foreach ((json_t *) content, index, part)
    add_text (answer, lb_json_string (part, "text", ""), delta);
}

/* llama-server's own times of its two halves. */
static void
read_timings (ChatAnswer *answer, const json_t *timings)
{
  double prompt_s = lb_json_real (timings, "prompt_ms", NAN) / 1000;
  double generate_s = lb_json_real (timings, "predicted_ms", NAN) / 1000;

  if (prompt_s >= 0)
    answer->prompt_s = prompt_s;
  if (generate_s >= 0)
    answer->generate_s = generate_s;
}

void
chat_read_openai (ChatAnswer *answer, const json_t *value, char **delta)
{
  const json_t *choice = json_array_get (json_object_get (value, "choices"), 0);
  const json_t *message = json_object_get (choice, "delta");
  const char *finish = lb_json_string (choice, "finish_reason", NULL);
  const char *refusal;
  GString *piece = g_string_new (NULL);

  if (message == NULL)
    message = json_object_get (choice, "message");
  refusal = lb_json_string (message, "refusal", NULL);
  answer->any = answer->any || json_is_object (choice);
  answer->ended = answer->ended || finish != NULL;
  answer->cut = answer->cut || g_strcmp0 (finish, "length") == 0;
  if (answer->refusal == NULL && refusal != NULL && *refusal != '\0')
    answer->refusal = g_strdup_printf ("refuses to answer: %s", refusal);
  else if (answer->refusal == NULL && g_strcmp0 (finish, "content_filter") == 0)
    answer->refusal = g_strdup ("stopped its answer (content_filter): its rules don't allow it");
  read_content (answer, json_object_get (message, "content"), piece);
  read_usage (answer, json_object_get (value, "usage"), openai_counts,
              G_N_ELEMENTS (openai_counts));
  read_timings (answer, json_object_get (value, "timings"));
  *delta = give (piece);
}

/* ---- Gemini ---- */

static void
read_parts (ChatAnswer *answer, const json_t *parts, GString *delta)
{
  size_t index;
  json_t *part;

  json_array_foreach ((json_t *) parts, index, part)
    if (!lb_json_boolean (part, "thought", FALSE))
      add_text (answer, lb_json_string (part, "text", ""), delta);
}

static void
read_end (ChatAnswer *answer, const char *finish)
{
  static const char *const fine[] = { "STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED", NULL };

  if (finish == NULL)
    return;
  answer->ended = TRUE;
  answer->cut = answer->cut || strcmp (finish, "MAX_TOKENS") == 0;
  if (answer->refusal == NULL && !is_one_of (finish, fine))
    answer->refusal = g_strdup_printf (
        "stopped its answer (%.100s): its rules don't allow it, or it failed", finish);
}

static void
read_audio_tokens (ChatAnswer *answer, const json_t *details)
{
  size_t index;
  json_t *one;

  json_array_foreach ((json_t *) details, index, one)
    if (strcmp (lb_json_string (one, "modality", ""), "AUDIO") == 0 && answer->usage != NULL)
      lb_json_set_integer (answer->usage, "audio_tokens",
                           MAX (0, lb_json_integer (one, "tokenCount", 0)));
}

void
chat_read_gemini (ChatAnswer *answer, const json_t *value, char **delta)
{
  const json_t *candidate = json_array_get (json_object_get (value, "candidates"), 0);
  const json_t *usage = json_object_get (value, "usageMetadata");
  const char *blocked = lb_json_string (json_object_get (value, "promptFeedback"), "blockReason",
                                        NULL);
  GString *piece = g_string_new (NULL);

  answer->any = answer->any || json_is_object (candidate) || blocked != NULL;
  if (answer->refusal == NULL && blocked != NULL)
    answer->refusal = g_strdup_printf ("refuses the prompt or the sound (%.100s)", blocked);
  read_parts (answer, json_object_get (json_object_get (candidate, "content"), "parts"), piece);
  read_usage (answer, usage, gemini_counts, G_N_ELEMENTS (gemini_counts));
  read_audio_tokens (answer, json_object_get (usage, "promptTokensDetails"));
  read_end (answer, lb_json_string (candidate, "finishReason", NULL));
  *delta = give (piece);
}

json_t *
chat_answer_output (const ChatAnswer *answer)
{
  json_t *output = json_object ();
  json_t *phases = json_object ();
  g_autofree char *text = g_strstrip (g_strdup (answer->text->str));

  lb_json_set_string (output, "text", text);
  if (json_object_get (answer->usage, "answer_tokens") != NULL)
    lb_json_set_integer (output, "tokens", lb_json_integer (answer->usage, "answer_tokens", 0));
  if (json_object_get (answer->usage, "prompt_tokens") != NULL)
    lb_json_set_integer (output, "prompt_tokens",
                         lb_json_integer (answer->usage, "prompt_tokens", 0));
  lb_json_set (output, "usage", json_incref (answer->usage));
  if (answer->ended)
    lb_json_set_string (output, "stopped", answer->cut ? "token-limit" : "end");
  lb_json_set_real (phases, "prompt_s", answer->prompt_s);
  lb_json_set_real (phases, "generate_s", answer->generate_s);
  lb_json_set (output, "phases", phases);
  return output;
}
