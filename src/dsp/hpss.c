#include "dsp/hpss.h"

#include <float.h>
#include <string.h>

#include "dsp/median.h"

#define HALF (LB_MEDIAN_WINDOW / 2)
#define RING                                                                                     \
  (LB_MEDIAN_WINDOW + 1) /* frames from the oldest of a window to the next that comes */

struct _LbHpss {
  guint bins, padded;   /* padded: to whole tiles of lanes */
  guint tiles, rows;    /* rows: of a frame spread over lanes, each lane a stretch of bins */
  float *ring;          /* RING × padded */
  LbMedian *along_time; /* of each tile */
  LbMedian along_frequency;
  float *spread;     /* rows × lanes */
  float *percussive; /* padded */
  guint64 frames;    /* that came */
  guint64 done;      /* of which the medians were taken */
  double harmonic_energy, percussive_energy;
};

LbHpss *
lb_hpss_new (guint bins)
{
  LbHpss *hpss = g_new0 (LbHpss, 1);

  hpss->bins = bins;
  hpss->tiles = (bins + LB_MEDIAN_LANES - 1) / LB_MEDIAN_LANES;
  hpss->padded = hpss->tiles * LB_MEDIAN_LANES;
  hpss->rows = hpss->tiles + LB_MEDIAN_WINDOW - 1;
  hpss->ring = g_new0 (float, (gsize) RING * hpss->padded);
  hpss->along_time = g_new (LbMedian, hpss->tiles);
  hpss->spread = g_new0 (float, (gsize) hpss->rows *LB_MEDIAN_LANES);
  hpss->percussive = g_new0 (float, hpss->padded);
  return hpss;
}

void
lb_hpss_free (LbHpss *hpss)
{
  if (hpss == NULL)
    return;
  g_free (hpss->ring);
  g_free (hpss->along_time);
  g_free (hpss->spread);
  g_free (hpss->percussive);
  g_free (hpss);
}

static float *
frame_at (LbHpss *hpss, guint64 index)
{
  return hpss->ring + (index % RING) * hpss->padded;
}

/* The frame that stands at @index, which may lie before the first or behind the last. */
static const float *
reflected (LbHpss *hpss, gint64 index)
{
  return frame_at (hpss, (guint64) lb_median_reflect (index, (gint64) hpss->frames));
}

/* Lane l takes the bins from l × tiles on, and half a window on either side of them. */
static void
spread_frame (LbHpss *hpss, const float *frame)
{
  for (guint lane = 0; lane < LB_MEDIAN_LANES; lane++)
    for (guint row = 0; row < hpss->rows; row++)
      {
        gint64 bin = (gint64) lane * hpss->tiles + row - HALF;

        if (bin < 0 || bin >= hpss->bins)
          bin = lb_median_reflect (bin, hpss->bins);
        hpss->spread[row * LB_MEDIAN_LANES + lane] = frame[bin];
      }
}

static void
take_along_frequency (LbHpss *hpss, const float *frame)
{
  const float *row = hpss->spread;

  spread_frame (hpss, frame);
  lb_median_init (&hpss->along_frequency);
  for (guint i = 0; i < hpss->rows; i++, row += LB_MEDIAN_LANES)
    {
      const float *gone = i >= LB_MEDIAN_WINDOW ? row - LB_MEDIAN_WINDOW * LB_MEDIAN_LANES : NULL;
      const float *medians = lb_median_get (&hpss->along_frequency);

      lb_median_slide (&hpss->along_frequency, gone, row);
      if (i + 1 >= LB_MEDIAN_WINDOW)
        for (guint lane = 0; lane < LB_MEDIAN_LANES; lane++)
          hpss->percussive[lane * hpss->tiles + i + 1 - LB_MEDIAN_WINDOW] = medians[lane];
    }
}

/* Soft masks of power 2: each gets its square's share of the bin's energy, then squared. */
static void
share_out (LbHpss *hpss, const float *frame)
{
  double harmonic_sum = 0, percussive_sum = 0;

  for (guint bin = 0; bin < hpss->bins; bin++)
    {
      float h = lb_median_get (&hpss->along_time[bin / LB_MEDIAN_LANES])[bin % LB_MEDIAN_LANES];
      float p = hpss->percussive[bin], larger = MAX (h, p);
      float share = 0.5f;

      if (larger >= FLT_MIN)
        {
          h /= larger;
          p /= larger;
          share = h * h / (h * h + p * p);
        }
      h = share * frame[bin];
      p = (1 - share) * frame[bin];
      harmonic_sum += (double) h * h;
      percussive_sum += (double) p * p;
    }
  hpss->harmonic_energy += harmonic_sum;
  hpss->percussive_energy += percussive_sum;
}

static void
slide_along_time (LbHpss *hpss, const float *gone, const float *come)
{
  for (guint tile = 0; tile < hpss->tiles; tile++)
    lb_median_slide (&hpss->along_time[tile], gone != NULL ? gone + tile * LB_MEDIAN_LANES : NULL,
                     come + tile * LB_MEDIAN_LANES);
}

/* The window lies around frame @done: all that it covers is in the ring. */
static void
end_frame (LbHpss *hpss)
{
  gint64 middle = (gint64) hpss->done;
  const float *frame = frame_at (hpss, hpss->done);

  if (hpss->done > 0)
    slide_along_time (hpss, reflected (hpss, middle - HALF - 1), reflected (hpss, middle + HALF));
  else
    {
      for (guint tile = 0; tile < hpss->tiles; tile++)
        lb_median_init (&hpss->along_time[tile]);
      for (gint64 i = -HALF; i <= HALF; i++)
        slide_along_time (hpss, NULL, reflected (hpss, i));
    }
  take_along_frequency (hpss, frame);
  share_out (hpss, frame);
  hpss->done++;
}

void
lb_hpss_add (LbHpss *hpss, const float *magnitudes)
{
  memcpy (frame_at (hpss, hpss->frames), magnitudes, hpss->bins * sizeof (float));
  hpss->frames++;
  if (hpss->frames > hpss->done + HALF)
    end_frame (hpss);
}

void
lb_hpss_finish (LbHpss *hpss, double *harmonic, double *percussive)
{
  while (hpss->done < hpss->frames)
    end_frame (hpss);
  *harmonic = hpss->harmonic_energy;
  *percussive = hpss->percussive_energy;
}
