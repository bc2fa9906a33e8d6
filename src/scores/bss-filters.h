/* The first half of BSS Eval: the filters that bring the references closest to the estimates. */
#pragma once

#include "scores/bss-eval.h"
#include "scores/spectrum.h"

G_BEGIN_DECLS

#define LB_BSS_BLOCK 8192 /* samples in a transform */
#define LB_BSS_BINS (LB_BSS_BLOCK / 2 + 1)
#define LB_BSS_STEP (LB_BSS_BLOCK - LB_BSS_TAPS + 1) /* new samples in each */

typedef struct {
  const LbSignal *references, *estimates;
  guint stems, channels,
      tracks; /* tracks = stems × channels; track = stem × channels + channel */
  guint64 frames;
  GCancellable *cancellable;
} LbBssInput;

/* Of one stem, over the whole track. */
typedef struct {
  double reference, estimate, error, along; /* Σ s², Σ ŝ², Σ (ŝ − s)², Σ (ŝ − s) s */
} LbBssEnergy;

typedef struct {
  LbBin *all; /* [estimate's track][reference's track][bin]: from every reference */
  LbBin *own; /* the same, from the channels of the estimate's own reference only; others zero */
  double loading; /* the most that lb_block_toeplitz_solve() took */
} LbBssFilters;

void lb_bss_filters_free (LbBssFilters *filters);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbBssFilters, lb_bss_filters_free)

/** lb_bss_read: @frames interleaved frames of @signal from @start, zeros beyond its end */
gboolean lb_bss_read (const LbBssInput *input, const LbSignal *signal, guint64 start,
                      float *samples, gsize frames, GError **error);

/** lb_bss_filters_new: reads all, fits the filters. @energies: (array) (out): [stems].
 *  Returns: (transfer full): spectra of the filters, or %NULL */
LbBssFilters *lb_bss_filters_new (const LbBssInput *input, LbBssEnergy *energies, GError **error);

/** lb_bins_add_product: @sum += @x × @y, or conjugate (@x) × @y */
void lb_bins_add_product (LbBin *sum, const LbBin *x, const LbBin *y, gsize n);
void lb_bins_add_correlation (LbBin *sum, const LbBin *x, const LbBin *y, gsize n);

G_END_DECLS
