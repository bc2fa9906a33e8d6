#include <cairo-svg.h>
#include <string.h>

#include "core/error.h"
#include "report/chart-private.h"

#define PIXELS 2.0          /* of a PNG for each unit: sharp on a dense screen */
#define MOST_PIXELS 32000.0 /* cairo's own limit is 32767 */

static cairo_status_t
collect (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static double
sum_heights (const GPtrArray *charts, double width, const LbChartStyle *style)
{
  double height = 0;

  for (guint i = 0; i < charts->len; i++)
    height += lb_chart_height (g_ptr_array_index (charts, i), width, style);
  return height;
}

static void
draw_all (const GPtrArray *charts, cairo_t *cairo, double width, const LbChartStyle *style)
{
  for (guint i = 0; i < charts->len; i++)
    {
      const LbChart *chart = g_ptr_array_index (charts, i);
      double height = lb_chart_height (chart, width, style);

      lb_chart_draw (chart, cairo, width, height, style);
      cairo_translate (cairo, 0, height);
    }
}

static gboolean
check (cairo_status_t status, GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_FAILED, "can't draw the charts: %s",
               cairo_status_to_string (status));
  return FALSE;
}

static gboolean
have_charts (const GPtrArray *charts, GError **error)
{
  if (charts->len > 0)
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                       "these runs have no figures for such a chart: choose runs that measured "
                       "something");
  return FALSE;
}

static void
append_element (GString *out, const char *name, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (out, "<%s>%s</%s>\n", name, escaped, name);
}

/* cairo writes glyphs as shapes: what the picture says in words goes in as title and description,
 * for screen readers and search. */
static GBytes *
add_words (const GByteArray *svg, const GPtrArray *charts)
{
  const char *text = (const char *) svg->data;
  const char *root = g_strstr_len (text, svg->len, "<svg");
  const char *end = root != NULL ? memchr (root, '>', svg->len - (gsize) (root - text)) : NULL;
  g_autoptr (GString) words = g_string_new (NULL);
  GString *out;

  g_return_val_if_fail (end != NULL, NULL);
  for (guint i = 0; i < charts->len; i++)
    {
      g_autofree char *description = lb_chart_describe (g_ptr_array_index (charts, i));

      g_string_append_printf (words, "%s%s", i > 0 ? "\n\n" : "", description);
    }
  out = g_string_new_len (text, end - text);
  g_string_append (out, " role=\"img\">\n");
  append_element (out, "title", ((const LbChart *) g_ptr_array_index (charts, 0))->title);
  append_element (out, "desc", words->str);
  g_string_append_len (out, end + 1, (gssize) svg->len - (end + 1 - text));
  return g_string_free_to_bytes (out);
}

GBytes *
lb_chart_svg (const GPtrArray *charts, double width, const LbChartStyle *style, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  cairo_surface_t *surface;
  cairo_status_t status;
  cairo_t *cairo;

  if (!have_charts (charts, error))
    return NULL;
  surface = cairo_svg_surface_create_for_stream (collect, out, width,
                                                 sum_heights (charts, width, style));
  cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  cairo = cairo_create (surface);
  draw_all (charts, cairo, width, style);
  cairo_surface_finish (surface);
  status = cairo_surface_status (surface);
  cairo_destroy (cairo);
  cairo_surface_destroy (surface);
  return check (status, error) ? add_words (out, charts) : NULL;
}

GBytes *
lb_chart_png (const GPtrArray *charts, double width, const LbChartStyle *style, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  double height = sum_heights (charts, width, style);
  double scale = MIN (PIXELS, MOST_PIXELS / MAX (height, 1));
  cairo_surface_t *surface;
  cairo_status_t status;
  cairo_t *cairo;

  if (!have_charts (charts, error))
    return NULL;
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) (width * scale),
                                        (int) (height * scale));
  cairo = cairo_create (surface);
  cairo_scale (cairo, scale, scale);
  draw_all (charts, cairo, width, style);
  status = cairo_surface_write_to_png_stream (surface, collect, out);
  cairo_destroy (cairo);
  cairo_surface_destroy (surface);
  return check (status, error) ? g_byte_array_free_to_bytes (g_steal_pointer (&out)) : NULL;
}
