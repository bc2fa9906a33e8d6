#include "genre-description.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "core/error.h"
#include "genre-fields.h"

#define MIN_RATE_HZ 4000
#define MAX_RATE_HZ 192000
#define MAX_WINDOW_S 600
#define MIN_HOP_S 0.01
#define MAX_FRAMES 1000000
#define MAX_COPIES 16
#define LEAST_DEVIATION 1e-9

#define OF(MEMBER) offsetof (GenreDescription, MEMBER)
#define OF_MEL(MEMBER) offsetof (LbMelSpectrumSettings, MEMBER)

static const char *const cuts[] = { "sound", "spectrum", NULL };
static const char *const pads[] = { "silence", "zeros", "repeat", NULL };
static const char *const lasts[] = { "pad", "drop", NULL };
static const char *const activations[] = { "softmax", "sigmoid", "none", NULL };
static const char *const averages[] = { "scores", "outputs", "max", NULL };
static const char *const windows[] = { "hann",  "hann-symmetric", "hamming", "hamming-symmetric",
                                       "povey", "rectangular",    NULL };
static const char *const centres[] = { "none", "zeros", "reflect", NULL };
static const char *const scales[] = { "slaney", "htk", NULL };
static const char *const triangles[] = { "hz", "mel", NULL };
static const char *const levels[] = { "linear", "ln", "log10", "db", NULL };
static const char *const spectra[] = { "power", "magnitude", NULL };

/* clang-format off */
static const GenreField fields[] = {
  { "schema", GENRE_OTHER },
  { "model", GENRE_TEXT, OF (model) },
  { "labels", GENRE_OTHER, .required = TRUE },
  { "rate_hz", GENRE_WHOLE, OF (rate_hz), MIN_RATE_HZ, MAX_RATE_HZ, TRUE },
  { "window_s", GENRE_REAL, OF (window_s), MIN_HOP_S, MAX_WINDOW_S, TRUE },
  { "hop_s", GENRE_REAL, OF (hop_s), MIN_HOP_S, MAX_WINDOW_S, FALSE, 0 },
  { "last", GENRE_WORD, OF (drop_last), .words = lasts },
  { "cut", GENRE_WORD, OF (cut), .words = cuts },
  { "pad", GENRE_WORD, OF (pad), .words = pads },
  { "mel", GENRE_OTHER },
  { "frames", GENRE_WHOLE, OF (frames), 1, MAX_FRAMES, FALSE, 0 },
  { "normalise", GENRE_OTHER },
  { "input", GENRE_TEXT, OF (input) },
  { "shape", GENRE_OTHER, .required = TRUE },
  { "output", GENRE_TEXT, OF (output) },
  { "activation", GENRE_WORD, OF (activation), .required = TRUE, .words = activations },
  { "average", GENRE_WORD, OF (average), .words = averages },
};

static const GenreField mel_fields[] = {
  { "fft_size", GENRE_WHOLE, OF_MEL (frames.fft_size), LB_FRAMES_MIN_FFT, LB_FRAMES_MAX_FFT, TRUE },
  { "window_size", GENRE_WHOLE, OF_MEL (frames.window_size), 2, LB_FRAMES_MAX_FFT, FALSE, 0 },
  { "hop_size", GENRE_WHOLE, OF_MEL (frames.hop), 1, LB_FRAMES_MAX_FFT, TRUE },
  { "window", GENRE_WORD, OF_MEL (frames.window), .words = windows },
  { "centre", GENRE_WORD, OF_MEL (frames.centre), .words = centres },
  { "wide_frames", GENRE_FLAG, OF_MEL (frames.wide_frames), .fallback = 1 },
  { "remove_dc", GENRE_FLAG, OF_MEL (frames.remove_dc) },
  { "preemphasis", GENRE_REAL, OF_MEL (frames.preemphasis), 0, 1 },
  { "bands", GENRE_WHOLE, OF_MEL (mel.bands), 1, LB_MEL_MAX_BANDS, TRUE },
  { "min_hz", GENRE_REAL, OF_MEL (mel.min_hz), 0, MAX_RATE_HZ },
  { "max_hz", GENRE_REAL, OF_MEL (mel.max_hz), 1, MAX_RATE_HZ, FALSE, 0 },
  { "scale", GENRE_WORD, OF_MEL (mel.scale), .required = TRUE, .words = scales },
  { "triangles", GENRE_WORD, OF_MEL (mel.mel_triangles), .words = triangles },
  { "area", GENRE_FLAG, OF_MEL (mel.equal_area) },
  { "spectrum", GENRE_WORD, OF_MEL (magnitude), .words = spectra },
  { "level", GENRE_WORD, OF_MEL (level), .required = TRUE, .words = levels },
  { "gain", GENRE_REAL, OF_MEL (gain), 1e-12, 1e12, FALSE, 1 },
  { "offset", GENRE_REAL, OF_MEL (offset), 0, 1e12 },
  { "floor", GENRE_REAL, OF_MEL (floor), 1e-30, 1e12, FALSE, 1e-10 },
  { "from_loudest", GENRE_FLAG, OF_MEL (from_loudest) },
  { "range", GENRE_REAL, OF_MEL (range), 0, 1e6 },
};
/* clang-format on */

guint
genre_width (const GenreDescription *description)
{
  return description->is_mel ? description->spectrum.mel.bands : 1;
}

guint64
genre_rows (const GenreDescription *description)
{
  return description->is_mel ? description->frames : description->window_samples;
}

static gboolean
read_mel (GenreDescription *it, const json_t *root, GError **error)
{
  const json_t *mel = json_object_get (root, "mel");
  const double nyquist = it->rate_hz / 2.0;
  LbFramesSettings *frames = &it->spectrum.frames;

  it->is_mel = mel != NULL;
  if (!it->is_mel)
    return it->frames == 0 && it->cut == GENRE_CUT_SOUND
               ? TRUE
               : lb_error_set (error, LB_ERROR_BAD_MODEL,
                               "its frames and cut need a mel: without it the model takes "
                               "samples");
  if (!genre_fields_read (mel, "mel", mel_fields, G_N_ELEMENTS (mel_fields), &it->spectrum,
                          error))
    return FALSE;
  it->spectrum.mel.rate_hz = it->rate_hz;
  if (frames->window_size == 0)
    frames->window_size = frames->fft_size;
  if (it->spectrum.mel.max_hz == 0)
    it->spectrum.mel.max_hz = nyquist;
  if (frames->window_size > frames->fft_size)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its mel's window_size is larger than its fft_size");
  if (it->spectrum.mel.max_hz > nyquist || it->spectrum.mel.min_hz >= it->spectrum.mel.max_hz)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its mel's bands don't lie between 0 and %g Hz, half its rate_hz",
                         nyquist);
  return TRUE;
}

static guint
frames_of (const LbFramesSettings *settings, guint64 samples)
{
  g_autoptr (LbFrames) frames = lb_frames_new (settings);

  return (guint) lb_frames_count (frames, samples);
}

/* How long a window is, in samples and frames, and that memory is there for it. */
static gboolean
read_window (GenreDescription *it, GError **error)
{
  const LbFramesSettings *frames = &it->spectrum.frames;
  const double samples = it->window_s * it->rate_hz;
  const guint frame = frames->wide_frames ? frames->fft_size : frames->window_size;

  it->window_samples = (guint64) MAX (nearbyint (samples), 1);
  if (it->hop_s == 0)
    it->hop_s = it->window_s;
  if (it->is_mel && it->window_samples < frame)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its window_s is shorter than a frame of its mel (%u samples)", frame);
  if (it->is_mel && it->frames == 0)
    it->frames = it->cut == GENRE_CUT_SPECTRUM
                     ? (guint) MAX (nearbyint (samples / frames->hop), 1)
                     : frames_of (&it->spectrum.frames, it->window_samples);
  if (it->window_samples > GENRE_MAX_VALUES ||
      genre_rows (it) * genre_width (it) > GENRE_MAX_VALUES)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "its window has more than %d numbers",
                         GENRE_MAX_VALUES);
  return TRUE;
}

static gboolean
read_numbers (const json_t *value, const char *name, guint n, double least, double *numbers,
              GError **error)
{
  const gboolean is_list = json_is_array (value);

  if (is_list && json_array_size (value) != n)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its normalise's %s has %zu numbers, not one for each of %u bands", name,
                         json_array_size (value), n);
  for (guint i = 0; i < n; i++)
    {
      const json_t *number = is_list ? json_array_get (value, i) : value;

      numbers[i] = json_number_value (number);
      if (!json_is_number (number) || fabs (numbers[i]) > 1e12 || numbers[i] < least)
        return lb_error_set (error, LB_ERROR_BAD_MODEL,
                             "its normalise's %s is no number that can be", name);
    }
  return TRUE;
}

static gboolean
read_normalise (GenreDescription *it, const json_t *root, GError **error)
{
  static const GenreField known[] = { { "mean", GENRE_OTHER, .required = TRUE },
                                      { "std", GENRE_OTHER, .required = TRUE } };
  const json_t *value = json_object_get (root, "normalise");
  const guint n = genre_width (it);

  it->means = g_new0 (double, n);
  it->deviations = g_new0 (double, n);
  if (value == NULL)
    return TRUE;
  if (json_is_string (value) && strcmp (json_string_value (value), "window") == 0)
    {
      it->normalise = GENRE_BY_WINDOW;
      return TRUE;
    }
  it->normalise = GENRE_BY_NUMBERS;
  return genre_fields_read (value, "normalise", known, G_N_ELEMENTS (known), it, error) &&
         read_numbers (json_object_get (value, "mean"), "mean", n, -1e12, it->means, error) &&
         read_numbers (json_object_get (value, "std"), "std", n, LEAST_DEVIATION, it->deviations,
                       error);
}

/* Of one dimension; 0: it can't be. */
static int
read_dimension (const json_t *value)
{
  static const char *const names[] = { "batch", "bands", "frames", "samples" };

  for (guint i = 0; json_is_string (value) && i < G_N_ELEMENTS (names); i++)
    if (strcmp (json_string_value (value), names[i]) == 0)
      return GENRE_BATCH - (int) i;
  return json_is_integer (value) && json_integer_value (value) >= 1 &&
                 json_integer_value (value) <= MAX_COPIES
             ? (int) json_integer_value (value)
             : 0;
}

static guint
count_of (const GenreDescription *it, int dimension)
{
  guint n = 0;

  for (guint i = 0; i < it->rank; i++)
    n += it->shape[i] == dimension;
  return n;
}

static gboolean
read_shape (GenreDescription *it, const json_t *root, GError **error)
{
  const json_t *shape = json_object_get (root, "shape");
  const guint mels = it->is_mel ? 1 : 0;

  if (!json_is_array (shape) || json_array_size (shape) < 1 ||
      json_array_size (shape) > GENRE_MAX_RANK)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "its shape is no list of 1 to %d dimensions",
                         GENRE_MAX_RANK);
  it->rank = (guint) json_array_size (shape);
  it->values = genre_rows (it) * genre_width (it);
  for (guint i = 0; i < it->rank; i++)
    {
      it->shape[i] = read_dimension (json_array_get (shape, i));
      if (it->shape[i] == 0)
        return lb_error_set (error, LB_ERROR_BAD_MODEL,
                             "its shape has a dimension that is none of batch, bands, frames, "
                             "samples, and no number from 1 to %d",
                             MAX_COPIES);
      it->values *= it->shape[i] > 0 ? (guint64) it->shape[i] : 1;
    }
  it->has_batch = it->shape[0] == GENRE_BATCH;
  if (count_of (it, GENRE_BATCH) != (it->has_batch ? 1 : 0))
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its shape has a batch that isn't its first dimension");
  if (count_of (it, GENRE_BANDS) != mels || count_of (it, GENRE_FRAMES) != mels ||
      count_of (it, GENRE_SAMPLES) != 1 - mels)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "its shape must have %s",
                         it->is_mel ? "bands and frames, each once, and no samples"
                                    : "samples once, and no bands and frames: it has no mel");
  if (it->values > GENRE_MAX_VALUES)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "its shape has more than %d numbers",
                         GENRE_MAX_VALUES);
  return TRUE;
}

static gboolean
check_words (const GenreDescription *it, const json_t *root, GError **error)
{
  const char *schema = lb_json_string (root, "schema", "");

  if (strcmp (schema, GENRE_SCHEMA) != 0)
    return lb_error_set (error, LB_ERROR_BAD_MODEL, "its schema is not \"%s\"", GENRE_SCHEMA);
  if (it->model != NULL && (strchr (it->model, '/') != NULL || *it->model == '.' ||
                            !g_str_has_suffix (it->model, ".onnx")))
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its model is no name of an .onnx file beside it");
  if (it->pad == GENRE_PAD_ZEROS && !it->is_mel)
    return lb_error_set (error, LB_ERROR_BAD_MODEL,
                         "its pad is zeros, but it has no mel: silence is the same there");
  return TRUE;
}

GenreDescription *
genre_description_read (const json_t *root, GError **error)
{
  g_autoptr (GenreDescription) it = g_new0 (GenreDescription, 1);

  it->labels = json_incref (json_object_get (root, "labels"));
  if (!genre_fields_read (root, "", fields, G_N_ELEMENTS (fields), it, error) ||
      !read_mel (it, root, error) || !check_words (it, root, error) || !read_window (it, error) ||
      !read_normalise (it, root, error) || !read_shape (it, root, error))
    return NULL;
  return g_steal_pointer (&it);
}

void
genre_description_free (GenreDescription *description)
{
  g_free (description->model);
  g_free (description->input);
  g_free (description->output);
  g_free (description->means);
  g_free (description->deviations);
  json_decref (description->labels);
  g_free (description);
}
