#include "openai-form.h"

#include <string.h>

#include "openai-sound.h"

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

void
openai_form_add_sound (OpenaiForm *form, const float *samples, gsize frames, guint rate_hz)
{
  gsize at;

  g_return_if_fail (frames <= OPENAI_FORM_MAX_SOUND_BYTES / 2);
  begin (form, "file", "; filename=\"audio.wav\"\r\nContent-Type: audio/wav");
  at = form->body->len;
  g_byte_array_set_size (form->body, (guint) (at + openai_sound_bytes (frames)));
  openai_sound_write (form->body->data + at, samples, frames, rate_hz);
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
