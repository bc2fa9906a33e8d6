#include "bench/inputs.h"

#include <string.h>

#include "audio/resample.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "decode/decode.h"
#include "dsp/song.h"
#include "machine/machine.h"

#define REFERENCE_MAX_BYTES (64 * 1024 * 1024)

typedef struct {
  LbPcm *pcm;
  GError *failure;
  json_t *record;
  json_t *flags;
  json_t *features; /* NULL: nobody asked for them */
  double decode_s;
  /* The last answer of lb_inputs_pcm(). */
  LbPcm *resampled;
  double resample_s;
  guint64 resampled_limit;
  guint64 held_bytes; /* of memory, by both */
} Input;

struct _LbInputs {
  LbSettings settings;
  guint64 memory_bytes; /* that all sounds together may hold; what is above lies on disk */
  GHashTable *by_path;
};

static void
free_input (gpointer data)
{
  Input *input = data;

  g_clear_pointer (&input->pcm, lb_pcm_free);
  g_clear_pointer (&input->resampled, lb_pcm_free);
  g_clear_error (&input->failure);
  json_decref (input->record);
  json_decref (input->flags);
  json_decref (input->features);
  g_free (input);
}

LbInputs *
lb_inputs_new (const LbSettings *settings)
{
  LbInputs *inputs = g_new0 (LbInputs, 1);

  inputs->settings = *settings;
  inputs->memory_bytes = settings->pcm_memory_bytes > 0
                             ? settings->pcm_memory_bytes
                             : lb_machine_memory_available_bytes () / 4;
  inputs->by_path = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_input);
  return inputs;
}

void
lb_inputs_free (LbInputs *inputs)
{
  g_hash_table_unref (inputs->by_path);
  g_free (inputs);
}

/* What the next sound may hold: 200 files, each below the limit, would fill the machine. */
static guint64
memory_left (LbInputs *inputs)
{
  GHashTableIter iter;
  gpointer input;
  guint64 held = 0;

  g_hash_table_iter_init (&iter, inputs->by_path);
  while (g_hash_table_iter_next (&iter, NULL, &input))
    held += ((Input *) input)->held_bytes;
  return inputs->memory_bytes > held ? inputs->memory_bytes - held : 1;
}

/* Returns: the bytes of memory that @pcm holds, made with @limit_bytes */
static guint64
held_by (const LbPcm *pcm, guint64 limit_bytes)
{
  guint64 bytes = pcm != NULL ? lb_pcm_frames (pcm) * lb_pcm_channels (pcm) * sizeof (float) : 0;

  return bytes <= limit_bytes ? bytes : 0;
}

static gboolean
describe (Input *input, const char *path, const LbAudioInfo *info, double start_s,
          GCancellable *cancellable, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *sha256 = lb_hash_file (path, cancellable, error);
  g_autofree char *pcm_sha256 = sha256 != NULL ? lb_pcm_sha256 (input->pcm, error) : NULL;
  json_t *record = json_object ();

  input->record = record;
  if (pcm_sha256 == NULL)
    return FALSE;
  lb_json_set_path (record, "path", absolute);
  lb_json_set_string (record, "sha256", sha256);
  lb_json_set_string (record, "pcm_sha256", pcm_sha256);
  lb_json_set_string (record, "format", info->format);
  lb_json_set_integer (record, "bytes", (gint64) info->bytes);
  lb_json_set_real (record, "duration_s", info->duration_s);
  lb_json_set_real (record, "start_s", start_s);
  lb_json_set_real (record, "processed_s", lb_pcm_duration_s (input->pcm));
  lb_json_set_integer (record, "sample_rate", lb_pcm_rate_hz (input->pcm));
  lb_json_set_integer (record, "channels", lb_pcm_channels (input->pcm));
  return TRUE;
}

static gboolean
decode (LbInputs *inputs, Input *input, const char *path, GCancellable *cancellable,
        GError **error)
{
  LbDecodeRange range = { inputs->settings.start_s, inputs->settings.duration_s,
                          memory_left (inputs) };
  g_auto (LbAudioInfo) info = { 0 };
  gint64 before = lb_clock_now_ns ();

  input->pcm = lb_decode (path, &range, &info, &input->flags, cancellable, error);
  input->decode_s = lb_clock_seconds (before, lb_clock_now_ns ());
  input->held_bytes = held_by (input->pcm, range.memory_limit_bytes);
  return input->pcm != NULL && describe (input, path, &info, range.start_s, cancellable, error);
}

const json_t *
lb_inputs_decode (LbInputs *inputs, const char *path, GCancellable *cancellable, GError **error)
{
  Input *input = g_hash_table_lookup (inputs->by_path, path);
  GError *local = NULL;

  if (input == NULL)
    {
      input = g_new0 (Input, 1);
      if (!decode (inputs, input, path, cancellable, &local))
        {
          if (g_error_matches (local, LB_ERROR, LB_ERROR_CANCELLED) ||
              g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            {
              free_input (input);
              g_propagate_error (error, local);
              return NULL;
            }
          input->failure = local;
        }
      g_hash_table_insert (inputs->by_path, g_strdup (path), input);
    }
  if (input->failure != NULL)
    {
      g_propagate_error (error, g_error_copy (input->failure));
      return NULL;
    }
  return input->record;
}

double
lb_inputs_decode_s (LbInputs *inputs, const char *path)
{
  const Input *input = g_hash_table_lookup (inputs->by_path, path);

  return input != NULL ? input->decode_s : 0;
}

const json_t *
lb_inputs_flags (LbInputs *inputs, const char *path)
{
  const Input *input = g_hash_table_lookup (inputs->by_path, path);

  return input != NULL ? input->flags : NULL;
}

double
lb_inputs_duration_s (LbInputs *inputs, const char *path)
{
  const Input *input = g_hash_table_lookup (inputs->by_path, path);

  return input != NULL && input->pcm != NULL ? lb_pcm_duration_s (input->pcm) : 0;
}

const LbPcm *
lb_inputs_own (LbInputs *inputs, const char *path)
{
  const Input *input = g_hash_table_lookup (inputs->by_path, path);

  return input != NULL ? input->pcm : NULL;
}

LbPcm *
lb_inputs_pcm (LbInputs *inputs, const char *path, guint rate_hz, guint channels,
               double *resample_s, GError **error)
{
  Input *input = g_hash_table_lookup (inputs->by_path, path);
  gint64 before;

  g_assert (input != NULL && input->pcm != NULL);
  if (input->resampled == NULL || lb_pcm_rate_hz (input->resampled) != rate_hz ||
      lb_pcm_channels (input->resampled) != channels)
    {
      input->held_bytes -= held_by (input->resampled, input->resampled_limit);
      g_clear_pointer (&input->resampled, lb_pcm_free);
      input->resampled_limit = memory_left (inputs);
      before = lb_clock_now_ns ();
      input->resampled = lb_resample (input->pcm, rate_hz, channels, input->resampled_limit,
                                      error);
      input->resample_s = lb_clock_seconds (before, lb_clock_now_ns ());
      input->held_bytes += held_by (input->resampled, input->resampled_limit);
    }
  *resample_s = input->resample_s;
  return input->resampled;
}

static gboolean
is_cancelled (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

const json_t *
lb_inputs_features (LbInputs *inputs, const char *path, GCancellable *cancellable, GError **error)
{
  Input *input = g_hash_table_lookup (inputs->by_path, path);
  LbSong song;

  g_assert (input != NULL && input->pcm != NULL);
  if (input->features == NULL &&
      lb_song_measure (input->pcm, memory_left (inputs), is_cancelled, cancellable, &song, error))
    input->features = lb_song_json (&song);
  return input->features;
}

void
lb_inputs_forget (LbInputs *inputs, const char *path)
{
  g_hash_table_remove (inputs->by_path, path);
}

char *
lb_reference_read (const char *path, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  g_autofree char *text = NULL;
  gsize length;
  GError *local = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "the reference \"%s\" is not a file: give a text file", shown);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, &length, &local))
    {
      g_set_error (
          error, LB_ERROR,
          g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? LB_ERROR_NOT_FOUND
                                                                    : LB_ERROR_NOT_PERMITTED,
          "can't read the reference \"%s\": %s", shown,
          strrchr (local->message, ':') != NULL ? strrchr (local->message, ':') + 2 : "");
      g_error_free (local);
      return NULL;
    }
  if (length > REFERENCE_MAX_BYTES || !g_utf8_validate (text, (gssize) length, NULL))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "the reference \"%s\" is not UTF-8 text of at most 64 MB: save it as UTF-8",
                   shown);
      return NULL;
    }
  if (*g_strstrip (text) == '\0')
    {
      g_set_error (error, LB_ERROR, LB_ERROR_EMPTY_REFERENCE,
                   "the reference \"%s\" is empty: write into it what was said", shown);
      return NULL;
    }
  return g_steal_pointer (&text);
}
