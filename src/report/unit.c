#include "report/unit.h"

#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/report.h"
#include "report/style.h"

static char *
show_bytes (double bytes)
{
  g_autofree char *shown = NULL;

  if (!(bytes >= 0) || bytes >= 1e18)
    return g_strdup (LB_ABSENT);
  shown = lb_text_bytes ((guint64) bytes);
  return bytes < 1024 ? g_steal_pointer (&shown)
                      : g_strdup_printf ("%s (%.0f bytes)", shown, bytes);
}

static char *
show_hertz (double hz)
{
  g_autofree char *giga = lb_report_number (hz / 1e9), *whole = g_strdup_printf ("%.6g", hz);

  return hz >= 1e9 ? g_strconcat (giga, " GHz", NULL) : g_strconcat (whole, " Hz", NULL);
}

static char *
show_joules (double joules)
{
  g_autofree char *number = lb_report_number (joules);

  return g_strconcat (number, " J", NULL);
}

static char *
show_with (double value, const char *unit)
{
  g_autofree char *number = lb_report_number (value);

  return g_strconcat (number, " ", unit, NULL);
}

static char *
show_decibels (double db)
{
  return show_with (db, "dB");
}

static char *
show_lufs (double lufs)
{
  return show_with (lufs, "LUFS");
}

static char *
show_share (double share)
{
  return g_strdup_printf ("%.2f %%", 100 * share);
}

/* How the record names its units. @drop: the ending isn't shown. */
static const struct {
  const char *ending;
  gboolean drop;
  char *(*show) (double value);
} units[] = {
  { "_bytes", TRUE, show_bytes },      { "bytes", FALSE, show_bytes },
  { "_hz", TRUE, show_hertz },         { "sample_rate", FALSE, show_hertz },
  { "_j", TRUE, show_joules },         { "_s", TRUE, lb_report_seconds },
  { "_db", TRUE, show_decibels },      { "_lufs", TRUE, show_lufs },
  { "_share", FALSE, show_share },     { "_per_sec", FALSE, lb_report_number },
  { "_rtf", FALSE, lb_report_number }, { "rtf", FALSE, lb_report_number },
};

/* Returns: its row of @units; their number: it has none */
static guint
find_unit (const char *name, const json_t *value)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (units) &&
         !(json_is_number (value) && g_str_has_suffix (name, units[i].ending)))
    i++;
  return i;
}

char *
lb_unit_label (const char *name, const json_t *value)
{
  guint unit = find_unit (name, value);
  g_autofree char *escaped = lb_text_escape (name);

  if (unit < G_N_ELEMENTS (units) && units[unit].drop)
    escaped[strlen (escaped) - strlen (units[unit].ending)] = '\0';
  return g_strdelimit (g_steal_pointer (&escaped), "_", ' ');
}

char *
lb_unit_show (const char *name, const json_t *value)
{
  guint unit = find_unit (name, value);

  if (unit < G_N_ELEMENTS (units))
    return units[unit].show (json_number_value (value));
  if (json_is_string (value) && *json_string_value (value) == '\0')
    return g_strdup (LB_ABSENT);
  if (json_is_string (value))
    return lb_text_escape (json_string_value (value));
  if (json_is_real (value))
    return g_strdup_printf ("%.6g", json_real_value (value));
  if (json_is_boolean (value))
    return g_strdup (json_is_true (value) ? "yes" : "no");
  return lb_json_line (value);
}
