#include "gui/sample-input.h"

#include <glib/gi18n.h>

#include "core/error.h"

struct _LbSampleInput {
  AdwBin parent;
  const LbSampleKind *kind;
  LbPathRow *path;
  GtkEditable *text;                 /* (nullable): the kind has none */
  gboolean takes, takes_text;        /* the engine does */
  gboolean needs_sample, needs_text; /* and can't do without */
};

G_DEFINE_FINAL_TYPE (LbSampleInput, lb_sample_input, ADW_TYPE_BIN)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
on_change (LbSampleInput *input)
{
  g_signal_emit (input, signals[SIGNAL_CHANGED], 0);
}

GtkWidget *
lb_sample_input_new (const LbSampleKind *kind)
{
  LbSampleInput *input = g_object_new (LB_TYPE_SAMPLE_INPUT, "visible", FALSE, NULL);
  GtkWidget *group = adw_preferences_group_new (), *entry;

  input->kind = kind;
  input->path = LB_PATH_ROW (lb_path_row_new (&kind->row));
  g_signal_connect_swapped (input->path, "changed", G_CALLBACK (on_change), input);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (input->path));
  adw_bin_set_child (ADW_BIN (input), group);
  if (kind->text_role == NULL)
    return GTK_WIDGET (input);
  entry = adw_entry_row_new ();
  input->text = GTK_EDITABLE (entry);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), _ (kind->text_title));
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (on_change), input);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), entry);
  return GTK_WIDGET (input);
}

/* @needs: (out) */
static gboolean
takes (const LbSampleInput *input, const LbManifest *engine, const char *role, gboolean *needs)
{
  const json_t *element = engine != NULL && role != NULL
                              ? lb_manifest_input (engine, input->kind->mode, role)
                              : NULL;

  *needs = element != NULL && !lb_json_boolean (element, "optional", FALSE);
  return element != NULL;
}

void
lb_sample_input_set_engine (LbSampleInput *input, const LbManifest *engine)
{
  input->takes = takes (input, engine, input->kind->role, &input->needs_sample);
  input->takes_text = takes (input, engine, input->kind->text_role, &input->needs_text);
  if (input->text != NULL)
    gtk_widget_set_visible (GTK_WIDGET (input->text), input->takes_text);
  gtk_widget_set_visible (GTK_WIDGET (input), input->takes);
}

static gboolean
fail (const char *message, GError **error)
{
  g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT, message);
  return FALSE;
}

gboolean
lb_sample_input_fill (LbSampleInput *input, LbCase *it, GError **error)
{
  const char *path = input->takes ? lb_path_row_path (input->path) : NULL;
  const char *text = path != NULL && input->takes_text ? gtk_editable_get_text (input->text) : "";

  if (input->needs_sample && path == NULL)
    return fail (_ (input->kind->missing), error);
  if (input->needs_text && path != NULL && *text == '\0')
    return fail (_ (input->kind->text_missing), error);
  if (it == NULL || path == NULL)
    return TRUE;
  lb_case_add_file (it, input->kind->role, path);
  if (*text != '\0')
    lb_case_add_text (it, input->kind->text_role, text);
  return TRUE;
}

static void
lb_sample_input_class_init (LbSampleInputClass *class)
{
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_sample_input_init (LbSampleInput *input)
{
}
