/* The format "table": a block for each result, and for several of one group a table that
 * compares them. */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/blocks-say.h"
#include "report/field.h"
#include "report/formats.h"
#include "report/style.h"

#define LABEL 10 /* columns of a line's label, with its gap */
#define PREVIEW_LINES 3
#define PREVIEW_COLUMNS 400 /* where there are no lines */
#define LEAST_INPUT 20      /* columns of the input's name, however narrow the terminal is */
#define LEAST_SHARE 5e-5    /* 0.01 %: a peak at full scale is one sample, and no clipping */
#define LEAST_WALL_S 0.01   /* CPU time is too coarse for shares of less */

static char *
say_speed (const json_t *record)
{
  double rtf = lb_json_real (json_object_get (record, "summary"), "median_rtf", NAN);
  g_autofree char *median = lb_say ("median_rtf", record);
  g_autofree char *speed = lb_report_speed (rtf);
  GString *line = g_string_new (NULL);

  if (!isfinite (rtf))
    {
      g_string_append (line, LB_ABSENT);
      return g_string_free (line, FALSE);
    }
  g_string_append_printf (line, "%s, RTF %s", speed, median);
  if (lb_says ("ci95_rtf_low", record) && lb_says ("ci95_rtf_high", record))
    {
      g_autofree char *low = lb_say ("ci95_rtf_low", record),
                      *high = lb_say ("ci95_rtf_high", record);

      g_string_append_printf (line, " (median; 95 %% interval %s to %s)", low, high);
    }
  else if (lb_json_integer (json_object_get (record, "summary"), "iterations", 0) > 1)
    g_string_append (line, " (median)");
  return g_string_free (line, FALSE);
}

static char *
say_range (const json_t *record)
{
  g_autofree char *low = lb_say ("min_rtf", record), *high = lb_say ("max_rtf", record);
  g_autofree char *n = lb_say ("iterations", record);
  GString *line = g_string_new (NULL);

  if (!lb_says ("min_rtf", record) || !lb_says ("max_rtf", record))
    return g_string_free (g_string_append (line, LB_ABSENT), FALSE);
  if (strcmp (n, "1") == 0)
    g_string_append (line, "one iteration");
  else
    g_string_append_printf (line, "RTF %s to %s in %s iterations", low, high, n);
  lb_say_append (line, record, "p95_rtf", ", 95th percentile ", "");
  lb_say_append (
      line, record, "end_to_end_rtf",
      lb_field_is_text (record) ? "; RTF with loading " : "; RTF with decoding and loading ", "");
  return g_string_free (line, FALSE);
}

static const char *
latency_kind (const json_t *record)
{
  const json_t *first = json_array_get (json_object_get (record, "iterations"), 0);

  return lb_json_string (first, "latency_kind", NULL);
}

static char *
say_latency (const json_t *record)
{
  g_autofree char *latency = lb_say ("avg_latency_s", record);
  const char *kind = latency_kind (record);
  g_autofree char *escaped = kind != NULL ? lb_text_escape (kind) : NULL;

  if (escaped == NULL || !lb_says ("avg_latency_s", record))
    return g_steal_pointer (&latency);
  return g_strdup_printf ("%s to the first %s (mean)", latency,
                          strcmp (escaped, "audio") == 0 ? "sound" : escaped);
}

static char *
say_rate (const json_t *record)
{
  g_autofree char *characters = lb_say ("avg_chars_per_sec", record);
  GString *line = g_string_new (NULL);

  if (!lb_says ("avg_chars_per_sec", record))
    return g_string_free (g_string_append (line, LB_ABSENT), FALSE);
  g_string_append_printf (line, "%s characters/s", characters);
  lb_say_append (line, record, "avg_words_per_sec", ", ", " words/s");
  return g_string_free (line, FALSE);
}

static double
share_of (const json_t *record, const char *csv)
{
  g_autoptr (json_t) value = lb_field_value (lb_field (csv), record);

  return value != NULL ? json_number_value (value) : 0;
}

/* What came out: how long, in which form, how loud. */
static char *
say_sound (const json_t *record)
{
  g_autofree char *duration = lb_say ("sound_duration_s", record);
  gint64 channels = lb_json_integer (lb_field_at (record, "/output/sound"), "channels", 0);
  GString *line = g_string_new (duration);

  if (!lb_says ("sound_duration_s", record))
    return g_string_free (line, FALSE);
  lb_say_append (line, record, "sound_sample_rate", ", ", " Hz");
  if (channels > 2)
    g_string_append_printf (line, ", %" G_GINT64_FORMAT " channels", channels);
  else if (channels > 0)
    g_string_append (line, channels == 1 ? ", mono" : ", stereo");
  lb_say_append (line, record, "sound_peak_db", "; peak ", " dBFS");
  lb_say_append (line, record, "sound_rms_db", ", RMS ", " dBFS");
  lb_say_append (line, record, "sound_loudness_lufs", ", loudness ", " LUFS");
  if (share_of (record, "sound_clipped_share") >= LEAST_SHARE)
    lb_say_append (line, record, "sound_clipped_share", "; ", " clipped");
  if (share_of (record, "sound_silent_share") >= LEAST_SHARE)
    lb_say_append (line, record, "sound_silent_share", "; ", " silent");
  return g_string_free (line, FALSE);
}

/* Whole, to be copied; and how to hear it. */
static char *
say_output (const json_t *record)
{
  g_autofree char *path = lb_field_show (lb_field ("audio"), record, TRUE);
  GString *line = g_string_new (path);

  if (lb_says ("audio", record))
    lb_say_append (line, record, "number", " (llamaburn play ", ")");
  return g_string_free (line, FALSE);
}

/* What a transcriber wrote down of what was spoken; it mishears, too. */
static char *
say_heard (const json_t *record)
{
  const json_t *transcriber = lb_field_at (record, "/scores/transcriber");
  g_autofree char *heard = lb_say ("heard", record);
  g_autofree char *cut = lb_style_cut (heard, PREVIEW_COLUMNS);
  g_autofree char *engine = lb_text_escape (lb_json_string (transcriber, "engine", "?"));
  g_autofree char *model = lb_text_escape (lb_json_string (transcriber, "model", ""));
  g_autofree char *own = lb_text_escape (lb_json_string (transcriber, "own_error", ""));

  if (!lb_says ("heard", record))
    return g_strdup (LB_ABSENT);
  return g_strdup_printf ("\"%s\", by %s%s%s%s%s", g_strstrip (cut), engine,
                          *model != '\0' ? " " : "", model, *own != '\0' ? "; " : "", own);
}

/* Mean opinion scores, 1 to 5: overall first. */
static char *
say_mos (const json_t *record)
{
  static const struct {
    const char *member, *title;
  } parts[] = { { "sig", "speech" }, { "bak", "background" }, { "p808", "P.808" } };
  const json_t *score = lb_field_at (record, "/scores/mos");
  g_autofree char *value = lb_say ("mos", record);
  GString *line = g_string_new (value);

  if (!lb_says ("mos", record))
    return g_string_free (line, FALSE);
  g_string_append (line, " of 5");
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      double part = lb_json_real (score, parts[i].member, NAN);
      g_autofree char *shown = lb_report_number (part);

      if (isfinite (part))
        g_string_append_printf (line, ", %s %s", parts[i].title, shown);
    }
  return g_string_free (line, FALSE);
}

static char *
say_load (const json_t *record)
{
  g_autofree char *load = lb_say ("load_s", record);
  GString *line = g_string_new (load);

  lb_say_append (line, record, "load_cache", " (cache ", ")");
  lb_say_append (line, record, "warm_load_s", ", warm ", "");
  return g_string_free (line, FALSE);
}

static char *
say_memory (const json_t *record)
{
  g_autofree char *memory = lb_say ("peak_rss_bytes", record);
  GString *line = g_string_new (memory);

  if (strcmp (memory, LB_ABSENT) != 0)
    g_string_append (line, " at most");
  lb_say_append (line, record, "peak_gpu_bytes", ", on the GPU ", "");
  return g_string_free (line, FALSE);
}

static char *
say_cpu (const json_t *record)
{
  double wall = lb_json_real (json_object_get (record, "summary"), "avg_wall_s", NAN);
  g_autoptr (json_t) cpu = lb_field_value (lb_field ("avg_cpu_s"), record);
  g_autofree char *shown = lb_say ("avg_cpu_s", record);

  if (cpu == NULL)
    return g_steal_pointer (&shown);
  if (!(wall >= LEAST_WALL_S))
    return g_strdup_printf ("%s an iteration", shown);
  return g_strdup_printf ("%s an iteration, %.1f cores busy", shown,
                          json_number_value (cpu) / wall);
}

static char *
say_wer (const json_t *record)
{
  g_autofree char *rate = lb_say ("wer", record);
  g_autofree char *s = lb_say ("wer_substitutions", record),
                  *d = lb_say ("wer_deletions", record);
  g_autofree char *i = lb_say ("wer_insertions", record), *n = lb_say ("wer_words", record);

  if (!lb_says ("wer", record))
    return g_steal_pointer (&rate);
  return g_strdup_printf ("%s (of %s words %s substituted, %s deleted, %s inserted)", rate, n, s,
                          d, i);
}

static char *
say_text (const json_t *record)
{
  g_autoptr (json_t) text = lb_field_value (lb_field ("text"), record);
  g_autofree char *stripped = NULL;

  if (text == NULL)
    return g_strdup (LB_ABSENT);
  stripped = g_strstrip (g_strdup (json_string_value (text)));
  return *stripped != '\0' ? lb_text_escape (stripped) : g_strdup ("(empty)");
}

static char *
say_decoding (const json_t *record)
{
  g_autofree char *asked = lb_say ("decoding", record), *used = lb_say ("decoding_used", record);

  if (strcmp (asked, "engine") != 0)
    return g_strdup (lb_says ("decoding_used", record) ? used : asked);
  return lb_says ("decoding_used", record) ? g_strdup_printf ("the engine's own (%s)", used)
                                           : g_strdup (LB_ABSENT);
}

static const struct {
  const char *label;
  char *(*say) (const json_t *record);
} rows[] = {
  { "Speed", say_speed },
  { "Range", say_range },
  { "Latency", say_latency },
  { "Text rate", say_rate },
  { "Tokens", lb_say_tokens },
  { "Prompt", lb_say_prompt },
  { "Steps", lb_say_steps },
  { "Listened", lb_say_part },
  { "Asks for", lb_say_asked },
  { "Grounding", lb_say_grounding },
  { "Judged", lb_say_judgement },
  { "Sound", say_sound },
  { "Load", say_load },
  { "Memory", say_memory },
  { "CPU", say_cpu },
  { "Decoding", say_decoding },
  { "WER", say_wer },
  { "Heard", say_heard },
  { "Tempo", lb_say_tempo_asked },
  { "Repeats", lb_say_repetition },
  { "CLAP", lb_say_clap },
  { "FAD", lb_say_fad },
  { "MOS", say_mos },
  { "Stems", lb_say_stems },
  { "SDR", lb_say_stem_score },
  { "Notes", lb_say_notes },
  { "Beats", lb_say_beats },
  { "Chords", lb_say_chords },
  { "Genre", lb_say_genre },
  { "Note F1", lb_say_note_score },
  { "Beat F", lb_say_beat_score },
  { "Majmin", lb_say_chord_score },
  { "Top-1", lb_say_genre_score },
  { "File", lb_say_files },
  { "Text", say_text },
  { "Output", say_output },
};

/* A label and its value: long values are wrapped under themselves. */
static void
append_row (GString *out, const char *label, const char *value, LbEmphasis emphasis,
            const LbReportStyle *style)
{
  g_autoptr (GString) wrapped = g_string_new (NULL);

  g_string_append_printf (out, "  %s", label);
  lb_style_pad (out, LABEL - lb_style_width (label));
  lb_style_wrap (wrapped, value, LABEL + 2, style->width);
  g_string_truncate (wrapped, wrapped->len - 1);
  lb_style_append (out, style, emphasis, wrapped->str);
  g_string_append_c (out, '\n');
}

/* Of a text only PREVIEW_LINES lines; a figure is never cut. */
static char *
cut_row (gboolean text, const char *value, const LbReportStyle *style)
{
  int room = style->width > 0 ? MAX (style->width - LABEL - 2, 20) : 0;

  if (!text)
    return g_strdup (value);
  return lb_style_cut (value, room > 0 ? room * PREVIEW_LINES - 20 : PREVIEW_COLUMNS);
}

void
lb_blocks_rows (GString *out, const json_t *record, gboolean preview, const LbReportStyle *style)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *value = rows[i].say (record);

      gboolean text = rows[i].say == say_text;
      g_autofree char *cut = cut_row (text, value, style);

      if (strcmp (value, LB_ABSENT) != 0 && (preview || !text))
        append_row (out, rows[i].label, cut, i == 0 ? LB_STYLE_BOLD : LB_STYLE_PLAIN, style);
    }
}

void
lb_report_each (const json_t *record, LbReportRowHandler handler, gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *value = rows[i].say (record);

      if (strcmp (value, LB_ABSENT) != 0)
        handler (rows[i].label, value, user_data);
    }
}

/* The head is one line: what else stands in it takes about as much as is left here. */
static char *
cut_input (const char *input, gboolean text, int before, const LbReportStyle *style)
{
  int room = style->width - before - (int) strlen (" · (12:34:56) on vulkan:0   #1234");

  if (style->width > 0)
    return lb_style_cut_middle (input, MAX (room, LEAST_INPUT));
  return text ? lb_style_cut (input, PREVIEW_COLUMNS) : g_strdup (input);
}

/* The text itself in quotes; that of a set is named too. */
static char *
name_input (const json_t *record)
{
  g_autofree char *input = lb_say ("input", record);
  g_autofree char *text = NULL;

  if (!lb_field_is_text (record))
    return g_steal_pointer (&input);
  text = lb_say ("input_text", record);
  return lb_says ("text_set", record) ? g_strdup_printf ("%s \"%s\"", input, text)
                                      : g_strdup_printf ("\"%s\"", text);
}

void
lb_blocks_head (GString *out, const json_t *record, const LbReportStyle *style)
{
  g_autofree char *engine = lb_say ("engine", record), *model = lb_say ("model", record);
  g_autofree char *input = name_input (record), *duration = lb_say ("duration_s", record);
  g_autofree char *device = lb_say ("device", record);
  g_autoptr (GString) head = g_string_new (NULL);
  g_autofree char *name = NULL;

  g_string_append (head, engine);
  if (lb_says ("model", record))
    g_string_append_printf (head, " · %s", model);
  name = cut_input (input, lb_field_is_text (record), lb_style_width (head->str), style);
  g_string_append_printf (head, " · %s", name);
  if (lb_says ("duration_s", record))
    g_string_append_printf (head, " (%s)", duration);
  lb_style_append (out, style, LB_STYLE_BOLD, head->str);
  if (lb_says ("device", record) && strcmp (device, "auto") != 0) /* none was found yet */
    g_string_append_printf (out, " on %s", device);
  if (lb_says ("number", record))
    {
      g_autofree char *number = lb_say ("number", record);

      g_string_append_printf (out, "   #%s", number);
    }
  g_string_append_c (out, '\n');
}

void
lb_blocks_add (GString *out, const json_t *record, guint index, const LbReportStyle *style)
{
  if (index > 0)
    g_string_append_c (out, '\n');
  lb_blocks_head (out, record, style);
  lb_blocks_remarks (out, record, style);
  lb_blocks_rows (out, record, TRUE, style);
}
