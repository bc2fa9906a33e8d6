/* What must be said beside the figures of a result: that it failed, is not valid, and why. */
#include <string.h>

#include "core/text.h"
#include "report/field.h"
#include "report/formats.h"
#include "report/style.h"

static void
remark (GString *out, const LbReportStyle *style, LbEmphasis emphasis, const char *mark,
        const char *text)
{
  g_autofree char *cut = lb_style_cut (text, 2000);

  g_string_append (out, "  ");
  lb_style_append (out, style, emphasis, mark);
  g_string_append_c (out, ' ');
  lb_style_wrap (out, cut, 3 + lb_style_width (mark), style->width);
}

static void
remark_status (GString *out, const json_t *record, const LbReportStyle *style)
{
  const char *status = lb_json_string (record, "status", "ok");
  const json_t *error = json_object_get (record, "error");
  g_autofree char *phase = lb_text_escape (lb_json_string (error, "phase", "unknown phase"));
  g_autofree char *why = lb_text_escape (
      lb_json_string (error, "message", "no message was left"));
  g_autofree char *text = NULL;

  if (strcmp (status, "failed") == 0)
    {
      text = g_strdup_printf ("(%s): %s", phase, why);
      remark (out, style, LB_STYLE_BAD, "FAILED", text);
    }
  else if (strcmp (status, "interrupted") == 0)
    remark (out, style, LB_STYLE_CAUTION,
            "INTERRUPTED:", "the figures are of what was measured until then");
  else if (strcmp (status, "running") == 0)
    remark (out, style, LB_STYLE_CAUTION,
            "RUNNING:", "the figures are of what is measured so far");
}

static void
remark_flag (GString *out, const json_t *flag, const LbReportStyle *style)
{
  g_autofree char *id = lb_text_escape (lb_json_string (flag, "id", "unnamed"));
  const char *evidence = lb_json_string (flag, "evidence", NULL);
  const char *cure = lb_json_string (flag, "cure", NULL);
  g_autofree char *seen = lb_text_escape (evidence != NULL ? evidence : "");
  g_autofree char *what = lb_text_escape (cure != NULL ? cure : "");
  g_autofree char *text = g_strconcat (id, *seen != '\0' ? ": " : "", seen,
                                       *what != '\0' ? ". Cure: " : "", what, NULL);

  remark (out, style, LB_STYLE_CAUTION, "!", text);
}

static void
remark_synthetic (GString *out, const json_t *record, const LbReportStyle *style)
{
  g_autofree char *parameters = lb_field_parameters (record);
  g_autofree char *text = g_strdup_printf (
      "random weights%s%s: speed and memory are real, the output is noise",
      parameters != NULL ? ", " : "", parameters != NULL ? parameters : "");

  remark (out, style, LB_STYLE_CAUTION, "SYNTHETIC:", text);
}

void
lb_blocks_remarks (GString *out, const json_t *record, const LbReportStyle *style)
{
  const json_t *validity = json_object_get (record, "validity");
  const json_t *flags = json_object_get (validity, "flags");

  gboolean failed = strcmp (lb_json_string (record, "status", "ok"), "failed") == 0;

  remark_status (out, record, style);
  if (lb_json_boolean (json_object_get (record, "model"), "synthetic", FALSE))
    remark_synthetic (out, record, style);
  if (!failed && !lb_json_boolean (validity, "valid", TRUE))
    remark (out, style, LB_STYLE_BAD, "NOT VALID:",
            json_array_size (flags) > 0 ? "see the flags below" : "no flag says why");
  for (gsize i = 0; i < json_array_size (flags); i++)
    {
      const json_t *flag = json_array_get (flags, i);

      /* The flag "failed" repeats the message that stands above. */
      if (!failed || strcmp (lb_json_string (flag, "id", ""), "failed") != 0)
        remark_flag (out, flag, style);
    }
}
