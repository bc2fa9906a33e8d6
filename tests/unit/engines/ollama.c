#include "ollama.h"

#include <math.h>
static json_t *
parse (const char *text)
{
  json_t *value = lb_json_parse (text, -1, NULL);

  g_assert_nonnull (value);
  return value;
}

static void
finds_the_host (void)
{
  static const struct {
    const char *host, *url;
  } cases[] = {
    { NULL, "http://127.0.0.1:11434" },
    { "", "http://127.0.0.1:11434" },
    { "music-box", "http://music-box:11434" },
    { "music-box:80", "http://music-box:80" },
    { ":8080", "http://127.0.0.1:8080" },
    { "0.0.0.0", "http://127.0.0.1:11434" },
    { "0.0.0.0:8080", "http://127.0.0.1:8080" },
    { "[::1]", "http://[::1]:11434" },
    { "[::1]:8080", "http://[::1]:8080" },
    { "https://far.example/ollama", "https://far.example/ollama" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *url = ollama_url (cases[i].host);

      g_assert_cmpstr (url, ==, cases[i].url);
    }
}

static void
finds_a_model (void)
{
  g_autoptr (json_t) tags = parse ("{\"models\": [{\"name\": \"llama3.2:latest\"}, 3, "
                                   "{\"model\": \"qwen3:8b\"}, {\"name\": 7}]}");
  g_autoptr (json_t) one = parse ("{\"models\": [{\"name\": \"gemma3:270m\"}]}");
  g_autofree char *names = ollama_names (tags);

  g_assert_nonnull (ollama_find_model (tags, "llama3.2"));
  g_assert_nonnull (ollama_find_model (tags, "llama3.2:latest"));
  g_assert_nonnull (ollama_find_model (tags, "qwen3:8b"));
  g_assert_null (ollama_find_model (tags, "qwen3"));
  g_assert_null (ollama_find_model (tags, NULL));
  g_assert_nonnull (ollama_find_model (one, NULL));
  g_assert_null (ollama_find_model (NULL, "x"));
  g_assert_cmpstr (names, ==, "llama3.2:latest, qwen3:8b");
}

static void
reads_pieces_and_their_end (void)
{
  static const char *const lines[] = {
    "{\"message\": {\"content\": \"In \"}, \"done\": false}",
    "{\"message\": {\"content\": \"A minor.\"}, \"done\": false}",
    "{\"message\": {\"content\": \"\"}, \"done\": true, \"done_reason\": \"length\", "
    "\"prompt_eval_count\": 300, \"prompt_eval_duration\": 1500000000, \"eval_count\": 7, "
    "\"eval_duration\": 250000000}",
  };
  g_autoptr (ChatAnswer) answer = chat_answer_new ();
  g_autoptr (json_t) output = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (json_t) value = parse (lines[i]);
      g_autofree char *delta = NULL;

      g_assert_false (answer->ended);
      ollama_read (answer, value, &delta);
      g_assert_cmpint (delta != NULL, ==, i < 2);
    }
  g_assert_true (answer->ended);
  output = chat_answer_output (answer);
  text = lb_json_line (output);
  g_assert_cmpstr (
      text, ==,
      "{\"text\":\"In A minor.\",\"tokens\":7,\"prompt_tokens\":300,"
      "\"usage\":{\"prompt_tokens\":300,\"answer_tokens\":7},"
      "\"stopped\":\"token-limit\",\"phases\":{\"prompt_s\":1.5,\"generate_s\":0.25}}");
}

static void
nonsense_is_no_answer (void)
{
  static const char *const lines[] = { "[]", "3", "{\"message\": 3}", "{\"message\": []}",
                                       "{\"done\": \"yes\"}" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (ChatAnswer) answer = chat_answer_new ();
      g_autoptr (json_t) value = parse (lines[i]);
      g_autofree char *delta = NULL;

      ollama_read (answer, value, &delta);
      g_assert_false (answer->any);
      g_assert_false (answer->ended);
      g_assert_null (delta);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ollama/finds-the-host", finds_the_host);
  g_test_add_func ("/ollama/finds-a-model", finds_a_model);
  g_test_add_func ("/ollama/reads-pieces-and-their-end", reads_pieces_and_their_end);
  g_test_add_func ("/ollama/nonsense-is-no-answer", nonsense_is_no_answer);
  return g_test_run ();
}
