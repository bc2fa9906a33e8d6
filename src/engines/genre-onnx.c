/* Engine genre-onnx, mode genre: any audio classifier as an ONNX graph, with a description of
 * what it wants to hear, through ONNX Runtime. Windows one after another, their scores averaged.
 */
#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"
#include "engine/engine.h"
#include "genre-model.h"
#include "genre-scores.h"
#include "genre-windows.h"
#include "onnx.h"

G_STATIC_ASSERT (GENRE_MAX_RANK <= ONNX_MAX_RANK);

typedef struct {
  Onnx *onnx;
  GenreModel *model;
  GenreWindows *windows;
  const char *input; /* its name */
  float *values;     /* batch × the description's */
  guint n_labels, batch, top;
} Genre;

typedef struct {
  gint64 features_ns, infer_ns;
} Spent;

static gboolean
genre_probe (LbProbeAnswer *answer, GError **error)
{
  g_strlcpy (answer->version, onnx_version (), sizeof answer->version);
  answer->devices = json_pack ("[{s:s, s:s, s:s}]", "id", "cpu", "backend", "cpu", "name", "CPU");
  answer->libraries = json_pack ("{s:s}", "onnxruntime", onnx_version ());
  return TRUE;
}

static void
genre_unload (gpointer state)
{
  Genre *self = state;

  g_clear_pointer (&self->onnx, onnx_free);
  g_clear_pointer (&self->windows, genre_windows_free);
  g_clear_pointer (&self->model, genre_model_free);
  g_clear_pointer (&self->values, g_free);
}

/* One pass over @n windows that lie in self->values. Returns: (transfer none): n × labels */
static const float *
infer (Genre *self, guint n, GError **error)
{
  const GenreDescription *it = self->model->description;
  OnnxInput input = { self->input, ONNX_FLOAT, self->values, .rank = it->rank };
  const float *outputs = NULL;
  gsize size = 0;

  for (guint d = 0; d < it->rank; d++)
    input.shape[d] = it->shape[d] > 0              ? it->shape[d]
                     : it->shape[d] == GENRE_BATCH ? n
                     : it->shape[d] == GENRE_BANDS ? genre_width (it)
                                                   : (gint64) genre_rows (it);
  if (it->output == NULL)
    outputs = onnx_run (self->onnx, &input, 1, &size, error);
  else if (!onnx_run_outputs (self->onnx, &input, 1, (const char *const *) &it->output, 1,
                              &outputs, &size, error))
    return NULL;
  if (outputs == NULL || size == (gsize) n * self->n_labels)
    return outputs;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
               "the model gives %zu numbers for %u window%s, and has %u labels", size, n,
               n == 1 ? "" : "s", self->n_labels);
  return NULL;
}

/* A silent window, so that a model of another kind is known before the first run. */
static gboolean
try_out (Genre *self, GError **error)
{
  g_autofree char *shown = lb_text_escape (self->model->path);
  g_autofree float *silence = NULL;
  const guint64 n = self->model->description->window_samples;
  g_autoptr (GError) why = NULL;

  silence = g_new0 (float, n);
  for (guint i = 0; i < self->batch; i++)
    genre_windows_fill (self->windows, silence, n, 0,
                        self->values + i * self->model->description->values);
  if (infer (self, self->batch, &why) != NULL)
    return TRUE;
  g_set_error (error, LB_ERROR, why->code == LB_ERROR_ENGINE ? LB_ERROR_BAD_MODEL : why->code,
               "\"%s\" is not what its description says: %s", shown, why->message);
  return FALSE;
}

static gboolean
find_input (Genre *self, GError **error)
{
  const char *const *inputs = onnx_inputs (self->onnx);
  const char *wanted = self->model->description->input;
  g_autofree char *shown = lb_text_escape (self->model->path);

  if (g_strv_length ((char **) inputs) == 1 && wanted == NULL)
    self->input = inputs[0];
  for (guint i = 0; inputs[i] != NULL && wanted != NULL; i++)
    if (strcmp (inputs[i], wanted) == 0)
      self->input = inputs[i];
  if (self->input != NULL)
    return TRUE;
  if (wanted == NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                 "\"%s\" has %u inputs: its description must name one as \"input\"", shown,
                 g_strv_length ((char **) inputs));
  else
    {
      g_autofree char *name = lb_text_escape (wanted);

      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL, "\"%s\" has no input \"%s\"", shown,
                   name);
    }
  return FALSE;
}

static gboolean
open_model (Genre *self, const LbLoadRequest *request, GError **error)
{
  const json_t *known = json_object_get (request->model, "architecture");
  OnnxSettings settings = { .threads = request->threads,
                            .spinning = lb_json_boolean (request->options, "spinning", TRUE),
                            .arena = TRUE,
                            .memory_pattern = TRUE,
                            .optimisation = "all" };
  GenreDescription *it;

  self->model = genre_model_read (request->model_path, known, error);
  if (self->model == NULL)
    return FALSE;
  it = self->model->description;
  if (lb_json_real (request->options, "hop", 0) > 0)
    it->hop_s = lb_json_real (request->options, "hop", 0);
  self->n_labels = g_strv_length (self->model->labels);
  self->top = (guint) lb_json_integer (request->options, "top-k", 0);
  self->batch = (guint) lb_json_integer (request->options, "batch", 1);
  if (self->batch > 1 && (!it->has_batch || it->values * self->batch > GENRE_MAX_VALUES))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "this model takes no --batch of %u: %s",
                   self->batch,
                   it->has_batch ? "that is too much memory" : "its shape has no batch");
      return FALSE;
    }
  self->onnx = onnx_open (self->model->path, &settings, error);
  if (self->onnx == NULL || !find_input (self, error))
    return FALSE;
  self->windows = genre_windows_new (it);
  self->values = g_new (float, it->values * self->batch);
  return try_out (self, error);
}

static gboolean
genre_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer, LbSink *sink,
            GError **error)
{
  Genre *self = state;
  const GenreDescription *it;

  if (!open_model (self, request, error))
    {
      genre_unload (self);
      return FALSE;
    }
  it = self->model->description;
  answer->input_rate_hz = it->rate_hz;
  answer->input_channels = 1;
  answer->threads = onnx_threads (self->onnx);
  answer->deterministic = TRUE;
  answer->info = json_pack ("{s:i, s:f, s:f, s:s}", "labels", (int) self->n_labels, "window_s",
                            it->window_s, "hop_s", it->hop_s, "features",
                            it->is_mel ? "mel" : "samples");
  g_strlcpy (answer->backend, "cpu", sizeof answer->backend);
  g_strlcpy (answer->device, "cpu", sizeof answer->device);
  return TRUE;
}

/* What the model said of @n windows from @first on. */
static gboolean
add (const Genre *self, const float *outputs, guint64 first, guint n, GenreScores *scores,
     GError **error)
{
  guint strange = 0;

  for (guint i = 0; i < n; i++)
    if (!genre_scores_add (scores, outputs + (gsize) i * self->n_labels, &strange))
      {
        g_autofree char *label = lb_text_escape (self->model->labels[strange]);

        g_set_error (error, LB_ERROR, LB_ERROR_ENGINE,
                     "the model gave no number for \"%s\" in window %" G_GUINT64_FORMAT
                     " (NaN or infinity)",
                     label, first + i + 1);
        return FALSE;
      }
  return TRUE;
}

static gboolean
listen (Genre *self, const LbEngineInput *sound, LbSink *sink, GenreScores *scores, Spent *spent,
        GError **error)
{
  const guint64 count = genre_windows_count (self->windows, sound->frames);
  const guint64 values = self->model->description->values;

  for (guint64 w = 0; w < count; w += self->batch)
    {
      const guint n = (guint) MIN (self->batch, count - w);
      const gint64 begin_ns = lb_clock_now_ns ();
      const float *outputs;
      gint64 filled_ns;

      for (guint i = 0; i < n; i++)
        genre_windows_fill (self->windows, sound->samples, sound->frames, w + i,
                            self->values + i * values);
      filled_ns = lb_clock_now_ns ();
      outputs = infer (self, n, error);
      if (outputs == NULL || !add (self, outputs, w, n, scores, error))
        return FALSE;
      spent->features_ns += filled_ns - begin_ns;
      spent->infer_ns += lb_clock_now_ns () - filled_ns;
      if (!lb_sink_progress (sink, (double) (w + n) / (double) count))
        {
          g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
genre_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
           GError **error)
{
  Genre *self = state;
  const GenreDescription *it = self->model->description;
  g_auto (GenreScores) scores = { 0 };
  Spent spent = { 0 };

  if (request->inputs[0].frames == 0)
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT, "there is no sound in it");
      return FALSE;
    }
  genre_scores_init (&scores, it->activation, it->average, self->n_labels);
  if (!listen (self, &request->inputs[0], sink, &scores, &spent, error))
    return FALSE;
  lb_sink_done (sink);
  *output = json_object ();
  lb_json_set (*output, "genre",
               genre_scores_json (&scores, (const char *const *) self->model->labels, self->top));
  lb_json_set_integer (*output, "windows", (gint64) scores.windows);
  lb_json_set (*output, "phases",
               json_pack ("{s:f, s:f}", "features_s", lb_clock_seconds (0, spent.features_ns),
                          "infer_s", lb_clock_seconds (0, spent.infer_ns)));
  return TRUE;
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (Genre),
  .probe = genre_probe,
  .load = genre_load,
  .run = genre_run,
  .unload = genre_unload,
  .version = onnx_version,
};

LB_ENGINE_MODULE ("genre-onnx", hooks)
