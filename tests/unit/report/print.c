/* usage: test-report-print FORMAT: all samples in that format; for
 * tests/functional/test_report.py. */
#include <locale.h>
#include <stdio.h>

#include "report/report.h"
#include "samples.h"

int
main (int argc, char **argv)
{
  static json_t *(*const samples[]) (
      void) = { sample_new,       sample_failed,  sample_interrupted, sample_without_reference,
                sample_synthetic, sample_invalid, sample_hostile,     sample_nonsense };
  const LbReportStyle style = { .width = 100, .full_paths = TRUE };
  g_autoptr (GError) error = NULL;
  const LbReportFormat *format = lb_report_format (argc > 1 ? argv[1] : "", &error);
  g_autoptr (json_t) records = json_array ();
  g_autoptr (GString) out = g_string_new (NULL);

  if (format == NULL)
    {
      fprintf (stderr, "%s\n", error->message);
      return 2;
    }
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    json_array_append_new (records, samples[i]());
  lb_report_all (out, format, records, &style);
  fputs (out->str, stdout);
  return 0;
}
