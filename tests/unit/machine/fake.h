/* A machine drawn in a temporary folder. */
#pragma once

#include <glib.h>

typedef struct {
  char *root;
} Fake;

Fake *fake_new (void);
void fake_free (Fake *fake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fake, fake_free)

void fake_write (Fake *fake, const char *path, const char *text);
void fake_append (Fake *fake, const char *path, const char *text);
void fake_link (Fake *fake, const char *path, const char *target);
