#include "cli/benchmark.h"

static gboolean
add_decoding (const LbCli *cli, const LbManifest *manifest, const LbSubject *subject, LbCase *it,
              GError **error)
{
  it->decoding = g_strdup (lb_cli_text (cli, "decoding", NULL));
  return TRUE;
}

static const LbBenchmarkMode speech_to_text = {
  .mode = "stt",
  .role = "audio",
  .kind = LB_SUBJECT_SOUND,
  .models = (const char *const[]){ "base", NULL },
  .reference_suffix = ".txt",
  .complete = add_decoding,
};

static const LbCliOption options[] = {
  { 'r', "reference", LB_CLI_PATH, "FILE",
    "what was said, to score against: a text file, or a folder with NAME.txt for each NAME.wav",
    .completion = "files" },
  { 0, "decoding", LB_CLI_TEXT, "greedy|beam:N|engine",
    "one way to decode in every engine, or each engine's own (greedy where several engines are "
    "compared, else engine)" },
  { 0, "start", LB_CLI_DOUBLE, "SECONDS", "begin so far into each sound", .min = 0, .max = 1e7 },
  { 0, "duration", LB_CLI_DOUBLE, "SECONDS", "use so much of each sound", .min = 0, .max = 1e7 },
  { 0 },
};

static int
run_stt (LbCli *cli, GError **error)
{
  return lb_benchmark_command (cli, &speech_to_text, error);
}

const LbCliCommand lb_command_stt = {
  .name = "stt",
  .arguments = "FILE…",
  .summary = "measure speech-to-text on sound files",
  .description =
      "Decodes each FILE, loads each model in each engine, runs it until the median "
      "is known, and prints how "
      "fast it was (real-time factor: processing time / duration of the sound; below "
      "1 is faster than real "
      "time), how soon the first words came, what memory it took, and the text. With "
      "--reference also how "
      "many words were wrong.\n\n"
      "Several engines, models, devices or files make a matrix: every combination is "
      "one case. A case that "
      "fails leaves the others' results, and the exit status 1.\n\n"
      "Engines differ in their defaults: several are compared at one decoding (greedy, "
      "unless --decoding says otherwise), and what is no equal work all the same "
      "(precision, threads, an engine's own option) is said beside the figures.",
  .options = options,
  .min_arguments = 1,
  .max_arguments = -1,
  .mode = "stt",
  .completion = "files",
  .run = run_stt,
};
