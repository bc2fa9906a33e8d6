#include "llama-template.h"

#include <string.h>

#define BEGIN "<|im_start|>system"
#define END "<|im_end|>"

/* A line's end, as it is in plain text of a template, or written out within a string of it.
 * Returns: its bytes; 0: there is none */
static gsize
line_end (const char *text)
{
  if (g_str_has_prefix (text, "\\n"))
    return 2;
  return *text == '\n' ? 1 : 0;
}

static gboolean
is_computed (const char *message)
{
  return strpbrk (message, "{}'\"") != NULL;
}

char *
llama_template_system (const char *text)
{
  for (const char *at = strstr (text, BEGIN); at != NULL; at = strstr (at, BEGIN))
    {
      const char *end;
      gsize skipped;

      at += strlen (BEGIN);
      skipped = line_end (at);
      end = strstr (at, END);
      if (skipped > 0 && end != NULL && end > at + skipped)
        {
          g_autofree char *message = g_strndup (at + skipped, (gsize) (end - at) - skipped);

          if (!is_computed (message))
            return g_strcompress (message);
        }
    }
  return NULL;
}
