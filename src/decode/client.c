#include "decode/decode.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "decode/worker.h"

#define MAX_DURATION_S 1e9
#define MAX_TEXT 400

typedef struct {
  LbWorker *worker;
  GCancellable *cancellable;
  char *shown; /* the file's name, escaped */
  LbAudioInfo *info;
  LbPcm *pcm;
  float *samples;
  json_t *flags;
  guint64 broken; /* samples that were NaN or infinite */
} Reader;

static void
reader_clear (Reader *self)
{
  lb_worker_free (self->worker);
  lb_pcm_free (self->pcm);
  json_decref (self->flags);
  g_free (self->shown);
  g_free (self->samples);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

void
lb_audio_info_clear (LbAudioInfo *info)
{
  g_clear_pointer (&info->format, g_free);
}

static gboolean
check_kind (const struct stat *status, const char *shown, GError **error)
{
  const char *what = NULL;

  if (S_ISDIR (status->st_mode))
    what = "is a folder, not a sound file: name a file in it";
  else if (S_ISFIFO (status->st_mode))
    what = "is a pipe, which can't be measured twice: write its sound to a file first";
  else if (!S_ISREG (status->st_mode))
    what = "is a device or socket, not a sound file";
  else if (status->st_size == 0)
    what = "is empty: there is no sound in it";
  if (what == NULL)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "\"%s\" %s", shown, what);
  return FALSE;
}

/* Non-blocking, so that a FIFO without writer doesn't hang us before it is refused. */
static int
open_sound (const char *path, const char *shown, guint64 *bytes, GError **error)
{
  struct stat status;
  int fd;

  /* Opening a device can do things (a tape rewinds, a watchdog starts): look first. */
  if (stat (path, &status) == 0 && !check_kind (&status, shown, error))
    return -1;
  fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    {
      lb_error_set_errno (error, errno, "can't read \"%s\"", shown);
      return -1;
    }
  if (fstat (fd, &status) != 0)
    lb_error_set_errno (error, errno, "can't read \"%s\"", shown);
  else if (check_kind (&status, shown, error))
    {
      *bytes = (guint64) status.st_size;
      return fd;
    }
  close (fd);
  return -1;
}

static gboolean
broken_rule (GError **error, const char *what)
{
  g_set_error (error, LB_ERROR, LB_ERROR_PROTOCOL, "the decoder broke its protocol: %s", what);
  return FALSE;
}

static gboolean
read_head (Reader *self, LbWireHead *head, GError **error)
{
  guint32 most = LB_WIRE_MAX_JSON_BYTES;

  if (!lb_worker_read (self->worker, head, sizeof *head, LB_WORKER_IDLE_MS, self->cancellable,
                       error))
    return FALSE;
  if (head->kind < LB_WIRE_HEADER || head->kind > LB_WIRE_ERROR)
    return broken_rule (error, "unknown frame");
  if (head->kind == LB_WIRE_PCM)
    most = LB_WIRE_MAX_PCM_SAMPLES * sizeof (float);
  return head->bytes <= most || broken_rule (error, "frame too large");
}

static json_t *
read_json (Reader *self, guint32 bytes, GError **error)
{
  g_autofree char *text = g_malloc (bytes + 1);
  json_t *value;

  if (!lb_worker_read (self->worker, text, bytes, LB_WORKER_IDLE_MS, self->cancellable, error))
    return NULL;
  value = lb_json_parse_repaired (text, bytes, NULL, NULL);
  if (!json_is_object (value))
    {
      json_decref (value);
      broken_rule (error, "no JSON object");
      return NULL;
    }
  return value;
}

/* What the child says of a file is outside data too: short and escaped. */
static char *
clean_text (const char *text)
{
  g_autofree char *escaped = lb_text_escape (text);

  return g_utf8_substring (escaped, 0, MIN (g_utf8_strlen (escaped, -1), MAX_TEXT));
}

static gboolean
take_error (const Reader *self, const json_t *value, GError **error)
{
  static const struct {
    const char *kind;
    LbError code;
    const char *lead;
  } kinds[] = {
    { "bad-input", LB_ERROR_BAD_INPUT, "is not a sound file that can be read" },
    { "range", LB_ERROR_USAGE, "has no such part" },
  };
  const char *kind = lb_json_string (value, "kind", "");
  g_autofree char *message = clean_text (lb_json_string (value, "message", "no reason given"));

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kind, kinds[i].kind) == 0)
      {
        g_set_error (error, LB_ERROR, (int) kinds[i].code, "\"%s\" %s: %s", self->shown,
                     kinds[i].lead, message);
        return FALSE;
      }
  g_set_error (error, LB_ERROR, LB_ERROR_FAILED, "\"%s\" can't be decoded: %s", self->shown,
               message);
  return FALSE;
}

/* Returns: (transfer full): the frame's JSON; an ERROR frame is an error */
static json_t *
expect_json (Reader *self, const LbWireHead *head, LbWireKind kind, GError **error)
{
  g_autoptr (json_t) value = NULL;

  if (head->kind != kind && head->kind != LB_WIRE_ERROR)
    {
      broken_rule (error, "frame out of order");
      return NULL;
    }
  value = read_json (self, head->bytes, error);
  if (value == NULL)
    return NULL;
  if (head->kind == LB_WIRE_ERROR)
    {
      take_error (self, value, error);
      return NULL;
    }
  return g_steal_pointer (&value);
}

static gboolean
read_header (Reader *self, GError **error)
{
  LbWireHead head;
  g_autoptr (json_t) value = NULL;
  gint64 rate, channels;

  if (!read_head (self, &head, error))
    return FALSE;
  value = expect_json (self, &head, LB_WIRE_HEADER, error);
  if (value == NULL)
    return FALSE;
  rate = lb_json_integer (value, "sample_rate", 0);
  channels = lb_json_integer (value, "channels", 0);
  if (rate < LB_PCM_MIN_RATE_HZ || rate > LB_PCM_MAX_RATE_HZ || channels < 1 ||
      channels > LB_PCM_MAX_CHANNELS)
    return broken_rule (error, "impossible rate or channels");
  self->info->format = clean_text (lb_json_string (value, "format", "unknown"));
  self->info->duration_s = lb_json_real (value, "duration_s", NAN);
  if (!(self->info->duration_s > 0 && self->info->duration_s <= MAX_DURATION_S))
    self->info->duration_s = NAN;
  self->info->sample_rate = (guint) rate;
  self->info->channels = (guint) channels;
  return TRUE;
}

/* NaN and infinity have all exponent bits set (IEEE 754). The scan has no branch, so that the
 * compiler vectorises it; the rare hit is mended apart. */
static guint64
mend (float *samples, gsize n)
{
  guint64 broken = 0;
  guint32 any = 0, bits;

  for (gsize i = 0; i < n; i++)
    {
      memcpy (&bits, &samples[i], sizeof bits);
      any |= (bits & 0x7f800000u) == 0x7f800000u;
    }
  for (gsize i = 0; any != 0 && i < n; i++)
    if (!isfinite (samples[i]))
      {
        samples[i] = 0;
        broken++;
      }
  return broken;
}

static gboolean
take_samples (Reader *self, guint32 bytes, GError **error)
{
  gsize n = bytes / sizeof (float);

  if (bytes % (self->info->channels * sizeof (float)) != 0)
    return broken_rule (error, "half a frame");
  if (!lb_worker_read (self->worker, self->samples, bytes, LB_WORKER_IDLE_MS, self->cancellable,
                       error))
    return FALSE;
  self->broken += mend (self->samples, n);
  return lb_pcm_append (self->pcm, self->samples, n / self->info->channels, error);
}

static void
add_flag (json_t *flags, const char *id, const char *evidence, const char *cure)
{
  json_t *flag = json_object ();

  lb_json_set_string (flag, "id", id);
  lb_json_set_string (flag, "evidence", evidence);
  lb_json_set_string (flag, "cure", cure);
  json_array_append_new (flags, flag);
}

static void
take_flags (Reader *self, const json_t *trailer)
{
  const json_t *list = json_object_get (trailer, "flags");

  for (gsize i = 0; i < MIN (json_array_size (list), 16); i++)
    {
      const json_t *flag = json_array_get (list, i);
      g_autofree char *id = clean_text (lb_json_string (flag, "id", "unknown"));
      g_autofree char *evidence = clean_text (lb_json_string (flag, "evidence", ""));
      g_autofree char *cure = clean_text (lb_json_string (flag, "cure", ""));

      add_flag (self->flags, id, evidence, cure);
    }
  if (self->broken > 0)
    {
      g_autofree char *evidence = g_strdup_printf (
          "%" G_GUINT64_FORMAT " samples were NaN or infinite and became 0", self->broken);

      add_flag (self->flags, "nan-samples", evidence, "write the file again from its source");
    }
}

static gboolean
read_sound (Reader *self, guint64 memory_limit_bytes, GError **error)
{
  g_autoptr (json_t) trailer = NULL;
  LbWireHead head;

  self->flags = json_array ();
  self->samples = g_new (float, LB_WIRE_MAX_PCM_SAMPLES);
  self->pcm = lb_pcm_new (self->info->sample_rate, self->info->channels, memory_limit_bytes,
                          error);
  if (self->pcm == NULL)
    return FALSE;
  for (;;)
    {
      if (!read_head (self, &head, error))
        return FALSE;
      if (head.kind != LB_WIRE_PCM)
        break;
      if (!take_samples (self, head.bytes, error))
        return FALSE;
    }
  trailer = expect_json (self, &head, LB_WIRE_TRAILER, error);
  if (trailer == NULL)
    return FALSE;
  if (lb_pcm_frames (self->pcm) == 0 ||
      (guint64) lb_json_integer (trailer, "frames", -1) != lb_pcm_frames (self->pcm))
    return broken_rule (error, "another number of frames than it said");
  self->info->duration_s = lb_pcm_duration_s (self->pcm);
  take_flags (self, trailer);
  return TRUE;
}

static gboolean
open_reader (Reader *self, const char *path, const char *const *arguments, GError **error)
{
  int fd;

  self->shown = lb_text_escape (path);
  fd = open_sound (path, self->shown, &self->info->bytes, error);
  if (fd < 0)
    return FALSE;
  self->worker = lb_worker_new (fd, arguments, error);
  close (fd);
  return self->worker != NULL;
}

/* What is said of the decoder or the disk; what the decoder says of the file names it already. */
static void
name_file (const Reader *self, GError **error)
{
  g_autofree char *subject = g_strdup_printf ("\"%s\" ", self->shown);

  if (error != NULL && *error != NULL && !g_str_has_prefix ((*error)->message, subject))
    g_prefix_error (error, "%scan't be decoded: ", subject);
}

gboolean
lb_decode_probe (const char *path, LbAudioInfo *info, GCancellable *cancellable, GError **error)
{
  static const char *const arguments[] = { "--probe", NULL };
  g_auto (LbAudioInfo) found = { 0 };
  g_auto (Reader) self = { .info = &found, .cancellable = cancellable };

  g_return_val_if_fail (path != NULL && info != NULL, FALSE);

  memset (info, 0, sizeof *info);
  if (!open_reader (&self, path, arguments, error))
    return FALSE;
  if (!read_header (&self, error))
    {
      name_file (&self, error);
      return FALSE;
    }
  *info = found;
  memset (&found, 0, sizeof found);
  return TRUE;
}

static gboolean
check_range (const LbDecodeRange *range, GError **error)
{
  /* The comparisons are such that NaN fails them. */
  if (range->start_s >= 0 && range->start_s <= MAX_DURATION_S && range->duration_s >= 0 &&
      range->duration_s <= MAX_DURATION_S)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "a part of a sound starts at 0 s or later and lasts 0 s (to the end) or longer");
  return FALSE;
}

LbPcm *
lb_decode (const char *path, const LbDecodeRange *range, LbAudioInfo *info, struct json_t **flags,
           GCancellable *cancellable, GError **error)
{
  static const LbDecodeRange whole = { 0 };
  char start[G_ASCII_DTOSTR_BUF_SIZE], duration[G_ASCII_DTOSTR_BUF_SIZE];
  const char *arguments[] = { "--start", start, "--duration", duration, NULL };
  g_auto (LbAudioInfo) found = { 0 };
  g_auto (Reader) self = { .info = &found, .cancellable = cancellable };

  g_return_val_if_fail (path != NULL, NULL);

  range = range != NULL ? range : &whole;
  if (info != NULL)
    memset (info, 0, sizeof *info);
  if (!check_range (range, error))
    return NULL;
  g_ascii_dtostr (start, sizeof start, range->start_s);
  g_ascii_dtostr (duration, sizeof duration, range->duration_s);
  if (!open_reader (&self, path, arguments, error))
    return NULL;
  if (!read_header (&self, error) || !read_sound (&self, range->memory_limit_bytes, error))
    {
      name_file (&self, error);
      return NULL;
    }
  if (flags != NULL)
    *flags = g_steal_pointer (&self.flags);
  if (info != NULL)
    {
      *info = found;
      memset (&found, 0, sizeof found);
    }
  return g_steal_pointer (&self.pcm);
}
