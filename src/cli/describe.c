/* The command that asks a language model about a sound. */
#include "cli/benchmark.h"
#include "core/error.h"

#define PROMPT "prompt"
#define USUAL_PROMPT "Describe this music in detail: genre, mood, instruments, tempo, and style."

static gboolean
add_prompt (const LbCli *cli, const LbManifest *manifest, const LbSubject *subject, LbCase *it,
            GError **error)
{
  const char *prompt = lb_cli_text (cli, PROMPT, NULL);

  if (lb_manifest_input (manifest, it->mode, PROMPT) != NULL)
    lb_case_add_text (it, PROMPT, prompt != NULL ? prompt : USUAL_PROMPT);
  else if (prompt != NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "%s can't be asked anything: leave --prompt out, or choose another engine "
                   "(llamaburn engines)",
                   manifest->id);
      return FALSE;
    }
  return TRUE;
}

static const LbBenchmarkMode analysis = {
  .mode = "analysis",
  .role = "audio",
  .kind = LB_SUBJECT_SOUND,
  .models = (const char *const[]){ "qwen2-audio-7b-instruct", NULL },
  .reference_suffix = ".json",
  .complete = add_prompt,
};

static const LbCliOption options[] = {
  { 0, PROMPT, LB_CLI_TEXT, "TEXT", "what is asked about each sound (\"" USUAL_PROMPT "\")" },
  { 'r', "reference", LB_CLI_PATH, "FILE",
    "what is known of the sound, to check the answer against (--score grounding): JSON with "
    "tempo, key, vocals, instruments, genre, each optional; or a folder with NAME.json for each "
    "NAME.wav",
    .completion = "files" },
  { 0, "score", LB_CLI_LIST, "SCORE,…",
    "grounding: what the answer claims of tempo, key, voices, instruments and genre is found by "
    "rule and checked against what is measured of the sound, and against --reference",
    "grounding" },
  { 0, "judge", LB_CLI_TEXT, "ENGINE:MODEL",
    "have a language model that doesn't hear judge each answer by a fixed rubric, after the "
    "case: "
    "an opinion, kept apart from all that is measured (openai-chat:NAME, gemini:NAME, "
    "ollama:NAME, hybrid-llama:MODEL)" },
  { 0, "judge-url", LB_CLI_TEXT, "URL",
    "where the judge's server is (its engine's own default)" },
  LB_FILE_OUTPUT_OPTIONS,
  LB_SOUND_PART_OPTIONS,
  { 0 },
};

static int
run_describe (LbCli *cli, GError **error)
{
  const char *prompt = lb_cli_text (cli, PROMPT, NULL);

  if (prompt != NULL && !lb_texts_check (&lb_texts, prompt, "--prompt", error))
    return LB_EXIT_USAGE;
  return lb_benchmark_command (cli, &analysis, error);
}

const LbCliCommand lb_command_describe = {
  .name = "describe",
  .arguments = "FILE…",
  .summary = "measure what a language model says of sounds",
  .description =
      "Has a language model that listens describe each FILE, and prints its answer, how many "
      "tokens that is and how many a second, when the first of them came, how long it took to "
      "encode the sound and to read the prompt, and the real-time factor (processing time / "
      "duration of the sound). A model that heard only a part of the sound has that part "
      "named.\n\n"
      "Several engines, models, devices or files make a matrix: every combination is one case. "
      "A case that fails leaves the others' results, and the exit status 1.\n\n"
      "The answer is what the model says, right or wrong. --score grounding says how far what it "
      "claims agrees with what is known.",
  .options = options,
  .min_arguments = 1,
  .max_arguments = -1,
  .mode = "analysis",
  .completion = "files",
  .run = run_describe,
};
