/* Columns of lists of runs. */
#include <math.h>
#include <string.h>

#include "report/field.h"
#include "report/formats.h"
#include "report/style.h"

char *
lb_report_when (gint64 timestamp)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (timestamp);

  return date != NULL ? g_date_time_format (date, "%Y-%m-%d %H:%M") : g_strdup (LB_ABSENT);
}

/* Returns: (nullable): the field that has the value of the score @name */
static const LbField *
field_of_score (const char *name)
{
  g_autofree char *pointer = g_strdup_printf ("/scores/%s/value", name);

  for (const LbField *field = lb_fields (); field->pointer != NULL; field++)
    if (strcmp (field->pointer, pointer) == 0)
      return field;
  return NULL;
}

/* The unit in brackets stands behind the value. A score of another program's has only its name.
 */
char *
lb_report_score_title (const char *name)
{
  const LbField *field = field_of_score (name);

  return field != NULL ? g_strndup (field->title, strcspn (field->title, "(") -
                                                      (strchr (field->title, '(') != NULL))
                       : g_strdelimit (g_strdup (name), "_", ' ');
}

/* Shares of what was to be found are per cent. */
char *
lb_report_score_value (const char *name, double value)
{
  const LbField *field = field_of_score (name);

  if (field != NULL && field->kind == LB_FIELD_RATE)
    return g_strdup_printf ("%.1f %%", 100 * value);
  if (field != NULL && field->kind == LB_FIELD_SECONDS)
    return g_strdup_printf ("%+.2f s", value);
  return g_strdup_printf ("%.3g%s", value,
                          field != NULL && g_str_has_suffix (field->csv, "_db") ? " dB" : "");
}

char *
lb_report_score (const char *name, double value)
{
  g_autofree char *title = NULL, *shown = NULL;

  if (name == NULL || !isfinite (value))
    return g_strdup ("");
  title = lb_report_score_title (name);
  shown = lb_report_score_value (name, value);
  return g_strconcat (title, " ", shown, NULL);
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
