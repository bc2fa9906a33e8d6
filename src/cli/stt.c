#include "cli/benchmark.h"

static const LbBenchmarkMode speech_to_text = {
  .mode = "stt",
  .role = "audio",
  .model = "base",
  .reference_suffix = ".txt",
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
  .description = "Decodes each FILE, loads each model in each engine, runs it until the median "
                 "is known, and prints how "
                 "fast it was (real-time factor: processing time / duration of the sound; below "
                 "1 is faster than real "
                 "time), how soon the first words came, what memory it took, and the text. With "
                 "--reference also how "
                 "many words were wrong.\n\n"
                 "Several engines, models, devices or files make a matrix: every combination is "
                 "one case. A case that "
                 "fails leaves the others' results, and the exit status 1.",
  .options = lb_benchmark_options,
  .min_arguments = 1,
  .max_arguments = -1,
  .mode = "stt",
  .completion = "files",
  .run = run_stt,
};
