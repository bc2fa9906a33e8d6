/* Where a session lives in the runner: its process, what load answered, what lies in its mapping.
 */
#pragma once

#include "bench/inputs.h"
#include "engine/session.h"
#include "models/models.h"

G_BEGIN_DECLS

#define LB_PLACE_MAX_INPUTS 16 /* a manifest has no more, each at most once */

/* Where an input lies in the mapping; nothing for a text. */
typedef struct {
  guint64 offset_bytes, frames; /* at the engine's rate */
} LbPlaced;

typedef struct {
  const LbManifest *manifest;
  const LbModel *model;    /* NULL: the engine takes none */
  char *model_path;        /* NULL: none, or random weights */
  gboolean random_weights; /* made by the engine: nothing of the store is read */
  LbSession *session;      /* NULL: not alive */
  LbSessionLoaded loaded;
  json_t *record;                       /* its element of `sessions` */
  json_t *libraries;                    /* and their versions, once it was asked */
  guint life;                           /* how many processes it has had: of @session */
  const LbCase *put;                    /* whose sounds lie in the mapping */
  LbPlaced placed[LB_PLACE_MAX_INPUTS]; /* of @put's inputs, in their order */
  double resample_s;                    /* of @put; NAN: no sound was put */
  guint runs;
  GError *failure; /* why it can't be started or loaded: all its cases fail by it */
  const char *failure_phase;
} LbPlace;

void lb_place_clear (LbPlace *place);

/** lb_place_start: the process, to load on @device. @memory_limit_bytes 0: nine tenths of what is
 *  available */
gboolean lb_place_start (LbPlace *place, const char *device, const LbSettings *settings,
                         GCancellable *cancellable, GError **error);

/** lb_place_load: cold where the model's pages can be dropped. @threads: really to be used */
gboolean lb_place_load (LbPlace *place, const LbCase *it, const LbSettings *settings, int threads,
                        GCancellable *cancellable, GError **error);

/** lb_place_reload: unload and load again in the same process, for `warm_load_s` */
gboolean lb_place_reload (LbPlace *place, const LbCase *it, const LbSettings *settings,
                          int threads, GCancellable *cancellable, GError **error);

/** lb_place_probe: asks once for version and libraries: after load, since it may open devices,
 * which is part of a load's time. An engine that can't say has none */
void lb_place_probe (LbPlace *place, GCancellable *cancellable);

/** LbRoom: how much sound a session may have to hold */
typedef struct {
  double in_s;    /* of all sounds of a case together */
  guint in_count; /* how many sounds those are */
  double out_s;   /* of one that comes out, by the mode's rule; load may answer its own */
} LbRoom;

/** lb_place_reserve: mappings for @room at what load answered */
gboolean lb_place_reserve (LbPlace *place, const LbRoom *room, GCancellable *cancellable,
                           GError **error);

/** lb_place_put: @it's sounds into the mapping, one after the other, unless they lie there.
 * @more: those that are not measured: whole */
gboolean lb_place_put (LbPlace *place, const LbCase *it, LbInputs *inputs, LbInputs *more,
                       GError **error);

/** lb_place_put_pcm: @pcm as the first input, at the session's rate, instead of a case's sounds
 */
gboolean lb_place_put_pcm (LbPlace *place, const LbPcm *pcm, GError **error);

/** lb_place_run: one run of the engine over what was put */
gboolean lb_place_run (LbPlace *place, const LbCase *it, const LbSettings *settings,
                       double duration_s, LbSessionProgress progress, gpointer user_data,
                       LbSessionRun *run, GCancellable *cancellable, GError **error);

void lb_place_stop (LbPlace *place);

/** lb_place_describe_model: Returns: (transfer full) (nullable): the record's `model`, as far as
 * it is known before it is hashed */
json_t *lb_place_describe_model (const LbPlace *place);

G_END_DECLS
