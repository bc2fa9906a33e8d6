#include "machine/gpu-look.h"

#include <math.h>

#include "machine/sampler-source.h"

typedef struct {
  const LbSamplerSource *source;
  GPtrArray *files; /* of LbSamplerFile */
} Channel;

struct _LbGpuLook {
  char *root;
  LbSamplerPlace place;
  Channel busy, memory;
};

/* Returns: whether there is something to read */
static gboolean
open_source (const LbGpuLook *look, Channel *channel, const char *name)
{
  const LbSamplerSource *source = lb_sampler_sources ();

  while (source->name != NULL && !g_str_equal (source->name, name))
    source++;
  g_assert (source->name != NULL);
  channel->source = source;
  source->open (&look->place, channel->files);
  return channel->files->len > 0;
}

LbGpuLook *
lb_gpu_look_new (const char *root, GPid pid)
{
  g_autoptr (LbGpuLook) look = g_new0 (LbGpuLook, 1);
  gboolean any;

  look->root = g_strdup (root);
  look->place = (LbSamplerPlace){ look->root, pid };
  look->busy.files = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_sampler_file_free);
  look->memory.files = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_sampler_file_free);
  any = open_source (look, &look->busy, "gpu-busy");
  /* one of both for all looks: else the curve would leap from one meaning to the other */
  any = open_source (look, &look->memory, "gpu-device-memory") ||
        open_source (look, &look->memory, "gpu-memory") || any;
  return any ? g_steal_pointer (&look) : NULL;
}

void
lb_gpu_look_free (LbGpuLook *look)
{
  g_ptr_array_unref (look->busy.files);
  g_ptr_array_unref (look->memory.files);
  g_free (look->root);
  g_free (look);
}

static double
highest (const LbGpuLook *look, const Channel *channel)
{
  double most = NAN;

  for (guint i = 0; i < channel->files->len; i++)
    {
      guint64 raw;

      if (lb_sampler_read (channel->source, &look->place, channel->files->pdata[i], &raw))
        most = fmax (most, (double) raw * channel->source->scale);
    }
  return most;
}

LbGpuUse
lb_gpu_look_take (const LbGpuLook *look)
{
  return (LbGpuUse){ highest (look, &look->busy), highest (look, &look->memory) };
}
