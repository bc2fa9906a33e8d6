#include "gui/figures.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/text.h"
#include "report/report.h"

static void
figure_free (gpointer data)
{
  LbFigure *figure = data;

  g_free (figure->title);
  g_free (figure->value);
  g_free (figure->note);
  g_free (figure);
}

/* @value, @note: (transfer full) */
static void
add (GPtrArray *figures, const char *title, char *value, char *note)
{
  LbFigure *figure = g_new0 (LbFigure, 1);

  *figure = (LbFigure){ g_strdup (title), value, note };
  g_ptr_array_add (figures, figure);
}

static void
add_rtf (GPtrArray *figures, const json_t *summary)
{
  double median = lb_json_real (summary, "median_rtf", NAN);
  double least = lb_json_real (summary, "min_rtf", NAN);
  double most = lb_json_real (summary, "max_rtf", NAN);
  const json_t *interval = json_object_get (summary, "ci95_rtf");

  if (!isfinite (median))
    return;
  add (figures, _ ("RTF, Median"), lb_report_number (median), lb_report_speed (median));
  if (json_array_size (interval) == 2)
    {
      g_autofree char *low = lb_report_number (json_number_value (json_array_get (interval, 0)));
      g_autofree char *high = lb_report_number (json_number_value (json_array_get (interval, 1)));

      add (figures, _ ("RTF, 95 % Interval"), g_strdup_printf ("%s – %s", low, high),
           g_strdup (_ ("of the median")));
    }
  add (figures, _ ("RTF, Average"), lb_report_number (lb_json_real (summary, "avg_rtf", NAN)),
       NULL);
  add (figures, _ ("RTF, Minimum"), lb_report_number (least), NULL);
  add (figures, _ ("RTF, Maximum"), lb_report_number (most), NULL);
}

static void
add_seconds (GPtrArray *figures, const char *title, double seconds, const char *note)
{
  if (isfinite (seconds))
    add (figures, title, lb_report_seconds (seconds), g_strdup (note));
}

static void
add_rate (GPtrArray *figures, const char *title, double rate)
{
  if (isfinite (rate))
    add (figures, title, lb_report_number (rate), NULL);
}

static void
add_memory (GPtrArray *figures, const json_t *summary)
{
  gint64 rss = lb_json_integer (summary, "peak_rss_bytes", 0);
  gint64 gpu = lb_json_integer (summary, "peak_gpu_bytes", 0);

  if (rss > 0)
    add (figures, _ ("Memory, Peak"), lb_text_bytes ((guint64) rss), NULL);
  if (gpu > 0)
    add (figures, _ ("GPU Memory, Peak"), lb_text_bytes ((guint64) gpu), NULL);
}

static void
add_errors (GPtrArray *figures, const char *title, const json_t *wer)
{
  double value = lb_json_real (wer, "value", NAN);

  if (isfinite (value))
    add (figures, title, g_strdup_printf ("%.1f %%", 100 * value),
         g_strdup_printf (_ ("%" G_GINT64_FORMAT " wrong, %" G_GINT64_FORMAT
                             " missing, %" G_GINT64_FORMAT " too many"),
                          lb_json_integer (wer, "substitutions", 0),
                          lb_json_integer (wer, "deletions", 0),
                          lb_json_integer (wer, "insertions", 0)));
}

static void
add_claims (GPtrArray *figures, const json_t *grounding)
{
  double value = lb_json_real (grounding, "value", NAN);
  int right = (int) lb_json_integer (grounding, "right", 0);
  int wrong = (int) lb_json_integer (grounding, "wrong", 0);

  if (isfinite (value))
    add (figures, _ ("Claims Right"), g_strdup_printf ("%.0f %%", 100 * value),
         g_strdup_printf (_ ("%d of %d, %d not checkable"), right, right + wrong,
                          (int) lb_json_integer (grounding, "unchecked", 0)));
}

static void
add_scores (GPtrArray *figures, const json_t *scores)
{
  const char *name;
  json_t *score;

  json_object_foreach ((json_t *) scores, name, score)
    {
      double value = lb_json_real (score, "value", NAN);
      g_autofree char *title = lb_report_score_title (name);

      if (g_strcmp0 (name, "wer") == 0)
        add_errors (figures, _ ("Word Error Rate"), score);
      else if (g_strcmp0 (name, "cer") == 0)
        add_errors (figures, _ ("Character Error Rate"), score);
      else if (g_strcmp0 (name, "grounding") == 0)
        add_claims (figures, score);
      else if (isfinite (value))
        add (figures, title, lb_report_score_value (name, value), NULL);
    }
}

GPtrArray *
lb_figures_of (const json_t *record)
{
  GPtrArray *figures = g_ptr_array_new_with_free_func (figure_free);
  const json_t *summary = json_object_get (record, "summary");
  const json_t *timing = json_object_get (record, "timing");

  add_rtf (figures, summary);
  add_seconds (figures, _ ("Processing Time"), lb_json_real (summary, "median_wall_s", NAN),
               _ ("median of the iterations"));
  add_seconds (figures, _ ("Sound Made"), lb_json_real (summary, "avg_audio_s", NAN),
               _ ("of each iteration, on average"));
  add_seconds (figures, _ ("Latency"), lb_json_real (summary, "avg_latency_s", NAN),
               _ ("until the first output"));
  add_scores (figures, json_object_get (record, "scores"));
  add_rate (figures, _ ("Characters per Second"),
            lb_json_real (summary, "avg_chars_per_sec", NAN));
  add_rate (figures, _ ("Tokens per Second"), lb_json_real (summary, "avg_tokens_per_sec", NAN));
  add_seconds (figures, _ ("Loading"), lb_json_real (timing, "load_s", NAN),
               g_strcmp0 (lb_json_string (timing, "load_cache", NULL), "cold") == 0
                   ? _ ("cold: from the disk")
                   : NULL);
  add_memory (figures, summary);
  return figures;
}

GPtrArray *
lb_figures_warnings (const json_t *record)
{
  GPtrArray *warnings = g_ptr_array_new_with_free_func (g_free);
  const json_t *validity = json_object_get (record, "validity");
  size_t index;
  json_t *flag;

  if (lb_json_boolean (json_object_get (record, "model"), "synthetic", FALSE))
    g_ptr_array_add (warnings,
                     g_strdup (_ ("Random weights: speed is real, the output is noise.")));
  if (!lb_json_boolean (validity, "valid", TRUE))
    g_ptr_array_add (warnings, g_strdup (_ ("This result does not count as valid.")));
  json_array_foreach (json_object_get (validity, "flags"), index, flag)
    if (g_strcmp0 (lb_json_string (flag, "id", NULL), "failed") != 0) /* the notice says it */
      g_ptr_array_add (warnings,
                       g_strdup_printf (_ ("%s: %s"), lb_json_string (flag, "evidence", "?"),
                                        lb_json_string (flag, "cure", "?")));
  return warnings;
}
