/* history-scroll: how long a frame takes (layout and paint, on the main thread) while the list of
 * runs in $XDG_DATA_HOME scrolls, at 1280×900. bench/history-scroll.py fills one and starts it.
 */
#include <adwaita.h>
#include <stdio.h>
#include <time.h>

#include "core/clock.h"
#include "core/statistics.h"
#include "gui-resource.h"
#include "gui/history-page.h"

#define FRAMES 300
#define SETTLE 40 /* frames before and between, that are not counted */

typedef struct {
  GtkWidget *window;
  GtkAdjustment *down;
  gint64 start_ns;
  double start_cpu_ms;
  guint way, frame;
  GArray *times, *cpu; /* ms */
  GRand *random;
} Scroll;

/* How far a frame scrolls: a wheel, a held Page Down, a dragged scrollbar. */
static double
next_value (Scroll *it)
{
  double now = gtk_adjustment_get_value (it->down),
         page = gtk_adjustment_get_page_size (it->down);
  double end = gtk_adjustment_get_upper (it->down) - page;

  if (it->way == 0)
    return now + 60;
  return it->way == 1 ? now + page : g_rand_double_range (it->random, 0, end);
}

static const char *const ways[] = { "wheel", "page down", "dragged scrollbar" };

static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * (double) now.tv_sec + 1e-6 * (double) now.tv_nsec;
}

static void
print_times (const char *name, GArray *all)
{
  const double *times = (const double *) all->data;
  guint n = all->len, over = 0;

  for (guint i = 0; i < n; i++)
    over += times[i] > 16;
  printf (", \"%s\": {\"median\": %.2f, \"p95\": %.2f, \"max\": %.2f, \"over_16\": %u}", name,
          lb_median (times, n), lb_percentile (times, n, 95), lb_maximum (times, n), over);
  g_array_set_size (all, 0);
}

static void
report (Scroll *it)
{
  printf ("{\"way\": \"%s\", \"frames\": %u", ways[it->way], it->times->len);
  print_times ("cpu_ms", it->cpu);
  print_times ("wall_ms", it->times);
  printf ("}\n");
  fflush (stdout);
  it->frame = 0;
  it->way++;
}

static void
on_before (GdkFrameClock *clock, Scroll *it)
{
  it->start_ns = lb_clock_now_ns ();
  it->start_cpu_ms = cpu_ms ();
}

static void
on_after (GdkFrameClock *clock, Scroll *it)
{
  double ms = 1000 * lb_clock_seconds (it->start_ns, lb_clock_now_ns ());
  double cpu = cpu_ms () - it->start_cpu_ms;

  if (it->way >= G_N_ELEMENTS (ways) || it->down == NULL)
    return;
  if (it->frame++ >= SETTLE)
    {
      g_array_append_val (it->times, ms);
      g_array_append_val (it->cpu, cpu);
    }
  if (it->times->len == FRAMES)
    report (it);
}

static GtkWidget *
find_scroll (GtkWidget *widget)
{
  if (GTK_IS_SCROLLED_WINDOW (widget) &&
      GTK_IS_COLUMN_VIEW (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (widget))))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_scroll (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  Scroll *it = user_data;

  if (it->way >= G_N_ELEMENTS (ways))
    {
      gtk_window_destroy (GTK_WINDOW (it->window));
      return G_SOURCE_REMOVE;
    }
  gtk_widget_queue_draw (widget);
  if (it->down == NULL)
    {
      GtkAdjustment *down = gtk_scrolled_window_get_vadjustment (
          GTK_SCROLLED_WINDOW (find_scroll (widget)));

      if (gtk_adjustment_get_upper (down) > 2 * gtk_adjustment_get_page_size (down))
        it->down = down;
      return G_SOURCE_CONTINUE;
    }
  if (it->frame >= SETTLE / 2)
    gtk_adjustment_set_value (it->down, next_value (it));
  return G_SOURCE_CONTINUE;
}

static void
on_activate (AdwApplication *application, Scroll *it)
{
  g_autoptr (LbGuiContext) context = lb_gui_context_new ();
  GdkFrameClock *clock;

  it->window = adw_application_window_new (GTK_APPLICATION (application));
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (it->window),
                                      lb_history_page_new (context));
  gtk_window_set_default_size (GTK_WINDOW (it->window), 1280, 900);
  gtk_widget_add_tick_callback (it->window, on_tick, it, NULL);
  gtk_window_present (GTK_WINDOW (it->window));
  clock = gtk_widget_get_frame_clock (it->window);
  g_signal_connect (clock, "before-paint", G_CALLBACK (on_before), it);
  g_signal_connect (clock, "after-paint", G_CALLBACK (on_after), it);
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application = adw_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  Scroll it = { .times = g_array_new (FALSE, FALSE, sizeof (double)),
                .cpu = g_array_new (FALSE, FALSE, sizeof (double)),
                .random = g_rand_new_with_seed (1) };
  int status;

  lb_gui_register_resource ();
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), &it);
  status = g_application_run (G_APPLICATION (application), argc, argv);
  g_array_unref (it.times);
  g_array_unref (it.cpu);
  g_rand_free (it.random);
  return status;
}
