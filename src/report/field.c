#include "report/field.h"

#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/style.h"

#define INPUT_COLUMNS 80 /* of a text in lists */

/* clang-format off */
#define CSV LB_VIEW_CSV
#define MD (LB_VIEW_CSV | LB_VIEW_MD)
#define ALL (LB_VIEW_CSV | LB_VIEW_MD | LB_VIEW_MATRIX)
#define RARE (ALL | LB_VIEW_RARE)

static const LbField fields[] = {
  { "/id",                        "id",                "Id",            LB_FIELD_TEXT,    CSV },
  { "/number",                    "number",            "Number",        LB_FIELD_INTEGER, CSV },
  { "/timestamp",                 "timestamp",         "Time",          LB_FIELD_INTEGER, CSV },
  { "/group/id",                  "group",             "Group",         LB_FIELD_TEXT,    CSV },
  { "/status",                    "status",            "Status",        LB_FIELD_TEXT,    CSV },
  { "/mode",                      "mode",              "Mode",          LB_FIELD_TEXT,    CSV },
  { "/engine/id",                 "engine",            "Engine",        LB_FIELD_TEXT,    ALL },
  { "/engine/version",            "engine_version",    "Version",       LB_FIELD_TEXT,    MD },
  { "/engine/backend",            "backend",           "Backend",       LB_FIELD_TEXT,    CSV },
  { "/engine/device",             "device",            "Device",        LB_FIELD_TEXT,    ALL },
  { "/engine/threads",            "threads",           "Threads",       LB_FIELD_INTEGER, MD },
  { "/settings/decoding",         "decoding",          "Decoding",      LB_FIELD_TEXT,    MD },
  { "/settings/decoding_used/is", "decoding_used",     "Decoding used", LB_FIELD_TEXT,    CSV },
  { "/model/id",                  "model",             "Model",         LB_FIELD_TEXT,    ALL },
  { "/model/variant",             "variant",           "Variant",       LB_FIELD_TEXT,    CSV },
  { "/model/parameters",          "parameters",        "Parameters",    LB_FIELD_INTEGER, CSV },
  { "/model/sha256",              "model_sha256",      "Model SHA-256", LB_FIELD_TEXT,    CSV },
  { "/model/synthetic",           "synthetic",         "Synthetic",     LB_FIELD_YES,     CSV },
  { "/input/path",                "input",             "Input",         LB_FIELD_PATH,    ALL },
  { "/input/processed_s",         "processed_s",       "Processed",     LB_FIELD_SECONDS, CSV },
  { "/input/duration_s",          "duration_s",        "Duration",      LB_FIELD_SECONDS, MD },
  { "/input/sha256",              "input_sha256",      "Input SHA-256", LB_FIELD_TEXT,    CSV },
  { "/input/text",                "input_text",        "Text in",       LB_FIELD_TEXT,    CSV },
  { "/input/set",                 "text_set",          "Text set",      LB_FIELD_TEXT,    CSV },
  { "/input/name",                "text_name",         "Text name",     LB_FIELD_TEXT,    CSV },
  { "/input/characters",          "characters",        "Characters",    LB_FIELD_INTEGER, CSV },
  { "/input/words",               "words",             "Words",         LB_FIELD_INTEGER, CSV },
  { "/input/complexity/instruments", "prompt_instruments", "Instruments", LB_FIELD_INTEGER, CSV },
  { "/input/complexity/genres",   "prompt_genres",     "Genres",        LB_FIELD_INTEGER, CSV },
  { "/input/complexity/attributes", "prompt_attributes", "Attributes",  LB_FIELD_INTEGER, CSV },
  { "/input/complexity/bpm",      "prompt_bpm",        "BPM asked",     LB_FIELD_RTF,     CSV },
  { "/summary/iterations",        "iterations",        "Iterations",    LB_FIELD_INTEGER, MD },
  { "/summary/median_rtf",        "median_rtf",        "RTF",           LB_FIELD_RTF,     ALL },
  { "/summary/ci95_rtf_low",      "ci95_rtf_low",      "RTF 95 % from", LB_FIELD_RTF,     CSV },
  { "/summary/ci95_rtf_high",     "ci95_rtf_high",     "RTF 95 % to",   LB_FIELD_RTF,     CSV },
  { "/summary/avg_rtf",           "avg_rtf",           "RTF mean",      LB_FIELD_RTF,     CSV },
  { "/summary/min_rtf",           "min_rtf",           "RTF min",       LB_FIELD_RTF,     MD },
  { "/summary/max_rtf",           "max_rtf",           "RTF max",       LB_FIELD_RTF,     MD },
  { "/summary/stddev_rtf",        "stddev_rtf",        "RTF deviation", LB_FIELD_RTF,     CSV },
  { "/summary/p95_rtf",           "p95_rtf",           "RTF p95",       LB_FIELD_RTF,     CSV },
  { "/summary/end_to_end_rtf",    "end_to_end_rtf",    "End-to-end RTF", LB_FIELD_RTF,    CSV },
  { "/summary/avg_wall_s",        "avg_wall_s",        "Wall mean",     LB_FIELD_SECONDS, CSV },
  { "/summary/avg_latency_s",     "avg_latency_s",     "Latency",       LB_FIELD_SECONDS, ALL },
  { "/summary/avg_chars_per_sec", "avg_chars_per_sec", "Chars/s",       LB_FIELD_RTF,     RARE },
  { "/summary/avg_words_per_sec", "avg_words_per_sec", "Words/s",       LB_FIELD_RTF,     CSV },
  { "/summary/avg_tokens",        "avg_tokens",        "Tokens",        LB_FIELD_INTEGER, CSV },
  { "/summary/avg_tokens_per_sec", "avg_tokens_per_sec", "Tokens/s",    LB_FIELD_RTF,     RARE },
  { "/summary/avg_generate_tokens_per_sec", "avg_generate_tokens_per_sec", "Tokens/s, writing",
    LB_FIELD_RTF, CSV },
  { "/summary/avg_prompt_tokens_per_sec", "avg_prompt_tokens_per_sec", "Prompt tokens/s",
    LB_FIELD_RTF, CSV },
  { "/phases/encode_s",           "avg_encode_s",      "Encoding",      LB_FIELD_SECONDS, CSV,
    "/iterations", LB_FOLD_MEAN },
  { "/phases/features_s",         "avg_features_s",    "Features",      LB_FIELD_SECONDS, CSV,
    "/iterations", LB_FOLD_MEAN },
  { "/output/prompt_tokens",      "prompt_tokens",     "Prompt tokens", LB_FIELD_INTEGER, CSV },
  { "/output/steps",              "steps",             "Steps",         LB_FIELD_INTEGER, CSV },
  { "/summary/avg_steps_per_sec", "avg_steps_per_sec", "Steps/s",       LB_FIELD_RTF,     CSV },
  { "/summary/avg_audio_s",       "avg_audio_s",       "Sound",         LB_FIELD_SECONDS, CSV },
  { "/timing/decode_s",           "decode_s",          "Decode",        LB_FIELD_SECONDS, CSV },
  { "/timing/resample_s",         "resample_s",        "Resample",      LB_FIELD_SECONDS, CSV },
  { "/timing/load_s",             "load_s",            "Load",          LB_FIELD_SECONDS, ALL },
  { "/timing/load_cache",         "load_cache",        "Load cache",    LB_FIELD_TEXT,    CSV },
  { "/timing/warm_load_s",        "warm_load_s",       "Warm load",     LB_FIELD_SECONDS, CSV },
  { "/peak_rss_bytes",            "peak_rss_bytes",    "Memory",        LB_FIELD_BYTES,   ALL,
    "/iterations", LB_FOLD_MAX },
  { "/peak_gpu_bytes",            "peak_gpu_bytes",    "GPU memory",    LB_FIELD_BYTES,   ALL,
    "/iterations", LB_FOLD_MAX },
  { "/cpu_s",                     "avg_cpu_s",         "CPU time",      LB_FIELD_SECONDS, CSV,
    "/iterations", LB_FOLD_MEAN },
  { "/energy_j",                  "avg_energy_j",      "Energy (J)",    LB_FIELD_RTF,     CSV,
    "/iterations", LB_FOLD_MEAN },
  { "/scores/wer/value",          "wer",               "WER",           LB_FIELD_RATE,    ALL },
  { "/scores/wer/substitutions",  "wer_substitutions", "Substitutions", LB_FIELD_INTEGER, CSV },
  { "/scores/wer/deletions",      "wer_deletions",     "Deletions",     LB_FIELD_INTEGER, CSV },
  { "/scores/wer/insertions",     "wer_insertions",    "Insertions",    LB_FIELD_INTEGER, CSV },
  { "/scores/wer/reference_words", "wer_words",        "Reference words", LB_FIELD_INTEGER, CSV },
  { "/scores/cer/value",          "cer",               "CER",           LB_FIELD_RATE,    CSV },
  { "/scores/mos/value",          "mos",               "MOS",           LB_FIELD_RTF,     RARE },
  { "/scores/transcriber/text",   "heard",             "Heard",         LB_FIELD_TEXT,    CSV },
  { "/scores/sdr/value",          "sdr_db",            "SDR (dB)",      LB_FIELD_RTF,     RARE },
  { "/scores/sdr/stems/drums/sdr_db", "sdr_drums_db",  "SDR drums",     LB_FIELD_RTF,     CSV },
  { "/scores/sdr/stems/bass/sdr_db", "sdr_bass_db",    "SDR bass",      LB_FIELD_RTF,     CSV },
  { "/scores/sdr/stems/other/sdr_db", "sdr_other_db",  "SDR other",     LB_FIELD_RTF,     CSV },
  { "/scores/sdr/stems/vocals/sdr_db", "sdr_vocals_db", "SDR vocals",   LB_FIELD_RTF,     CSV },
  { "/scores/sdr/si_sdr_db",      "si_sdr_db",         "SI-SDR",        LB_FIELD_RTF,     CSV },
  { "/scores/sdr/whole_sdr_db",   "whole_sdr_db",      "SDR, whole",    LB_FIELD_RTF,     CSV },
  { "/scores/sdr/isr_db",         "isr_db",            "ISR",           LB_FIELD_RTF,     CSV },
  { "/scores/sdr/sir_db",         "sir_db",            "SIR",           LB_FIELD_RTF,     CSV },
  { "/scores/sdr/sar_db",         "sar_db",            "SAR",           LB_FIELD_RTF,     CSV },
  { "/scores/beat_f/value",       "beat_f",            "Beat F",        LB_FIELD_RATE,    RARE },
  { "/scores/beat_f/cml_t",       "beat_cml_t",        "CMLt",          LB_FIELD_RATE,    CSV },
  { "/scores/beat_f/aml_t",       "beat_aml_t",        "AMLt",          LB_FIELD_RATE,    CSV },
  { "/scores/tempo/value",        "tempo_p",           "Tempo P-score", LB_FIELD_RATE,    CSV },
  { "/scores/note_f1/value",      "note_f1",           "Note F1",       LB_FIELD_RATE,    RARE },
  { "/scores/note_f1/onset_pitch/precision", "note_precision", "Note precision",
    LB_FIELD_RATE, CSV },
  { "/scores/note_f1/onset_pitch/recall", "note_recall", "Note recall", LB_FIELD_RATE,    CSV },
  { "/scores/note_f1/onset_pitch_offset/f1", "note_offset_f1", "Note F1 with offset",
    LB_FIELD_RATE, CSV },
  { "/scores/note_f1/frame/f1",   "note_frame_f1",     "Frame F1",      LB_FIELD_RATE,    CSV },
  { "/scores/note_f1/pitch_accuracy", "pitch_accuracy", "Pitch accuracy", LB_FIELD_RATE,  CSV },
  { "/scores/chord_majmin/value", "chord_majmin",      "Chords majmin", LB_FIELD_RATE,    RARE },
  { "/scores/chord_majmin/root",  "chord_root",        "Chords root",   LB_FIELD_RATE,    CSV },
  { "/scores/chord_majmin/sevenths", "chord_sevenths", "Chords sevenths", LB_FIELD_RATE,  CSV },
  { "/scores/chord_majmin/mirex", "chord_mirex",       "Chords mirex",  LB_FIELD_RATE,    CSV },
  { "/scores/genre_top1/value",   "genre_top1",        "Genre top-1",   LB_FIELD_RATE,    RARE },
  { "/scores/length/value",       "length_off_s",      "Length off",    LB_FIELD_SECONDS, CSV },
  { "/scores/tempo_asked/value",  "tempo_found",       "Tempo found",   LB_FIELD_INTEGER, CSV },
  { "/scores/tempo_asked/found_bpm", "found_bpm",      "BPM found",     LB_FIELD_RTF,     CSV },
  { "/scores/repetition/value",   "repetition",        "Repetition",    LB_FIELD_RTF,     CSV },
  { "/scores/repetition/loop_s",  "loop_s",            "Loop",          LB_FIELD_SECONDS, CSV },
  { "/scores/repetition/stuck_share", "stuck_share",   "Stuck",         LB_FIELD_RATE,    CSV },
  { "/scores/clap/value",         "clap",              "CLAP",          LB_FIELD_RTF,     RARE },
  { "/scores/fad/value",          "fad",               "FAD",           LB_FIELD_RTF,     RARE },
  { "/scores/grounding/value",    "grounding",         "Claims right",  LB_FIELD_RATE,    RARE },
  { "/scores/grounding/recall",   "grounding_recall",  "Facts told",    LB_FIELD_RATE,    CSV },
  { "/scores/grounding/claims",   "claims",            "Claims",        LB_FIELD_INTEGER, CSV },
  { "/scores/grounding/unchecked", "claims_unchecked", "Claims unchecked", LB_FIELD_INTEGER, CSV },
  { "/scores/genre_top1/place",   "genre_place",       "Genre place",   LB_FIELD_INTEGER, CSV },
  { "/output/bpm",                "bpm",               "BPM",           LB_FIELD_RTF,     RARE },
  { "/output/counts/beats",       "beats",             "Beats",         LB_FIELD_INTEGER, CSV },
  { "/output/counts/notes",       "notes",             "Notes",         LB_FIELD_INTEGER, RARE },
  { "/output/counts/notes_per_s", "notes_per_s",       "Notes/s",       LB_FIELD_RTF,     CSV },
  { "/output/counts/chords",      "chords",            "Chords",        LB_FIELD_INTEGER, RARE },
  { "/output/key",                "key",               "Key",           LB_FIELD_TEXT,    CSV },
  { "/output/midi",               "midi",              "MIDI file",     LB_FIELD_PATH,    CSV },
  { "/output/lab",                "lab",               "Chord file",    LB_FIELD_PATH,    CSV },
  { "/output/beats_txt",          "beats_txt",         "Beat file",     LB_FIELD_PATH,    CSV },
  { "/output/click",              "click",             "Click track",   LB_FIELD_PATH,    CSV },
  { "/output/description",        "description",       "Description file", LB_FIELD_PATH, CSV },
  { "/output/audio",              "audio",             "Sound file",    LB_FIELD_PATH,    CSV },
  { "/output/sound/duration_s",   "sound_duration_s",  "Sound length",  LB_FIELD_SECONDS, CSV },
  { "/output/sound/sample_rate",  "sound_sample_rate", "Sound rate",    LB_FIELD_INTEGER, CSV },
  { "/output/sound/channels",     "sound_channels",    "Channels",      LB_FIELD_INTEGER, CSV },
  { "/output/sound/peak_db",      "sound_peak_db",     "Peak dBFS",     LB_FIELD_RTF,     CSV },
  { "/output/sound/rms_db",       "sound_rms_db",      "RMS dBFS",      LB_FIELD_RTF,     CSV },
  { "/output/sound/loudness_lufs", "sound_loudness_lufs", "LUFS",       LB_FIELD_RTF,     CSV },
  { "/output/sound/clipped_share", "sound_clipped_share", "Clipped",    LB_FIELD_RATE,    CSV },
  { "/output/sound/silent_share", "sound_silent_share", "Silent",       LB_FIELD_RATE,    CSV },
  { "/output/sound/sha256",       "sound_sha256",      "Sound SHA-256", LB_FIELD_TEXT,    CSV },
  { "/output/language",           "language",          "Language",      LB_FIELD_TEXT,    CSV },
  { "/output/text",               "text",              "Text",          LB_FIELD_TEXT,    CSV },
  { "/differs/words",             "differs",           "Differs in",    LB_FIELD_TEXT,    CSV },
  { "/machine/cpu/model",         "cpu",               "Processor",     LB_FIELD_TEXT,    CSV },
  { "/validity/valid",            "valid",             "Valid",         LB_FIELD_YES,     CSV },
  { "/validity/flags",            "flags",             "Flags",         LB_FIELD_FLAGS,   CSV },
  { "/error/message",             "error",             "Error",         LB_FIELD_TEXT,    CSV },
  { NULL },
};
/* clang-format on */

const LbField *
lb_fields (void)
{
  return fields;
}

const LbField *
lb_field (const char *csv)
{
  const LbField *field = fields;

  while (field->pointer != NULL && strcmp (field->csv, csv) != 0)
    field++;
  g_assert (field->pointer != NULL);
  return field;
}

const json_t *
lb_field_at (const json_t *record, const char *pointer)
{
  g_auto (GStrv) parts = g_strsplit (pointer + 1, "/", -1);
  const json_t *at = record;

  for (guint i = 0; parts[i] != NULL && at != NULL; i++)
    at = json_object_get (at, parts[i]);
  return at;
}

static gboolean
is_finite_number (const json_t *value)
{
  return json_is_number (value) && isfinite (json_number_value (value));
}

/* Whether @value is of the type that @kind shows: a record from elsewhere may hold anything. */
static gboolean
fits (LbFieldKind kind, const json_t *value)
{
  switch (kind)
    {
    case LB_FIELD_TEXT:
    case LB_FIELD_PATH:
      return json_is_string (value);
    case LB_FIELD_YES:
      return json_is_boolean (value);
    case LB_FIELD_FLAGS:
      return json_is_array (value);
    default:
      return is_finite_number (value);
    }
}

static json_t *
fold_value (const LbField *field, const json_t *record)
{
  const json_t *array = lb_field_at (record, field->array);
  double sum = 0, greatest = -INFINITY;
  guint n = 0;

  for (gsize i = 0; i < json_array_size (array); i++)
    {
      const json_t *value = lb_field_at (json_array_get (array, i), field->pointer);

      if (!is_finite_number (value))
        continue;
      sum += json_number_value (value);
      greatest = MAX (greatest, json_number_value (value));
      n++;
    }
  if (n == 0)
    return NULL;
  if (field->fold == LB_FOLD_MAX && field->kind == LB_FIELD_BYTES && fabs (greatest) < 9e15)
    return json_integer ((json_int_t) greatest);
  return json_real (field->fold == LB_FOLD_MAX ? greatest : sum / n);
}

/* The ends of the interval are elements of an array: [lo, hi]. */
static const json_t *
find_value (const LbField *field, const json_t *record)
{
  const json_t *interval = lb_field_at (record, "/summary/ci95_rtf");

  if (strcmp (field->csv, "ci95_rtf_low") == 0)
    return json_array_get (interval, 0);
  if (strcmp (field->csv, "ci95_rtf_high") == 0)
    return json_array_get (interval, 1);
  return lb_field_at (record, field->pointer);
}

gboolean
lb_field_is_text (const json_t *record)
{
  const json_t *input = json_object_get (record, "input");

  return json_object_get (input, "path") == NULL && json_object_get (input, "path_uri") == NULL &&
         json_is_string (json_object_get (input, "text"));
}

/* A path that isn't UTF-8 is a URI; a text stands for itself, one of a built-in set goes by
 * its name. */
static json_t *
path_value (const LbField *field, const json_t *record)
{
  g_autofree char *pointer = g_strconcat (field->pointer, "_uri", NULL);
  const json_t *value = lb_field_at (record, field->pointer);
  const json_t *input = json_object_get (record, "input");
  const char *set = lb_json_string (input, "set", NULL);

  if (value == NULL)
    value = lb_field_at (record, pointer);
  if (json_is_string (value))
    return json_incref ((json_t *) value);
  if (strcmp (field->csv, "input") != 0 || !lb_field_is_text (record))
    return NULL;
  return set != NULL ? json_sprintf ("%s/%s", set, lb_json_string (input, "name", ""))
                     : json_incref (json_object_get (input, "text"));
}

json_t *
lb_field_value (const LbField *field, const json_t *record)
{
  const json_t *value;

  if (field->fold != LB_FOLD_NONE)
    return fold_value (field, record);
  if (field->kind == LB_FIELD_PATH)
    return path_value (field, record);
  value = find_value (field, record);
  return fits (field->kind, value) ? json_incref ((json_t *) value) : NULL;
}

static char *
flag_ids (const json_t *flags)
{
  GString *ids = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (flags); i++)
    {
      g_autofree char *id = lb_text_escape (
          lb_json_string (json_array_get (flags, i), "id", "?"));

      g_string_append_printf (ids, "%s%s", i > 0 ? " " : "", id);
    }
  return g_string_free (ids, FALSE);
}

static char *
show_text (const LbField *field, const json_t *record, const json_t *value, gboolean full_paths)
{
  gboolean path = field->kind == LB_FIELD_PATH &&
                  !(strcmp (field->csv, "input") == 0 && lb_field_is_text (record));
  const char *text = json_string_value (value);
  g_autofree char *base = NULL;

  if (path && !full_paths && *text != '\0')
    text = base = g_path_get_basename (text);
  return lb_text_escape (text);
}

/* A text that stands for its input may be a book. @shown: (transfer full) */
static char *
cut_text (const LbField *field, const json_t *record, char *shown)
{
  g_autofree char *whole = shown;

  return strcmp (field->csv, "input") == 0 && lb_field_is_text (record)
             ? lb_style_cut (whole, INPUT_COLUMNS)
             : g_steal_pointer (&whole);
}

static char *
show_integer (const json_t *value)
{
  if (json_is_integer (value))
    return g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
  return g_strdup_printf ("%.0f", json_number_value (value));
}

static char *
show_bytes (double bytes)
{
  return bytes >= 0 && bytes < 1e18 ? lb_text_bytes ((guint64) bytes) : g_strdup (LB_ABSENT);
}

char *
lb_field_show (const LbField *field, const json_t *record, gboolean full_paths)
{
  g_autoptr (json_t) value = lb_field_value (field, record);

  if (value == NULL)
    return g_strdup (LB_ABSENT);
  switch (field->kind)
    {
    case LB_FIELD_TEXT:
    case LB_FIELD_PATH:
      return cut_text (field, record, show_text (field, record, value, full_paths));
    case LB_FIELD_INTEGER:
      return show_integer (value);
    case LB_FIELD_RTF:
      return lb_report_number (json_number_value (value));
    case LB_FIELD_SECONDS:
      return lb_report_seconds (json_number_value (value));
    case LB_FIELD_BYTES:
      return show_bytes (json_number_value (value));
    case LB_FIELD_RATE:
      return g_strdup_printf ("%.2f %%", 100 * json_number_value (value));
    case LB_FIELD_YES:
      return g_strdup (json_is_true (value) ? "yes" : "no");
    case LB_FIELD_FLAGS:
      return flag_ids (value);
    default:
      g_return_val_if_reached (g_strdup (LB_ABSENT));
    }
}

char *
lb_field_plain (const LbField *field, const json_t *record, gboolean full_paths)
{
  g_autoptr (json_t) value = lb_field_value (field, record);

  if (value == NULL)
    return g_strdup ("");
  if (json_is_string (value))
    return show_text (field, record, value, full_paths);
  if (json_is_array (value))
    return flag_ids (value);
  return lb_json_line (value);
}

char *
lb_field_parameters (const json_t *record)
{
  static const struct {
    double least;
    const char *unit;
  } units[] = { { 1e9, " G" }, { 1e6, " M" }, { 1e3, " k" }, { 1, "" } };
  double count = lb_json_real (json_object_get (record, "model"), "parameters", 0);

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (count >= units[i].least && count < 1e15)
      {
        g_autofree char *number = lb_report_number (count / units[i].least);

        return g_strconcat (number, units[i].unit, " parameters", NULL);
      }
  return NULL;
}

static char *
say_synthetic (const json_t *record)
{
  g_autofree char *parameters = lb_field_parameters (record);

  return parameters != NULL ? g_strdup_printf ("synthetic (%s)", parameters)
                            : g_strdup ("synthetic");
}

char *
lb_field_note (const json_t *record)
{
  const char *status = lb_json_string (record, "status", "ok");
  const json_t *validity = json_object_get (record, "validity");
  g_autoptr (GStrvBuilder) notes = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  if (strcmp (status, "ok") != 0)
    {
      g_autofree char *shown = lb_text_escape (status);

      g_strv_builder_add (notes, shown);
    }
  if (lb_json_boolean (json_object_get (record, "model"), "synthetic", FALSE))
    {
      g_autofree char *synthetic = say_synthetic (record);

      g_strv_builder_add (notes, synthetic);
    }
  if (!lb_json_boolean (validity, "valid", TRUE) && strcmp (status, "failed") != 0)
    g_strv_builder_add (notes, "not valid");
  if (json_array_size (lb_field_at (record, "/differs/differences")) > 0)
    g_strv_builder_add (notes, "differs");
  all = g_strv_builder_end (notes);
  return g_strjoinv (", ", all);
}
