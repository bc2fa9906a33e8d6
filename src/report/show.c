/* One record, whole, for people. */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/field.h"
#include "report/formats.h"
#include "report/style.h"
#include "report/unit.h"

#define COLUMN 24        /* where the values begin */
#define WIDEST_COLUMN 40 /* at the most */
#define MAX_DEPTH 6      /* of nested members: deeper ones are said to be there, not shown */

static void
section (GString *out, const LbReportStyle *style, const char *title)
{
  g_string_append_c (out, '\n');
  lb_style_append (out, style, LB_STYLE_BOLD, title);
  g_string_append_c (out, '\n');
}

static gboolean
is_empty (const json_t *value)
{
  return (json_is_object (value) && json_object_size (value) == 0) ||
         (json_is_array (value) && json_array_size (value) == 0);
}

static void append_value (GString *out, const LbReportStyle *style, const char *name,
                          const json_t *value, int depth, int column);

static gboolean
is_flat (const json_t *array)
{
  for (gsize i = 0; i < json_array_size (array); i++)
    if (json_is_object (json_array_get (array, i)) || json_is_array (json_array_get (array, i)))
      return FALSE;
  return TRUE;
}

static char *
join_flat (const json_t *array)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (gsize i = 0; i < json_array_size (array); i++)
    {
      g_autofree char *part = lb_unit_show ("", json_array_get (array, i));

      g_strv_builder_add (parts, part);
    }
  all = g_strv_builder_end (parts);
  return g_strjoinv (" ", all);
}

/* Where values begin: behind the longest label beside them. */
static int
measure_labels (const json_t *object, int depth)
{
  int column = COLUMN;
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) object, key, value)
    {
      g_autofree char *label = lb_unit_label (key, value);

      if (!json_is_object (value))
        column = MAX (column, 2 * depth + lb_style_width (label) + 2);
    }
  return MIN (column, WIDEST_COLUMN);
}

static void
append_members (GString *out, const LbReportStyle *style, const json_t *object, int depth)
{
  int column = measure_labels (object, depth);
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) object, key, value)
    append_value (out, style, key, value, depth, column);
}

static void
append_elements (GString *out, const LbReportStyle *style, const json_t *array, int depth)
{
  for (gsize i = 0; i < json_array_size (array); i++)
    {
      g_autofree char *name = g_strdup_printf ("%" G_GSIZE_FORMAT, i);

      append_value (out, style, name, json_array_get (array, i), depth, COLUMN);
    }
}

static char *
show_value (const char *name, const json_t *value)
{
  if (is_empty (value))
    return g_strdup ("none");
  if (json_is_array (value) && is_flat (value))
    return join_flat (value);
  return json_is_array (value) || json_is_object (value) ? g_strdup ("…")
                                                         : lb_unit_show (name, value);
}

static void
append_value (GString *out, const LbReportStyle *style, const char *name, const json_t *value,
              int depth, int column)
{
  g_autofree char *label = lb_unit_label (name, value);
  g_autofree char *text = NULL;
  gboolean nested = (json_is_object (value) || json_is_array (value)) && !is_empty (value);

  lb_style_pad (out, 2 * depth);
  g_string_append (out, label);
  if (nested && depth < MAX_DEPTH && (json_is_object (value) || !is_flat (value)))
    {
      g_string_append_c (out, '\n');
      if (json_is_object (value))
        append_members (out, style, value, depth + 1);
      else
        append_elements (out, style, value, depth + 1);
      return;
    }
  column = MAX (column, 2 * depth + lb_style_width (label) + 2);
  text = show_value (name, value);
  lb_style_pad (out, column - 2 * depth - lb_style_width (label));
  lb_style_wrap (out, text, column, style->width);
}

static char *
show_figure (const json_t *object, const char *key)
{
  double value = lb_json_real (object, key, (double) NAN);

  if (!isfinite (value))
    return g_strdup (LB_ABSENT);
  if (g_str_has_suffix (key, "_bytes"))
    return lb_text_bytes (value > 0 && value < 1e18 ? (guint64) value : 0);
  return g_str_has_suffix (key, "_s") ? lb_report_seconds (value) : lb_report_number (value);
}

static void
append_iterations (GString *out, const LbReportStyle *style, const json_t *iterations)
{
  static const char *const titles[] = { "#",       "Session",  "Time",   "RTF",     "Sound",
                                        "Chars/s", "Tokens/s", "Engine", "Latency", "CPU",
                                        "Memory",  "Note",     NULL };
  static const char *const columns[] = {
    "wall_s",   "rtf",       "audio_s", "chars_per_sec", "tokens_per_sec",
    "engine_s", "latency_s", "cpu_s",   "peak_rss_bytes"
  };
  static const guint spare[] = {
    7, 9, 5, 4, 1, 10, 6, 8
  }; /* a narrow terminal lacks them first */
  g_autoptr (LbTable) table = lb_table_new (titles, "rrrrrrrrrrrl");

  for (gsize i = 0; i < json_array_size (iterations); i++)
    {
      const json_t *iteration = json_array_get (iterations, i);
      g_autofree char *index = g_strdup_printf ("%" G_GINT64_FORMAT,
                                                lb_json_integer (iteration, "index", (gint64) i));
      g_autofree char *session = g_strdup_printf ("%" G_GINT64_FORMAT,
                                                  lb_json_integer (iteration, "session", 0));
      char *cells[G_N_ELEMENTS (titles)] = { index, session };

      for (guint j = 0; j < G_N_ELEMENTS (columns); j++)
        cells[2 + j] = show_figure (iteration, columns[j]);
      cells[2 + G_N_ELEMENTS (columns)] = (char *) (lb_json_boolean (iteration, "outlier", FALSE)
                                                        ? "outlier"
                                                        : NULL);
      lb_table_row (table, (const char *const *) cells);
      for (guint j = 0; j < G_N_ELEMENTS (columns); j++)
        g_free (cells[2 + j]);
    }
  lb_table_may_drop (table, spare, G_N_ELEMENTS (spare));
  lb_table_print (table, out, style);
}

static void
append_piece (GString *out, const LbReportStyle *style, const json_t *piece)
{
  const char *op = lb_json_string (piece, "op", "equal");
  g_autofree char *reference = lb_text_escape (lb_json_string (piece, "reference", ""));
  g_autofree char *hypothesis = lb_text_escape (lb_json_string (piece, "hypothesis", ""));
  g_autofree char *text = NULL;

  if (strcmp (op, "substitute") == 0)
    {
      text = g_strdup_printf ("[%s → %s]", reference, hypothesis);
      lb_style_append (out, style, LB_STYLE_CAUTION, text);
    }
  else if (strcmp (op, "delete") == 0)
    {
      text = g_strdup_printf ("[−%s]", reference);
      lb_style_append (out, style, LB_STYLE_BAD, text);
    }
  else if (strcmp (op, "insert") == 0)
    {
      text = g_strdup_printf ("[+%s]", hypothesis);
      lb_style_append (out, style, LB_STYLE_GOOD, text);
    }
  else
    g_string_append (out, reference);
}

static void
append_alignment (GString *out, const LbReportStyle *style, const json_t *alignment)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (alignment); i++)
    {
      if (i > 0)
        g_string_append_c (text, ' ');
      append_piece (text, style, json_array_get (alignment, i));
    }
  g_string_append (out, "    ");
  lb_style_append (out, style, LB_STYLE_FAINT, "[said → heard] [−missed] [+added]");
  g_string_append (out, "\n    ");
  lb_style_wrap (out, text->str, 4, style->width);
}

/* What an engine says of a sound that it gave: phonemes, sentences… */
static void
append_rest (GString *out, const LbReportStyle *style, const json_t *output)
{
  g_autoptr (json_t) rest = json_copy ((json_t *) output);

  json_object_del (rest, "text");
  json_object_del (rest, "segments");
  append_members (out, style, rest, 1);
}

static void
append_output (GString *out, const LbReportStyle *style, const json_t *output)
{
  const char *text = lb_json_string (output, "text", NULL);
  g_autofree char *escaped = text != NULL ? lb_text_escape (text) : NULL;
  const json_t *segments = json_object_get (output, "segments");

  if (escaped != NULL)
    {
      g_string_append (out, "  ");
      lb_style_wrap (out, escaped, 2, style->width);
    }
  /* One segment says again what stands above. */
  for (gsize i = 0; json_array_size (segments) > 1 && i < json_array_size (segments); i++)
    {
      const json_t *segment = json_array_get (segments, i);
      g_autofree char *words = lb_text_escape (lb_json_string (segment, "text", ""));

      g_string_append_printf (out, "  %8.2f – %8.2f s  ", lb_json_real (segment, "start_s", 0),
                              lb_json_real (segment, "end_s", 0));
      lb_style_wrap (out, words, 25, style->width);
    }
  if (json_is_object (json_object_get (output, "sound")) ||
      json_is_object (json_object_get (output, "sounds")))
    append_rest (out, style, output);
}

/* The parts of an error rate: how many of what, and by which normalisation. */
static char *
show_parts (const char *name, const json_t *score)
{
  static const struct {
    const char *key, *before, *after;
  } parts[] = {
    { "substitutions", ": ", " substituted" },
    { "deletions", ", ", " deleted" },
    { "insertions", ", ", " inserted" },
    { "reference_words", ", of ", " words" },
    { "reference_characters", ", of ", " characters" },
  };
  g_autofree char *upper = g_ascii_strup (name, -1);
  g_autofree char *normaliser = lb_text_escape (lb_json_string (score, "normaliser", ""));
  GString *text = g_string_new (upper);

  g_string_append_printf (text, " %.2f %%", 100 * lb_json_real (score, "value", 0));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (json_object_get (score, parts[i].key) != NULL)
      g_string_append_printf (text, "%s%" G_GINT64_FORMAT "%s", parts[i].before,
                              lb_json_integer (score, parts[i].key, 0), parts[i].after);
  if (*normaliser != '\0')
    g_string_append_printf (text, "; normaliser %s", normaliser);
  return g_string_free (text, FALSE);
}

static void
append_score (GString *out, const LbReportStyle *style, const char *name, const json_t *score)
{
  const json_t *alignment = json_object_get (score, "alignment");
  g_autofree char *text = NULL;

  if (!json_is_integer (json_object_get (score, "substitutions")))
    {
      append_value (out, style, name, score, 1, COLUMN);
      return;
    }
  text = show_parts (name, score);
  g_string_append (out, "  ");
  lb_style_wrap (out, text, 4, style->width);
  if (json_is_array (alignment))
    append_alignment (out, style, alignment);
}

static void
append_scores (GString *out, const LbReportStyle *style, const json_t *scores)
{
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) scores, key, value)
    append_score (out, style, key, value);
}

static char *
list_iterations (const json_t *output)
{
  const json_t *iterations = json_object_get (output, "iterations");
  g_autofree char *all = json_is_array (iterations) && is_flat (iterations)
                             ? join_flat (iterations)
                             : g_strdup ("?");

  return g_strdup_printf ("  Iteration%s %s", json_array_size (iterations) == 1 ? "" : "s", all);
}

static void
append_sound (GString *out, const LbReportStyle *style, const json_t *output)
{
  const json_t *sound = json_object_get (output, "sound");
  g_autofree char *duration = show_figure (sound, "duration_s");
  g_autofree char *path = lb_text_escape (lb_json_string (output, "audio", ""));
  g_autofree char *hash = lb_text_escape (lb_json_string (sound, "sha256", ""));
  g_autofree char *line = g_strdup_printf ("another sound: %s, sha256 %.13s…%s%s", duration, hash,
                                           *path != '\0' ? ", " : "", path);

  lb_style_wrap (out, line, 4, style->width);
}

/* Of each only what differs from the first, which stands above whole. */
static void
append_outputs (GString *out, const LbReportStyle *style, const json_t *outputs)
{
  const json_t *first = json_object_get (json_array_get (outputs, 0), "output");

  for (gsize i = 0; i < json_array_size (outputs); i++)
    {
      const json_t *element = json_array_get (outputs, i);
      const json_t *output = json_object_get (element, "output");
      const json_t *wer = json_object_get (json_object_get (element, "scores"), "wer");
      g_autofree char *iterations = list_iterations (element);
      g_autofree char *parts = json_is_object (wer) ? show_parts ("wer", wer) : NULL;
      g_autofree char *text = lb_text_escape (lb_json_string (output, "text", ""));

      g_string_append (out, iterations);
      if (parts != NULL)
        g_string_append_printf (out, ": %s", parts);
      g_string_append_c (out, '\n');
      if (i == 0)
        continue;
      g_string_append (out, "    ");
      if (json_is_object (json_object_get (output, "sound")))
        append_sound (out, style, output);
      else if (strcmp (lb_json_string (output, "text", ""), lb_json_string (first, "text", "")) ==
               0)
        lb_style_wrap (out, "the same text; times, probabilities or other parts differ", 4,
                       style->width);
      else
        lb_style_wrap (out, text, 4, style->width);
    }
}

/* What the rest of the record holds, in the order of what a person asks; the machine, which is
 * long, last. What isn't listed here comes before it. */
static const char *const order[] = { "input",  "more_inputs", "engine",   "model",     "settings",
                                     "timing", "summary",     "sessions", "artifacts", NULL };
static const char *const last[] = { "group", "machine", NULL };

/* Members that have a section of their own, or stand in the head. */
static const char *const told[] = { "schema", "id",      "number",     "status",
                                    "error",  "warmups", "iterations", "outputs",
                                    "output", "scores",  "validity",   NULL };

static void
append_section (GString *out, const LbReportStyle *style, const char *key, const json_t *value)
{
  g_autofree char *title = NULL;

  if (!(json_is_object (value) || json_is_array (value)) || is_empty (value))
    return;
  title = g_strdelimit (lb_text_escape (key), "_", ' ');
  title[0] = g_ascii_toupper (title[0]);
  section (out, style, title);
  if (json_is_object (value))
    append_members (out, style, value, 1);
  else
    append_elements (out, style, value, 1);
}

static void
append_other_sections (GString *out, const LbReportStyle *style, const json_t *record)
{
  const char *key;
  json_t *value;

  for (guint i = 0; order[i] != NULL; i++)
    append_section (out, style, order[i], json_object_get (record, order[i]));
  json_object_foreach ((json_t *) record, key, value)
    if (!g_strv_contains (told, key) && !g_strv_contains (order, key) &&
        !g_strv_contains (last, key))
      append_section (out, style, key, value);
  for (guint i = 0; last[i] != NULL; i++)
    append_section (out, style, last[i], json_object_get (record, last[i]));
}

static void
append_identity (GString *out, const json_t *record)
{
  g_autofree char *id = lb_field_show (lb_field ("id"), record, TRUE);
  g_autofree char *status = lb_field_show (lb_field ("status"), record, TRUE);
  gint64 timestamp = lb_json_integer (record, "timestamp", -1);
  g_autoptr (GDateTime) when = timestamp >= 0 ? g_date_time_new_from_unix_local (timestamp)
                                              : NULL;
  g_autofree char *date = when != NULL ? g_date_time_format (when, "%Y-%m-%d %H:%M:%S %z") : NULL;

  g_string_append_printf (out, "  %s, %s, %s\n", id, status, date != NULL ? date : LB_ABSENT);
}

void
lb_report_show (GString *out, const json_t *record, const LbReportStyle *style)
{
  static const struct {
    const char *key, *title;
    void (*append) (GString *out, const LbReportStyle *style, const json_t *value);
  } sections[] = { { "output", "Output", append_output },
                   { "scores", "Scores", append_scores },
                   { "warmups", "Warm-ups", append_iterations },
                   { "iterations", "Iterations", append_iterations } };

  lb_blocks_head (out, record, style);
  append_identity (out, record);
  lb_blocks_remarks (out, record, style);
  lb_blocks_rows (out, record, FALSE, style);
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      const json_t *value = json_object_get (record, sections[i].key);
      gsize before = out->len, titled;

      if (value == NULL || is_empty (value))
        continue;
      section (out, style, sections[i].title);
      titled = out->len;
      sections[i].append (out, style, value);
      if (out->len == titled) /* beats, chords: the rows above have told them */
        g_string_truncate (out, before);
    }
  if (json_array_size (json_object_get (record, "outputs")) > 1)
    {
      section (out, style, "Different outputs");
      append_outputs (out, style, json_object_get (record, "outputs"));
    }
  append_other_sections (out, style, record);
}
