/* Engine basic-pitch, mode transcription: the network of Bittner et al. (2022) through ONNX
 * Runtime, over windows of two seconds that overlap by 30 frames, as the package basic-pitch
 * 0.4.0 cuts them; the notes by basic-pitch-notes.c. */
#include <math.h>
#include <string.h>

#include "basic-pitch-notes.h"
#include "core/clock.h"
#include "core/error.h"
#include "engine/engine.h"
#include "onnx.h"

#define OVERLAP 30         /* frames that two windows share */
#define HALF (OVERLAP / 2) /* of them each loses */
#define KEPT (BASIC_PITCH_FRAMES - OVERLAP)
#define LEAD (HALF * BASIC_PITCH_HOP) /* samples of silence before the sound */
#define STEP (BASIC_PITCH_WINDOW - OVERLAP * BASIC_PITCH_HOP)
#define INPUT_NAME "serving_default_input_2:0"
#define THIRDS 3.0     /* of a semitone: the unit of bends */
#define PROGRAM 4      /* Electric Piano 1, as the package writes */
#define MOST_AT_ONCE 8 /* windows, unless the user says: each has its activations, 6 MB */

enum { NOTES, ONSETS, CONTOURS, OUTPUTS };

static const char *const output_names[OUTPUTS] = { "StatefulPartitionedCall:1",
                                                   "StatefulPartitionedCall:2",
                                                   "StatefulPartitionedCall:0" };
static const gsize widths[OUTPUTS] = { BASIC_PITCH_KEYS, BASIC_PITCH_KEYS, BASIC_PITCH_CONTOURS };

typedef struct {
  Onnx *onnx;
  BasicPitchSettings settings;
  gboolean bends, multiple;
  double tempo_bpm;
  guint batch;
  float *windows; /* batch × BASIC_PITCH_WINDOW */
} BasicPitch;

/* What the network says of the whole sound. */
typedef struct {
  float *values[OUTPUTS]; /* frames × width */
  gsize frames;
} Heard;

static void
heard_clear (Heard *heard)
{
  for (guint i = 0; i < OUTPUTS; i++)
    g_clear_pointer (&heard->values[i], g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

static gboolean
basic_pitch_probe (LbProbeAnswer *answer, GError **error)
{
  g_strlcpy (answer->version, onnx_version (), sizeof answer->version);
  answer->devices = json_pack ("[{s:s, s:s, s:s}]", "id", "cpu", "backend", "cpu", "name", "CPU");
  answer->libraries = json_pack ("{s:s}", "onnxruntime", onnx_version ());
  return TRUE;
}

static void
basic_pitch_unload (gpointer state)
{
  BasicPitch *self = state;

  g_clear_pointer (&self->onnx, onnx_free);
  g_clear_pointer (&self->windows, g_free);
}

/* A window for each thread: threads that share one wait for each other at every layer. */
static guint
usual_batch (int threads)
{
  return (guint) CLAMP (threads, 1, MOST_AT_ONCE);
}

static void
read_settings (BasicPitch *self, const json_t *options, int threads)
{
  double shortest_s = lb_json_real (options, "minimum-note-ms", 127.7) / 1000;

  self->settings.onset_threshold = lb_json_real (options, "onset-threshold", 0.5);
  self->settings.frame_threshold = lb_json_real (options, "frame-threshold", 0.3);
  self->settings.min_frames = (int) nearbyint (shortest_s *
                                               ((double) BASIC_PITCH_RATE_HZ / BASIC_PITCH_HOP));
  self->settings.min_hz = lb_json_real (options, "minimum-frequency", 0);
  self->settings.max_hz = lb_json_real (options, "maximum-frequency", 0);
  self->settings.infer_onsets = lb_json_boolean (options, "infer-onsets", TRUE);
  self->settings.melodia = lb_json_boolean (options, "melodia-trick", TRUE);
  self->bends = lb_json_boolean (options, "pitch-bends", TRUE);
  self->multiple = lb_json_boolean (options, "multiple-pitch-bends", FALSE);
  self->tempo_bpm = lb_json_real (options, "midi-tempo", 120);
  self->batch = (guint) lb_json_integer (options, "batch", 0);
  if (self->batch == 0)
    self->batch = usual_batch (threads);
}

/* One pass over the windows: FALSE where the model is another one. */
static gboolean
infer (BasicPitch *self, guint n, const float *values[OUTPUTS], GError **error)
{
  OnnxInput input = { INPUT_NAME, ONNX_FLOAT, self->windows, { n, BASIC_PITCH_WINDOW, 1 }, 3 };
  gsize sizes[OUTPUTS];

  if (!onnx_run_outputs (self->onnx, &input, 1, output_names, OUTPUTS, values, sizes, error))
    return FALSE;
  for (guint i = 0; i < OUTPUTS; i++)
    if (sizes[i] != n * BASIC_PITCH_FRAMES * widths[i])
      {
        g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_MODEL,
                             "the model is not Basic Pitch's: its outputs have another size");
        return FALSE;
      }
  return TRUE;
}

static gboolean
basic_pitch_load (gpointer state, const LbLoadRequest *request, LbLoadAnswer *answer,
                  LbSink *sink, GError **error)
{
  BasicPitch *self = state;
  OnnxSettings settings = { .threads = request->threads,
                            .spinning = lb_json_boolean (request->options, "spinning", TRUE),
                            .arena = TRUE,
                            .memory_pattern = TRUE,
                            .optimisation = "all" };
  g_autofree char *path = g_build_filename (request->model_path, "nmp.onnx", NULL);
  const float *values[OUTPUTS];

  read_settings (self, request->options, request->threads);
  self->onnx = onnx_open (path, &settings, error);
  if (self->onnx == NULL)
    return FALSE;
  self->windows = g_new0 (float, (gsize) self->batch *BASIC_PITCH_WINDOW);
  if (!infer (self, 1, values, error))
    {
      if (error != NULL && *error != NULL && (*error)->code == LB_ERROR_ENGINE)
        (*error)->code = LB_ERROR_BAD_MODEL; /* it lacks an input or output of that name */
      basic_pitch_unload (self);
      return FALSE;
    }
  answer->input_rate_hz = BASIC_PITCH_RATE_HZ;
  answer->input_channels = 1;
  answer->threads = onnx_threads (self->onnx);
  answer->deterministic = TRUE;
  answer->info = json_pack ("{s:s, s:i}", "onnxruntime", onnx_version (), "batch",
                            (int) self->batch);
  g_strlcpy (answer->backend, "cpu", sizeof answer->backend);
  g_strlcpy (answer->device, "cpu", sizeof answer->device);
  return TRUE;
}

/* The window that begins @begin samples after the lead of silence began. */
static void
cut_window (const LbEngineInput *sound, guint64 begin, float *window)
{
  guint64 first = MAX (begin, LEAD),
          last = MIN (begin + BASIC_PITCH_WINDOW, LEAD + sound->frames);

  memset (window, 0, BASIC_PITCH_WINDOW * sizeof (float));
  if (first < last)
    memcpy (window + (first - begin), sound->samples + (first - LEAD),
            (gsize) (last - first) * sizeof (float));
}

/* The middle frames of each window, one after another. */
static void
keep (Heard *heard, const float *const values[OUTPUTS], guint n, gsize at)
{
  for (guint i = 0; i < OUTPUTS; i++)
    for (guint w = 0; w < n && at + w * KEPT < heard->frames; w++)
      {
        gsize from = at + w * KEPT, rows = MIN (KEPT, heard->frames - from);

        memcpy (heard->values[i] + from * widths[i],
                values[i] + ((gsize) w * BASIC_PITCH_FRAMES + HALF) * widths[i],
                rows * widths[i] * sizeof (float));
      }
}

static gboolean
set_cancelled (GError **error)
{
  g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled");
  return FALSE;
}

static gboolean
listen (BasicPitch *self, const LbEngineInput *sound, LbSink *sink, Heard *heard, GError **error)
{
  guint64 windows = (LEAD + sound->frames + STEP - 1) / STEP;

  heard->frames = basic_pitch_kept_frames (sound->frames);
  for (guint i = 0; i < OUTPUTS; i++)
    heard->values[i] = g_new0 (float, heard->frames *widths[i] + 1);
  for (guint64 w = 0; w < windows; w += self->batch)
    {
      guint n = (guint) MIN (self->batch, windows - w);
      const float *values[OUTPUTS];

      for (guint k = 0; k < n; k++)
        cut_window (sound, (w + k) * STEP, self->windows + (gsize) k * BASIC_PITCH_WINDOW);
      if (!infer (self, n, values, error))
        return FALSE;
      keep (heard, values, n, (gsize) w * KEPT);
      if (!lb_sink_progress (sink, (double) (w + n) / (double) windows))
        return set_cancelled (error);
    }
  return TRUE;
}

/* Notes that sound together with another lose their bends: a channel has one bend. */
static guint8 *
find_overlaps (const GArray *notes)
{
  guint8 *overlaps = g_new0 (guint8, notes->len + 1);
  guint longest = 0;

  /* sorted by start: what a note overlaps is it, or the one that reaches furthest so far */
  for (guint i = 1; i < notes->len; i++)
    {
      const BasicPitchNote *note = &g_array_index (notes, BasicPitchNote, i);

      if (note->start < g_array_index (notes, BasicPitchNote, longest).end)
        overlaps[i] = overlaps[longest] = 1;
      if (note->end > g_array_index (notes, BasicPitchNote, longest).end)
        longest = i;
    }
  return overlaps;
}

static gboolean
has_bends (const BasicPitch *self, const guint8 *overlaps, guint index)
{
  return self->bends && (self->multiple || !overlaps[index]);
}

/* Of each note, one after another's; those of notes that have none stay 0. */
static gint8 *
find_bends (const BasicPitch *self, const GArray *notes, const guint8 *overlaps,
            const float *contours)
{
  gsize total = 0, at = 0;
  gint8 *bends;

  for (guint i = 0; i < notes->len; i++)
    total += g_array_index (notes, BasicPitchNote, i).end -
             g_array_index (notes, BasicPitchNote, i).start;
  bends = g_new0 (gint8, total + 1);
  for (guint i = 0; i < notes->len; i++)
    {
      const BasicPitchNote *note = &g_array_index (notes, BasicPitchNote, i);

      if (has_bends (self, overlaps, i))
        basic_pitch_bends (contours, note, bends + at);
      at += note->end - note->start;
    }
  return bends;
}

static json_t *
describe_bends (const gint8 *bends, guint n)
{
  json_t *list = json_array ();

  for (guint i = 0; i < n; i++)
    json_array_append_new (list, json_real (bends[i] / THIRDS));
  return list;
}

static json_t *
describe_note (const BasicPitchNote *note)
{
  json_t *one = json_object ();

  lb_json_set_real (one, "start_s", basic_pitch_time_s (note->start));
  lb_json_set_real (one, "end_s", basic_pitch_time_s (note->end));
  lb_json_set_integer (one, "pitch", note->pitch);
  lb_json_set_integer (one, "velocity", (gint64) nearbyint (127 * note->amplitude));
  lb_json_set_real (one, "amplitude", note->amplitude);
  return one;
}

static int
compare_notes (gconstpointer a, gconstpointer b)
{
  const BasicPitchNote *x = a, *y = b;

  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  return x->end != y->end ? (x->end < y->end ? -1 : 1) : x->pitch - y->pitch;
}

static json_t *
describe (const BasicPitch *self, const GArray *notes, const guint8 *overlaps, const gint8 *bends)
{
  json_t *output = json_object (), *list = json_array ();

  for (guint i = 0; i < notes->len; i++)
    {
      const BasicPitchNote *note = &g_array_index (notes, BasicPitchNote, i);
      json_t *one = describe_note (note);

      if (has_bends (self, overlaps, i))
        lb_json_set (one, "bends", describe_bends (bends, note->end - note->start));
      bends += note->end - note->start;
      json_array_append_new (list, one);
    }
  lb_json_set (output, "notes", list);
  lb_json_set (output, "midi_settings",
               json_pack ("{s:f, s:i, s:b}", "tempo_bpm", self->tempo_bpm, "program", PROGRAM,
                          "split", self->multiple));
  return output;
}

static gboolean
basic_pitch_run (gpointer state, const LbRunRequest *request, LbSink *sink, json_t **output,
                 GError **error)
{
  BasicPitch *self = state;
  g_auto (Heard) heard = { 0 };
  g_autoptr (GArray) notes = NULL;
  g_autofree guint8 *overlaps = NULL;
  g_autofree gint8 *bends = NULL;
  gint64 begin_ns = lb_clock_now_ns (), heard_ns, done_ns;

  if (!listen (self, &request->inputs[0], sink, &heard, error))
    return FALSE;
  heard_ns = lb_clock_now_ns ();
  notes = basic_pitch_notes (heard.values[NOTES], heard.values[ONSETS], heard.frames,
                             &self->settings);
  g_array_sort (notes, compare_notes);
  overlaps = find_overlaps (notes);
  bends = find_bends (self, notes, overlaps, heard.values[CONTOURS]);
  done_ns = lb_clock_now_ns ();
  lb_sink_done (sink);
  *output = describe (self, notes, overlaps, bends);
  lb_json_set (*output, "phases",
               json_pack ("{s:f, s:f}", "infer_s", lb_clock_seconds (begin_ns, heard_ns),
                          "notes_s", lb_clock_seconds (heard_ns, done_ns)));
  return TRUE;
}

static const LbEngineHooks hooks = {
  .state_size = sizeof (BasicPitch),
  .probe = basic_pitch_probe,
  .load = basic_pitch_load,
  .run = basic_pitch_run,
  .unload = basic_pitch_unload,
  .version = onnx_version,
};

LB_ENGINE_MODULE ("basic-pitch", hooks)
