#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/chart.h"
#include "samples.h"

#define WIDTH 900
#define HOSTILE_NAME "<b>&amp; \"x\"</b> \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d\x01"

static const LbChartStyle light = { .dark = FALSE }, dark = { .dark = TRUE };

static LbChart *
make_bars (void)
{
  LbChart *chart = lb_chart_new (LB_CHART_BARS, "Bars");

  lb_chart_set_x (chart, "seconds", LB_CHART_NUMBER);
  lb_chart_add_series (chart, "one", NULL);
  lb_chart_add_point (chart, 1, 0.9, 1.2, 0);
  lb_chart_add_series (chart, "two", "twice as much");
  lb_chart_add_point (chart, 2, NAN, NAN, 0);
  return chart;
}

/* A picture of @chart as rows of pixels, 0xRRGGBB. */
static guint32 *
draw (const LbChart *chart, int width, int *height, const LbChartStyle *style)
{
  cairo_surface_t *surface;
  cairo_t *cairo;
  guint32 *pixels;

  *height = (int) lb_chart_height (chart, width, style);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, *height);
  cairo = cairo_create (surface);
  lb_chart_draw (chart, cairo, width, *height, style);
  cairo_destroy (cairo);
  cairo_surface_flush (surface);
  g_assert_cmpint (cairo_image_surface_get_stride (surface), ==, 4 * width);
  pixels = g_memdup2 (cairo_image_surface_get_data (surface), 4 * (gsize) width * (gsize) *height);
  cairo_surface_destroy (surface);
  return pixels;
}

static guint
count (const guint32 *pixels, gsize n, guint32 colour)
{
  guint found = 0;

  for (gsize i = 0; i < n; i++)
    if ((pixels[i] & 0xffffff) == colour)
      found++;
  return found;
}

static void
bars_are_as_long_as_their_values (void)
{
  g_autoptr (LbChart) chart = make_bars ();
  int height = 0;
  g_autofree guint32 *pixels = draw (chart, WIDTH, &height, &light);
  guint one = count (pixels, (gsize) WIDTH * height, 0x0073b3),
        two = count (pixels, (gsize) WIDTH * height, 0xcc5c00);

  g_assert_cmpuint (one, >, 1000);
  /* The whisker of the first covers some of it. */
  g_assert_cmpfloat ((double) two / one, >, 1.95);
  g_assert_cmpfloat ((double) two / one, <, 2.35);
}

static void
dark_paper_is_dark (void)
{
  g_autoptr (LbChart) chart = make_bars ();
  int height = 0;
  g_autofree guint32 *on_light = draw (chart, WIDTH, &height, &light);
  g_autofree guint32 *on_dark = draw (chart, WIDTH, &height, &dark);

  g_assert_cmphex (on_light[0] & 0xffffff, ==, 0xffffff);
  g_assert_cmphex (on_dark[0] & 0xffffff, ==, 0x1e1e21);
}

static void
frontier_is_what_none_beats (void)
{
  const double x[] = { 1, 2, 3, 2, NAN, 3 }, y[] = { 9, 5, 1, 4, 10, 1 };
  gboolean more[6], less[6];

  lb_chart_frontier (x, y, 6, FALSE, more);
  lb_chart_frontier (x, y, 6, TRUE, less);
  for (guint i = 0; i < 6; i++)
    {
      static const gboolean wanted_more[] = { TRUE, TRUE, TRUE, FALSE, FALSE, TRUE };
      static const gboolean wanted_less[] = { FALSE, FALSE, TRUE, FALSE, FALSE, TRUE };

      g_assert_cmpint (more[i], ==, wanted_more[i]);
      g_assert_cmpint (less[i], ==, wanted_less[i]);
    }
}

static GPtrArray *
list_of (LbChart *chart)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_chart_free);

  g_ptr_array_add (list, chart);
  return list;
}

static void
svg_says_its_words_escaped (void)
{
  LbChart *chart = make_bars ();
  g_autoptr (GPtrArray) list = list_of (chart);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) svg = NULL;
  g_autofree char *text = NULL;

  lb_chart_add_series (chart, HOSTILE_NAME, "a </desc><script>");
  lb_chart_add_point (chart, 1, NAN, NAN, 0);
  svg = lb_chart_svg (list, WIDTH, &light, &error);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (svg, NULL), g_bytes_get_size (svg));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_nonnull (strstr (text, "<title>Bars</title>"));
  g_assert_nonnull (strstr (text, "one: 1.00\ntwo: twice as much"));
  g_assert_nonnull (strstr (text, "&lt;b&gt;&amp;amp;"));
  g_assert_null (strstr (text, "<script>"));
  g_assert_null (strstr (text, "<b>"));
  g_assert_null (strchr (text, '\x01'));
  g_assert_true (g_str_has_suffix (g_strchomp (text), "</svg>"));
}

static void
png_has_two_pixels_a_unit (void)
{
  g_autoptr (GPtrArray) list = list_of (make_bars ());
  g_autoptr (GBytes) png = lb_chart_png (list, WIDTH, &light, NULL);
  const guchar *data = g_bytes_get_data (png, NULL);

  g_assert_cmpmem (data, 8, "\x89PNG\r\n\x1a\n", 8);
  g_assert_cmpint (data[18] << 8 | data[19], ==, 2 * WIDTH);
}

static void
nothing_to_draw_is_said (void)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (lb_chart_svg (list, WIDTH, &light, &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_NOT_FOUND);
}

/* All that can be in a chart at all widths: it ends, within its height, and memory is kept. */
static void
any_values_are_drawn (void)
{
  static const double values[] = { 0, 1e-300, 1e300, -5, 1, 1, 1e9, 3.3333, -1e-9 };
  static const int widths[] = { 1, 20, 130, 600, 5000 };
  g_autofree char *long_name = g_strnfill (4096, 'W');

  for (guint kind = LB_CHART_BARS; kind <= LB_CHART_SCATTER; kind++)
    for (guint unit = LB_CHART_NUMBER; unit <= LB_CHART_SHARE; unit++)
      for (guint i = 0; i < G_N_ELEMENTS (values) * G_N_ELEMENTS (widths); i++)
        {
          g_autoptr (LbChart) chart = lb_chart_new ((LbChartKind) kind, long_name);
          guint a = i % G_N_ELEMENTS (values);
          int height = 0;
          g_autofree guint32 *pixels = NULL;

          lb_chart_set_x (chart, long_name, (LbChartUnit) unit);
          lb_chart_set_y (chart, long_name, (LbChartUnit) unit);
          for (guint k = 0; k < 1 + i % 3; k++)
            {
              lb_chart_add_series (chart, long_name, k > 0 ? long_name : NULL);
              lb_chart_add_point (chart, values[a], values[a], NAN, values[(a + k) % 9]);
              lb_chart_add_point (chart, INFINITY, 0, 0, 1);
              lb_chart_add_point (chart, values[(a + 1) % 9], 0, 1, values[a]);
            }
          pixels = draw (chart, widths[i / 9], &height, &light);
          g_assert_cmpint (height, >, 0);
        }
}

static void
an_empty_chart_is_drawn (void)
{
  g_autoptr (LbChart) chart = lb_chart_new (LB_CHART_COURSE, "Nothing yet");
  int height = 0;
  g_autofree guint32 *pixels = draw (chart, 300, &height, &light);

  lb_chart_add_series (chart, "a run", NULL);
  g_free (g_steal_pointer (&pixels));
  pixels = draw (chart, 300, &height, &light);
  g_assert_nonnull (pixels);
}

static json_t *
two_samples (double second_rtf, double second_wer)
{
  json_t *first = sample_new (), *second = sample_new ();

  sample_set (second, "number", json_integer (42));
  sample_set (second, "summary/median_rtf", json_real (second_rtf));
  sample_set (second, "scores/wer/value", json_real (second_wer));
  return json_pack ("[o, o]", first, second);
}

static void
records_make_their_charts (void)
{
  g_autoptr (json_t) records = two_samples (0.2, 0.01);
  g_autoptr (GPtrArray) all = lb_chart_list (records, NULL);
  g_autoptr (GPtrArray) one = lb_chart_list (records, "quality");
  g_autofree char *rtf = lb_chart_describe (g_ptr_array_index (all, LB_CHART_OF_RTF));
  g_autofree char *quality = lb_chart_describe (g_ptr_array_index (one, 0));

  g_assert_cmpuint (all->len, ==, LB_CHART_OF_END);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_nonnull (strstr (rtf, "41 whisper.cpp · whisper-base: 0.109 [0.107 – 0.111]"));
  g_assert_nonnull (strstr (rtf, "42 whisper.cpp · whisper-base: 0.200"));
  g_assert_nonnull (strstr (quality, "5.00×, WER 1.00 %"));
}

static void
what_is_wrong_stands_beside_the_figure (void)
{
  g_autoptr (json_t) records = json_pack ("[o, o]", sample_invalid (), sample_synthetic ());
  g_autoptr (LbChart) chart = lb_chart_of_records (records, LB_CHART_OF_RTF);
  g_autofree char *words = lb_chart_describe (chart);

  g_assert_nonnull (strstr (words, "(not valid)"));
  g_assert_nonnull (strstr (words, "synthetic"));
  /* Only one of them has a score: nothing to set against each other. */
  g_assert_null (lb_chart_of_records (records, LB_CHART_OF_QUALITY));
}

static void
hostile_records_are_drawn (void)
{
  g_autoptr (json_t) records = json_pack ("[o, o, o, {}]", sample_hostile (), sample_nonsense (),
                                          sample_failed ());
  g_autoptr (GPtrArray) charts = lb_chart_list (records, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) svg = lb_chart_svg (charts, WIDTH, &dark, &error);

  g_assert_no_error (error);
  g_assert_nonnull (svg);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(NAME) g_test_add_func ("/chart/" #NAME, NAME)
  ADD (bars_are_as_long_as_their_values);
  ADD (dark_paper_is_dark);
  ADD (frontier_is_what_none_beats);
  ADD (svg_says_its_words_escaped);
  ADD (png_has_two_pixels_a_unit);
  ADD (nothing_to_draw_is_said);
  ADD (any_values_are_drawn);
  ADD (an_empty_chart_is_drawn);
  ADD (records_make_their_charts);
  ADD (what_is_wrong_stands_beside_the_figure);
  ADD (hostile_records_are_drawn);
  return g_test_run ();
}
