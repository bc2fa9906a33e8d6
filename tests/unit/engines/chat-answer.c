/* Answers of language models behind servers, whole and in pieces, by both APIs. */
#include <math.h>

#include "chat-answer.h"

static ChatAnswer *
read_one (ChatRead read, const char *text, char **delta)
{
  ChatAnswer *answer = chat_answer_new ();
  g_autoptr (json_t) value = lb_json_parse (text, -1, NULL);

  g_assert_nonnull (value);
  read (answer, value, delta);
  return answer;
}

/* What one answer becomes, as a line of JSON. */
static void
whole_answers (void)
{
  static const struct {
    const char *what;
    ChatRead read;
    const char *said, *output;
  } rows[] = {
    { "openai, with its cost", chat_read_openai,
      "{\"choices\":[{\"message\":{\"content\":\" Jazz. "
      "\"},\"finish_reason\":\"stop\"}],\"usage\":"
      "{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11,"
      "\"prompt_tokens_details\":{\"audio_tokens\":5}}}",
      "{\"text\":\"Jazz.\",\"tokens\":2,\"prompt_tokens\":9,\"usage\":{\"prompt_tokens\":9,"
      "\"audio_tokens\":5,\"answer_tokens\":2,\"total_tokens\":11},\"stopped\":\"end\","
      "\"phases\":{}}" },
    { "content in parts", chat_read_openai,
      "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"},5,"
      "{\"text\":\"b\"}]},\"finish_reason\":\"length\"}]}",
      "{\"text\":\"ab\",\"stopped\":\"token-limit\",\"phases\":{}}" },
    { "llama-server's times", chat_read_openai,
      "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"timings\":{\"prompt_ms\":250,"
      "\"predicted_ms\":500}}",
      "{\"text\":\"a\",\"phases\":{\"prompt_s\":0.25,\"generate_s\":0.5}}" },
    { "counts that are none", chat_read_openai,
      "{\"choices\":[{\"message\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":-4,"
      "\"completion_tokens\":\"7\"},\"timings\":{\"prompt_ms\":-1}}",
      "{\"text\":\"a\",\"usage\":{},\"phases\":{}}" },
    { "gemini: thoughts are left out", chat_read_gemini,
      "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\",\"thought\":true},"
      "{\"text\":\"Jazz.\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{"
      "\"promptTokenCount\":9,\"candidatesTokenCount\":2,\"promptTokensDetails\":["
      "{\"modality\":\"TEXT\",\"tokenCount\":4},{\"modality\":\"AUDIO\",\"tokenCount\":5}]}}",
      "{\"text\":\"Jazz.\",\"tokens\":2,\"prompt_tokens\":9,\"usage\":{\"prompt_tokens\":9,"
      "\"answer_tokens\":2,\"audio_tokens\":5},\"stopped\":\"end\",\"phases\":{}}" },
    { "gemini: cut off", chat_read_gemini,
      "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"finishReason\":"
      "\"MAX_TOKENS\"}]}",
      "{\"text\":\"a\",\"stopped\":\"token-limit\",\"phases\":{}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *delta = NULL;
      g_autoptr (ChatAnswer) answer = read_one (rows[i].read, rows[i].said, &delta);
      g_autoptr (json_t) output = chat_answer_output (answer);
      g_autofree char *line = lb_json_line (output);

      g_test_message ("%s", rows[i].what);
      g_assert_true (answer->any);
      g_assert_null (answer->refusal);
      g_assert_cmpstr (line, ==, rows[i].output);
    }
}

static void
refusals (void)
{
  static const struct {
    ChatRead read;
    const char *said, *refusal;
  } rows[] = {
    { chat_read_openai, "{\"choices\":[{\"message\":{\"refusal\":\"no\"}}]}",
      "refuses to answer: no" },
    { chat_read_openai, "{\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}",
      "stopped its answer (content_filter): its rules don't allow it" },
    { chat_read_gemini, "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}",
      "refuses the prompt or the sound (SAFETY)" },
    { chat_read_gemini, "{\"candidates\":[{\"finishReason\":\"RECITATION\"}]}",
      "stopped its answer (RECITATION): its rules don't allow it, or it failed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *delta = NULL;
      g_autoptr (ChatAnswer) answer = read_one (rows[i].read, rows[i].said, &delta);

      g_assert_null (delta);
      g_assert_cmpstr (answer->refusal, ==, rows[i].refusal);
    }
}

static void
hostile_values_are_no_answer (void)
{
  static const char *const said[] = {
    "{}",
    "[]",
    "5",
    "{\"choices\":{},\"candidates\":{}}",
    "{\"choices\":[5],\"candidates\":[[]],\"usage\":7,\"usageMetadata\":[]}",
    "{\"choices\":[],\"timings\":[],\"promptFeedback\":\"x\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    for (guint k = 0; k < 2; k++)
      {
        g_autofree char *delta = NULL;
        g_autoptr (ChatAnswer)
            answer = read_one (k == 0 ? chat_read_openai : chat_read_gemini, said[i], &delta);

        g_assert_null (delta);
        g_assert_false (answer->any || answer->ended);
        g_assert_cmpuint (answer->text->len, ==, 0);
      }
}

static void
pieces_are_joined_and_each_is_told (void)
{
  g_autoptr (ChatAnswer) answer = chat_answer_new ();
  static const char *const said[] = { "Ja", "zz", "" };

  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_autofree char *delta = NULL;
      g_autoptr (json_t)
          event = json_pack ("{s:[{s:{s:s}}]}", "choices", "delta", "content", said[i]);

      chat_read_openai (answer, event, &delta);
      g_assert_cmpstr (delta, ==, *said[i] != '\0' ? said[i] : NULL);
    }
  g_assert_cmpstr (answer->text->str, ==, "Jazz");
  g_assert_false (answer->ended);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chat-answer/whole", whole_answers);
  g_test_add_func ("/chat-answer/refusals", refusals);
  g_test_add_func ("/chat-answer/hostile", hostile_values_are_no_answer);
  g_test_add_func ("/chat-answer/pieces", pieces_are_joined_and_each_is_told);
  return g_test_run ();
}
