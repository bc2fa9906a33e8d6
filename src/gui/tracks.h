/* Sounds and what was found in them, below each other along one time: each with its waveform or
 * its marks, all heard in step, each silenced or heard alone. */
#pragma once

#include <adwaita.h>

#include "gui/timeline.h"

G_BEGIN_DECLS

typedef struct {
  const char *name;
  const char *sound; /* (type filename) (nullable): nothing to be heard */
  GArray *marks;     /* (transfer full) (nullable): as lb_timeline_set() takes them */
  const char *said;  /* (nullable): the marks in words, for a screen reader */
  gboolean over;     /* the marks lie over the sound's waveform, not in its place */
  gboolean silent;   /* until the user wants it heard */
} LbTrack;

/** LbTracks: signal "problem" (text): a sound can't be heard or seen, and why */
#define LB_TYPE_TRACKS (lb_tracks_get_type ())
G_DECLARE_FINAL_TYPE (LbTracks, lb_tracks, LB, TRACKS, AdwBin)

GtkWidget *lb_tracks_new (void);

/** lb_tracks_set: @tracks: (array length=n): instead of what is there; @duration_s: of the
 * longest */
void lb_tracks_set (LbTracks *tracks, LbTrack *list, guint n, double duration_s);

/** lb_tracks_stop: what plays falls silent: the user went to another page */
void lb_tracks_stop (LbTracks *tracks);

G_END_DECLS
