/* What a native engine is: a module opened RTLD_LOCAL by llamaburn-engine, one a process. It
 * exports one symbol, by LB_ENGINE_MODULE. Only the host calls it, from one thread; the sink may
 * be called from any thread of the engine. */
#pragma once

#include <gmodule.h>

#include "core/json.h"

G_BEGIN_DECLS

#define LB_ENGINE_ABI 1

typedef struct _LbSink LbSink;

typedef struct {
  const char *model_path; /* NULL: none */
  const char *device;     /* "cpu", "vulkan:0"… */
  int threads;            /* at least 1 */
  gint64 seed;
  gboolean random_weights;
  const json_t *options;  /* every option of the manifest that has a value, typed and checked */
  const char *mode;       /* "stt"… */
  const json_t *model;    /* (nullable): of the catalogue: {id, name, variant, family, parameters,
                             architecture {…}}: what random_weights are made by */
  gboolean allow_network; /* whether input may be sent to another machine (--allow-network) */
} LbLoadRequest;

/* Answered by load. Strings are copied by the host. */
typedef struct {
  guint input_rate_hz, input_channels;   /* 0: it takes no sound */
  guint output_rate_hz, output_channels; /* 0: it gives no sound */
  double output_s;    /* the longest sound that one run may give; 0: by the mode's rule */
  guint output_stems; /* how many sounds of that length; 0: one */
  char backend[32], device[64]; /* really in use: "cpu", "vulkan" */
  char device_name[128];
  int threads;            /* really in use; 0: unknown */
  gboolean deterministic; /* with these options the same input gives the same output */
  guint64 parameters;     /* of the model; 0: unknown */
  json_t *info;           /* (transfer full) (nullable): more, goes into the record */
} LbLoadAnswer;

typedef struct {
  const char *role;     /* "audio", "text"… */
  const char *text;     /* for text roles, UTF-8, else NULL */
  const float *samples; /* for sound, interleaved, else NULL; read only */
  gsize frames;
  guint rate_hz, channels;
} LbEngineInput;

typedef struct {
  const LbEngineInput *inputs;
  guint n_inputs;
  gint64 seed;
  guint index; /* how many runs this session had before */
} LbRunRequest;

typedef struct {
  char version[64];
  json_t *devices;   /* (transfer full): [{id "cpu", backend, name, memory_bytes}] */
  json_t *libraries; /* (transfer full) (nullable): {"whisper": "1.8.5", "ggml": …, "build":
                        "flags"} */
} LbProbeAnswer;

/* @run: at least the parts of the output that are ready in host memory first call lb_sink_done(),
 * then build the JSON (untimed). Members of *@output by mode; stt: {text, language, segments
 * [{start_s, end_s, text, words [{start_s, end_s, text, probability}]}], tokens, phases
 * {encode_s, decode_s, …}, engine_s}. Sound goes through lb_sink_write_pcm(). */
typedef struct {
  gsize state_size; /* zeroed before load, freed after unload */
  gboolean (*probe) (LbProbeAnswer *answer, GError **error);
  gboolean (*load) (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer,
                    LbSink *sink, GError **error);
  gboolean (*run) (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
                   GError **error);
  void (*unload) (gpointer state);
  const char *(*version) (void); /* (nullable): the library's version, for hello: cheap, opens
                                    nothing; without it the version is known from probe on */
} LbEngineHooks;

typedef struct {
  int abi;
  const char *id;
  const LbEngineHooks *hooks;
} LbEngineModule;

#define LB_ENGINE_MODULE(ID, HOOKS)                                                              \
  G_MODULE_EXPORT const LbEngineModule lb_engine_module = { LB_ENGINE_ABI, ID, &(HOOKS) };

/** lb_sink_first: the first piece of output exists now (first segment, token, sample). Later
 * calls in the same run do nothing. @kind: "segment", "token", "audio". Returns: %FALSE: stop,
 * cancelled */
gboolean lb_sink_first (LbSink *sink, const char *kind);

/** lb_sink_partial: a piece of text as it comes, shown live. Returns: %FALSE: stop, cancelled */
gboolean lb_sink_partial (LbSink *sink, const char *text);

/** lb_sink_progress: @fraction from 0 to 1, at most some ten times a second reach the parent.
 *  Returns: %FALSE: stop, cancelled */
gboolean lb_sink_progress (LbSink *sink, double fraction);

/** lb_sink_cancelled: for abort callbacks of libraries: cheap, any thread */
gboolean lb_sink_cancelled (LbSink *sink);

/** lb_sink_done: the output is complete in host memory and the device is idle: the clock stops */
void lb_sink_done (LbSink *sink);

/** lb_sink_write_pcm: appends sound to the run's output. Interleaved f32 at the answered rate and
 *  channels. Returns: %FALSE with an error when the output mapping is full, or cancelled */
gboolean lb_sink_write_pcm (LbSink *sink, const char *stem, const float *samples, gsize frames,
                            GError **error);

G_END_DECLS
