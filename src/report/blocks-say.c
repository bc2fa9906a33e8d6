#include "report/blocks-say.h"

#include "report/field.h"

char *
lb_say (const char *csv, const json_t *record)
{
  return lb_field_show (lb_field (csv), record, FALSE);
}

gboolean
lb_says (const char *csv, const json_t *record)
{
  g_autoptr (json_t) value = lb_field_value (lb_field (csv), record);

  return value != NULL;
}

void
lb_say_append (GString *out, const json_t *record, const char *csv, const char *before,
               const char *after)
{
  g_autofree char *shown = lb_says (csv, record) ? lb_say (csv, record) : NULL;

  if (shown != NULL)
    g_string_append_printf (out, "%s%s%s", before, shown, after);
}
