#include "cli/benchmark.h"
#include "core/error.h"

#define DURATION "duration" /* of the command line, and of the engines' options */
#define MELODY "melody"     /* role of a tune that is to be followed */

/* How long it may be, each engine's manifest says. */
static gboolean
add_duration (const LbCli *cli, const LbManifest *manifest, LbCase *it, GError **error)
{
  const char *asked = lb_cli_text (cli, DURATION, NULL);
  const LbOption *option = lb_manifest_option (manifest, DURATION);
  json_t *seconds;

  if (asked == NULL)
    return TRUE;
  if (option == NULL)
    {
      g_set_error (
          error, LB_ERROR, LB_ERROR_USAGE,
          "%s can't be told how long the music is to be: leave --duration out, or choose "
          "another engine",
          manifest->id);
      return FALSE;
    }
  seconds = lb_option_parse (option, asked, error);
  if (seconds == NULL)
    return FALSE;
  lb_json_set (it->options, DURATION, seconds);
  return TRUE;
}

static gboolean
complete (const LbCli *cli, const LbManifest *manifest, const LbSubject *subject, LbCase *it,
          GError **error)
{
  const char *melody = lb_cli_text (cli, MELODY, NULL);

  if (melody != NULL && lb_manifest_input (manifest, "generation", MELODY) == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "%s follows no melody: leave --melody out, or choose an engine that does "
                   "(llamaburn engines)",
                   manifest->id);
      return FALSE;
    }
  if (melody != NULL)
    lb_case_add_file (it, MELODY, melody);
  return add_duration (cli, manifest, it, error);
}

static const LbBenchmarkMode generation = {
  .mode = "generation",
  .role = LB_PROMPT_ROLE,
  .kind = LB_SUBJECT_PROMPT,
  .models = (const char *const[]){ "small", NULL },
  .text = "upbeat jazz with saxophone",
  .complete = complete,
};

static int
run_generate (LbCli *cli, GError **error)
{
  const char *references = lb_cli_text (cli, "fad-reference", NULL);

  if (references != NULL && !g_utf8_validate (references, -1, NULL))
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "--fad-reference is no UTF-8: the plan could not keep it");
      return LB_EXIT_USAGE;
    }
  return lb_benchmark_command (cli, &generation, error);
}

static const LbCliOption options[] = {
  { 0, DURATION, LB_CLI_TEXT, "SECONDS",
    "of music from each prompt (10); 'llamaburn engines list ENGINE' says how many it takes" },
  { 0, "prompt-file", LB_CLI_PATH, "FILE",
    "take each line of FILE (UTF-8; blank ones are skipped) as a prompt; -: of standard input",
    .completion = "files" },
  { 0, "prompt-set", LB_CLI_LIST, "SET,…", "built-in prompts", LB_PROMPT_SETS },
  { 0, MELODY, LB_CLI_PATH, "FILE", "a tune to follow, for models that do",
    .completion = "files" },
  { 0, "score", LB_CLI_LIST, "SCORE,…",
    "clap[:MODEL]: how near the music is to its prompt; fad[:MODEL]: how far it is from the "
    "sounds "
    "of --fad-reference" },
  { 0, "fad-reference", LB_CLI_PATH, "FOLDER", "sounds that --score fad compares with",
    .completion = "folders" },
  LB_SOUND_OUTPUT_OPTIONS,
  { 0 },
};

const LbCliCommand lb_command_generate = {
  .name = "generate",
  .arguments = "[PROMPT…]",
  .summary = "measure the generation of music from a text",
  .description =
      "Makes music of each PROMPT, until the median is known, and prints how fast that was "
      "(real-time factor: processing time / duration of the music that came out), how soon the "
      "first of it could be heard where the engine gives it bit by bit, how many tokens a second "
      "(frames × codebooks), what memory it took, and what the sound is like. What a prompt asks "
      "for is counted: words, instruments, genres, attributes. The sound is kept with the run: "
      "'llamaburn play last' plays it.\n\n"
      "Prompts come from the command line, from --prompt-file and from --prompt-set; each is a "
      "case of its own. With none of them it is \"upbeat jazz with saxophone\". Several engines, "
      "models, devices or prompts make a matrix: every combination is one case. A case that "
      "fails "
      "leaves the others' results, and the exit status 1.",
  .options = options,
  .min_arguments = 0,
  .max_arguments = -1,
  .mode = "generation",
  .run = run_generate,
};
