/* The commands that listen to music: what differs between them is a row each. */
#include "cli/benchmark.h"

#define MATRIX                                                                                   \
  "\n\nSeveral engines, models, devices or files make a matrix: every combination is one case. " \
  "A case that fails leaves the others' results, and the exit status 1."

#define SOUND_COMMAND(MODE, NAME, SUMMARY, ABOUT)                                                \
  const LbCliCommand lb_command_##NAME = {                                                       \
    .name = #NAME,                                                                               \
    .arguments = "FILE…",                                                                        \
    .summary = SUMMARY,                                                                          \
    .description = ABOUT MATRIX,                                                                 \
    .options = NAME##_options,                                                                   \
    .min_arguments = 1,                                                                          \
    .max_arguments = -1,                                                                         \
    .mode = MODE,                                                                                \
    .completion = "files",                                                                       \
    .run = run_##NAME,                                                                           \
  }

/* ---- separate ---- */

static const LbBenchmarkMode separation = {
  .mode = "separation",
  .role = "audio",
  .kind = LB_SUBJECT_SOUND,
  .models = (const char *const[]){ "htdemucs", NULL },
  .reference_suffix = "",
};

static const LbCliOption separate_options[] = {
  { 'r', "reference", LB_CLI_PATH, "FOLDER",
    "the true stems, to score against: vocals.wav (.flac, .ogg…) and so on; for several songs a "
    "folder NAME for each NAME.wav",
    .completion = "files" },
  LB_SOUND_OUTPUT_OPTIONS,
  LB_SOUND_PART_OPTIONS,
  { 0 },
};

static int
run_separate (LbCli *cli, GError **error)
{
  return lb_benchmark_command (cli, &separation, error);
}

SOUND_COMMAND (
    "separation", separate, "measure the separation of songs into stems",
    "Splits each song into stems (drums, bass, other, vocals), says how fast that was, "
    "and keeps the stems: each is as long as what went in, sample for sample. How far "
    "their sum is from the song is said. With --reference also SDR, SIR, SAR and ISR of "
    "each stem (BSS Eval v4), and SI-SDR.");

/* ---- transcribe ---- */

static const LbBenchmarkMode transcription = {
  .mode = "transcription",
  .role = "audio",
  .kind = LB_SUBJECT_SOUND,
  .models = (const char *const[]){ "basic-pitch", NULL },
  .reference_suffix = ".mid",
};

static const LbCliOption transcribe_options[] = {
  { 'r', "reference", LB_CLI_PATH, "FILE",
    "the notes that are played, to score against: MIDI, CSV (start_s, end_s, pitch) or JSON; or "
    "a folder with NAME.mid for each NAME.wav",
    .completion = "files" },
  LB_FILE_OUTPUT_OPTIONS,
  LB_SOUND_PART_OPTIONS,
  { 0 },
};

static int
run_transcribe (LbCli *cli, GError **error)
{
  return lb_benchmark_command (cli, &transcription, error);
}

SOUND_COMMAND (
    "transcription", transcribe, "measure the transcription of music into notes",
    "Writes down the notes of each sound as a MIDI file, and says how fast that was. "
    "With --reference also how many notes were right: onset within 50 ms, pitch within "
    "50 cents.");

/* ---- beats ---- */

static const LbBenchmarkMode beat_tracking = {
  .mode = "beats",
  .role = "audio",
  .kind = LB_SUBJECT_SOUND,
  .models = (const char *const[]){ "madmom", NULL },
  .reference_suffix = ".beats",
};

static const LbCliOption beats_options[] = {
  { 'r', "reference", LB_CLI_PATH, "FILE",
    "the true beats, to score against: a time in seconds on each line, or JSON with \"beats\" "
    "and "
    "\"bpm\"; or a folder with NAME.beats for each NAME.wav",
    .completion = "files" },
  LB_FILE_OUTPUT_OPTIONS,
  { 0, "click", LB_CLI_PATH, "FILE",
    "also write the song with a click on each beat to FILE (.wav or .flac), higher on the first "
    "of a bar where the engine tells it; for several cases into the folder FILE",
    .completion = "files" },
  LB_SOUND_PART_OPTIONS,
  { 0 },
};

static int
run_beats (LbCli *cli, GError **error)
{
  return lb_benchmark_command (cli, &beat_tracking, error);
}

SOUND_COMMAND ("beats", beats, "measure the tracking of beats and tempo",
               "Finds the beats of each sound and their tempo, and says how fast that was. With "
               "--reference also how many beats were right (F-measure, within 70 ms, after the "
               "first 5 s), the continuity scores, and the tempo's.");

/* ---- chords ---- */

static const LbBenchmarkMode chord_recognition = {
  .mode = "chords",
  .role = "audio",
  .kind = LB_SUBJECT_SOUND,
  .models = (const char *const[]){ "madmom", NULL },
  .reference_suffix = ".lab",
};

static const LbCliOption chords_options[] = {
  { 'r', "reference", LB_CLI_PATH, "FILE",
    "the true chords, to score against: start, end and label on each line (.lab), or JSON; or a "
    "folder with NAME.lab for each NAME.wav",
    .completion = "files" },
  LB_FILE_OUTPUT_OPTIONS,
  LB_SOUND_PART_OPTIONS,
  { 0 },
};

static int
run_chords (LbCli *cli, GError **error)
{
  return lb_benchmark_command (cli, &chord_recognition, error);
}

SOUND_COMMAND ("chords", chords, "measure the recognition of chords",
               "Finds the chords of each sound, as Harte's labels, and says how fast that was. "
               "With --reference also for how much of the time they were right (root, majmin, "
               "sevenths, mirex…).");

/* ---- genre ---- */

static const LbBenchmarkMode genre_recognition = {
  .mode = "genre",
  .role = "audio",
  .kind = LB_SUBJECT_SOUND,
  .models = (const char *const[]){ "discogs-effnet", "gtzan-wav2vec2", "ast-audioset", NULL },
  .reference_suffix = ".txt",
};

static const LbCliOption genre_options[] = {
  { 'r', "reference", LB_CLI_PATH, "FILE",
    "a file with the true genre, to score against; or a folder with NAME.txt for each NAME.wav",
    .completion = "files" },
  LB_SOUND_PART_OPTIONS,
  { 0 },
};

static int
run_genre (LbCli *cli, GError **error)
{
  return lb_benchmark_command (cli, &genre_recognition, error);
}

SOUND_COMMAND ("genre", genre, "measure the recognition of genres",
               "Says what genre each sound is, how sure that is, and how fast it was found. With "
               "--reference also whether the first guess, or one of the first five, was right.");
