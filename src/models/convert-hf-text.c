/* What stands beside the weights in a folder of Hugging Face's kind: sizes, tokens by their
 * meaning, the features that the encoder takes. It comes from CTranslate2's config.json and from
 * tokenizer.json, both hostile. */
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "models/convert-hf.h"

#define MAX_LIST 1000
#define MAX_ADDED 10000
#define TIMESTAMPS 1501 /* <|0.00|> to <|30.00|> */
#define FRAMES_30_S 3000
#define SAMPLES_30_S 480000
#define FIRST_TIMESTAMP_MAX 50 /* a second: Radford et al. (2022), section 4.5 */

/* Numbers of tokens, by what they mean. */
typedef struct {
  gint64 end, start, transcribe, translate, previous, no_timestamps;
} Tokens;

typedef struct {
  const LbConversion *sizes;
  json_t *source; /* CTranslate2's config.json */
  json_t *tokenizer;
  const char *folder;
  Tokens tokens;
} Texts;

static gboolean
is_token (const LbConversion *c, gint64 id)
{
  return id >= 0 && (guint64) id < c->vocabulary;
}

static gboolean
write_json (const Texts *t, const char *name, json_t *value, GError **error)
{
  g_autofree char *path = g_build_filename (t->folder, name, NULL);
  g_autofree char *text = lb_json_pretty (value);
  gboolean done = g_file_set_contents (path, text, -1, error);

  json_decref (value);
  return done;
}

static gint64
added_id (const json_t *tokenizer, const char *content)
{
  json_t *token;
  size_t i;

  json_array_foreach (json_object_get (tokenizer, "added_tokens"), i, token)
    if (strcmp (lb_json_string (token, "content", ""), content) == 0)
      return lb_json_integer (token, "id", -1);
  return -1;
}

static gboolean
find_tokens (Texts *t, GError **error)
{
  Tokens *k = &t->tokens;
  const struct {
    const char *content;
    gint64 *id;
  } wanted[] = {
    { "<|endoftext|>", &k->end },         { "<|startoftranscript|>", &k->start },
    { "<|transcribe|>", &k->transcribe }, { "<|translate|>", &k->translate },
    { "<|startofprev|>", &k->previous },  { "<|notimestamps|>", &k->no_timestamps },
  };
  json_t *vocabulary = json_object_get (json_object_get (t->tokenizer, "model"), "vocab");

  if (!json_is_object (vocabulary) || json_object_size (vocabulary) > t->sizes->vocabulary)
    return lb_convert_refuse (error, "there is no vocabulary that fits", "tokenizer.json");
  if (json_array_size (json_object_get (t->tokenizer, "added_tokens")) > MAX_ADDED)
    return lb_convert_refuse (error, "it adds too many tokens", "tokenizer.json");
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      *wanted[i].id = added_id (t->tokenizer, wanted[i].content);
      if (!is_token (t->sizes, *wanted[i].id))
        return lb_convert_refuse (error, "a token has no place", wanted[i].content);
    }
  return TRUE;
}

static json_t *
new_object (const char *type)
{
  json_t *object = json_object ();

  lb_json_set_string (object, "model_type", type);
  return object;
}

static gboolean
put_config (const Texts *t, GError **error)
{
  const LbConversion *c = t->sizes;
  json_t *config = new_object ("whisper");
  const struct {
    const char *name;
    guint64 value;
  } numbers[] = {
    { "d_model", c->width },
    { "encoder_layers", c->encoder_layers },
    { "decoder_layers", c->decoder_layers },
    { "num_hidden_layers", c->encoder_layers },
    { "encoder_attention_heads", c->width / LB_CONVERT_HEAD_WIDTH },
    { "decoder_attention_heads", c->width / LB_CONVERT_HEAD_WIDTH },
    { "encoder_ffn_dim", 4 * c->width },
    { "decoder_ffn_dim", 4 * c->width },
    { "vocab_size", c->vocabulary },
    { "num_mel_bins", c->mels },
    { "max_source_positions", LB_CONVERT_AUDIO_CONTEXT },
    { "max_target_positions", c->text_context },
    { "decoder_start_token_id", (guint64) t->tokens.start },
    { "bos_token_id", (guint64) t->tokens.end },
    { "eos_token_id", (guint64) t->tokens.end },
    { "pad_token_id", (guint64) t->tokens.end },
  };

  lb_json_set (config, "architectures", json_pack ("[s]", "WhisperForConditionalGeneration"));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    lb_json_set_integer (config, numbers[i].name, (gint64) numbers[i].value);
  lb_json_set_string (config, "activation_function", "gelu");
  lb_json_set_boolean (config, "is_encoder_decoder", TRUE);
  lb_json_set_boolean (config, "scale_embedding", FALSE);
  lb_json_set_string (config, "torch_dtype", "float32");
  return write_json (t, "config.json", config, error);
}

/* A list of tokens in CTranslate2's config.json, checked. */
static json_t *
token_list (const Texts *t, const char *name, GError **error)
{
  json_t *list = json_object_get (t->source, name);
  json_t *value;
  size_t i;

  if (!json_is_array (list) || json_array_size (list) > MAX_LIST)
    return lb_convert_refuse (error, "config.json has no such list", name), NULL;
  json_array_foreach (list, i, value)
    if (!json_is_integer (value) || !is_token (t->sizes, json_integer_value (value)))
      return lb_convert_refuse (error, "config.json names a token that is none", name), NULL;
  return json_incref (list);
}

static gboolean
is_index (const json_t *value, guint64 count)
{
  return json_is_integer (value) && json_integer_value (value) >= 0 &&
         (guint64) json_integer_value (value) < count;
}

/* Pairs of layer and head, whose attention follows the sound. */
static json_t *
alignment_heads (const Texts *t, GError **error)
{
  json_t *heads = json_object_get (t->source, "alignment_heads");
  json_t *pair;
  size_t i;

  if (!json_is_array (heads) || json_array_size (heads) > MAX_LIST)
    return lb_convert_refuse (error, "config.json has no such list", "alignment_heads"), NULL;
  json_array_foreach (heads, i, pair)
    if (json_array_size (pair) != 2 ||
        !is_index (json_array_get (pair, 0), t->sizes->decoder_layers) ||
        !is_index (json_array_get (pair, 1), t->sizes->width / LB_CONVERT_HEAD_WIDTH))
      return lb_convert_refuse (error, "config.json names a head that is none",
                                "alignment_heads"),
             NULL;
  return json_incref (heads);
}

static gboolean
is_language (const char *content)
{
  gsize letters = strlen (content) > 4 ? strspn (content + 2, G_CSET_a_2_z) : 0;

  return g_str_has_prefix (content, "<|") && letters >= 2 && letters <= 3 &&
         strcmp (content + 2 + letters, "|>") == 0;
}

static json_t *
languages (const Texts *t)
{
  json_t *found = json_object ();
  json_t *token;
  size_t i;

  json_array_foreach (json_object_get (t->tokenizer, "added_tokens"), i, token)
    {
      const char *content = lb_json_string (token, "content", "");
      gint64 id = lb_json_integer (token, "id", -1);

      if (is_language (content) && id > t->tokens.start && is_token (t->sizes, id))
        lb_json_set_integer (found, content, id);
    }
  return found;
}

static gboolean
put_generation (const Texts *t, GError **error)
{
  const Tokens *k = &t->tokens;
  g_autoptr (json_t) suppress = token_list (t, "suppress_ids", error);
  g_autoptr (json_t) begin = suppress != NULL ? token_list (t, "suppress_ids_begin", error)
                                              : NULL;
  g_autoptr (json_t) heads = begin != NULL ? alignment_heads (t, error) : NULL;
  gboolean multilingual = t->sizes->vocabulary > 51864; /* OpenAI's English ones have that many */
  json_t *config;

  if (heads == NULL)
    return FALSE;
  config = json_pack ("{s:O, s:O, s:O, s:b, s:b}", "alignment_heads", heads, "suppress_tokens",
                      suppress, "begin_suppress_tokens", begin, "is_multilingual", multilingual,
                      "return_timestamps", FALSE);
  lb_json_set_integer (config, "bos_token_id", k->end);
  lb_json_set_integer (config, "eos_token_id", k->end);
  lb_json_set_integer (config, "pad_token_id", k->end);
  lb_json_set_integer (config, "decoder_start_token_id", k->start);
  lb_json_set_integer (config, "no_timestamps_token_id", k->no_timestamps);
  lb_json_set_integer (config, "prev_sot_token_id", k->previous);
  lb_json_set_integer (config, "max_initial_timestamp_index", FIRST_TIMESTAMP_MAX);
  lb_json_set_integer (config, "max_length", (gint64) t->sizes->text_context);
  if (multilingual)
    {
      lb_json_set (config, "lang_to_id", languages (t));
      lb_json_set (config, "task_to_id",
                   json_pack ("{s:I, s:I}", "transcribe", (json_int_t) k->transcribe, "translate",
                              (json_int_t) k->translate));
    }
  return write_json (t, "generation_config.json", config, error);
}

static gboolean
put_features (const Texts *t, GError **error)
{
  json_t *features = json_pack (
      "{s:s, s:s, s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:s, s:b}", "feature_extractor_type",
      "WhisperFeatureExtractor", "processor_class", "WhisperProcessor", "feature_size",
      (json_int_t) t->sizes->mels, "sampling_rate", 16000, "n_fft", 400, "hop_length", 160,
      "chunk_length", 30, "n_samples", SAMPLES_30_S, "nb_max_frames", FRAMES_30_S,
      "padding_value", 0.0, "padding_side", "right", "return_attention_mask", FALSE);

  return write_json (t, "preprocessor_config.json", features, error);
}

/* CTranslate2's copies lack the timestamps, which have no text of their own. */
static void
add_timestamps (const Texts *t)
{
  json_t *added = json_object_get (t->tokenizer, "added_tokens");

  for (gint64 i = 0; i < TIMESTAMPS; i++)
    {
      g_autofree char *content = g_strdup_printf ("<|%d.%02d|>", (int) (i / 50),
                                                  (int) (i % 50) * 2);
      gint64 id = t->tokens.no_timestamps + 1 + i;

      if (is_token (t->sizes, id) && added_id (t->tokenizer, content) < 0)
        json_array_append_new (added, json_pack ("{s:I, s:s, s:b, s:b, s:b, s:b, s:b}", "id",
                                                 (json_int_t) id, "content", content,
                                                 "single_word", FALSE, "lstrip", FALSE, "rstrip",
                                                 FALSE, "normalized", FALSE, "special", FALSE));
    }
}

/* Without this list transformers takes <|en|> for a word that was said. */
static json_t *
special_tokens (const Texts *t)
{
  json_t *found = json_array ();
  json_t *token;
  size_t i;

  json_array_foreach (json_object_get (t->tokenizer, "added_tokens"), i, token)
    if (lb_json_boolean (token, "special", FALSE) &&
        lb_json_string (token, "content", NULL) != NULL)
      json_array_append (found, json_object_get (token, "content"));
  return found;
}

static gboolean
put_tokenizer (const Texts *t, GError **error)
{
  json_t *config = json_pack (
      "{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:I}", "tokenizer_class", "WhisperTokenizer",
      "bos_token", "<|endoftext|>", "eos_token", "<|endoftext|>", "unk_token", "<|endoftext|>",
      "pad_token", "<|endoftext|>", "add_prefix_space", FALSE, "clean_up_tokenization_spaces",
      TRUE, "model_max_length", (json_int_t) 1024);

  lb_json_set (config, "additional_special_tokens", special_tokens (t));
  if (!write_json (t, "tokenizer_config.json", config, error))
    return FALSE;
  add_timestamps (t);
  return write_json (t, "tokenizer.json", json_incref (t->tokenizer), error);
}

gboolean
lb_convert_put_descriptions (const LbConversion *c, const char *source, const char *folder,
                             GError **error)
{
  g_autofree char *config_path = g_build_filename (source, "config.json", NULL);
  g_autofree char *tokenizer_path = g_build_filename (source, "tokenizer.json", NULL);
  g_autoptr (json_t) config = lb_json_read (config_path, error);
  g_autoptr (json_t) tokenizer = config != NULL ? lb_json_read (tokenizer_path, error) : NULL;
  Texts t = { .sizes = c, .source = config, .tokenizer = tokenizer, .folder = folder };

  return tokenizer != NULL && find_tokens (&t, error) && put_config (&t, error) &&
         put_generation (&t, error) && put_features (&t, error) && put_tokenizer (&t, error);
}
