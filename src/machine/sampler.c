#include "machine/sampler.h"

#include <math.h>

#include "core/clock.h"
#include "machine/sampler-source.h"

#define PERIOD_US (100 * 1000)
#define MAX_SOURCES 16

typedef struct {
  const LbSamplerSource *source;
  GPtrArray *files; /* LbSamplerFile */
  guint64 *before;  /* of each file of a counter */
  gboolean *has_before;
  double lowest, highest, sum;
  guint samples;
  gint64 last_ns;
  double last_value;
} Channel;

struct _LbSampler {
  char *root;
  LbSamplerPlace place;
  Channel channels[MAX_SOURCES];
  guint n_channels;
  GThread *thread;
  GMutex mutex;
  GCond wake;
  gboolean over;
  guint samples;
};

/* A counter starts again at 0 after its limit; with no limit known a step back
 * counts as nothing. */
static double
growth (const LbSamplerFile *file, guint64 before, guint64 now)
{
  if (now >= before)
    return (double) (now - before);
  return file->limit >= before ? (double) (file->limit - before) + (double) now : 0;
}

static void
take (Channel *channel, double value, gint64 now_ns)
{
  gboolean first = channel->samples == 0;

  if (channel->source->reduce == LB_SAMPLER_INTEGRAL && !first) /* trapezoids */
    channel->sum += (value + channel->last_value) / 2 *
                    lb_clock_seconds (channel->last_ns, now_ns);
  else if (channel->source->reduce == LB_SAMPLER_COUNTER ||
           channel->source->reduce == LB_SAMPLER_MEAN)
    channel->sum += value;
  channel->lowest = first ? value : MIN (channel->lowest, value);
  channel->highest = first ? value : MAX (channel->highest, value);
  channel->last_value = value;
  channel->last_ns = now_ns;
  channel->samples++;
}

static void
sample_channel (Channel *channel, const LbSamplerPlace *place)
{
  const LbSamplerSource *source = channel->source;
  double sum = 0, highest = 0;
  gboolean any = FALSE;
  gint64 now_ns = lb_clock_now_ns ();

  for (guint i = 0; i < channel->files->len; i++)
    {
      const LbSamplerFile *file = channel->files->pdata[i];
      guint64 raw;
      double value;

      if (!lb_sampler_read (source, place, file, &raw))
        continue;
      value = (double) raw;
      if (source->reduce == LB_SAMPLER_COUNTER)
        value = channel->has_before[i] ? growth (file, channel->before[i], raw) : 0;
      channel->before[i] = raw;
      channel->has_before[i] = TRUE;
      sum += value * source->scale;
      highest = any ? MAX (highest, value * source->scale) : value * source->scale;
      any = TRUE;
    }
  if (any)
    take (channel,
          source->reduce == LB_SAMPLER_COUNTER || source->reduce == LB_SAMPLER_INTEGRAL ? sum
                                                                                        : highest,
          now_ns);
}

static void
sample (LbSampler *sampler)
{
  for (guint i = 0; i < sampler->n_channels; i++)
    sample_channel (&sampler->channels[i], &sampler->place);
  sampler->samples++;
}

static gpointer
keep_sampling (gpointer data)
{
  LbSampler *sampler = data;

  g_mutex_lock (&sampler->mutex);
  while (!sampler->over)
    {
      gint64 until = g_get_monotonic_time () + PERIOD_US;

      while (!sampler->over && g_cond_wait_until (&sampler->wake, &sampler->mutex, until))
        ;
      if (!sampler->over)
        sample (sampler);
    }
  g_mutex_unlock (&sampler->mutex);
  return NULL;
}

static void
open_channel (LbSampler *sampler, const LbSamplerSource *source)
{
  g_autoptr (GPtrArray)
      files = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_sampler_file_free);
  Channel *channel = &sampler->channels[sampler->n_channels];

  source->open (&sampler->place, files);
  if (files->len == 0)
    return;
  channel->source = source;
  channel->before = g_new0 (guint64, files->len);
  channel->has_before = g_new0 (gboolean, files->len);
  channel->files = g_steal_pointer (&files);
  sampler->n_channels++;
}

LbSampler *
lb_sampler_start_at (const char *root, GPid pid)
{
  LbSampler *sampler = g_new0 (LbSampler, 1);

  sampler->root = g_strdup (root);
  sampler->place = (LbSamplerPlace){ sampler->root, pid };
  g_mutex_init (&sampler->mutex);
  g_cond_init (&sampler->wake);
  for (const LbSamplerSource *source = lb_sampler_sources ();
       source->name != NULL && sampler->n_channels < MAX_SOURCES; source++)
    open_channel (sampler, source);
  if (sampler->n_channels == 0) /* nothing to see: no thread that disturbs */
    return sampler;
  sample (sampler);
  sampler->thread = g_thread_try_new ("sampler", keep_sampling, sampler, NULL);
  return sampler;
}

LbSampler *
lb_sampler_start (GPid pid)
{
  return lb_sampler_start_at ("", pid);
}

/* Two samples at least, where it is about growth. */
static void
report (const Channel *channel, json_t *answer)
{
  const LbSamplerSource *source = channel->source;

  if (channel->samples == 0)
    return;
  switch (source->reduce)
    {
    case LB_SAMPLER_RANGE:
      lb_json_set_real (answer, source->lowest_key, channel->lowest);
      lb_json_set_real (answer, source->key, channel->highest);
      break;
    case LB_SAMPLER_PEAK:
      if (g_str_has_suffix (source->key, "_bytes"))
        lb_json_set_integer (answer, source->key, (gint64) channel->highest);
      else
        lb_json_set_real (answer, source->key, channel->highest);
      break;
    case LB_SAMPLER_MEAN:
      lb_json_set_real (answer, source->key, channel->sum / channel->samples);
      break;
    case LB_SAMPLER_INTEGRAL:
    case LB_SAMPLER_COUNTER:
      if (channel->samples >= 2) /* several cards may tell it in different ways */
        lb_json_set_real (answer, source->key,
                          lb_json_real (answer, source->key, 0) + channel->sum);
      break;
    }
}

static void
sampler_free (LbSampler *sampler)
{
  for (guint i = 0; i < sampler->n_channels; i++)
    {
      g_ptr_array_unref (sampler->channels[i].files);
      g_free (sampler->channels[i].before);
      g_free (sampler->channels[i].has_before);
    }
  g_mutex_clear (&sampler->mutex);
  g_cond_clear (&sampler->wake);
  g_free (sampler->root);
  g_free (sampler);
}

json_t *
lb_sampler_finish (LbSampler *sampler)
{
  json_t *answer = json_object ();
  double cpu, gpu;

  if (sampler->thread != NULL)
    {
      g_mutex_lock (&sampler->mutex);
      sampler->over = TRUE;
      g_cond_signal (&sampler->wake);
      g_mutex_unlock (&sampler->mutex);
      g_thread_join (sampler->thread);
    }
  if (sampler->n_channels > 0)
    {
      sample (sampler);
      lb_json_set_integer (answer, "samples", sampler->samples);
    }
  for (guint i = 0; i < sampler->n_channels; i++)
    report (&sampler->channels[i], answer);
  cpu = lb_json_real (answer, "cpu_energy_j", NAN);
  gpu = lb_json_real (answer, "gpu_energy_j", NAN);
  if (!isnan (cpu) || !isnan (gpu))
    lb_json_set_real (answer, "energy_j", (isnan (cpu) ? 0 : cpu) + (isnan (gpu) ? 0 : gpu));
  sampler_free (sampler);
  return answer;
}
