#include "onnx.h"

#include <string.h>

#include <onnxruntime_c_api.h>

#include "core/error.h"
#include "core/text.h"

#define MAX_INPUTS 16

struct _Onnx {
  const OrtApi *api;
  OrtEnv *environment;
  OrtSession *session;
  OrtMemoryInfo *memory;
  OrtRunOptions *run_options;
  OrtAllocator *allocator;             /* ONNX Runtime's own */
  OrtValue *outputs[ONNX_MAX_OUTPUTS]; /* of the last run */
  char *output_name;
  GStrv inputs;
  int threads;
  int stopped; /* atomic */
};

const char *
onnx_version (void)
{
  return OrtGetApiBase ()->GetVersionString ();
}

/* The one way from a status to an error: the first line of what ONNX Runtime says. */
static gboolean
good (const Onnx *onnx, OrtStatus *status, int code, const char *what, GError **error)
{
  g_autofree char *words = NULL, *shown = NULL;

  if (status == NULL)
    return TRUE;
  words = g_strdup (onnx->api->GetErrorMessage (status));
  words[strcspn (words, "\n")] = '\0';
  shown = lb_text_escape (words);
  if (strstr (words, "bad_alloc") != NULL || strstr (words, "Failed to allocate") != NULL)
    code = LB_ERROR_MEMORY;
  g_set_error (error, LB_ERROR, code, "%s: %s", what, shown);
  onnx->api->ReleaseStatus (status);
  return FALSE;
}

static int
count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  int n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static GraphOptimizationLevel
level_of (const char *name)
{
  if (g_str_equal (name, "none"))
    return ORT_DISABLE_ALL;
  if (g_str_equal (name, "basic"))
    return ORT_ENABLE_BASIC;
  return g_str_equal (name, "extended") ? ORT_ENABLE_EXTENDED : ORT_ENABLE_ALL;
}

static gboolean
set_options (const Onnx *onnx, OrtSessionOptions *options, const OnnxSettings *settings,
             GError **error)
{
  const OrtApi *api = onnx->api;
  const char *what = "ONNX Runtime doesn't take a setting";
  const int code = LB_ERROR_ENGINE;

  return good (onnx, api->SetIntraOpNumThreads (options, settings->threads), code, what, error) &&
         good (onnx, api->SetInterOpNumThreads (options, 1), code, what, error) &&
         good (onnx, api->SetSessionExecutionMode (options, ORT_SEQUENTIAL), code, what, error) &&
         good (onnx,
               api->SetSessionGraphOptimizationLevel (options, level_of (settings->optimisation)),
               code, what, error) &&
         good (onnx,
               api->AddSessionConfigEntry (options, "session.intra_op.allow_spinning",
                                           settings->spinning ? "1" : "0"),
               code, what, error) &&
         good (onnx,
               settings->arena ? api->EnableCpuMemArena (options)
                               : api->DisableCpuMemArena (options),
               code, what, error) &&
         good (onnx,
               settings->memory_pattern ? api->EnableMemPattern (options)
                                        : api->DisableMemPattern (options),
               code, what, error);
}

static gboolean
make_session (Onnx *onnx, const char *path, const OnnxSettings *settings, GError **error)
{
  const OrtApi *api = onnx->api;
  OrtSessionOptions *options = NULL;
  const int before = count_threads ();
  g_autofree char *shown = lb_text_escape (path);
  g_autofree char *what = g_strdup_printf ("ONNX Runtime can't load \"%s\"", shown);
  gboolean made;

  if (!good (onnx, api->CreateSessionOptions (&options), LB_ERROR_ENGINE, what, error))
    return FALSE;
  made = set_options (onnx, options, settings, error) &&
         good (onnx, api->CreateSession (onnx->environment, path, options, &onnx->session),
               LB_ERROR_BAD_MODEL, what, error);
  api->ReleaseSessionOptions (options);
  onnx->threads = count_threads () - before + 1;
  return made;
}

static gboolean
read_names (Onnx *onnx, GError **error)
{
  const OrtApi *api = onnx->api;
  const char *what = "ONNX Runtime doesn't tell of its model";
  const int code = LB_ERROR_BAD_MODEL;
  size_t n_inputs = 0, n_outputs = 0;

  if (!good (onnx, api->GetAllocatorWithDefaultOptions (&onnx->allocator), code, what, error) ||
      !good (onnx, api->SessionGetInputCount (onnx->session, &n_inputs), code, what, error) ||
      !good (onnx, api->SessionGetOutputCount (onnx->session, &n_outputs), code, what, error))
    return FALSE;
  if (n_inputs > MAX_INPUTS || n_outputs < 1)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                   "the model has %" G_GSIZE_FORMAT " inputs and %" G_GSIZE_FORMAT " outputs",
                   n_inputs, n_outputs);
      return FALSE;
    }
  onnx->inputs = g_new0 (char *, n_inputs + 1);
  for (size_t i = 0; i < n_inputs; i++)
    {
      char *name = NULL;

      if (!good (onnx, api->SessionGetInputName (onnx->session, i, onnx->allocator, &name), code,
                 what, error))
        return FALSE;
      onnx->inputs[i] = g_strdup (name);
      onnx->allocator->Free (onnx->allocator, name);
    }
  return good (onnx,
               api->SessionGetOutputName (onnx->session, 0, onnx->allocator, &onnx->output_name),
               code, what, error);
}

Onnx *
onnx_open (const char *path, const OnnxSettings *settings, GError **error)
{
  g_autoptr (Onnx) onnx = g_new0 (Onnx, 1);
  const char *what = "ONNX Runtime can't start";
  const int code = LB_ERROR_ENGINE;

  g_setenv ("ORT_DISABLE_TELEMETRY", "1", TRUE);
  onnx->api = OrtGetApiBase ()->GetApi (ORT_API_VERSION);
  if (onnx->api == NULL)
    {
      g_set_error (
          error, LB_ERROR, LB_ERROR_ENGINE,
          "ONNX Runtime %s is older than what LlamaBurn was built with: run ./quickstart",
          onnx_version ());
      return NULL;
    }
  if (!good (onnx,
             onnx->api->CreateEnv (ORT_LOGGING_LEVEL_FATAL, "llamaburn", &onnx->environment),
             code, what, error) ||
      !good (onnx, onnx->api->DisableTelemetryEvents (onnx->environment), code, what, error) ||
      !good (onnx,
             onnx->api->CreateCpuMemoryInfo (OrtArenaAllocator, OrtMemTypeDefault, &onnx->memory),
             code, what, error) ||
      !good (onnx, onnx->api->CreateRunOptions (&onnx->run_options), code, what, error) ||
      !make_session (onnx, path, settings, error) || !read_names (onnx, error))
    return NULL;
  return g_steal_pointer (&onnx);
}

static void
release_outputs (Onnx *onnx)
{
  for (guint i = 0; i < ONNX_MAX_OUTPUTS; i++)
    g_clear_pointer (&onnx->outputs[i], onnx->api->ReleaseValue);
}

void
onnx_free (Onnx *onnx)
{
  const OrtApi *api = onnx->api;

  if (api != NULL)
    {
      if (onnx->output_name != NULL)
        onnx->allocator->Free (onnx->allocator, onnx->output_name);
      release_outputs (onnx);
      api->ReleaseRunOptions (onnx->run_options);
      api->ReleaseMemoryInfo (onnx->memory);
      api->ReleaseSession (onnx->session);
      api->ReleaseEnv (onnx->environment);
    }
  g_strfreev (onnx->inputs);
  g_free (onnx);
}

int
onnx_threads (const Onnx *onnx)
{
  return onnx->threads;
}

const char *const *
onnx_inputs (const Onnx *onnx)
{
  return (const char *const *) onnx->inputs;
}

static gboolean
make_input (const Onnx *onnx, const OnnxInput *input, OrtValue **value, GError **error)
{
  gsize bytes = input->type == ONNX_INT64 ? sizeof (gint64) : sizeof (float);
  int64_t shape[G_N_ELEMENTS (input->shape)];

  for (guint i = 0; i < input->rank; i++)
    {
      shape[i] = input->shape[i];
      bytes *= (gsize) input->shape[i];
    }
  return good (onnx,
               onnx->api->CreateTensorWithDataAsOrtValue (
                   onnx->memory, (void *) input->data, bytes, shape, input->rank,
                   input->type == ONNX_INT64 ? ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64
                                             : ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                   value),
               LB_ERROR_ENGINE, "ONNX Runtime doesn't take an input", error);
}

static float *
read_output (const Onnx *onnx, OrtValue *output, gsize *n, GError **error)
{
  const OrtApi *api = onnx->api;
  const char *what = "ONNX Runtime doesn't give its output";
  OrtTensorTypeAndShapeInfo *info = NULL;
  enum ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  void *data = NULL;
  size_t count = 0;
  gboolean read;

  if (!good (onnx, api->GetTensorTypeAndShape (output, &info), LB_ERROR_ENGINE, what, error))
    return NULL;
  read = good (onnx, api->GetTensorElementType (info, &type), LB_ERROR_ENGINE, what, error) &&
         good (onnx, api->GetTensorShapeElementCount (info, &count), LB_ERROR_ENGINE, what,
               error) &&
         good (onnx, api->GetTensorMutableData (output, &data), LB_ERROR_ENGINE, what, error);
  api->ReleaseTensorTypeAndShapeInfo (info);
  if (read && type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT && data != NULL)
    {
      *n = count;
      return data;
    }
  if (read)
    g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                         "the model's output is not 32-bit floats");
  return NULL;
}

/* Into onnx->outputs. */
static gboolean
run (Onnx *onnx, const OnnxInput *inputs, guint n_inputs, const char *const *outputs,
     guint n_outputs, GError **error)
{
  OrtValue *values[MAX_INPUTS] = { NULL };
  const char *names[MAX_INPUTS];
  gboolean made = n_inputs <= MAX_INPUTS && n_outputs <= ONNX_MAX_OUTPUTS;
  GError *cause = NULL;

  release_outputs (onnx);
  for (guint i = 0; i < n_inputs && made; i++)
    {
      names[i] = inputs[i].name;
      made = make_input (onnx, &inputs[i], &values[i], &cause);
    }
  made = made && good (onnx,
                       onnx->api->Run (onnx->session, onnx->run_options, names,
                                       (const OrtValue *const *) values, n_inputs, outputs,
                                       n_outputs, onnx->outputs),
                       LB_ERROR_ENGINE, "ONNX Runtime failed", &cause);
  for (guint i = 0; i < n_inputs && i < MAX_INPUTS; i++)
    onnx->api->ReleaseValue (values[i]);
  if (made)
    return TRUE;
  if (g_atomic_int_get (&onnx->stopped))
    {
      g_clear_error (&cause);
      g_set_error_literal (&cause, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
    }
  g_propagate_error (error, cause);
  return FALSE;
}

float *
onnx_run (Onnx *onnx, const OnnxInput *inputs, guint n_inputs, gsize *n, GError **error)
{
  const char *const names[] = { onnx->output_name };

  return run (onnx, inputs, n_inputs, names, 1, error)
             ? read_output (onnx, onnx->outputs[0], n, error)
             : NULL;
}

gboolean
onnx_run_outputs (Onnx *onnx, const OnnxInput *inputs, guint n_inputs, const char *const *outputs,
                  guint n_outputs, const float **values, gsize *sizes, GError **error)
{
  if (!run (onnx, inputs, n_inputs, outputs, n_outputs, error))
    return FALSE;
  for (guint i = 0; i < n_outputs; i++)
    {
      values[i] = read_output (onnx, onnx->outputs[i], &sizes[i], error);
      if (values[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Setting a flag can't fail; a status that came nevertheless is only freed. */
void
onnx_stop (Onnx *onnx)
{
  g_atomic_int_set (&onnx->stopped, TRUE);
  onnx->api->ReleaseStatus (onnx->api->RunOptionsSetTerminate (onnx->run_options));
}

void
onnx_start (Onnx *onnx)
{
  g_atomic_int_set (&onnx->stopped, FALSE);
  onnx->api->ReleaseStatus (onnx->api->RunOptionsUnsetTerminate (onnx->run_options));
}
