/* A body of type multipart/form-data (RFC 7578). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OPENAI_FORM_MAX_SOUND_BYTES (1024 * 1024 * 1024)

typedef struct {
  GByteArray *body;
  char *boundary;
  char *type; /* of the body, with the boundary */
} OpenaiForm;

/** openai_form_init: with room for @bytes */
void openai_form_init (OpenaiForm *form, gsize bytes);
void openai_form_clear (OpenaiForm *form);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OpenaiForm, openai_form_clear)

/** openai_form_add: a field. @name: of letters, digits, "_", "-", "[", "]" and "."; a %NULL
 * @value adds none */
void openai_form_add (OpenaiForm *form, const char *name, const char *value);

/** openai_form_add_sound: the field "file": a WAV of one channel, 16 bits.
 * @frames: at most half of %OPENAI_FORM_MAX_SOUND_BYTES */
void openai_form_add_sound (OpenaiForm *form, const float *samples, gsize frames, guint rate_hz);

/** openai_form_end: Returns: (transfer full): the body */
GBytes *openai_form_end (OpenaiForm *form);

G_END_DECLS
