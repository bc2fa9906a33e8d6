/* A model in ONNX Runtime, on the processor. Its C interface answers a status for everything: it
 * is wrapped here, once, so that engines see GErrors of one line. */
#pragma once

#include <glib.h>

#include "core/json.h"

G_BEGIN_DECLS

#define ONNX_MAX_RANK 4
#define ONNX_MAX_OUTPUTS 8

typedef struct _Onnx Onnx;

typedef struct {
  int threads;              /* that work in an operator, at least 1 */
  gboolean spinning;        /* threads that wait keep a core busy */
  gboolean arena;           /* memory is kept between runs */
  gboolean memory_pattern;  /* buffers are planned for shapes seen before */
  const char *optimisation; /* "none", "basic", "extended", "all" */
} OnnxSettings;

typedef enum { ONNX_INT64, ONNX_FLOAT } OnnxType;

typedef struct {
  const char *name;
  OnnxType type;
  const void *data;
  gint64 shape[ONNX_MAX_RANK];
  guint rank;
} OnnxInput;

/** onnx_version: of the library, without opening anything */
const char *onnx_version (void);

/** onnx_open: Returns: (transfer full): the model in the file @path, or %NULL with
 * %LB_ERROR_BAD_MODEL, %LB_ERROR_MEMORY or %LB_ERROR_ENGINE */
Onnx *onnx_open (const char *path, const OnnxSettings *settings, GError **error);
void onnx_free (Onnx *onnx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Onnx, onnx_free)

/** onnx_threads: that the model's pool really has, counted, the caller's own among them */
int onnx_threads (const Onnx *onnx);

/** onnx_inputs: Returns: (array zero-terminated=1): their names */
const char *const *onnx_inputs (const Onnx *onnx);

/** onnx_run: asks for the first output, which must be floats.
 * Returns: (transfer none): *@n floats, yours to change, until the next run or onnx_free(); %NULL
 * with %LB_ERROR_CANCELLED after onnx_stop(), else with %LB_ERROR_ENGINE */
float *onnx_run (Onnx *onnx, const OnnxInput *inputs, guint n_inputs, gsize *n, GError **error);

/**
 * onnx_run_outputs:
 * @outputs: (array length=n_outputs): names; at most %ONNX_MAX_OUTPUTS
 * @values: (out) (array length=n_outputs): the floats of each, until the next run or onnx_free()
 * @sizes: (out) (array length=n_outputs): how many
 */
gboolean onnx_run_outputs (Onnx *onnx, const OnnxInput *inputs, guint n_inputs,
                           const char *const *outputs, guint n_outputs, const float **values,
                           gsize *sizes, GError **error);

/** onnx_stop: ends the run in progress, and every later one until onnx_start(); from any thread
 */
void onnx_stop (Onnx *onnx);
void onnx_start (Onnx *onnx);

G_END_DECLS
