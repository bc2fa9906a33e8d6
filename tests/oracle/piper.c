/* What src/engines makes of a text, for test_piper.py: {"voice": path of a .json, "text"} gives
 * {"sentences": [[phoneme, …], …], "ids": [[id, …], …]}. No model is opened. */
#include "piper-phonemes.h"
#include "serve.h"

static json_t *
texts_of (const GPtrArray *phonemes)
{
  json_t *list = json_array ();

  for (guint i = 0; i < phonemes->len; i++)
    json_array_append_new (list, json_string (phonemes->pdata[i]));
  return list;
}

static json_t *
ids_of (const PiperVoice *voice, const GPtrArray *phonemes)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  json_t *list = json_array ();

  piper_voice_ids (voice, phonemes, ids);
  for (guint i = 0; i < ids->len; i++)
    json_array_append_new (list, json_integer (g_array_index (ids, gint64, i)));
  return list;
}

static json_t *
answer (const json_t *request, GError **error)
{
  g_autoptr (PiperVoice) voice = piper_voice_read (lb_json_string (request, "voice", ""), error);
  g_autoptr (PiperText) text = NULL;
  json_t *object = json_object (), *sentences = json_array (), *ids = json_array ();
  GPtrArray *phonemes;

  lb_json_set (object, "sentences", sentences);
  lb_json_set (object, "ids", ids);
  if (voice == NULL || !piper_phonemes_open (voice, error))
    return object;
  text = piper_text_new (voice, lb_json_string (request, "text", ""));
  while ((phonemes = piper_text_next (text)) != NULL)
    {
      json_array_append_new (sentences, texts_of (phonemes));
      json_array_append_new (ids, ids_of (voice, phonemes));
      g_ptr_array_unref (phonemes);
    }
  return object;
}

int
main (void)
{
  return serve (answer);
}
