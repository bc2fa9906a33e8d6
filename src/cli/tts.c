#include <string.h>

#include "cli/benchmark.h"
#include "core/error.h"

#define VOICE "voice" /* roles of what an engine is to imitate */
#define VOICE_TEXT "voice-text"

/* "en_US", "en-us" and "en" speak to one another: only what comes before the region is looked at.
 */
static gboolean
is_language (const char *a, const char *b)
{
  gsize length = strcspn (a, "_-");

  return length == strcspn (b, "_-") && g_ascii_strncasecmp (a, b, length) == 0;
}

/* "en_US-lessac-medium": names of Piper's voices begin with their language. */
static gboolean
is_named_by_language (const char *name)
{
  gsize letters = strspn (name, "abcdefghijklmnopqrstuvwxyz");

  return (letters == 2 || letters == 3) && name[letters] == '_' &&
         g_ascii_isupper (name[letters + 1]) && g_ascii_isupper (name[letters + 2]) &&
         name[letters + 3] == '-';
}

static gboolean
model_speaks (const LbModel *model, const char *language)
{
  const char *one = lb_json_string (model->json, "language", NULL);
  const json_t *several = json_object_get (model->json, "languages");
  size_t index;
  json_t *it;

  json_array_foreach ((json_t *) several, index, it)
    if (json_is_string (it) && is_language (json_string_value (it), language))
      return TRUE;
  if (json_array_size (several) > 0)
    return FALSE;
  if (one == NULL && is_named_by_language (model->name))
    one = model->name;
  return one == NULL || is_language (one, language);
}

/* What the engine's option "language" calls @language. Returns: (nullable) */
static const char *
find_choice (const LbOption *option, const char *language)
{
  if (g_strcmp0 (json_string_value (option->fallback), "auto") == 0)
    return "auto";
  for (guint i = 0; option->choices != NULL && option->choices[i] != NULL; i++)
    if (is_language (option->choices[i], language))
      return option->choices[i];
  return option->choices == NULL ? language : NULL;
}

/* A text in Polish is no work for an English voice: only texts of sets say what they are. */
static gboolean
suits (const LbManifest *manifest, const LbModel *model, const LbSubject *subject)
{
  const LbOption *option = lb_manifest_option (manifest, "language");

  if (subject->language == NULL)
    return TRUE;
  if (option != NULL && find_choice (option, subject->language) == NULL)
    return FALSE;
  return model == NULL || model_speaks (model, subject->language);
}

static gboolean
takes_role (const LbManifest *manifest, const char *role)
{
  return lb_manifest_input (manifest, "tts", role) != NULL;
}

static gboolean
needs_role (const LbManifest *manifest, const char *role)
{
  const json_t *input = lb_manifest_input (manifest, "tts", role);

  return input != NULL && !lb_json_boolean (input, "optional", FALSE);
}

static gboolean
fail_voice (const LbManifest *manifest, const char *format, GError **error)
{
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "%s %s", manifest->id, format);
  return FALSE;
}

static gboolean
add_voice (const LbCli *cli, const LbManifest *manifest, LbCase *it, GError **error)
{
  const char *sample = lb_cli_text (cli, "voice-sample", NULL);
  const char *text = lb_cli_text (cli, "voice-text", NULL);

  if (sample != NULL && !takes_role (manifest, VOICE))
    return fail_voice (
        manifest,
        "can't imitate a voice: leave --voice-sample out, or choose an engine that "
        "clones (llamaburn engines)",
        error);
  if (sample == NULL && needs_role (manifest, VOICE))
    return fail_voice (
        manifest,
        "needs a voice to imitate: --voice-sample FILE, some seconds of one person "
        "speaking",
        error);
  if (text == NULL && needs_role (manifest, VOICE_TEXT))
    return fail_voice (manifest, "must be told what the sample says: --voice-text TEXT", error);
  if (sample != NULL)
    lb_case_add_file (it, VOICE, sample);
  if (text != NULL && takes_role (manifest, VOICE_TEXT))
    lb_case_add_text (it, VOICE_TEXT, text);
  return TRUE;
}

static gboolean
complete (const LbCli *cli, const LbManifest *manifest, const LbSubject *subject, LbCase *it,
          GError **error)
{
  const LbOption *option = lb_manifest_option (manifest, "language");

  if (subject->language != NULL && option != NULL &&
      json_object_get (it->options, "language") == NULL)
    lb_json_set_string (it->options, "language", find_choice (option, subject->language));
  return add_voice (cli, manifest, it, error);
}

static const LbBenchmarkMode text_to_speech = {
  .mode = "tts",
  .role = "text",
  .kind = LB_SUBJECT_TEXT,
  .models = (const char *const[]){ "en_US-lessac-medium", "en_US-joe-medium", NULL },
  .text = "The quick brown fox jumps over the lazy dog.",
  .suits = suits,
  .complete = complete,
};

static gboolean
check_voice_options (const LbCli *cli, GError **error)
{
  const char *text = lb_cli_text (cli, "voice-text", NULL);
  const char *why = NULL;

  if (text != NULL && lb_cli_text (cli, "voice-sample", NULL) == NULL)
    why = "--voice-text says what a sample says: give that with --voice-sample FILE";
  else if (text != NULL && !g_utf8_validate (text, -1, NULL))
    why = "--voice-text is no UTF-8";
  if (why == NULL)
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE, why);
  return FALSE;
}

static int
run_tts (LbCli *cli, GError **error)
{
  if (!check_voice_options (cli, error))
    return LB_EXIT_USAGE;
  return lb_benchmark_command (cli, &text_to_speech, error);
}

static const LbCliOption options[] = {
  { 0, "voice", LB_CLI_LIST, "VOICE,…",
    "voices to speak with: the same as --model, but for an engine that has an option voice; "
    "several make a matrix",
    .completion = "voices" },
  { 0, "text-file", LB_CLI_PATH, "FILE",
    "speak each line of FILE (UTF-8; blank ones are skipped); -: of standard input",
    .completion = "files" },
  { 0, "text-set", LB_CLI_LIST, "SET,…",
    "speak built-in texts; a voice is given those of its language", LB_TEXT_SETS },
  { 0, "voice-sample", LB_CLI_PATH, "FILE",
    "a recording to imitate, for engines that clone voices", .completion = "files" },
  { 0, "voice-text", LB_CLI_TEXT, "TEXT", "what the sample says" },
  { 0, "score", LB_CLI_LIST, "SCORE,…",
    "wer[:MODEL]: what Whisper hears is compared with the text (base); mos: how good it sounds, "
    "by "
    "DNSMOS" },
  LB_SOUND_OUTPUT_OPTIONS,
  { 0 },
};

const LbCliCommand lb_command_tts = {
  .name = "tts",
  .arguments = "[TEXT…]",
  .summary = "measure text-to-speech",
  .description =
      "Speaks each TEXT with each voice, until the median is known, and prints how fast it was "
      "(real-time factor: processing time / duration of the sound that came out; below 1 is "
      "faster "
      "than real time), how soon the first sound came, how many characters a second, what memory "
      "it took, and what the sound is like. The sound is kept with the run: 'llamaburn play "
      "last' "
      "plays it.\n\n"
      "Texts come from the command line, from --text-file and from --text-set; each is a case of "
      "its own. With none of them it is \"The quick brown fox jumps over the lazy dog.\" Several "
      "engines, voices, devices or texts make a matrix: every combination is one case. A case "
      "that fails leaves the others' results, and the exit status 1.\n\n"
      "Without --voice it is en_US-lessac-medium, or en_US-joe-medium where only that is there; "
      "where neither is, the first voice of the engine that is, else its first of all.",
  .options = options,
  .min_arguments = 0,
  .max_arguments = -1,
  .mode = "tts",
  .run = run_tts,
};
