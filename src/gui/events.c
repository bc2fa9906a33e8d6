#include "gui/events.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/text.h"
#include "machine/gpu-look.h"
#include "machine/process.h"

#define GPU_ROOT "LLAMABURN_GUI_GPU" /* for tests: a folder with a /sys of its own */
#define SAMPLE_MS 1000
#define TAIL_BYTES 16384
#define BLOCK_BYTES 65536

struct _LbGuiEvents {
  GThread *thread;
  int events_fd, stderr_fd; /* −1: closed; the thread's */
  GPid pid;
  GString *line;      /* the thread's: of events, not yet whole */
  guint64 lines;      /* the thread's: that were read */
  double cpu_s;       /* the thread's: at the last look */
  gint64 sampled_ns;  /* the thread's: when that was */
  LbGpuLook *gpu;     /* the thread's (nullable): opened at the first look */
  GMutex lock;        /* of all that follows */
  GPtrArray *arrived; /* of json_t */
  GArray *samples;    /* of LbGuiSample */
  GString *tail;      /* the end of standard error */
  char *problem;
  gboolean ended;
};

static void
complain (LbGuiEvents *events, const char *message)
{
  g_mutex_lock (&events->lock);
  if (events->problem == NULL)
    events->problem = g_strdup_printf ("line %" G_GUINT64_FORMAT ": %s", events->lines, message);
  g_mutex_unlock (&events->lock);
}

static void
take_line (LbGuiEvents *events, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  json_t *event;

  events->lines++;
  event = lb_json_parse (text, (gssize) length, &error);
  if (event == NULL || !json_is_object (event))
    {
      complain (events, error != NULL ? error->message : "it is no JSON object");
      json_decref (event);
      return;
    }
  g_mutex_lock (&events->lock);
  g_ptr_array_add (events->arrived, event);
  g_mutex_unlock (&events->lock);
}

static void
take_block (LbGuiEvents *events, const char *block, gsize bytes)
{
  const char *newline;

  while ((newline = memchr (block, '\n', bytes)) != NULL)
    {
      gsize part = (gsize) (newline - block);

      g_string_append_len (events->line, block, (gssize) part);
      take_line (events, events->line->str, events->line->len);
      g_string_truncate (events->line, 0);
      block += part + 1;
      bytes -= part + 1;
    }
  if (events->line->len + bytes <= LB_JSON_MAX_LINE_BYTES)
    g_string_append_len (events->line, block, (gssize) bytes);
  else
    complain (events, "it is longer than any event");
}

static void
take_tail (LbGuiEvents *events, const char *block, gsize bytes)
{
  g_mutex_lock (&events->lock);
  g_string_append_len (events->tail, block, (gssize) bytes);
  if (events->tail->len > TAIL_BYTES)
    g_string_erase (events->tail, 0, (gssize) (events->tail->len - TAIL_BYTES));
  g_mutex_unlock (&events->lock);
}

static void
read_some (LbGuiEvents *events, int *fd,
           void (*take) (LbGuiEvents *events, const char *block, gsize bytes))
{
  g_autofree char *block = g_malloc (BLOCK_BYTES);
  gssize n = read (*fd, block, BLOCK_BYTES);

  if (n > 0)
    take (events, block, (gsize) n);
  else if (n == 0 || (errno != EINTR && errno != EAGAIN))
    {
      close (*fd);
      *fd = -1;
    }
}

static void
sample (LbGuiEvents *events)
{
  gint64 now_ns = lb_clock_now_ns ();
  const char *root = g_getenv (GPU_ROOT);
  LbGuiSample it = { (double) lb_process_rss_bytes (events->pid), NAN, NAN, NAN };
  double cpu_s = lb_process_cpu_s (events->pid);

  if (events->sampled_ns == 0)
    events->gpu = lb_gpu_look_new (root != NULL ? root : "", events->pid);
  else
    it.cores = (cpu_s - events->cpu_s) / lb_clock_seconds (events->sampled_ns, now_ns);
  if (events->gpu != NULL)
    {
      LbGpuUse use = lb_gpu_look_take (events->gpu);

      it.gpu_busy = use.busy;
      it.gpu_bytes = use.bytes;
    }
  events->cpu_s = cpu_s;
  events->sampled_ns = now_ns;
  if (it.rss_bytes == 0)
    return;
  g_mutex_lock (&events->lock);
  g_array_append_val (events->samples, it);
  g_mutex_unlock (&events->lock);
}

static gboolean
is_time_to_sample (const LbGuiEvents *events)
{
  return events->pid != 0 &&
         (events->sampled_ns == 0 ||
          lb_clock_now_ns () - events->sampled_ns >= SAMPLE_MS * (LB_NS_PER_S / 1000));
}

static gpointer
work (gpointer user_data)
{
  LbGuiEvents *events = user_data;

  while (events->events_fd >= 0 || events->stderr_fd >= 0)
    {
      struct pollfd ends[] = { { .fd = events->events_fd, .events = POLLIN },
                               { .fd = events->stderr_fd, .events = POLLIN } };

      if (poll (ends, G_N_ELEMENTS (ends), events->pid != 0 ? SAMPLE_MS : -1) > 0)
        {
          if (ends[0].revents != 0)
            read_some (events, &events->events_fd, take_block);
          if (ends[1].revents != 0)
            read_some (events, &events->stderr_fd, take_tail);
        }
      if (is_time_to_sample (events))
        sample (events);
    }
  g_mutex_lock (&events->lock);
  events->ended = TRUE;
  g_mutex_unlock (&events->lock);
  return NULL;
}

LbGuiEvents *
lb_gui_events_new (int events_fd, int stderr_fd, GPid pid)
{
  LbGuiEvents *events = g_new0 (LbGuiEvents, 1);

  events->events_fd = events_fd;
  events->stderr_fd = stderr_fd;
  events->pid = pid;
  events->line = g_string_new (NULL);
  events->tail = g_string_new (NULL);
  events->arrived = g_ptr_array_new_with_free_func ((GDestroyNotify) json_decref);
  events->samples = g_array_new (FALSE, FALSE, sizeof (LbGuiSample));
  g_mutex_init (&events->lock);
  events->thread = g_thread_new ("events", work, events);
  return events;
}

void
lb_gui_events_free (LbGuiEvents *events)
{
  g_thread_join (events->thread);
  g_string_free (events->line, TRUE);
  g_string_free (events->tail, TRUE);
  g_ptr_array_unref (events->arrived);
  g_array_unref (events->samples);
  g_free (events->problem);
  g_clear_pointer (&events->gpu, lb_gpu_look_free);
  g_mutex_clear (&events->lock);
  g_free (events);
}

GPtrArray *
lb_gui_events_take (LbGuiEvents *events)
{
  GPtrArray *arrived;

  g_mutex_lock (&events->lock);
  arrived = events->arrived;
  events->arrived = g_ptr_array_new_with_free_func ((GDestroyNotify) json_decref);
  g_mutex_unlock (&events->lock);
  return arrived;
}

GArray *
lb_gui_events_take_samples (LbGuiEvents *events)
{
  GArray *samples;

  g_mutex_lock (&events->lock);
  samples = events->samples;
  events->samples = g_array_new (FALSE, FALSE, sizeof (LbGuiSample));
  g_mutex_unlock (&events->lock);
  return samples;
}

gboolean
lb_gui_events_has_ended (LbGuiEvents *events)
{
  gboolean ended;

  g_mutex_lock (&events->lock);
  ended = events->ended;
  g_mutex_unlock (&events->lock);
  return ended;
}

char *
lb_gui_events_problem (LbGuiEvents *events)
{
  char *problem;

  g_mutex_lock (&events->lock);
  problem = g_strdup (events->problem);
  g_mutex_unlock (&events->lock);
  return problem;
}

char *
lb_gui_events_complaint (LbGuiEvents *events)
{
  static const char name[] = "llamaburn: ";
  g_autofree char *tail = NULL;
  const char *line;

  g_mutex_lock (&events->lock);
  tail = g_strndup (events->tail->str, events->tail->len);
  g_mutex_unlock (&events->lock);
  g_strchomp (tail);
  if (*tail == '\0')
    return NULL;
  line = strrchr (tail, '\n') != NULL ? strrchr (tail, '\n') + 1 : tail;
  return lb_text_escape (g_str_has_prefix (line, name) ? line + strlen (name) : line);
}
