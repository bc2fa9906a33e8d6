#include "openai-form.h"

#include <math.h>
#include <string.h>

#define WAV_HEAD_BYTES 44

void
openai_form_init (OpenaiForm *form, gsize bytes)
{
  g_autofree char *uuid = g_uuid_string_random ();

  form->body = g_byte_array_sized_new ((guint) bytes);
  form->boundary = g_strconcat ("llamaburn-", uuid, NULL);
  form->type = g_strconcat ("multipart/form-data; boundary=", form->boundary, NULL);
}

void
openai_form_clear (OpenaiForm *form)
{
  g_clear_pointer (&form->body, g_byte_array_unref);
  g_clear_pointer (&form->boundary, g_free);
  g_clear_pointer (&form->type, g_free);
}

static void
append (OpenaiForm *form, const char *text)
{
  g_byte_array_append (form->body, (const guint8 *) text, (guint) strlen (text));
}

static void
begin (OpenaiForm *form, const char *name, const char *more)
{
  g_autofree char *head = g_strdup_printf (
      "--%s\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n", form->boundary, name,
      more);

  append (form, head);
}

void
openai_form_add (OpenaiForm *form, const char *name, const char *value)
{
  if (value == NULL)
    return;
  begin (form, name, "");
  append (form, value);
  append (form, "\r\n");
}

static guint8 *
put16 (guint8 *at, guint value)
{
  at[0] = (guint8) value;
  at[1] = (guint8) (value >> 8);
  return at + 2;
}

static guint8 *
put32 (guint8 *at, guint32 value)
{
  return put16 (put16 (at, value & 0xffff), value >> 16);
}

static guint8 *
put_text (guint8 *at, const char *four)
{
  memcpy (at, four, 4);
  return at + 4;
}

static void
put_wav_head (guint8 *at, guint32 data_bytes, guint rate_hz)
{
  at = put32 (put_text (at, "RIFF"), data_bytes + WAV_HEAD_BYTES - 8);
  at = put32 (put_text (put_text (at, "WAVE"), "fmt "), 16);
  at = put16 (put16 (at, 1), 1);
  at = put32 (put32 (at, rate_hz), rate_hz * 2);
  at = put16 (put16 (at, 2), 16);
  put32 (put_text (at, "data"), data_bytes);
}

/* Sound that was decoded from 16 bits becomes the same 16 bits again. */
static guint
to_s16 (float sample)
{
  float scaled = roundf (sample * 32768);

  if (isnan (scaled))
    return 0;
  return (guint16) (gint16) CLAMP (scaled, -32768.0f, 32767.0f);
}

void
openai_form_add_sound (OpenaiForm *form, const float *samples, gsize frames, guint rate_hz)
{
  gsize at;
  guint8 *out;

  g_return_if_fail (frames <= OPENAI_FORM_MAX_SOUND_BYTES / 2);
  begin (form, "file", "; filename=\"audio.wav\"\r\nContent-Type: audio/wav");
  at = form->body->len;
  g_byte_array_set_size (form->body, (guint) (at + WAV_HEAD_BYTES + 2 * frames));
  out = form->body->data + at;
  put_wav_head (out, (guint32) (2 * frames), rate_hz);
  out += WAV_HEAD_BYTES;
  for (gsize i = 0; i < frames; i++)
    out = put16 (out, to_s16 (samples[i]));
  append (form, "\r\n");
}

GBytes *
openai_form_end (OpenaiForm *form)
{
  append (form, "--");
  append (form, form->boundary);
  append (form, "--\r\n");
  return g_byte_array_free_to_bytes (g_steal_pointer (&form->body));
}
