#include "openai-watch.h"

#define LOOK_US (20 * 1000)

struct _OpenaiWatch {
  GThread *thread;
  GMutex lock;
  GCond changed;
  LbSink *sink; /* NULL: nothing to look at */
  GCancellable *cancellable;
  gboolean leaves;
};

static gpointer
look (gpointer data)
{
  OpenaiWatch *watch = data;

  g_mutex_lock (&watch->lock);
  while (!watch->leaves)
    {
      if (watch->sink == NULL)
        {
          g_cond_wait (&watch->changed, &watch->lock);
          continue;
        }
      if (lb_sink_cancelled (watch->sink))
        {
          watch->sink = NULL;
          g_cancellable_cancel (watch->cancellable);
        }
      g_cond_wait_until (&watch->changed, &watch->lock, g_get_monotonic_time () + LOOK_US);
    }
  g_mutex_unlock (&watch->lock);
  return NULL;
}

OpenaiWatch *
openai_watch_new (void)
{
  OpenaiWatch *watch = g_new0 (OpenaiWatch, 1);

  g_mutex_init (&watch->lock);
  g_cond_init (&watch->changed);
  watch->thread = g_thread_new ("watch", look, watch);
  return watch;
}

void
openai_watch_free (OpenaiWatch *watch)
{
  if (watch == NULL)
    return;
  g_mutex_lock (&watch->lock);
  watch->leaves = TRUE;
  g_cond_signal (&watch->changed);
  g_mutex_unlock (&watch->lock);
  g_thread_join (watch->thread);
  g_clear_object (&watch->cancellable);
  g_mutex_clear (&watch->lock);
  g_cond_clear (&watch->changed);
  g_free (watch);
}

GCancellable *
openai_watch_begin (OpenaiWatch *watch, LbSink *sink)
{
  GCancellable *cancellable = g_cancellable_new ();

  g_mutex_lock (&watch->lock);
  g_set_object (&watch->cancellable, cancellable);
  watch->sink = sink;
  g_cond_signal (&watch->changed);
  g_mutex_unlock (&watch->lock);
  return cancellable;
}

void
openai_watch_end (OpenaiWatch *watch)
{
  g_mutex_lock (&watch->lock);
  watch->sink = NULL;
  g_mutex_unlock (&watch->lock);
}
