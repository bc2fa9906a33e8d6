/* What a classifier wants to hear: a JSON file beside its .onnx. Whoever made the model wrote it,
 * so every number in it is checked here, before anything is made by it. */
#pragma once

#include <glib.h>

#include "core/json.h"
#include "dsp/mel-spectrum.h"

G_BEGIN_DECLS

#define GENRE_SCHEMA "llamaburn.classifier/1"
#define GENRE_MAX_RANK 4
#define GENRE_MAX_VALUES (1 << 26) /* samples, or numbers of the input, of one window */

typedef enum { GENRE_PAD_SILENCE, GENRE_PAD_ZEROS, GENRE_PAD_REPEAT } GenrePad;
typedef enum { GENRE_CUT_SOUND, GENRE_CUT_SPECTRUM } GenreCut;
typedef enum { GENRE_SOFTMAX, GENRE_SIGMOID, GENRE_NONE } GenreActivation;
typedef enum { GENRE_MEAN_SCORES, GENRE_MEAN_OUTPUTS, GENRE_MAX_SCORES } GenreAverage;
typedef enum { GENRE_LEAVE, GENRE_BY_NUMBERS, GENRE_BY_WINDOW } GenreNormalise;

/* A dimension of the input: one of these, or so many copies of the rest. */
enum { GENRE_BATCH = -1, GENRE_BANDS = -2, GENRE_FRAMES = -3, GENRE_SAMPLES = -4 };

typedef struct {
  char *model;          /* a file's name; NULL: not said */
  json_t *labels;       /* a list, or the name of a file */
  char *input, *output; /* names in the graph; NULL: its only input, its first output */
  guint rate_hz;
  double window_s, hop_s;
  guint64 window_samples; /* at least 1 */
  gboolean drop_last;     /* a window that isn't full is left out, unless it is the only one */
  GenreCut cut;
  GenrePad pad;
  gboolean is_mel; /* else the model takes samples */
  LbMelSpectrumSettings spectrum;
  guint frames; /* of a window's spectrum; 0 for samples */
  GenreNormalise normalise;
  double *means, *deviations; /* of each band, or of samples one */
  int shape[GENRE_MAX_RANK];
  guint rank;
  guint64 values; /* of one window's input: the product of the shape without the batch */
  gboolean has_batch;
  GenreActivation activation;
  GenreAverage average;
} GenreDescription;

/** genre_description_read: @root: the description as JSON. Returns: (transfer full): or %NULL
 * with %LB_ERROR_BAD_MODEL: "its …": what it says that can't be */
GenreDescription *genre_description_read (const json_t *root, GError **error);
void genre_description_free (GenreDescription *description);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenreDescription, genre_description_free)

/** genre_width: Returns: how many numbers a frame of the input has: bands, or 1 for samples */
guint genre_width (const GenreDescription *description);

/** genre_rows: Returns: how many frames, or samples, a window of the input has */
guint64 genre_rows (const GenreDescription *description);

G_END_DECLS
