/* A sound as a classifier hears it: cut into windows, each made the numbers of its input. */
#pragma once

#include <glib.h>

#include "genre-description.h"

G_BEGIN_DECLS

typedef struct _GenreWindows GenreWindows;

/** genre_windows_new: @description must stay. Returns: (transfer full) */
GenreWindows *genre_windows_new (const GenreDescription *description);
void genre_windows_free (GenreWindows *windows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GenreWindows, genre_windows_free)

/** genre_windows_count: Returns: how many windows a sound of @n samples has: one at least */
guint64 genre_windows_count (const GenreWindows *windows, guint64 n);

/** genre_windows_fill: window @index of @samples into @values, as many as the description says */
void genre_windows_fill (GenreWindows *windows, const float *samples, guint64 n, guint64 index,
                         float *values);

G_END_DECLS
