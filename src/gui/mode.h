/* The modes that the window has a page for: a table. What all pages share is in mode-page.c; a
 * row says what goes in, and what shows what comes out. */
#pragma once

#include <adwaita.h>

#include "bench/plan.h"
#include "engine/manifest.h"
#include "gui/context.h"

G_BEGIN_DECLS

typedef struct {
  const char *mode;        /* of the engines: "stt" */
  const char *title;       /* to be translated */
  gboolean is_music;       /* a task under Music, not a mode beside it */
  const char *model_title; /* (nullable): what its models are called, to be translated */
  /* (nullable) (array zero-terminated=1): options of the engines that @fill sets */
  const char *const *own_options;

  /* What goes in. The widget's signal "changed" tells that something of it is another */
  GtkWidget *(*new_input) (LbGuiContext *context);
  /* Adds inputs (and reference) to @it. An error says what is missing, in words; it is also asked
   * without need, to know whether Run can be pressed: it writes nothing then (@it %NULL) */
  gboolean (*fill) (GtkWidget *input, LbCase *it, GError **error);
  /* @engine (nullable) was chosen, maybe again. NULL: all that goes in is the same for all */
  void (*set_engine) (GtkWidget *input, const LbManifest *engine);
  /* Returns: (transfer full) (nullable): settings.score of the plan. NULL: none */
  json_t *(*scores) (GtkWidget *input);
  /* Seconds that an iteration processes, NAN: unknown. NULL: never known */
  double (*duration_s) (GtkWidget *input);
  /* Opens the dialog for a file, puts one in. NULL: the mode takes none */
  void (*choose_file) (GtkWidget *input);
  void (*set_file) (GtkWidget *input, const char *path);

  /* What shows what came out. NULL: figures only */
  GtkWidget *(*new_output) (LbGuiContext *context, GtkWidget *input);
  /* @record: whole */
  void (*show_output) (GtkWidget *output, const json_t *record);
} LbMode;

/** lb_modes: Returns: ended by a row whose mode is NULL */
const LbMode *lb_modes (void);

G_END_DECLS
