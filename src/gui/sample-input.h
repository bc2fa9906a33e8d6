/* A recording that an engine is to imitate or to follow: there where the engine takes one. */
#pragma once

#include <adwaita.h>

#include "bench/plan.h"
#include "engine/manifest.h"
#include "gui/path-row.h"

G_BEGIN_DECLS

typedef struct {
  const char *mode, *role;
  const char *text_role; /* (nullable): of what the recording says */
  /* to be translated */
  LbPathRowKind row;
  const char *text_title, *missing, *text_missing;
} LbSampleKind;

/** LbSampleInput: signal "changed" */
#define LB_TYPE_SAMPLE_INPUT (lb_sample_input_get_type ())
G_DECLARE_FINAL_TYPE (LbSampleInput, lb_sample_input, LB, SAMPLE_INPUT, AdwBin)

/** lb_sample_input_new: @kind: a constant. Hidden until an engine takes it */
GtkWidget *lb_sample_input_new (const LbSampleKind *kind);

/** lb_sample_input_set_engine: @engine: (nullable): what is asked for is what it takes */
void lb_sample_input_set_engine (LbSampleInput *input, const LbManifest *engine);

/** lb_sample_input_fill: adds inputs to @it (nullable: only asks), as LbMode.fill does */
gboolean lb_sample_input_fill (LbSampleInput *input, LbCase *it, GError **error);

G_END_DECLS
