/* Columns of lists of runs. */
#include <math.h>
#include <string.h>

#include "report/formats.h"
#include "report/style.h"

char *
lb_report_when (gint64 timestamp)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (timestamp);

  return date != NULL ? g_date_time_format (date, "%Y-%m-%d %H:%M") : g_strdup (LB_ABSENT);
}

/* Errors are shares of what was to be found: per cent. */
char *
lb_report_score (const char *name, double value)
{
  g_autofree char *upper = NULL;

  if (name == NULL || !isfinite (value))
    return g_strdup ("");
  upper = g_ascii_strup (name, -1);
  if (strcmp (upper, "WER") == 0 || strcmp (upper, "CER") == 0)
    return g_strdup_printf ("%s %.1f %%", upper, 100 * value);
  return g_strdup_printf ("%s %.3g", upper, value);
}

char *
lb_report_status (const char *status, gboolean valid, gboolean synthetic)
{
  /* That a failed run isn't valid needs no saying. */
  gboolean invalid = !valid && strcmp (status, "failed") != 0;

  if (invalid && strcmp (status, "ok") == 0)
    return g_strdup (synthetic ? "not valid, synthetic" : "not valid");
  return g_strconcat (status, invalid ? ", not valid" : "", synthetic ? ", synthetic" : "", NULL);
}

char *
lb_report_title (const json_t *record)
{
  const LbReportStyle unbounded = { 0 };
  g_autoptr (GString) title = g_string_new (NULL);

  lb_blocks_head (title, record, &unbounded);
  return g_strchomp (g_string_free (g_steal_pointer (&title), FALSE));
}
