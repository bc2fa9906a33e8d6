#include "llama-template.h"

static void
finds_the_system_message (void)
{
  static const struct {
    const char *text, *system;
  } cases[] = {
    /* plain text of the template, as Qwen2-Audio's */
    { "{% if loop.first %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif "
      "%}",
      "You are a helpful assistant." },
    /* within a string of it, as Qwen2.5's */
    { "{{- '<|im_start|>system\\nYou are Qwen.<|im_end|>\\n' }}", "You are Qwen." },
    /* put together from what the conversation has: the next place that is not */
    { "{{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}{{- "
      "'<|im_start|>system\\nYou are Qwen.<|im_end|>\\n' }}",
      "You are Qwen." },
    { "{{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}", NULL },
    { "<|im_start|>system\n<|im_end|>", NULL },
    { "<|im_start|>system\nno end", NULL },
    { "[INST] {{ message }} [/INST]", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *system = llama_template_system (cases[i].text);

      g_assert_cmpstr (system, ==, cases[i].system);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engines/llama-template/system", finds_the_system_message);
  return g_test_run ();
}
