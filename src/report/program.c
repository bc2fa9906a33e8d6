/* llamaburn-report FORMAT [CHART] [dark]: draws what `llamaburn report` asks for. A program of
 * its own: cairo and pango would cost every start of llamaburn more than all it does otherwise.
 * Standard input: {"records": […], "comparison": {…}, "full_paths": true}; standard output: the
 * file. Exit status 1: a line on standard error says why not. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "report/chart.h"
#include "report/html.h"

#define WIDTH 900.0

static void
free_picture (gpointer data)
{
  LbPicture *picture = data;

  g_bytes_unref (picture->light);
  g_clear_pointer (&picture->dark, g_bytes_unref);
  g_free (picture->words);
  g_free (picture);
}

static GPtrArray *
draw_pictures (const json_t *records, GError **error)
{
  const LbChartStyle light = { .dark = FALSE }, dark = { .dark = TRUE };
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func (free_picture);

  for (guint i = 0; i < LB_CHART_OF_END; i++)
    {
      g_autoptr (GPtrArray) one = lb_chart_list (records, lb_chart_of_name ((LbChartOf) i));
      LbPicture *picture = NULL;
      GBytes *svg = NULL;

      if (one->len == 0)
        continue;
      svg = lb_chart_svg (one, WIDTH, &light, error);
      if (svg == NULL)
        return NULL;
      picture = g_new0 (LbPicture, 1);
      picture->light = svg;
      g_ptr_array_add (pictures, picture);
      picture->words = lb_chart_describe (g_ptr_array_index (one, 0));
      picture->dark = lb_chart_svg (one, WIDTH, &dark, error);
      if (picture->dark == NULL)
        return NULL;
    }
  return g_steal_pointer (&pictures);
}

static GBytes *
make_html (const json_t *request, GError **error)
{
  const json_t *records = json_object_get (request, "records");
  const LbReportStyle style = { .full_paths = lb_json_boolean (request, "full_paths", FALSE) };
  g_autoptr (GPtrArray) pictures = draw_pictures (records, error);
  GString *out;

  if (pictures == NULL)
    return NULL;
  out = g_string_new (NULL);
  lb_html_append (out, records, json_object_get (request, "comparison"), pictures, &style);
  return g_string_free_to_bytes (out);
}

static GBytes *
make (const char *format, const char *name, gboolean dark, const json_t *request, GError **error)
{
  const LbChartStyle style = { .dark = dark };
  g_autoptr (GPtrArray) charts = NULL;

  if (strcmp (format, "html") == 0)
    return make_html (request, error);
  charts = lb_chart_list (json_object_get (request, "records"), name);
  return strcmp (format, "png") == 0 ? lb_chart_png (charts, WIDTH, &style, error)
                                     : lb_chart_svg (charts, WIDTH, &style, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  g_autofree char *text = lb_json_read_stream (stdin, &length);
  g_autoptr (json_t) request = lb_json_parse (text, (gssize) length, &error);
  const char *name = argc > 2 && strcmp (argv[2], "all") != 0 ? argv[2] : NULL;
  g_autoptr (GBytes) made = NULL;
  const void *data;

  setlocale (LC_CTYPE, "");
  if (request != NULL)
    made = make (argc > 1 ? argv[1] : "svg", name, argc > 3 && strcmp (argv[3], "dark") == 0,
                 request, &error);
  if (made == NULL)
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }
  data = g_bytes_get_data (made, &length);
  return fwrite (data, 1, length, stdout) == length && fflush (stdout) == 0 ? 0 : 1;
}
