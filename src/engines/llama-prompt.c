#include "llama-prompt.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"

#define PLAIN "none"
#define MAX_PROMPT_BYTES (64 * 1024 * 1024)

/* The option's, a name that llama.cpp knows; else the model's. NULL: neither */
static const char *
template_of (const struct llama_model *model, const json_t *options)
{
  const char *named = lb_json_string (options, "template", NULL);

  return named != NULL ? named : llama_model_chat_template (model, NULL);
}

static gboolean
is_plain (const json_t *options)
{
  return strcmp (lb_json_string (options, "template", ""), PLAIN) == 0;
}

gboolean
llama_prompt_check (const struct llama_model *model, const json_t *options, GError **error)
{
  const struct llama_chat_message message = { "user", "" };
  const char *named = lb_json_string (options, "template", NULL);
  const char *text = template_of (model, options);
  g_autofree char *shown = named != NULL ? lb_text_escape (named) : NULL;

  if (is_plain (options) ||
      (text != NULL && llama_chat_apply_template (text, &message, 1, true, NULL, 0) >= 0))
    return TRUE;
  if (named != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "llama.cpp has no chat template \"%s\": give a name that it knows, such as "
                 "chatml, llama3 or mistral-v7-tekken, or none",
                 shown);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "the model has %s: name one with --template, such as chatml or llama3",
                 text == NULL ? "no chat template"
                              : "a chat template that llama.cpp's library does not know");
  return FALSE;
}

/* Some templates leave out the space around what is said. */
static gboolean
holds (const char *text, const char *content)
{
  g_autofree char *said = g_strstrip (g_strdup (content));

  return strstr (text, said) != NULL;
}

/* Returns: (transfer full): or NULL, where llama.cpp can't, or @content isn't in it */
static char *
apply_template (const char *text, const char *system, const char *content)
{
  const struct llama_chat_message messages[] = { { "system", system }, { "user", content } };
  const struct llama_chat_message *first = system != NULL ? messages : messages + 1;
  gsize n = system != NULL ? 2 : 1;
  int length = llama_chat_apply_template (text, first, n, true, NULL, 0);
  g_autofree char *all = NULL;

  if (length < 0 || length > MAX_PROMPT_BYTES)
    return NULL;
  all = g_malloc0 ((gsize) length + 1);
  llama_chat_apply_template (text, first, n, true, all, length + 1);
  return holds (all, content) ? g_steal_pointer (&all) : NULL;
}

char *
llama_prompt_text (const struct llama_model *model, const json_t *options, const char *system,
                   const char *content, GError **error)
{
  char *all;

  if (is_plain (options))
    return system != NULL ? g_strconcat (system, "\n\n", content, NULL) : g_strdup (content);
  all = apply_template (template_of (model, options), system, content);
  if (all == NULL)
    g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE,
                         "the model's chat template leaves out what the user says: name "
                         "another with --template");
  return all;
}
