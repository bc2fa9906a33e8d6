#include <math.h>

#include "report/chart-private.h"

#define FONT_SIZE 13.0
#define MOST_TEXT 300 /* characters that are laid out: nobody reads more of a label */

typedef struct {
  double red, green, blue;
} Colour;

/* Colours that are told apart with each of the common kinds of colour blindness (after Okabe and
 * Ito 2008), darkened or lightened to 3:1 against their paper. */
static const Colour light_series[] = {
  { 0.00, 0.45, 0.70 }, { 0.80, 0.36, 0.00 }, { 0.00, 0.53, 0.39 }, { 0.70, 0.32, 0.55 },
  { 0.55, 0.45, 0.00 }, { 0.15, 0.50, 0.70 }, { 0.35, 0.35, 0.35 }, { 0.55, 0.15, 0.20 },
};
static const Colour dark_series[] = {
  { 0.38, 0.71, 0.93 }, { 0.96, 0.60, 0.25 }, { 0.25, 0.78, 0.62 }, { 0.90, 0.60, 0.78 },
  { 0.94, 0.89, 0.40 }, { 0.60, 0.85, 0.95 }, { 0.75, 0.75, 0.75 }, { 0.95, 0.55, 0.55 },
};
static const Colour light_ink[] = {
  { 1, 1, 1 },
  { 0.13, 0.13, 0.14 },
  { 0.36, 0.36, 0.38 },
  { 0.87, 0.87, 0.88 },
};
static const Colour dark_ink[] = {
  { 0.12, 0.12, 0.13 },
  { 0.95, 0.95, 0.95 },
  { 0.72, 0.72, 0.74 },
  { 0.27, 0.27, 0.29 },
};

static void
set_colour (LbPen *pen, const Colour *colour)
{
  cairo_set_source_rgb (pen->cairo, colour->red, colour->green, colour->blue);
}

void
lb_pen_ink (LbPen *pen, LbInk ink)
{
  if (ink >= LB_INK_SERIES)
    lb_pen_series (pen, ink - LB_INK_SERIES);
  else
    set_colour (pen, pen->dark ? &dark_ink[ink] : &light_ink[ink]);
}

void
lb_pen_series (LbPen *pen, guint index)
{
  guint i = index % G_N_ELEMENTS (light_series);

  set_colour (pen, pen->dark ? &dark_series[i] : &light_series[i]);
}

void
lb_pen_init (LbPen *pen, cairo_t *cairo, const LbChartStyle *style)
{
  double size = style->font_size > 0 ? style->font_size : FONT_SIZE;
  PangoFontDescription *font = pango_font_description_from_string ("Cantarell, Sans");

  pen->cairo = cairo_reference (cairo);
  pen->dark = style->dark;
  pen->line = ceil (size * 1.45);
  pen->layout = pango_cairo_create_layout (cairo);
  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_layout_set_font_description (pen->layout, font);
  pango_layout_set_single_paragraph_mode (pen->layout, TRUE);
  pango_font_description_free (font);
}

void
lb_pen_clear (LbPen *pen)
{
  g_clear_object (&pen->layout);
  g_clear_pointer (&pen->cairo, cairo_destroy);
}

static void
set_text (LbPen *pen, const char *text)
{
  glong characters = g_utf8_strlen (text, -1);
  const char *end = characters > MOST_TEXT ? g_utf8_offset_to_pointer (text, MOST_TEXT) : NULL;

  pango_layout_set_text (pen->layout, text, end != NULL ? (int) (end - text) : -1);
}

double
lb_pen_width (LbPen *pen, const char *text)
{
  int width = 0;

  pango_layout_set_width (pen->layout, -1);
  set_text (pen, text);
  pango_layout_get_size (pen->layout, &width, NULL);
  return (double) width / PANGO_SCALE;
}

static void
put (LbPen *pen, const char *text, double x, double y, double align, double room,
     PangoEllipsizeMode cut)
{
  double width = lb_pen_width (pen, text);

  if (room < 1)
    return;
  if (width > room)
    {
      width = room;
      pango_layout_set_width (pen->layout, (int) (room * PANGO_SCALE));
      pango_layout_set_ellipsize (pen->layout, cut);
    }
  cairo_move_to (pen->cairo, x - align * width, y);
  pango_cairo_show_layout (pen->cairo, pen->layout);
  cairo_new_path (pen->cairo); /* its end is no beginning of a line */
  pango_layout_set_ellipsize (pen->layout, PANGO_ELLIPSIZE_NONE);
}

void
lb_pen_text (LbPen *pen, const char *text, double x, double y, double align, double room)
{
  put (pen, text, x, y, align, room, PANGO_ELLIPSIZE_MIDDLE);
}

void
lb_pen_figures (LbPen *pen, const char *text, double x, double y, double align, double room)
{
  put (pen, text, x, y, align, room, PANGO_ELLIPSIZE_END);
}

void
lb_pen_bold (LbPen *pen, gboolean bold)
{
  PangoFontDescription *font = pango_font_description_copy (
      pango_layout_get_font_description (pen->layout));

  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (pen->layout, font);
  pango_font_description_free (font);
}

void
lb_pen_line (LbPen *pen, double x1, double y1, double x2, double y2, double width)
{
  cairo_set_line_width (pen->cairo, width);
  cairo_move_to (pen->cairo, x1, y1);
  cairo_line_to (pen->cairo, x2, y2);
  cairo_stroke (pen->cairo);
}

static void
polygon (cairo_t *cairo, double x, double y, double radius, guint corners, double turn)
{
  for (guint i = 0; i < corners; i++)
    {
      double angle = 2 * G_PI * i / corners + turn;

      cairo_line_to (cairo, x + radius * cos (angle), y + radius * sin (angle));
    }
  cairo_close_path (cairo);
}

static void
cross (cairo_t *cairo, double x, double y, double radius, double turn)
{
  for (guint i = 0; i < 4; i++)
    {
      cairo_move_to (cairo, x, y);
      cairo_line_to (cairo, x + radius * cos (turn + i * G_PI / 2),
                     y + radius * sin (turn + i * G_PI / 2));
    }
}

void
lb_pen_mark (LbPen *pen, guint index, double x, double y, double radius)
{
  cairo_t *cairo = pen->cairo;
  guint shape = index % 8;

  lb_pen_series (pen, index);
  cairo_new_path (cairo);
  if (shape == 0)
    cairo_arc (cairo, x, y, radius, 0, 2 * G_PI);
  else if (shape == 1)
    polygon (cairo, x, y, radius * 1.2, 4, G_PI / 4);
  else if (shape == 2)
    polygon (cairo, x, y, radius * 1.3, 3, -G_PI / 2);
  else if (shape == 3)
    polygon (cairo, x, y, radius * 1.3, 4, 0);
  else if (shape == 4)
    polygon (cairo, x, y, radius * 1.3, 3, G_PI / 2);
  else if (shape == 5)
    polygon (cairo, x, y, radius * 1.15, 6, 0);
  else
    cross (cairo, x, y, radius * 1.2, shape == 6 ? 0 : G_PI / 4);
  if (shape < 6)
    cairo_fill (cairo);
  cairo_set_line_width (cairo, radius * 0.6);
  cairo_stroke (cairo);
}

void
lb_pen_dash (LbPen *pen, guint index)
{
  static const double dashes[][4] = { { 0 }, { 6, 3, 6, 3 }, { 2, 3, 2, 3 }, { 8, 3, 2, 3 } };
  const double *dash = dashes[index % G_N_ELEMENTS (dashes)];

  cairo_set_dash (pen->cairo, dash, dash[0] > 0 ? 4 : 0, 0);
}
